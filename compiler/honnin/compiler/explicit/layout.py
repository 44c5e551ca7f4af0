"""How the explicit search holds a state: one flat tuple of cells, the same order for every state of a scope.

A cell holds a number: an entity value, an enum member or a Text by its index, a Bool, an Int. `NONE` is none. `LAZY` says that the
value (of a given, of an `= any`) has not been read yet: it is chosen when it is. A place with keys of an infinite type has
its other keys laid out in cells, each holding a sorted tuple of the entries that differ from the default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product as combinations
from math import inf, prod
from typing import Final, TypeAlias

from honnin.compiler.explicit.applicable import NotApplicable
from honnin.compiler.explicit.relevance import Relevance
from honnin.compiler.formulas import statement_expressions
from honnin.compiler.machine import Machine
from honnin.compiler.product import Place, Product
from honnin.compiler.simplify import literal_of
from honnin.spec.core import (
    BoolT,
    EntityT,
    EnumT,
    Expr,
    Given,
    Lit,
    OptionalT,
    RangeT,
    TextT,
    Type,
    Value,
    base_type,
    listable,
    walk,
)
from honnin.spec.records import dataclass, field

NONE: Final = -inf
LAZY: Final = inf

Entry: TypeAlias = tuple[tuple[float, ...], float]
Cell: TypeAlias = float | tuple[Entry, ...]
State: TypeAlias = tuple[Cell, ...]
Sizes: TypeAlias = tuple[int, ...]
"""How many values each entity has, in the order of `Vocabulary.entities`."""


def refuse_long(type: Type) -> None:
    """NotApplicable for a range with too many values to list."""
    kind = base_type(type)
    if isinstance(kind, RangeT) and not listable(kind):
        raise NotApplicable(f"the range {kind.low}..{kind.high} is too long to list")


def is_finite(type: Type) -> bool:
    """Whether a key of the type is laid out in cells."""
    return isinstance(base_type(type), EntityT | EnumT | BoolT | RangeT)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place or a given. `rest` is the literal that every key starts with; None where that is chosen (`lazy`) or computed.

    `dense`: the positions of the keys that are laid out in cells; `sparse`: of the others.
    """

    number: int
    name: str
    keys: tuple[Type, ...]
    value: Type
    initial: Expr | None
    rest: Lit | None
    dense: tuple[int, ...]
    sparse: tuple[int, ...]
    is_given: bool

    @property
    def lazy(self) -> bool:
        return self.initial is None


@dataclass(slots=True)
class Vocabulary:
    """What does not depend on the scope: the entities, the slots, and the literals of the product by number.

    Without `relevance` every place and given has a slot. `constants`: givens that are taken to be that everywhere.
    """

    product: Product
    relevance: Relevance | None
    constants: Mapping[str, bool]
    entities: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()
    texts: list[str] = field(default_factory=list)
    integers: tuple[int, ...] = ()
    by_name: Mapping[str, Slot] = field(default_factory=dict)
    givens: Mapping[str, Slot] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.entities = self.product.entities
        kept = [p for p in self.product.places if self.relevance is None or p.name in self.relevance.places]
        places = [_slot(number, place) for number, place in enumerate(kept)]
        read = [
            given
            for given in self.product.givens
            if given.name not in self.constants
            and (self.relevance is None or given.name in self.relevance.givens)
        ]
        givens = [_slot(number, given) for number, given in enumerate(read, start=len(places))]
        self.slots = (*places, *givens)
        self.by_name = {slot.name: slot for slot in places}
        self.givens = {slot.name: slot for slot in givens}
        self._read_literals()

    def matters(self, event: str, argument: int) -> bool:
        """Whether anything asked depends on this argument of the event."""
        return self.relevance is None or (event, argument) in self.relevance.arguments

    def _read_literals(self) -> None:
        numbers = {0, 1}
        for expr in expressions(self.product):
            for node in walk(expr):
                if (
                    isinstance(node, Lit)
                    and isinstance(node.value, str)
                    and isinstance(base_type(node.type), TextT)
                ):
                    self.text(node.value)
                elif isinstance(node, Lit) and isinstance(node.value, int):
                    numbers.update((node.value - 1, node.value, node.value + 1))
        self.texts += [text for text in ("text one", "text two") if text not in self.texts]
        self.integers = tuple(sorted(numbers, key=lambda n: (abs(n), n)))

    def cells(self, sizes: Sizes) -> int:
        """How many cells a state has in a scope."""
        return sum(prod(self.size(slot.keys[i], sizes) for i in slot.dense) for slot in self.slots)

    def size(self, type: Type, sizes: Sizes) -> int:
        """How many values a finite type has in a scope."""
        match type:
            case OptionalT(inner=inner):
                return self.size(inner, sizes) + 1
            case EntityT(name=name):
                return sizes[self.entities.index(name)]
            case EnumT(members=members):
                return len(members)
            case RangeT(low=low, high=high):
                return high - low + 1
            case _:
                return 2

    def refuse(self) -> None:
        """NotApplicable when the states of the product are not for the explicit search."""
        if self.product.timed:
            raise NotApplicable("it depends on time")
        for slot in self.slots:
            for key in slot.keys:
                refuse_long(key)
            if slot.sparse and slot.rest is None:
                raise NotApplicable(f"{slot.name} is arbitrary for infinitely many keys")

    def text(self, value: str) -> int:
        """The number of a Text."""
        if value not in self.texts:
            self.texts.append(value)
        return self.texts.index(value)

    def encode(self, value: Value, type: Type) -> float:
        """The cell that holds a literal of the type."""
        inner = base_type(type)
        if value is None:
            return NONE
        if isinstance(inner, EnumT) and isinstance(value, str):
            return inner.members.index(value)
        if isinstance(value, str):
            return self.text(value)
        return value


def _slot(number: int, of: Place | Given) -> Slot:
    initial, is_given = (of.initial, False) if isinstance(of, Place) else (None, True)
    dense = tuple(i for i, key in enumerate(of.keys) if is_finite(key))
    sparse = tuple(i for i in range(len(of.keys)) if i not in dense)
    return Slot(number, of.name, of.keys, of.value, initial, literal_of(initial), dense, sparse, is_given)


def expressions(product: Product) -> list[Expr]:
    """Every formula that the product may evaluate."""
    found: list[Expr] = [*product.system.init, *(stated.condition for stated in product.properties)]
    for path in product.paths:
        found += statement_expressions(path.body)
    found += [place.initial for place in product.places if place.initial is not None]
    for machine in product.machines:
        found += _machine_expressions(machine)
    return found


def _machine_expressions(machine: Machine) -> list[Expr]:
    found: list[Expr] = []
    for check in machine.checks:
        found += [check.when, check.body, *((check.initial,) if check.initial is not None else ())]
        found += [a for p in check.claim.patterns for a in p.arguments if isinstance(a, Lit)]
    for register in machine.registers:
        found += [register.set, register.hold]
    for update in machine.specification.updates:
        found += [update.when, *statement_expressions(update.body)]
        found += [a for p in update.patterns for a in p.arguments if isinstance(a, Lit)]
    return found


class Layout:
    """Where each slot's cells are in a scope, and what cells mean there."""

    def __init__(self, vocabulary: Vocabulary, sizes: Sizes) -> None:
        self.vocabulary = vocabulary
        self.sizes = sizes
        self.bases: list[int] = []
        self.strides: list[tuple[int, ...]] = []
        self.where: list[tuple[Slot, tuple[float, ...]]] = []
        for slot in vocabulary.slots:
            self.bases.append(len(self.where))
            domains = [self.domain(slot.keys[i]) for i in slot.dense]
            strides = [1] * len(domains)
            for i in reversed(range(len(domains) - 1)):
                strides[i] = strides[i + 1] * len(domains[i + 1])
            self.strides.append(tuple(strides))
            self.where += [(slot, keys) for keys in combinations(*domains)]

    def domain(self, type: Type) -> Sequence[float]:
        """The values of a finite type, as cells hold them; none last."""
        match type:
            case OptionalT(inner=inner):
                return (*self.domain(inner), NONE)
            case EntityT(name=name):
                return range(self.sizes[self.vocabulary.entities.index(name)])
            case EnumT(members=members):
                return range(len(members))
            case BoolT():
                return range(2)
            case RangeT(low=low, high=high):
                return range(low, high + 1)
            case _:
                raise NotApplicable(f"the values of {type} cannot be listed")

    def count(self, slot: Slot) -> int:
        """How many cells the slot has."""
        following = slot.number + 1
        end = self.bases[following] if following < len(self.bases) else len(self.where)
        return end - self.bases[slot.number]

    def blank(self) -> list[Cell]:
        """Every cell at rest; what is computed at the start is LAZY still."""
        return [self.rest(slot) for slot, _ in self.where]

    def rest(self, slot: Slot) -> Cell:
        if slot.sparse:
            return ()
        return LAZY if slot.rest is None else self.vocabulary.encode(slot.rest.value, slot.value)

    def decode(self, cell: float, type: Type, names: Mapping[str, tuple[Value, ...]]) -> Value:
        """The value in a cell, entity values by their names."""
        if cell == NONE:
            return None
        match base_type(type):
            case EntityT(name=name):
                return names[name][int(cell)]
            case EnumT(members=members):
                return members[int(cell)]
            case BoolT():
                return bool(cell)
            case TextT():
                return self.vocabulary.texts[int(cell)]
            case _:
                return int(cell)
