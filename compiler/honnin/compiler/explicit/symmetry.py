"""States up to a renaming of entity values: each state is brought to a form that most of its renamings share.

Values of one entity are sorted by what the state says of them, first without looking at the names of others, then with them.
Whatever the sorting decides, the result is a renaming of the state; where it decides badly two equal states stay apart,
which costs time only. Values of which the state says nothing come last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import TypeAlias

from honnin.compiler.explicit.layout import LAZY, NONE, Cell, Layout, Sizes, Slot, State
from honnin.compiler.explicit.numbers.renaming import Renaming
from honnin.spec.core import EntityT, Type, base_type

Known: TypeAlias = tuple[int, ...]
"""Per entity, how many values are known: the others are interchangeable."""

Names: TypeAlias = tuple[tuple[int, ...], ...]
"""Per entity, the former value of each value."""

_Cells: TypeAlias = Callable[[State], tuple[Cell, ...]]
_Says: TypeAlias = tuple[_Cells, _Cells, tuple[tuple[Cell, ...], tuple[Cell, ...]] | None]


class Symmetry:
    """Renames states of one layout. States may be given with values in any order.

    `numbers`: what renames numbers that are only names; `rest`: a state that says nothing of any value.
    """

    def __init__(self, layout: Layout, sizes: Sizes, numbers: Sequence[Renaming], rest: State) -> None:
        self.layout = layout
        self.sizes = sizes
        self._numbers = numbers
        self._entities = [
            _Entity(layout, index, size, rest)
            for index, size in enumerate(sizes)
            if size > 0 and _occurs(layout, index)
        ]
        cells = (*(entity.held_in for entity in self._entities), *(sort.cells for sort in numbers))
        self._named_in = sorted({cell for one in cells for cell in one})
        self._identity = tuple(tuple(range(size)) for size in sizes)

    def canonical(self, state: State) -> tuple[State, Known, Names]:
        """A renaming of the state, how many values of each entity it knows, and the former names."""
        names = list(self._identity)
        known = [0] * len(self.sizes)
        for rough in (True, False):
            for entity in self._entities:
                order, known[entity.index] = entity.order(
                    state, blurred(state, self._named_in) if rough else None
                )
                if order is not None:
                    state = entity.renamed(state, order)
                    names[entity.index] = tuple(names[entity.index][old] for old in order)
            for sort in self._numbers:
                state = sort.renamed(state, rough)
        return state, tuple(known), tuple(names)


def blurred(state: State, where: list[int]) -> State:
    """The state without the names of entity values, and numbers that are names, in these cells."""
    cells = list(state)
    for cell in where:
        value = cells[cell]
        if isinstance(value, tuple):
            cells[cell] = len(value)
        elif NONE < value < LAZY:
            cells[cell] = 0
    return tuple(cells)


def _occurs(layout: Layout, entity: int) -> bool:
    """Whether a state can say anything of the entity's values."""
    name = layout.vocabulary.entities[entity]
    return any(_is(kind, name) for slot in layout.vocabulary.slots for kind in (*slot.keys, slot.value))


def _is(type: Type, entity: str) -> bool:
    inner = base_type(type)
    return isinstance(inner, EntityT) and inner.name == entity


class _Entity:
    """Where one entity's values are keys, and where they are values."""

    def __init__(self, layout: Layout, index: int, size: int, rest: State) -> None:
        self.index = index
        self.size = size
        self._layout = layout
        self._name = layout.vocabulary.entities[index]
        self._gathers: dict[tuple[int, ...], _Cells] = {}
        self.held_in = [cell for cell, (slot, _) in enumerate(layout.where) if _is(slot.value, self._name)]
        keyed = {slot.number for slot in layout.vocabulary.slots if self._positions(slot.keys)}
        slots = {cell: layout.where[cell][0].number for cell in self.held_in}
        self._held_in_own = [cell for cell in self.held_in if slots[cell] in keyed]
        self._rough_marks = sorted(((cell, slots[cell]) for cell in self.held_in), key=lambda pair: pair[1])
        # Marks of cells whose place depends on this entity's names tell the slot only.
        self._marks = [(cell, ~slots[cell] if slots[cell] in keyed else cell) for cell in self.held_in]
        self._marks.sort(key=lambda pair: pair[1])
        self._as_it_is = tuple(range(size))
        self._says = self._said(rest)

    def _said(self, rest: State) -> list[_Says]:
        """Per value: the cells with it as a key, with no other entity's key and with others; and what both say when nothing is known."""
        alone: list[list[int]] = [[] for _ in range(self.size)]
        shared: list[list[int]] = [[] for _ in range(self.size)]
        always_known: set[int] = set()
        of_slots = {slot.number: self._keyed_by(slot) for slot in self._layout.vocabulary.slots}
        for cell, (slot, keys) in enumerate(self._layout.where):
            own, is_shared, is_known = of_slots[slot.number]
            for value in {int(keys[place]) for place in own if keys[place] != NONE}:
                if is_known:
                    always_known.add(value)
                if not is_shared:
                    alone[value].append(cell)
                elif not slot.sparse:
                    shared[value].append(cell)
        getters = [(_getter(a), _getter(b)) for a, b in zip(alone, shared, strict=True)]
        return [
            (get_alone, get_shared, None if value in always_known else (get_alone(rest), get_shared(rest)))
            for value, (get_alone, get_shared) in enumerate(getters)
        ]

    def _keyed_by(self, slot: Slot) -> tuple[list[int], bool, bool]:
        """Which of a slot's laid out keys are this entity's; whether others are entities' too; whether it says something always."""
        kinds = [slot.keys[i] for i in slot.dense]
        own = [place for place, kind in enumerate(kinds) if _is(kind, self._name)]
        is_shared = sum(isinstance(base_type(kind), EntityT) for kind in kinds) > 1
        is_known = not (slot.lazy or slot.rest is not None) or (is_shared and slot.sparse)
        return own, is_shared, bool(is_known)

    def _positions(self, keys: tuple[Type, ...]) -> list[int]:
        return [i for i, key in enumerate(keys) if _is(key, self._name)]

    def _is_mine(self, type: Type, key: float) -> bool:
        return _is(type, self._name) and key != NONE

    # ------------------------------------------------------------ order

    def order(self, state: State, blurred: State | None) -> tuple[tuple[int, ...] | None, int]:
        """The former value of each value, None when all stay; and how many are known.

        With `blurred` (the state without names) nothing depends on the present names.
        """
        found = self._found(state, self._marks if blurred is None else self._rough_marks)
        cells = self._own_blurred(state) if blurred is None else blurred
        keys: list[tuple[tuple[Cell, ...], list[Cell], list[int], int]] = []
        blank: list[int] = []
        for value, (alone, shared, rest) in enumerate(self._says):
            if not found[value] and rest is not None and (alone(state), shared(state)) == rest:
                blank.append(value)
            else:
                keys.append((alone(cells), sorted(shared(cells)), found[value], value))
        keys.sort()
        order = (*(key[-1] for key in keys), *blank)
        return (None if order == self._as_it_is else order), len(keys)

    def _found(self, state: State, marks: list[tuple[int, int]]) -> list[list[int]]:
        """Per value, where it is held."""
        found: list[list[int]] = [[] for _ in range(self.size)]
        for cell, mark in marks:
            held = state[cell]
            if isinstance(held, tuple):
                for _, value in held:
                    if value != NONE:
                        found[int(value)].append(mark)
            elif NONE < held < LAZY:
                found[int(held)].append(mark)
        return found

    def _own_blurred(self, state: State) -> State:
        """The state without this entity's names in cells that it is itself a key of."""
        return blurred(state, self._held_in_own) if self._held_in_own else state

    # ------------------------------------------------------------ renaming

    def renamed(self, state: State, order: tuple[int, ...]) -> State:
        """The state in which value v is what was `order[v]`."""
        gather = self._gathers.get(order)
        if gather is None:
            gather = self._gathers[order] = self._gather(order)
        cells = list(gather(state))
        new = [0] * self.size
        for value, former in enumerate(order):
            new[former] = value
        for cell in self.held_in:
            held = cells[cell]
            if isinstance(held, tuple):
                cells[cell] = tuple((key, v if v == NONE else new[int(v)]) for key, v in held)
            elif NONE < held < LAZY:
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


def _getter(cells: list[int]) -> _Cells:
    """The contents of these cells, as a tuple."""
    if len(cells) == 0:
        return lambda state: ()
    if len(cells) == 1:
        only = cells[0]
        return lambda state: (state[only],)
    return itemgetter(*cells)
