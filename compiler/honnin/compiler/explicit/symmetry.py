"""States up to a renaming of entity values: each state is brought to a form that most of its renamings share.

Values of one entity are sorted by what the state says of them, first without looking at the names of others, then with them.
Whatever the sorting decides, the result is a renaming of the state; where it decides badly two equal states stay apart,
which costs time only. Values of which the state says nothing come last.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import TypeAlias

from honnin.compiler.explicit.layout import LAZY, NONE, Cell, Layout, Sizes, State, base
from honnin.compiler.explicit.space import Known
from honnin.spec.core import EntityT, Type

Names: TypeAlias = tuple[tuple[int, ...], ...]
"""Per entity, the former value of each value."""

_Cells: TypeAlias = Callable[[list[Cell]], tuple[Cell, ...]]


class Symmetry:
    """Renames states of one layout. States may be given with values in any order."""

    def __init__(self, layout: Layout, sizes: Sizes) -> None:
        self.layout = layout
        self.sizes = sizes
        self._entities = [
            _Entity(layout, index, size)
            for index, size in enumerate(sizes)
            if size > 0 and _occurs(layout, index)
        ]
        self._entity_cells = sorted({cell for entity in self._entities for cell in entity.held_in})
        self._identity = tuple(tuple(range(size)) for size in sizes)

    def canonical(self, state: State) -> tuple[State, Known, Names]:
        """A renaming of the state, how many values of each entity it knows, and the former names."""
        names = list(self._identity)
        known = [0] * len(self.sizes)
        for rough in (True, False):
            for entity in self._entities:
                order, known[entity.index] = entity.order(state, self._blurred(state) if rough else None)
                if order is not None:
                    state = entity.renamed(state, order)
                    names[entity.index] = tuple(names[entity.index][old] for old in order)
        return state, tuple(known), tuple(names)

    def _blurred(self, state: State) -> list[Cell]:
        """The state without the names of entity values."""
        cells = list(state)
        for cell in self._entity_cells:
            value = cells[cell]
            if isinstance(value, tuple):
                cells[cell] = len(value)
            elif value != NONE and value != LAZY:
                cells[cell] = 0
        return cells


def _occurs(layout: Layout, entity: int) -> bool:
    """Whether a state can say anything of the entity's values."""
    name = layout.vocabulary.entities[entity]
    return any(_is(kind, name) for slot in layout.vocabulary.slots for kind in (*slot.keys, slot.value))


def _is(type: Type, entity: str) -> bool:
    inner = base(type)
    return isinstance(inner, EntityT) and inner.name == entity


class _Entity:
    """Where one entity's values are keys, and where they are values."""

    def __init__(self, layout: Layout, index: int, size: int) -> None:
        self.index = index
        self.size = size
        self._layout = layout
        self._name = layout.vocabulary.entities[index]
        self._gathers: dict[tuple[int, ...], _Cells] = {}
        self.held_in = [cell for cell, (slot, _) in enumerate(layout.where) if _is(slot.value, self._name)]
        self._keyed_slots = {slot.number for slot in layout.vocabulary.slots if self._positions(slot.keys)}
        alone: list[list[int]] = [[] for _ in range(size)]
        shared: list[list[int]] = [[] for _ in range(size)]
        for cell, (slot, keys) in enumerate(layout.where):
            entities = [i for i in slot.dense if isinstance(base(slot.keys[i]), EntityT)]
            mine = {
                int(key) for i, key in zip(slot.dense, keys, strict=True) if self._is_mine(slot.keys[i], key)
            }
            for value in mine:
                (alone if len(entities) == 1 else shared)[value].append(cell)
        self._alone = [_getter(cells) for cells in alone]
        self._shared = [_getter([c for c in cells if not layout.where[c][0].sparse]) for cells in shared]
        rest = layout.blank()
        self._rest = [
            (get_a(rest), get_s(rest)) for get_a, get_s in zip(self._alone, self._shared, strict=True)
        ]
        self._always_known = [
            any(not _at_rest(layout, cell) for cell in (*a, *s)) for a, s in zip(alone, shared, strict=True)
        ]
        self._all = [(*a, *s) for a, s in zip(alone, shared, strict=True)]
        self._sparse_shared = [[c for c in cells if layout.where[c][0].sparse] for cells in shared]

    def _positions(self, keys: tuple[Type, ...]) -> list[int]:
        return [i for i, key in enumerate(keys) if _is(key, self._name)]

    def _is_mine(self, type: Type, key: float) -> bool:
        return _is(type, self._name) and key != NONE

    # ------------------------------------------------------------ order

    def order(self, state: State, blurred: list[Cell] | None) -> tuple[tuple[int, ...] | None, int]:
        """The former value of each value, None when all stay; and how many are known.

        With `blurred` (the state without names) nothing depends on the present names.
        """
        found = self._found(state, blurred is not None)
        cells = self._own_blurred(state) if blurred is None else blurred
        plain = list(state)
        keys = []
        for value in range(self.size):
            alone, shared = self._alone[value](cells), self._shared[value](cells)
            blank = not found[value] and not self._always_known[value] and self._is_blank(plain, value)
            many = tuple(sorted(shared)) if shared else ()
            keys.append((blank, alone, many, found[value], value))
        keys.sort()
        order = tuple(key[-1] for key in keys)
        known = sum(not key[0] for key in keys)
        return (None if order == tuple(range(self.size)) else order), known

    def _is_blank(self, cells: list[Cell], value: int) -> bool:
        if (self._alone[value](cells), self._shared[value](cells)) != self._rest[value]:
            return False
        return all(cells[cell] == () for cell in self._sparse_shared[value])

    def _found(self, state: State, rough: bool) -> list[list[int]]:
        """Per value, where it is held: the cells, or the slots only where the cell's index depends on names."""
        found: list[list[int]] = [[] for _ in range(self.size)]
        for cell in self.held_in:
            held = state[cell]
            slot = self._layout.where[cell][0].number
            mark = ~slot if rough or slot in self._keyed_slots else cell
            for value in (v for _, v in held) if isinstance(held, tuple) else (held,):
                if value != NONE and value != LAZY:
                    found[int(value)].append(mark)
        if rough:
            for marks in found:
                marks.sort()
        return found

    def _own_blurred(self, state: State) -> list[Cell]:
        """The state without this entity's names in cells that it is itself a key of."""
        cells = list(state)
        for cell in self.held_in:
            slot = self._layout.where[cell][0]
            if slot.number in self._keyed_slots:
                held = cells[cell]
                if isinstance(held, tuple):
                    cells[cell] = len(held)
                elif held != NONE and held != LAZY:
                    cells[cell] = 0
        return cells

    # ------------------------------------------------------------ renaming

    def renamed(self, state: State, order: tuple[int, ...]) -> State:
        """The state in which value v is what was `order[v]`."""
        gather = self._gathers.get(order)
        if gather is None:
            gather = self._gathers[order] = self._gather(order)
        cells = list(gather(list(state)))
        new = [0] * self.size
        for value, former in enumerate(order):
            new[former] = value
        for cell in self.held_in:
            held = cells[cell]
            if isinstance(held, tuple):
                cells[cell] = tuple((key, v if v == NONE else new[int(v)]) for key, v in held)
            elif held != NONE and held != LAZY:
                cells[cell] = new[int(held)]
        return tuple(cells)

    def _gather(self, order: tuple[int, ...]) -> _Cells:
        """Where each cell's content was."""
        layout = self._layout
        cells = {(slot.number, keys): cell for cell, (slot, keys) in enumerate(layout.where)}
        source = []
        for slot, keys in layout.where:
            former = tuple(
                order[int(key)] if self._is_mine(slot.keys[i], key) else key
                for i, key in zip(slot.dense, keys, strict=True)
            )
            source.append(cells[slot.number, former])
        return _getter(source)


def _at_rest(layout: Layout, cell: int) -> bool:
    """Whether the cell starts with a content that is the same in every state."""
    slot = layout.where[cell][0]
    return slot.lazy or slot.rest is not None


def _getter(cells: list[int]) -> _Cells:
    """The contents of these cells, as a tuple."""
    if len(cells) == 0:
        return lambda state: ()
    if len(cells) == 1:
        only = cells[0]
        return lambda state: (state[only],)
    get = itemgetter(*cells)
    return lambda state: get(state)
