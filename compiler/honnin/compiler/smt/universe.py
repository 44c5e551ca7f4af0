"""What the values of each type are: z3 sorts, known values, fresh constants, quantifiers.

An entity has a finite domain here (a search in a scope, a trace) or is an uninterpreted sort (a proof for any number). Where
every entity is finite, entities and enums are bit vectors, and quantifiers are expanded. Text is an integer: each literal has
a number. No name of a specification reaches z3: constants and functions are named by number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count, product

import z3

from honnin.compiler.smt import made
from honnin.compiler.smt.values import (
    Formula,
    Maybe,
    Term,
    Unseen,
    at_most,
    choose,
    conj,
    disj,
    identity,
    iff,
    is_known,
    known_value,
    neg,
    same,
)
from honnin.spec.core import (
    Binder,
    BoolT,
    EntityT,
    EnumT,
    OptionalT,
    RangeT,
    TextT,
    Type,
    Value,
    base_type,
    finite_values,
)

Reading = Callable[[tuple[Term, ...]], Term]
"""A map: what it holds at these keys."""

# At the end of the process nothing need be taken apart: that takes time, and for ever where an end of a query spoilt something.
z3.main_ctx().owner = False

_SORT_NUMBERS = count()

MOST_BYTES = 450_000_000
"""What z3 may hold while formulas are made."""
_LOOK_AFTER = 4096
"""Values gone through between two looks at what z3 holds."""


class Unsupported(Exception):
    """The engine cannot say this; the text says what it is."""


class Universe:
    """`domains`: the values of each entity, or None for any number of every entity.

    `side` collects what holds of the constants and functions made here: that their values are of their types.
    """

    def __init__(self, domains: Mapping[str, tuple[Value | Unseen, ...]] | None) -> None:
        self.domains = domains
        self.side: list[z3.BoolRef] = []
        self._listed = 0
        self._sorts: dict[Type, z3.SortRef] = {}
        self._members: dict[Type, dict[str, z3.ExprRef]] = {}
        self._texts: dict[str, int] = {}
        self._names = count()

    # ------------------------------------------------------------ sorts and known values

    def domain(self, type: Type) -> tuple[Term, ...] | None:
        """Every value of the type, if they can be listed here."""
        match type:
            case EntityT(name=name):
                return None if self.domains is None else self.domains[name]
            case OptionalT(inner=inner):
                values = self.domain(inner)
                if values is None:
                    return None
                return (Maybe(False, None), *(Maybe(True, value) for value in values))
            case _:
                return finite_values(type)

    def _key_domain(self, type: Type) -> tuple[Term, ...] | None:
        """The values of a key, if there are no others: a map from a range may be read outside it."""
        inner = base_type(type)
        return None if isinstance(inner, RangeT) else self.domain(type)

    def _cases(self, term: Term, key: Type) -> tuple[Term, ...] | None:
        """All that the term, a key, may be, if that can be listed here."""
        return self._key_domain(key)

    def sort(self, type: Type) -> z3.SortRef:
        """The z3 sort of the values of a type that is not optional."""
        if type not in self._sorts:
            self._sorts[type] = self._make_sort(type)
        return self._sorts[type]

    def _make_sort(self, type: Type) -> z3.SortRef:
        match type:
            case BoolT():
                return z3.BoolSort()
            case EntityT() | EnumT() if self.domains is not None:
                return z3.BitVecSort(max(1, (len(self._choices(type)) - 1).bit_length()))
            case EntityT():
                return z3.DeclareSort(f"S{next(_SORT_NUMBERS)}")
            case EnumT(members=members):
                number = next(_SORT_NUMBERS)
                sort, constants = z3.EnumSort(f"S{number}", [f"S{number}_{i}" for i in range(len(members))])
                self._members[type] = dict(zip(members, constants, strict=True))
                return sort
            case OptionalT():
                raise Unsupported("a quantifier over an optional type")
            case _:
                return z3.IntSort()

    def _choices(self, type: Type) -> tuple[Term, ...]:
        values = self.domain(type)
        assert values is not None
        return values

    def expression(self, term: Term, type: Type) -> z3.ExprRef:
        """The term as a z3 expression; its type is not optional."""
        if isinstance(term, z3.ExprRef):
            return term
        match type:
            case BoolT():
                return z3.BoolVal(term)
            case TextT():
                assert isinstance(term, str)
                return z3.IntVal(self._texts.setdefault(term, len(self._texts)))
            case EntityT() | EnumT():
                sort = self.sort(type)
                if self.domains is not None:
                    return z3.BitVecVal(self._choices(type).index(term), sort)
                return self._members[type][str(term)]
            case _:
                assert isinstance(term, int)
                return z3.IntVal(term)

    def text(self, number: int) -> str | None:
        """The text literal with this number, if there is one."""
        return next((text for text, known in self._texts.items() if known == number), None)

    def member(self, found: z3.ExprRef, type: EnumT | EntityT) -> Value:
        """The known value that a numeral or enum constant stands for."""
        if self.domains is not None:
            return known_value(self._choices(type)[found.as_long() % len(self._choices(type))])
        return next(name for name, constant in self._members[type].items() if constant.eq(found))

    # ------------------------------------------------------------ operations that need types

    def equal(self, type: Type, left: Term, right: Term) -> Formula:
        """`left == right`, both of the type."""
        if isinstance(type, OptionalT):
            return self._equal_maybe(type.inner, left, right)
        if isinstance(type, BoolT):
            return iff(left, right)
        if is_known(left) and is_known(right):
            return same(left, right)
        if same(left, right):
            return True
        return made.equation(self.expression(left, type), self.expression(right, type))

    def _equal_maybe(self, inner: Type, left: Term, right: Term) -> Formula:
        assert isinstance(left, Maybe) and isinstance(right, Maybe)
        if left.some is False:
            return neg(right.some)
        if right.some is False:
            return neg(left.some)
        both = conj((left.some, right.some, self.equal(inner, left.value, right.value)))
        return disj((conj((neg(left.some), neg(right.some))), both))

    def all_equal(self, types: Sequence[Type], left: Sequence[Term], right: Sequence[Term]) -> Formula:
        return conj(self.equal(t, a, b) for t, a, b in zip(types, left, right, strict=True))

    def ite(self, type: Type, condition: Formula, then: Term, otherwise: Term) -> Term:
        """`then` where the condition holds, else `otherwise`; both of the type."""
        if condition is True:
            return then
        if condition is False:
            return otherwise
        if isinstance(then, Maybe) and isinstance(otherwise, Maybe) and isinstance(type, OptionalT):
            some = choose(condition, then.some, otherwise.some)
            if then.some is False:
                return Maybe(some, otherwise.value)
            if otherwise.some is False:
                return Maybe(some, then.value)
            return Maybe(some, self.ite(type.inner, condition, then.value, otherwise.value))
        if isinstance(type, BoolT):
            return choose(condition, then, otherwise)
        if same(then, otherwise):
            return then
        return made.choice(condition, self.expression(then, type), self.expression(otherwise, type))

    # ------------------------------------------------------------ constants, functions, quantifiers

    def fresh(self, type: Type) -> Term:
        """An arbitrary value of the type."""
        if isinstance(type, OptionalT):
            return Maybe(z3.Bool(self._name()), self.fresh(type.inner))
        values = self.domain(type)
        if values is not None and len(values) == 1:
            return values[0]
        constant = z3.Const(self._name(), self.sort(type))
        self._confine(constant, type)
        return constant

    def anything(self, type: Type) -> Term:
        """What is read where no value is: nothing depends on it."""
        return self.fresh(type)

    def _name(self) -> str:
        return f"c{next(self._names)}"

    def _confine(self, term: z3.ExprRef, type: Type) -> None:
        allowed = self.allowed(term, type)
        if allowed is not True:
            self.side.append(allowed)

    def allowed(self, term: Term, type: Type) -> Formula:
        """Whether a term of the type's sort is one of the type's values."""
        match type:
            case OptionalT(inner=inner):
                assert isinstance(term, Maybe)
                return True if term.some is False else disj((neg(term.some), self.allowed(term.value, inner)))
            case RangeT(low=low, high=high):
                return conj((at_most(low, term), at_most(term, high)))
            case EntityT() | EnumT() if self.domains is not None and isinstance(term, z3.ExprRef):
                size = len(self._choices(type))
                if size == 1 << term.sort().size():
                    return True
                return z3.ULT(term, size) if size > 1 else term == 0
            case _:
                return True

    def function(self, keys: tuple[Type, ...], value: Type) -> Reading:
        """An arbitrary map, the same whenever it is read."""
        if isinstance(value, OptionalT):
            some, inner = self.function(keys, BoolT()), self.function(keys, value.inner)
            return lambda at: Maybe(some(at), inner(at))
        if self.domains is not None and all(self._key_domain(key) is not None for key in keys):
            return self.table(keys, value, lambda _: self.fresh(value))
        return self._uninterpreted(keys, value)

    def _uninterpreted(self, keys: tuple[Type, ...], value: Type) -> Reading:
        if not keys:
            constant = self.fresh(value)
            return lambda _: constant
        sorts = [sort for key in keys for sort in self._argument_sorts(key)]
        symbol = z3.Function(self._name(), *sorts, self.sort(value))
        if self.domains is None and isinstance(value, RangeT):
            variables = [z3.Const(self._name(), sort) for sort in sorts]
            self.side.append(z3.ForAll(variables, self.allowed(symbol(*variables), value)))
        absent = [self._absent(key) for key in keys]
        result = made.kind_of(self.sort(value))

        def read(at: tuple[Term, ...]) -> Term:
            arguments = [
                argument
                for term, key, dummy in zip(at, keys, absent, strict=True)
                for argument in self._arguments(term, key, dummy)
            ]
            term = made.application(symbol, result, arguments)
            if self.domains is not None:
                self._confine(term, value)
            return term

        return self.memo(read)

    def _argument_sorts(self, key: Type) -> tuple[z3.SortRef, ...]:
        return (z3.BoolSort(), self.sort(key.inner)) if isinstance(key, OptionalT) else (self.sort(key),)

    def _absent(self, key: Type) -> Term:
        """What stands for the value of an optional key that is none."""
        return self.fresh(key.inner) if isinstance(key, OptionalT) else None

    def _arguments(self, term: Term, key: Type, absent: Term) -> tuple[z3.ExprRef, ...]:
        if not isinstance(key, OptionalT):
            return (self.expression(term, key),)
        assert isinstance(term, Maybe)
        value = absent if term.some is False else self.ite(key.inner, term.some, term.value, absent)
        return self.expression(term.some, BoolT()), self.expression(value, key.inner)

    def table(self, keys: tuple[Type, ...], value: Type, known: Reading) -> Reading:
        """A map that asks `known` at known keys only: other keys of finite types are taken apart by cases."""

        def read(at: tuple[Term, ...]) -> Term:
            for index, (term, key) in enumerate(zip(at, keys, strict=True)):
                values = None if is_known(term) else self._cases(term, key)
                if values is None:
                    continue
                result = cached((*at[:index], values[-1], *at[index + 1 :]))
                for candidate in values[-2::-1]:
                    chosen = cached((*at[:index], candidate, *at[index + 1 :]))
                    result = self.ite(value, self.equal(key, term, candidate), chosen, result)
                return result
            return known(at)

        cached = self.memo(read)
        return cached

    def memo(self, read: Reading) -> Reading:
        """The same map; each key is worked out once."""
        seen: dict[tuple[object, ...], tuple[tuple[Term, ...], Term]] = {}

        def cached(at: tuple[Term, ...]) -> Term:
            key = tuple(map(identity, at))
            if key not in seen:
                # The keys are kept: a z3 expression's number is its own only while it lives.
                seen[key] = (at, read(at))
            return seen[key][1]

        return cached

    def bind(self, binders: tuple[Binder, ...], environment: Mapping[int, Term]) -> Iterator[dict[int, Term]]:
        """The environment with each combination of values of the binders; Unsupported where they cannot be listed."""
        domains = [self.domain(binder.type) for binder in binders]
        listed = [values for values in domains if values is not None]
        if len(listed) < len(domains):
            raise Unsupported("`count` or `sum` over an entity of any number")
        for chosen in product(*listed):
            self._count()
            yield {**environment, **{b.uid: term for b, term in zip(binders, chosen, strict=True)}}

    def always(self, constants: Sequence[tuple[Type, Term]], formula: z3.BoolRef) -> z3.BoolRef:
        """That the formula holds whatever the constants, values of entities of any number, are."""
        return z3.ForAll([constant for _, constant in constants], formula)

    def present(self, model: z3.ModelRef, entity: EntityT) -> int:
        """How many values of the entity, which is of any number, the model has."""
        return len(model.get_universe(self.sort(entity)) or ())

    def at_most(self, size: int, entity: EntityT) -> z3.BoolRef:
        """That the entity, which is of any number, has at most so many values."""
        elements = [z3.Const(self._name(), self.sort(entity)) for _ in range(size)]
        one = z3.Const(self._name(), self.sort(entity))
        return z3.ForAll([one], z3.Or(*(one == element for element in elements)))

    def _count(self, more: int = 1) -> None:
        """So many values are gone through. Unsupported where the formulas have become too large."""
        self._listed += more
        if self._listed >= _LOOK_AFTER:
            self._listed = 0
            if z3.Z3_get_estimated_alloc_size() > MOST_BYTES:
                raise Unsupported("formulas this large")

    def quantify(self, every: bool, type: Type, body: Callable[[Term], Formula]) -> Formula:
        """`body` for every value of the type, or (not `every`) for some."""
        values = self.domain(type)
        if values is not None:
            self._count(len(values))
            parts = (body(value) for value in values)
            return conj(parts) if every else disj(parts)
        variable = z3.Const(self._name(), self.sort(type))
        inner = body(variable)
        if isinstance(inner, bool):
            return inner
        return z3.ForAll([variable], inner) if every else z3.Exists([variable], inner)
