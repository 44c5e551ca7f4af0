"""The vocabulary of invariants: the atoms over a few variables of each sort, taken from what the design and its claims read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import combinations, count, product

from honnin.compiler.formulas import statement_expressions
from honnin.compiler.product import NOW, Place, Product, place_name
from honnin.compiler.simplify import conjunction, substitute
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
    finite_values,
    rewrite,
    type_of,
    walk,
)

_UIDS = count(-1_000_000, -1)

MOST_ATOMS = 260
"""More atoms than these are not considered at a time: the simplest are kept."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The variables of the clauses that are looked for."""

    variables: tuple[Binder, ...]

    def of(self, type: Type) -> tuple[Expr, ...]:
        return tuple(variable(b) for b in self.variables if b.type == type)


def variable(binder: Binder) -> Var:
    return Var(binder, core.INT if isinstance(binder.type, RangeT) else binder.type)


def binder(type: Type, index: int) -> Binder:
    """A new variable, named after its type."""
    name = type.name.lower() if isinstance(type, EntityT | EnumT) else "n"
    return Binder(f"{name}{index}", next(_UIDS), type)


def by_place(expr: Expr, place: Callable[[str], str]) -> Expr:
    """The expression with every read of a state as a read of its place."""
    expr = rewrite(expr, lambda part: by_place(part, place))
    if isinstance(expr, core.StateRead):
        return VarRead(place(expr.state), expr.keys, expr.type)
    return expr


def guarded(expr: Expr) -> Expr:
    """The formula, false where a value that it needs is none."""
    needed = tuple(
        Compare("!=", node.body, Lit(None, type_of(node.body)))
        for node in walk(expr)
        if isinstance(node, Present)
    )
    # The innermost first: each may be needed by the next.
    return conjunction((*(guard for guard in reversed(needed)), expr))


# ---------------------------------------------------------------- what the sources read


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a product's formulas speak of. `shapes`: reads whose keys are themselves reads, with their free variables."""

    places: tuple[Place, ...]
    shapes: tuple[Expr, ...]
    formulas: tuple[Expr, ...]
    constants: Mapping[Type, tuple[Lit, ...]]
    sorts: tuple[Type, ...]


def vocabulary(prod: Product, hints: Iterable[Expr] = ()) -> Vocabulary:
    """What the design, its claims and `hints` speak of."""
    expressions = [*_expressions(prod), *hints]
    nodes = [node for expr in expressions for node in walk(expr)]
    shapes: dict[Expr, None] = {}
    for node in nodes:
        if isinstance(node, GivenRead) or (isinstance(node, VarRead) and not all(map(_is_simple, node.keys))):
            shapes[node] = None
    constants: dict[Type, dict[Lit, None]] = {}
    for node in nodes:
        if isinstance(node, Lit) and node.value is not None and not isinstance(node.type, BoolT | OptionalT):
            constants.setdefault(node.type, {})[node] = None
    places = tuple(p for p in prod.places if p.register is None or p.register.operator != "count")
    return Vocabulary(
        places,
        tuple(shapes),
        tuple(_quantified(expressions)),
        {type: tuple(found) for type, found in constants.items()},
        _sorts(prod, nodes),
    )


def _is_simple(key: Expr) -> bool:
    return isinstance(key, Var | Lit) or (isinstance(key, Lift) and isinstance(key.body, Var | Lit))


def _expressions(prod: Product) -> Iterator[Expr]:
    def design(name: str) -> str:
        return prod.state_place(name, None)

    for path in prod.paths:
        for expr in statement_expressions(path.body):
            yield by_place(expr, design)
    for stated in prod.system.properties:
        yield by_place(stated.condition, design)
    for machine in prod.machines:
        formulas = [f for check in machine.checks for f in (check.when, check.body)]
        formulas += [f for register in machine.registers for f in (register.set, register.hold)]
        formulas += [e for block in machine.specification.updates for e in statement_expressions(block.body)]
        yield from (by_place(formula, partial(place_name, machine)) for formula in formulas)


def _quantified(expressions: list[Expr]) -> Iterator[Expr]:
    seen: dict[Expr, None] = {}
    for expr in expressions:
        for node in walk(expr):
            if isinstance(node, core.Forall | core.Exists) and not any(
                isinstance(part, core.Atom | core.Old | core.Eventually | core.Count | core.Sum)
                for part in walk(node)
            ):
                seen[node] = None
    yield from seen


def _sorts(prod: Product, nodes: list[Expr]) -> tuple[Type, ...]:
    """The sorts that clauses quantify over: entities, and the enums and integers that are keys."""
    found: dict[Type, None] = {}
    for place in prod.places:
        for type in (*place.keys, place.value):
            if isinstance(type, EntityT) or (isinstance(type, EnumT) and type in place.keys):
                found[type] = None
        inner = place.value.inner if isinstance(place.value, OptionalT) else place.value
        if isinstance(inner, EntityT):
            found[inner] = None
    for given in prod.givens:
        for type in given.keys:
            if isinstance(type, EntityT):
                found[type] = None
    return tuple(found)


# ---------------------------------------------------------------- atoms


def terms(words: Vocabulary, budget: Budget) -> list[Expr]:
    """The reads over the budget's variables, the simplest first."""
    found: dict[Expr, None] = {variable(b): None for b in budget.variables}
    for place in words.places:
        if place.name == NOW:
            found[core.Now()] = None
            continue
        for keys in product(*(_keys(key, words, budget) for key in place.keys)):
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


def _keys(type: Type, words: Vocabulary, budget: Budget) -> list[Expr]:
    found: list[Expr] = list(budget.of(type))
    if isinstance(type, EntityT):
        return found
    if isinstance(type, OptionalT):
        return [Lit(None, type), *(Lift(key, type) for key in _keys(type.inner, words, budget))]
    values = None if isinstance(type, TextT) else finite_values(type)
    if values is not None and not found:
        kind = core.INT if isinstance(type, RangeT) else type
        return [Lit(value, kind) for value in values]
    return [*found, *words.constants.get(type, ())]


def instances(shape: Expr, budget: Budget) -> Iterator[Expr]:
    """The expression with its free variables replaced by the budget's, in every way."""
    free = _free(shape)
    for chosen in product(*(budget.of(b.type) for b in free)):
        yield substitute(shape, {b.uid: term for b, term in zip(free, chosen, strict=True)})


def _free(expr: Expr) -> tuple[Binder, ...]:
    bound = {node.binder.uid for node in walk(expr) if isinstance(node, core.Forall | core.Exists)}
    found = {
        node.binder.uid: node.binder
        for node in walk(expr)
        if isinstance(node, Var) and node.binder.uid not in bound
    }
    return tuple(found.values())


def atoms(words: Vocabulary, budget: Budget, *, quantified: bool) -> list[Expr]:
    """The atoms of a budget, the simplest first: no two say the same or the opposite by their form."""
    found: dict[Expr, None] = {}
    terms_there = terms(words, budget)
    for term in terms_there:
        for atom in _alone(term, words):
            found[guarded(atom)] = None
    for left, right in combinations(terms_there, 2):
        for atom in _pair(left, right):
            found[guarded(atom)] = None
    if quantified:
        for formula in words.formulas:
            for instance in instances(formula, budget):
                found[guarded(instance)] = None
    ordered = sorted(found, key=weight)
    return ordered[:MOST_ATOMS]


def _alone(term: Expr, words: Vocabulary) -> Iterator[Expr]:
    type = type_of(term)
    if isinstance(term, Var):
        type = term.binder.type
    if isinstance(type, OptionalT):
        yield Compare("==", term, Lit(None, type))
        if not isinstance(type.inner, BoolT):
            yield from _with_constants(term, type.inner, words, lambda c: Lift(c, type))
    elif isinstance(type, BoolT):
        yield term
    else:
        yield from _with_constants(term, type, words, lambda c: c)


def _with_constants(
    term: Expr, type: Type, words: Vocabulary, lift: Callable[[Expr], Expr]
) -> Iterator[Expr]:
    match type:
        case EnumT(members=members) if isinstance(term, VarRead) and term.variable.startswith("@"):
            process = term.variable[1:]
            labels = [core.AtLabel(process, term.keys, label) for label in members]
            for first, last in combinations(range(len(labels) + 1), 2):
                if last - first < len(labels):
                    yield labels[first] if last - first == 1 else core.Or(tuple(labels[first:last]))
        case EnumT(members=members):
            for member in members:
                yield Compare("==", term, lift(Lit(member, type)))
        case TextT():
            for constant in words.constants.get(type, ()):
                yield Compare("==", term, lift(constant))
        case core.IntT() | core.DurationT() | core.TimeT() | RangeT():
            optional = isinstance(lift(Lit(0, type)), Lift)
            for constant in words.constants.get(core.INT if isinstance(type, RangeT) else type, ()):
                yield Compare("==", term, lift(constant))
                if not optional:
                    yield Compare("<=", term, constant)
        case _:
            return


def _pair(left: Expr, right: Expr) -> Iterator[Expr]:
    a, b = type_of(left), type_of(right)
    inner_a = a.inner if isinstance(a, OptionalT) else a
    inner_b = b.inner if isinstance(b, OptionalT) else b
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
