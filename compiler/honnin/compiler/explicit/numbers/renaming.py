"""States up to a renaming of numbers that are only names.

Let m be the least that a counter holds. A number below m is never drawn again: nothing can tell it from another such number but
where it is held, so these are numbered anew, by where they are held. Numbers from m on may still be drawn, each after so many steps: they stay
in order and at their distances, and are only shifted so that m is always the same. A literal stays what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from honnin.compiler.explicit.layout import LAZY, NONE, Cell, Layout, Slot, State
from honnin.compiler.explicit.numbers.names import NumberNames
from honnin.spec.core import EntityT, base_type
from honnin.spec.records import dataclass

_Mark: TypeAlias = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Entries:
    """A cell that holds entries: which parts of their keys are names, and whether what they hold is."""

    cell: int
    slot: Slot
    parts: tuple[int, ...]
    holds: bool
    holds_entity: bool


class Renaming:
    """Renames the numbers of one sort in the states of one layout."""

    def __init__(self, layout: Layout, names: NumberNames) -> None:
        self._literals = names.literals
        self._counters: list[int] = []
        self._held: list[tuple[int, int]] = []
        self._entries: list[_Entries] = []
        for cell, (slot, _) in enumerate(layout.where):
            parts = tuple(place for place, i in enumerate(slot.sparse) if (slot.number, i) in names.keys)
            if slot.number in names.counters:
                self._counters.append(cell)
            elif slot.sparse and (parts or slot.number in names.held):
                is_entity = isinstance(base_type(slot.value), EntityT)
                self._entries.append(_Entries(cell, slot, parts, slot.number in names.held, is_entity))
            elif slot.number in names.held:
                self._held.append((cell, slot.number))
        self.cells = [*self._counters, *(cell for cell, _ in self._held), *(e.cell for e in self._entries)]

    def renamed(self, state: State, rough: bool) -> State:
        """The state with its numbers named by where they are held; `rough`: whatever the names of entity values are."""
        least = self.least(h for cell in self._counters if (h := _number(state, cell)) != NONE)
        found: dict[float, list[_Mark]] = {}
        for number, mark in self._found(state, rough):
            if number < least and number not in self._literals:
                found.setdefault(number, []).append(mark)
        above = max(self._literals, default=-1) + 1
        shift = 0.0 if least == LAZY or above > least else least - above
        floor = min(0, *self._literals, 0 if least == LAZY else int(least - shift))
        order = sorted((sorted(marks), number) for number, marks in found.items())
        new: dict[float, float] = {number: floor - 1 - i for i, (_, number) in enumerate(order)}
        if not shift and all(number == name for number, name in new.items()):
            return state
        return self._with(state, _New(new, least, int(shift)))

    @staticmethod
    def least(held: Iterable[float]) -> float:
        """The least number that may still be drawn, when counters hold these."""
        return min(held, default=LAZY)

    def _found(self, state: State, rough: bool) -> Iterator[tuple[float, _Mark]]:
        """Every name in the state, counters aside, with where it is held."""
        for cell, slot in self._held:
            number = _number(state, cell)
            if number != NONE:
                yield number, (slot if rough else cell,)
        for entries in self._entries:
            where = entries.slot.number if rough else entries.cell
            content = state[entries.cell]
            assert isinstance(content, tuple)
            for key, value in content:
                blurred = entries.holds or (rough and entries.holds_entity)
                shown = 0 if blurred and value != NONE else value
                for part in entries.parts:
                    if key[part] != NONE:
                        yield key[part], (where, part, shown)
                if entries.holds and value != NONE:
                    yield value, (where, -1, 0)

    def _with(self, state: State, new: _New) -> State:
        cells: list[Cell] = list(state)
        for cell in self._counters:
            cells[cell] = new(_number(state, cell))
        for cell, _ in self._held:
            cells[cell] = new(_number(state, cell))
        for entries in self._entries:
            content = state[entries.cell]
            assert isinstance(content, tuple)
            cells[entries.cell] = tuple(
                sorted(
                    (
                        tuple(new(k) if i in entries.parts else k for i, k in enumerate(key)),
                        new(value) if entries.holds else value,
                    )
                    for key, value in content
                )
            )
        return tuple(cells)


@dataclass(frozen=True, slots=True)
class _New:
    """The new name of each number."""

    names: dict[float, float]
    least: float
    shift: int

    def __call__(self, number: float) -> float:
        if number >= self.least and number != LAZY:
            return number - self.shift
        return self.names.get(number, number)


def _number(state: State, cell: int) -> float:
    number = state[cell]
    assert not isinstance(number, tuple)
    return number
