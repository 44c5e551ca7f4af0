"""The vocabulary of invariants: the atoms over a few variables of each sort, taken from what the design and its claims read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, count, product

from honnin.compiler.product import NOW, Place
from honnin.compiler.simplify import conjunction, free, substitute
from honnin.compiler.smt.vocabulary import Vocabulary
from honnin.spec import core
from honnin.spec.core import (
    Binder,
    BoolT,
    Compare,
    EntityT,
    EnumT,
    Expr,
    GivenRead,
    Lift,
    Lit,
    OptionalT,
    Present,
    RangeT,
    TextT,
    Type,
    Var,
    VarRead,
    base_type,
    finite_values,
    type_of,
    walk,
)
from honnin.spec.records import dataclass

_UIDS = count(-1_000_000, -1)

MOST_ATOMS = 260
"""More atoms than these are not considered at a time: the simplest are kept."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The variables of the clauses that are looked for, and what is read of them in place of sorts that have no variable."""

    variables: tuple[Binder, ...]
    functions: tuple[Expr, ...] = ()

    def of(self, type: Type) -> tuple[Expr, ...]:
        """The terms of the type: its variables; where it has none, what the functions give for variables of their keys."""
        own = self._variables(type)
        return own or tuple(
            term for shape in self.functions if type_of(shape) == type for term in self._read(shape)
        )

    def _variables(self, type: Type) -> tuple[Expr, ...]:
        return tuple(variable(b) for b in self.variables if b.type == type)

    def _read(self, shape: Expr) -> Iterator[Expr]:
        return instances_of(shape, self._variables)


def variable(binder: Binder) -> Var:
    return Var(binder, core.INT if isinstance(binder.type, RangeT) else binder.type)


def binder(type: Type, index: int) -> Binder:
    """A new variable, named after its type."""
    name = type.name.lower() if isinstance(type, EntityT | EnumT) else "n"
    return Binder(f"{name}{index}", next(_UIDS), type)


def guarded(expr: Expr) -> Expr:
    """The formula, false where a value that it needs is none."""
    # The innermost first: each may be needed by the next.
    return conjunction((*_needed(expr, frozenset()), expr))


def _needed(expr: Expr, bound: frozenset[int]) -> Iterator[Expr]:
    """The presences that the formula needs, but those that speak of variables bound in it: there it says so itself."""
    match expr:
        case core.Forall() | core.Exists():
            bound |= {expr.binder.uid}
        case core.Count() | core.Sum():
            bound |= {b.uid for b in expr.binders}
        case _:
            pass
    for part in core.children(expr):
        yield from _needed(part, bound)
    if isinstance(expr, Present) and not free(expr) & bound:
        yield Compare("!=", expr.body, Lit(None, type_of(expr.body)))


# ---------------------------------------------------------------- atoms


def terms(words: Vocabulary, budget: Budget) -> list[Expr]:
    """The reads over the budget's variables, the simplest first."""
    found: dict[Expr, None] = {variable(b): None for b in budget.variables}
    for place in words.places:
        if place.name == NOW:
            found[core.Now()] = None
            continue
        for keys in product(*(_keys(key, place, words, budget) for key in place.keys)):
            found[VarRead(place.name, keys, _read_type(place.value))] = None
    for shape in words.shapes:
        for instance in instances(shape, budget):
            found[instance] = None
    return list(found)


def _read_type(type: Type) -> Type:
    if isinstance(type, RangeT):
        return core.INT
    if isinstance(type, OptionalT) and isinstance(type.inner, RangeT):
        return OptionalT(core.INT)
    return type


def _keys(type: Type, place: Place, words: Vocabulary, budget: Budget) -> list[Expr]:
    """What a key of the place may be: variables; the values of an enum or a range, the literals that stand there."""
    found: list[Expr] = list(budget.of(type))
    if isinstance(type, EntityT):
        return found
    if isinstance(type, OptionalT):
        return [Lit(None, type), *(Lift(key, type) for key in _keys(type.inner, place, words, budget))]
    values = None if isinstance(type, TextT) else finite_values(type)
    if values is not None and not found:
        kind = core.INT if isinstance(type, RangeT) else type
        return [Lit(value, kind) for value in values]
    literals = words.constants.get(type, ()) if place.machine is not None else words.keyed.get(place.name, ())
    return [*found, *(literal for literal in literals if literal.type == type)]


def instances(shape: Expr, budget: Budget) -> Iterator[Expr]:
    """The expression with its free variables replaced by the budget's terms, in every way."""
    return instances_of(shape, budget.of)


def instances_of(shape: Expr, terms_of: Callable[[Type], Sequence[Expr]]) -> Iterator[Expr]:
    """The expression with its free variables replaced by terms of their types, in every way."""
    binders = _free(shape)
    for chosen in product(*(terms_of(b.type) for b in binders)):
        yield substitute(shape, {b.uid: term for b, term in zip(binders, chosen, strict=True)})


def _free(expr: Expr) -> tuple[Binder, ...]:
    bound = {node.binder.uid for node in walk(expr) if isinstance(node, core.Forall | core.Exists)}
    bound |= {b.uid for node in walk(expr) if isinstance(node, core.Count | core.Sum) for b in node.binders}
    found = {
        node.binder.uid: node.binder
        for node in walk(expr)
        if isinstance(node, Var) and node.binder.uid not in bound
    }
    return tuple(found.values())


def atoms(words: Vocabulary, budget: Budget, *, quantified: bool, projected: bool = False) -> list[Expr]:
    """The atoms of a budget, the simplest first: no two say the same or the opposite by their form."""
    found: dict[Expr, None] = {}
    terms_there = terms(words, budget)
    for term in terms_there:
        for atom in alone(term, words):
            found[guarded(atom)] = None
    for left, right in combinations(terms_there, 2):
        for atom in pair(left, right):
            found[guarded(atom)] = None
    for comparison in words.comparisons:
        for instance in instances(comparison, budget):
            found[guarded(instance)] = None
    formulas = (*(words.formulas if quantified else ()), *(words.projections if projected else ()))
    for formula in formulas:
        for instance in instances(formula, budget):
            found[guarded(instance)] = None
    ordered = sorted(found, key=weight)
    return ordered[:MOST_ATOMS]


def alone(term: Expr, words: Vocabulary, *, unions: bool = True) -> Iterator[Expr]:
    """The atoms that one read makes by itself. `unions`: also that a process is at one of several labels in a row."""
    type = type_of(term)
    if isinstance(term, Var):
        type = term.binder.type
    if isinstance(type, OptionalT):
        yield Compare("==", term, Lit(None, type))
        yield from _with_constants(term, type.inner, words, unions, lambda c: Lift(c, type))
    elif isinstance(type, BoolT):
        yield term
    else:
        yield from _with_constants(term, type, words, unions, lambda c: c)


def _with_constants(
    term: Expr, type: Type, words: Vocabulary, unions: bool, lift: Callable[[Expr], Expr]
) -> Iterator[Expr]:
    match type:
        case EnumT(members=members) if isinstance(term, VarRead) and term.variable.startswith("@"):
            process = term.variable[1:]
            labels = [core.AtLabel(process, term.keys, label) for label in members]
            for first, last in combinations(range(len(labels) + 1), 2):
                if last - first < (len(labels) if unions else 2):
                    yield labels[first] if last - first == 1 else core.Or(tuple(labels[first:last]))
        case EnumT() | BoolT():
            for value in finite_values(type) or ():
                yield Compare("==", term, lift(Lit(value, type)))
        case core.IntT() | core.DurationT() | core.TimeT() | RangeT() | TextT():
            optional = isinstance(lift(Lit(0, type)), Lift)
            for constant in _literals(term, words):
                yield Compare("==", term, lift(constant))
                if not optional and not isinstance(type, TextT):
                    yield Compare("<=", term, constant)
        case _:
            return


def _literals(term: Expr, words: Vocabulary) -> tuple[Lit, ...]:
    """The literals that the values read are compared with or assigned."""
    match term:
        case VarRead(variable=name) | GivenRead(given=name):
            return words.compared.get(name, ())
        case _:
            return ()


def pair(left: Expr, right: Expr) -> Iterator[Expr]:
    """The atoms that compare two reads."""
    a, b = type_of(left), type_of(right)
    inner_a = base_type(a)
    inner_b = base_type(b)
    if inner_a != inner_b or isinstance(inner_a, BoolT) or _is_counter(left, right):
        return
    if isinstance(a, OptionalT) and not isinstance(b, OptionalT):
        yield Compare("==", left, Lift(right, a))
    elif isinstance(b, OptionalT) and not isinstance(a, OptionalT):
        yield Compare("==", Lift(left, b), right)
    else:
        yield Compare("==", left, right)
    if isinstance(inner_a, core.IntT | core.TimeT | core.DurationT):
        one = Present(left, inner_a) if isinstance(a, OptionalT) else left
        other = Present(right, inner_b) if isinstance(b, OptionalT) else right
        yield Compare("<=", one, other)
        yield Compare("<=", other, one)


def _is_counter(*sides: Expr) -> bool:
    return any(isinstance(side, VarRead) and side.variable.startswith("@") for side in sides)


def weight(literal: Expr) -> float:
    """How complicated a literal is to read and to reason about; of two that say much the same, the stronger is the lighter."""
    inside = literal.body if isinstance(literal, core.Not) else literal
    if isinstance(inside, core.Or) and all(isinstance(item, core.AtLabel) for item in inside.items):
        return 4 + len(inside.items) / (20 if inside is literal else -20)
    nodes = sum(1 for _ in walk(inside))
    quantifiers = sum(isinstance(node, core.Forall | core.Exists) for node in walk(inside))
    return nodes + 6 * quantifiers
