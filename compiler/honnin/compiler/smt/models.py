"""What a z3 model says, as values of the language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import z3

from honnin.compiler.smt import made
from honnin.compiler.smt.steps import Encoding, counts
from honnin.compiler.smt.structures import MOST_INTEGERS, Table
from honnin.compiler.smt.terms import State, evaluate
from honnin.compiler.smt.universe import Reading, Universe
from honnin.compiler.smt.values import Formula, Maybe, Term, is_known, known_value
from honnin.spec.core import (
    INT,
    BoolT,
    Count,
    DurationT,
    EntityT,
    EnumT,
    IntT,
    OptionalT,
    Sum,
    TextT,
    TimeT,
    Type,
    Value,
    Var,
    finite_values,
    walk,
)

_ENDLESS = (IntT, DurationT, TimeT, TextT, OptionalT)


def decode(model: z3.ModelRef, universe: Universe, term: Term, type: Type) -> Value:
    """The value of the term in the model."""
    if isinstance(type, OptionalT):
        assert isinstance(term, Maybe)
        some = term.some if isinstance(term.some, bool) else made.is_true(model.eval(term.some, True))
        return decode(model, universe, term.value, type.inner) if some else None
    if is_known(term):
        return known_value(term)
    found = model.eval(term, model_completion=True)
    match type:
        case BoolT():
            return made.is_true(found)
        case EnumT() | EntityT():
            return universe.member(found, type)
        case TextT():
            number = found.as_long()
            known = universe.text(number)
            return f"text {number}" if known is None else known
        case _:
            return int(found.as_long())


class ModelState:
    """A state of a model; where entities are of any number, its values are those that the model has. `next`: the state that a
    step of the model leads to from this one: what it holds are values here too."""

    def __init__(
        self, model: z3.ModelRef, encoding: Encoding, state: State, next: ModelState | None = None
    ) -> None:
        self._model = model
        self._encoding = encoding
        self._state = state
        self._next = next
        self._domains: dict[Type, tuple[Value, ...]] = {}
        self._elements: dict[Type, dict[Value, z3.ExprRef]] = {}
        self._places: dict[str, Table] = {}
        self._givens: dict[str, Table] = {}

    def domain(self, type: Type) -> tuple[Value, ...]:
        if type not in self._domains:
            self._domains[type] = self._make_domain(type)
        return self._domains[type]

    def _make_domain(self, type: Type) -> tuple[Value, ...]:
        if not isinstance(type, EntityT):
            return finite_values(type) or self._integers()
        known = self._encoding.universe.domain(type)
        if known is not None:
            return tuple(map(known_value, known[: self._encoding.universe.present(self._model, type)]))
        sort = self._encoding.universe.sort(type)
        elements = self._model.get_universe(sort) or ()
        if not elements:
            elements = (self._model.eval(z3.Const("element", sort), model_completion=True),)
        self._elements[type] = {element.sexpr(): element for element in elements}
        return tuple(self._elements[type])

    def _integers(self) -> tuple[Value, ...]:
        """The integers that the model's constants are, at which its maps differ, and that its places hold, now and next."""
        found = {0, 1, *_integers_of(self._model), *self._held()}
        found.update(() if self._next is None else self._next._held())
        return tuple(sorted(found, key=abs)[:MOST_INTEGERS])

    def _held(self) -> Iterator[int]:
        """The integers that the places hold, but those at keys without end."""
        for place in self._encoding.product.places:
            if not any(isinstance(type, _ENDLESS) for type in place.keys) and not counts(place):
                for keys in product(*(self.domain(type) for type in place.keys)):
                    value = self.table(place.name)[keys]
                    if type(value) is int:
                        yield value

    def _term(self, value: Value, type: Type) -> Term:
        match type:
            case OptionalT(inner=inner):
                return Maybe(False, None) if value is None else Maybe(True, self._term(value, inner))
            case _ if value is None:
                # A key that is none: whoever reads there asks first, so any value will do.
                return self._term(self.domain(type)[0], type)
            case EntityT() if self._encoding.universe.domains is None:
                self.domain(type)
                return self._elements[type][value]
            case _:
                return value

    def table(self, name: str) -> Table:
        if name not in self._places:
            declared = self._encoding.places[name]
            self._places[name] = self._mapped(
                lambda at: self._state.read(name, at), declared.keys, declared.value
            )
        return self._places[name]

    def given_table(self, name: str) -> Table:
        if name not in self._givens:
            declared = next(given for given in self._encoding.product.givens if given.name == name)
            self._givens[name] = self._mapped(self._encoding.givens[name], declared.keys, declared.value)
        return self._givens[name]

    def _mapped(self, reading: Reading, types: tuple[Type, ...], value: Type) -> Table:
        def read(keys: tuple[Value, ...]) -> Value:
            at = tuple(self._term(key, type) for key, type in zip(keys, types, strict=True))
            return self._value(reading(at), value)

        return Table(read)

    def read(self, place: str, keys: tuple[Value, ...]) -> Value:
        return self.table(place)[keys]

    def given(self, name: str, keys: tuple[Value, ...]) -> Value:
        return self.given_table(name)[keys]

    def total(self, expr: Count | Sum, names: Mapping[int, Value]) -> int:
        types = {node.binder.uid: node.binder.type for node in walk(expr) if isinstance(node, Var)}
        terms = {uid: self._term(value, types[uid]) for uid, value in names.items()}
        found = self._value(evaluate(expr, self._encoding.design(self._state), terms), INT)
        assert isinstance(found, int)
        return found

    def _value(self, term: Term, type: Type) -> Value:
        if isinstance(type, EntityT) and self._encoding.universe.domains is None:
            self.domain(type)
            here = self._model.eval(self._encoding.universe.expression(term, type), model_completion=True)
            name: str = here.sexpr()
            if name not in self._elements[type]:
                self._elements[type][name] = here
                self._domains[type] = tuple(self._elements[type])
            return name
        if isinstance(type, OptionalT) and isinstance(type.inner, EntityT):
            assert isinstance(term, Maybe)
            return self._value(term.value, type.inner) if self.holds(term.some) else None
        return decode(self._model, self._encoding.universe, term, type)

    def value(self, term: Term, type: Type) -> Value:
        """The value of a term in the model."""
        return self._value(term, type)

    def holds(self, formula: Formula) -> bool:
        """Whether the formula is true in the model."""
        if isinstance(formula, bool):
            return formula
        return made.is_true(self._model.eval(formula, model_completion=True))


def _integers_of(model: z3.ModelRef) -> Iterator[int]:
    for declared in model.decls():
        found = model[declared]
        if isinstance(found, z3.FuncInterp):
            entries = (found.entry(index) for index in range(found.num_entries()))
            values = [entry.arg_value(index) for entry in entries for index in range(entry.num_args())]
        else:
            values = [found]
        yield from (value.as_long() for value in values if z3.is_int_value(value))
