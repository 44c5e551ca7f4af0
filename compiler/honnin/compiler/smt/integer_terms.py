"""The integers that an invariant may relate: counters, totals over maps, what a map holds at one value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from honnin.compiler.product import Place, Product, counter_type
from honnin.compiler.simplify import TRUE, free
from honnin.compiler.smt.atoms import binder, variable
from honnin.compiler.smt.structures import Structure
from honnin.compiler.smt.total_facts import canonical_total
from honnin.compiler.smt.vocabulary import Vocabulary
from honnin.spec import core
from honnin.spec.core import (
    INT,
    AtLabel,
    Binder,
    BoolT,
    Compare,
    Count,
    EntityT,
    Expr,
    GivenRead,
    If,
    IntT,
    Lit,
    OptionalT,
    RangeT,
    Sum,
    Type,
    Value,
    VarRead,
    base_type,
    walk,
)
from honnin.spec.records import dataclass

MOST_TERMS = 28
"""More integers than these are not related at a time: those that the design itself speaks of come first."""


@dataclass(frozen=True, slots=True)
class Family:
    """Integers over the same few variables; `variables` is empty where they are of the whole state.

    `main`: those that the design itself speaks of; the others are only of interest beside them.
    """

    variables: tuple[Binder, ...]
    terms: tuple[Expr, ...]
    main: frozenset[Expr]


def has_integers(prod: Product) -> bool:
    """Whether integers play a part in the design or its specifications' state."""
    return any(map(_is_integer, prod.places))


def has_totals(words: Vocabulary) -> bool:
    """Whether the design or its claims count or add up."""
    return any(isinstance(shape, Count | Sum) for shape in words.shapes)


def families(prod: Product, words: Vocabulary, *, totals: bool) -> Iterator[Family]:
    """The whole state's integers first, then those of one value of each entity. `totals`: also over every map."""
    main = dict.fromkeys((*_mentioned(words), *_scalars(prod)))
    said = {canonical(term) for term in main}
    derived = [term for term in _totals(prod) if canonical(term) not in said] if totals else []
    yield _family((), derived, tuple(main))
    plain = tuple(_plain_scalars(prod))
    for entity in (type for type in words.sorts if isinstance(type, EntityT)):
        one = binder(entity, 1)
        own = tuple(_held(prod, one))
        if own:
            yield _family((one,), (*_flags(prod, one), *plain), own)


def _family(variables: tuple[Binder, ...], others: Sequence[Expr], main: tuple[Expr, ...]) -> Family:
    """At most so many terms; the main ones last, so that equations say what they are."""
    main = main[:MOST_TERMS]
    return Family(variables, (*others[: MOST_TERMS - len(main)], *main), frozenset(main))


def _is_integer(place: Place) -> bool:
    inner = base_type(place.value)
    return place.origin in ("variable", "state") and isinstance(inner, IntT | RangeT)


def _plain_scalars(prod: Product) -> Iterator[Expr]:
    for place in prod.places:
        if not place.keys and _is_integer(place) and not isinstance(place.value, OptionalT):
            yield VarRead(place.name, (), INT)
    for given in prod.givens:
        if not given.keys and isinstance(given.value, IntT | RangeT):
            yield GivenRead(given.name, (), INT)


def _scalars(prod: Product) -> Iterator[Expr]:
    yield from _plain_scalars(prod)
    for place in prod.places:
        if not place.keys and isinstance(place.value, BoolT) and place.origin in ("variable", "state"):
            yield _as_number(VarRead(place.name, (), place.value))


def _as_number(condition: Expr) -> Expr:
    return If(condition, Lit(1, INT), Lit(0, INT), INT)


def _mentioned(words: Vocabulary) -> Iterator[Expr]:
    found: dict[Expr, Expr] = {}
    for shape in words.shapes:
        if isinstance(shape, Count | Sum) and not free(shape):
            found.setdefault(canonical(shape), shape)
    yield from found.values()


def _totals(prod: Product) -> Iterator[Expr]:
    """How many instances are at each label; of every map over entities: at how many keys it is set, what it adds up to."""
    for process in prod.system.processes:
        if process.parameters and all(isinstance(b.type, EntityT) for b in process.parameters):
            own = _fresh(tuple(b.type for b in process.parameters))
            for label in counter_type(process).members:
                yield Count(own, AtLabel(process.name, tuple(map(variable, own)), label))
    for place in prod.places:
        of_entities = place.keys and all(isinstance(key, EntityT) for key in place.keys)
        if of_entities and place.origin in ("variable", "state"):
            yield from _of_map(place)


def _fresh(types: tuple[Type, ...]) -> tuple[Binder, ...]:
    return tuple(binder(type, index) for index, type in enumerate(types, 1))


def _of_map(place: Place) -> Iterator[Expr]:
    own = _fresh(place.keys)
    read = VarRead(place.name, tuple(map(variable, own)), _read_type(place.value))
    match place.value:
        case BoolT():
            yield Count(own, read)
        case IntT() | RangeT():
            yield Sum(read, own, TRUE, INT)
        case OptionalT() as optional:
            yield Count(own, Compare("!=", read, Lit(None, optional)))
        case core.EnumT(members=members) as enum:
            for member in members:
                yield Count(own, Compare("==", read, Lit(member, enum)))
        case _:
            pass


def _read_type(type: Type) -> Type:
    return INT if isinstance(type, RangeT) else type


def _held(prod: Product, one: Binder) -> Iterator[Expr]:
    """The integers that maps hold at one value."""
    for place in prod.places:
        if place.keys == (one.type,) and _is_integer(place) and not isinstance(place.value, OptionalT):
            yield VarRead(place.name, (variable(one),), INT)


def _flags(prod: Product, one: Binder) -> Iterator[Expr]:
    """What is true of one value, as 0 or 1; of the labels all but the last, which is the rest."""
    for place in prod.places:
        is_flag = place.keys == (one.type,) and isinstance(place.value, BoolT)
        if is_flag and place.origin in ("variable", "state"):
            yield _as_number(VarRead(place.name, (variable(one),), place.value))
    for process in prod.system.processes:
        if tuple(b.type for b in process.parameters) == (one.type,):
            for label in counter_type(process).members[:-1]:
                yield _as_number(AtLabel(process.name, (variable(one),), label))


def canonical(term: Expr) -> Expr:
    """The same for closed totals that differ in the names of their variables only."""
    return canonical_total(term, ()) if isinstance(term, Count | Sum) else term


def known(term: Expr, structure: Structure, names: Mapping[int, Value]) -> int:
    """What such an integer is in a state in which everything is known."""
    match term:
        case If(condition=condition):
            return int(_is_true(condition, structure, names))
        case Count() | Sum():
            return structure.total(term, {})
        case VarRead(variable=place):
            found = structure.read(place, _keys(term, names))
            assert isinstance(found, int)
            return found
        case GivenRead(given=name):
            fact = structure.given(name, ())
            assert isinstance(fact, int)
            return fact
        case _:
            raise TypeError(f"{type(term).__name__} is no integer of a family")


def _is_true(condition: Expr, structure: Structure, names: Mapping[int, Value]) -> bool:
    match condition:
        case AtLabel(process=process, label=label):
            return structure.read(f"@{process}", _keys(condition, names)) == label
        case VarRead(variable=place):
            return structure.read(place, _keys(condition, names)) is True
        case _:
            raise TypeError(f"{type(condition).__name__} is no condition of a family")


def _keys(read: VarRead | AtLabel, names: Mapping[int, Value]) -> tuple[Value, ...]:
    return tuple(names[key.binder.uid] for key in read.keys if isinstance(key, core.Var))


def literals(words: Vocabulary) -> list[int]:
    """The integers that the design and its claims name."""
    named = (literal.value for type, group in words.constants.items() if type == INT for literal in group)
    return sorted({value for value in named if isinstance(value, int)})


def reads_numbers(expr: Expr) -> bool:
    """Whether the formula is over integers and reads places only."""
    return all(not isinstance(node, core.Now | core.Present | core.Atom) for node in walk(expr))
