"""What a design and its claims speak of: the material of which the atoms of invariants are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

from honnin.compiler.deadlines import due
from honnin.compiler.explicit.relevance import relevance
from honnin.compiler.formulas import assignments, statement_expressions
from honnin.compiler.machine import Check, Machine
from honnin.compiler.product import NOW, Place, Product, latest_name, place_name
from honnin.compiler.simplify import free, substitute
from honnin.spec import core
from honnin.spec.core import (
    Binder,
    BoolT,
    Compare,
    EntityT,
    EnumT,
    Exists,
    Expr,
    GivenRead,
    Lift,
    Lit,
    OptionalT,
    Property,
    Type,
    Var,
    VarRead,
    base_type,
    rewrite,
    type_of,
    walk,
)
from honnin.spec.records import dataclass

_Key = TypeVar("_Key")


def by_place(expr: Expr, place: Callable[[str], str]) -> Expr:
    """The expression with every read of a state as a read of its place."""
    expr = rewrite(expr, lambda part: by_place(part, place))
    if isinstance(expr, core.StateRead):
        return VarRead(place(expr.state), expr.keys, expr.type)
    return expr


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a product's formulas speak of.

    `shapes`: reads whose keys are themselves reads, with their free variables; `comparisons`: those that do arithmetic;
    `formulas`: those with quantifiers; `projections`: that one of these is true of some value of a variable. `constants`: every literal by its type. `compared`: by place or given, the literals that its
    values are compared with or assigned. `keyed`: by place of the design, the literals among its keys. `sorts`: what clauses
    quantify over. `functions`: reads that give an element for elements or for nothing, with their free variables.
    """

    places: tuple[Place, ...]
    shapes: tuple[Expr, ...]
    comparisons: tuple[Expr, ...]
    formulas: tuple[Expr, ...]
    projections: tuple[Expr, ...]
    constants: Mapping[Type, tuple[Lit, ...]]
    compared: Mapping[str, tuple[Lit, ...]]
    keyed: Mapping[str, tuple[Lit, ...]]
    sorts: tuple[Type, ...]
    functions: tuple[Expr, ...]


def vocabulary(prod: Product, properties: tuple[Property, ...], hints: Sequence[Expr] = ()) -> Vocabulary:
    """What the design, its claims, these properties and `hints` speak of, as far as it matters to any of these."""
    places = tuple(_that_matter(prod, properties, hints))
    unheeded = {place.name for place in prod.places}.difference(place.name for place in places)
    expressions = [*_expressions(prod), *hints]
    nodes = [node for expr in expressions for node in walk(expr) if not _reads(node, unheeded)]
    formulas = tuple(dict.fromkeys(node for node in nodes if _is_quantified(node)))
    constants: dict[Type, tuple[Lit, ...]] = _grouped(
        (node.type, node)
        for node in nodes
        if isinstance(node, Lit) and node.value is not None and not isinstance(node.type, BoolT | OptionalT)
    )
    return Vocabulary(
        places,
        tuple(dict.fromkeys((*filter(_is_shape, nodes), *_reported(prod, unheeded)))),
        tuple(dict.fromkeys(node for node in nodes if _is_comparison(node))),
        formulas,
        tuple(dict.fromkeys(_projections(formulas))),
        constants,
        _grouped([*_compared(nodes), *_assigned(prod, constants)]),
        _grouped(
            (node.variable, key)
            for node in nodes
            if isinstance(node, VarRead)
            for key in node.keys
            if isinstance(key, Lit)
        ),
        _sorts(prod, places),
        tuple(_functions(prod, places)),
    )


def _that_matter(prod: Product, properties: tuple[Property, ...], hints: Sequence[Expr]) -> Iterator[Place]:
    """The places that what is asked depends on, the latest dates of counts and the time among them."""
    known = relevance(prod, properties, (*hints, *_overdue(prod))).places
    dates = {
        place_name(prod.machines[place.machine or 0], latest_name(place.register))
        for place in prod.places
        if place.register is not None and place.name in known
    }
    return (place for place in prod.places if place.name in {*known, *dates, NOW})


def _overdue(prod: Product) -> Iterator[Expr]:
    """That something has been owed for too long, for each deadline."""
    for machine in prod.machines:
        found = (due(check, machine) for check in machine.checks)
        yield from (by_place(d.overdue, partial(place_name, machine)) for d in found if d is not None)


def _reads(expr: Expr, places: set[str]) -> bool:
    return bool(places) and any(isinstance(node, VarRead) and node.variable in places for node in walk(expr))


def _grouped(pairs: Iterable[tuple[_Key, Lit]]) -> dict[_Key, tuple[Lit, ...]]:
    found: dict[_Key, dict[Lit, None]] = {}
    for key, literal in pairs:
        found.setdefault(key, {})[literal] = None
    return {key: tuple(literals) for key, literals in found.items()}


def _is_shape(node: Expr) -> bool:
    if isinstance(node, core.Count | core.Sum):
        return not any(isinstance(part, core.Atom | core.Old | core.Now) for part in walk(node))
    return isinstance(node, GivenRead) or (isinstance(node, VarRead) and not all(map(_is_simple, node.keys)))


def _reported(prod: Product, unheeded: set[str]) -> Iterator[Expr]:
    """The states that claims read at integers of an event, as the design reports them: at a read of its own."""
    states = {place.name for place in prod.places if place.origin == "state"} - unheeded
    for path in prod.paths:
        for emit in (statement for statement in path.body if isinstance(statement, core.Emit)):
            told = [
                by_place(argument, lambda name: prod.state_place(name, None)) for argument in emit.arguments
            ]
            for machine, check, pattern in _watching(prod, emit.event):
                names = {
                    bound.uid: argument
                    for bound, argument in zip(pattern.arguments, told, strict=True)
                    if isinstance(bound, Binder)
                }
                for formula in (check.when, check.body):
                    for node in walk(by_place(formula, partial(place_name, machine))):
                        if (
                            isinstance(node, VarRead)
                            and node.variable in states
                            and core.INT in map(type_of, node.keys)
                        ):
                            read = substitute(node, names)
                            if _is_shape(read) and not _reads(read, unheeded):
                                yield read


def _watching(prod: Product, event: str) -> Iterator[tuple[Machine, Check, core.Pattern]]:
    """The claims about an event."""
    for machine in prod.machines:
        for check in machine.checks:
            for pattern in check.claim.patterns:
                if pattern.event == event:
                    yield machine, check, pattern


def _is_simple(key: Expr) -> bool:
    return isinstance(key, Var | Lit) or (isinstance(key, Lift) and isinstance(key.body, Var | Lit))


_OF_EVENTS = (core.Atom, core.Old, core.Eventually, core.Count, core.Sum)


def _is_comparison(node: Expr) -> bool:
    inside = list(walk(node))
    return (
        isinstance(node, Compare)
        and any(isinstance(part, core.Arithmetic) for part in inside)
        and not any(isinstance(part, _OF_EVENTS) for part in inside)
    )


def _is_quantified(node: Expr) -> bool:
    return isinstance(node, core.Forall | core.Exists) and not any(
        isinstance(part, _OF_EVENTS) for part in walk(node)
    )


def _projections(formulas: Sequence[Expr]) -> Iterator[Expr]:
    """That one of the formulas is true of some value of one of its variables: of some quorum, say."""
    for node in formulas:
        unbound = free(node)
        variables = {
            n.binder.uid: n.binder for n in walk(node) if isinstance(n, Var) and n.binder.uid in unbound
        }
        for one in variables.values():
            if isinstance(one.type, EntityT):
                yield Exists(one, node)


def _compared(nodes: Iterable[Expr]) -> Iterator[tuple[str, Lit]]:
    """What stands beside a literal of its type in a comparison."""
    for node in nodes:
        if isinstance(node, Compare):
            for side, other in ((node.left, node.right), (node.right, node.left)):
                for literal in walk(other):
                    if isinstance(literal, Lit) and literal.value is not None:
                        yield from ((name, literal) for name in _names(side, literal.type))


def _names(expr: Expr, type: Type) -> Iterator[str]:
    for node in walk(expr):
        if isinstance(node, VarRead | GivenRead) and node.type in (type, OptionalT(type)):
            yield node.variable if isinstance(node, VarRead) else node.given


def _assigned(prod: Product, constants: Mapping[Type, tuple[Lit, ...]]) -> Iterator[tuple[str, Lit]]:
    """The literals that places begin with or are given; a state of a specification may be given any that an event carries."""
    for place in prod.places:
        if isinstance(place.initial, Lit) and place.initial.value is not None:
            yield place.name, place.initial
        if place.origin == "state":
            yield from ((place.name, literal) for literal in constants.get(place.value, ()))
    for path in prod.paths:
        for assign in assignments(path.body):
            value = assign.value.body if isinstance(assign.value, Lift) else assign.value
            if isinstance(value, Lit) and value.value is not None and assign.operator == ":=":
                yield assign.place, value


def _expressions(prod: Product) -> Iterator[Expr]:
    def design(name: str) -> str:
        return prod.state_place(name, None)

    for path in prod.paths:
        for expr in statement_expressions(path.body):
            yield by_place(expr, design)
    for stated in prod.properties:
        yield by_place(stated.condition, design)
    for machine in prod.machines:
        formulas = [f for check in machine.checks for f in (check.when, check.body)]
        formulas += [f for register in machine.registers for f in (register.set, register.hold)]
        formulas += [e for block in machine.specification.updates for e in statement_expressions(block.body)]
        yield from (by_place(formula, partial(place_name, machine)) for formula in formulas)
    yield from _overdue(prod)


def _sorts(prod: Product, places: Sequence[Place]) -> tuple[Type, ...]:
    """The sorts that clauses quantify over: entities, and the enums and integers that are keys."""
    found: dict[Type, None] = {}
    for place in places:
        for type in (*place.keys, place.value):
            inner = base_type(type)
            if isinstance(inner, EntityT) or (isinstance(type, EnumT | core.IntT) and type in place.keys):
                found[inner] = None
    for given in prod.givens:
        found.update((type, None) for type in given.keys if isinstance(type, EntityT))
    return tuple(found)


def _functions(prod: Product, places: Sequence[Place]) -> Iterator[Expr]:
    """The reads of places and givens that give an element for elements, or one for all."""
    for place in places:
        if _is_function(place.keys, place.value):
            yield VarRead(place.name, _keys(place.keys), place.value)
    for given in prod.givens:
        if _is_function(given.keys, given.value):
            yield GivenRead(given.name, _keys(given.keys), given.value)


def _is_function(keys: Sequence[Type], value: Type) -> bool:
    return all(isinstance(type, EntityT) for type in (*keys, value))


def _keys(types: Sequence[Type]) -> tuple[Var, ...]:
    return tuple(Var(Binder(f"k{index}", -index, type), type) for index, type in enumerate(types, start=1))
