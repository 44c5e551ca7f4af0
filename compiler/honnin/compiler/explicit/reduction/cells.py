"""Which cells an expression is about, told before the state is known: a slot and, for each key, what is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from honnin.compiler.explicit.layout import Slot
from honnin.spec.core import RangeT, base_type
from honnin.spec.records import dataclass, field

_DEEPEST: Final = 2
"""Cells whose keys are held in cells whose keys are held in cells are not told apart."""


@dataclass(frozen=True, slots=True)
class Own:
    """A parameter of the process's instance that acts, by number."""

    number: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """A literal, as cells hold it."""

    value: float


@dataclass(frozen=True, slots=True)
class Held:
    """What a cell holds, and so much more."""

    cells: Cells
    more: int = 0


Key: TypeAlias = Own | Fixed | Held | None
"""None: any value."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a slot (by number) with these keys."""

    slot: int
    keys: tuple[Key, ...]

    @property
    def is_one(self) -> bool:
        return None not in self.keys


def depth(key: Key) -> int:
    return 1 + max(map(depth, key.cells.keys), default=0) if isinstance(key, Held) else 0


def increased(key: Key, more: int) -> Key:
    """So much more than the key."""
    match key:
        case Fixed(value=value):
            return Fixed(value + more)
        case Held():
            return Held(key.cells, key.more + more)
        case _:
            return None


def held(cells: Cells, slot: Slot) -> Key:
    """The key that a cell holds, if that can be told from a state."""
    if slot.lazy or isinstance(base_type(slot.value), RangeT) or not cells.is_one:
        return None
    key = Held(cells)
    return key if depth(key) <= _DEEPEST else None


def may_meet(one: Cells, other: Cells) -> bool:
    """Whether the two may have a cell in common."""
    return one.slot == other.slot and all(
        not (isinstance(mine, Fixed) and isinstance(theirs, Fixed)) or mine == theirs
        for mine, theirs in zip(one.keys, other.keys, strict=True)
    )


def inner(cells: Cells) -> Iterator[Cells]:
    """The cells that must be read to know which cells these are."""
    for key in cells.keys:
        if isinstance(key, Held):
            yield key.cells
            yield from inner(key.cells)


@dataclass(slots=True)
class Memory:
    """What a path has written so far, in terms of the state before it.

    `values`: of cells that are surely overwritten; `touched`: all that may be written, with what that depends on.
    """

    values: dict[Cells, Key] = field(default_factory=dict)
    touched: dict[Cells, frozenset[Cells]] = field(default_factory=dict)

    def copy(self) -> Memory:
        return Memory(dict(self.values), dict(self.touched))

    def write(self, cells: Cells, value: Key, reads: frozenset[Cells], surely: bool) -> None:
        for other in self.values:
            if may_meet(cells, other):
                self.values[other] = None
        self.touched[cells] = self.touched.get(cells, frozenset()) | reads
        if surely and cells.is_one:
            self.values[cells] = value

    def overwrites(self, cells: Cells) -> bool:
        return cells in self.values

    def read(self, cells: Cells) -> Iterator[Cells]:
        """The cells of the state before that a read of these depends on now."""
        if cells not in self.values:
            yield cells
        for other, reads in self.touched.items():
            if may_meet(cells, other):
                yield from reads

    def now(self, cells: Cells, slot: Slot) -> Key:
        """What the cell holds now."""
        if cells in self.values:
            return self.values[cells]
        if any(may_meet(cells, other) for other in self.touched):
            return None
        return held(cells, slot)

    def before(self, cells: Cells, slots: tuple[Slot, ...]) -> Cells:
        """The cells, told by the state now, told by the state before."""
        return Cells(cells.slot, tuple(self._key_before(key, slots) for key in cells.keys))

    def _key_before(self, key: Key, slots: tuple[Slot, ...]) -> Key:
        if not isinstance(key, Held):
            return key
        return increased(self.now(self.before(key.cells, slots), slots[key.cells.slot]), key.more)
