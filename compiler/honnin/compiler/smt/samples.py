"""States that a design reaches in small scopes: what invariants are learned from.

How many are made is bounded by counts alone, and nothing depends on the machine: the same design has the same samples always.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property, partial
from itertools import chain, islice
from itertools import product as combinations
from typing import Final, TypeAlias

from honnin.compiler.explicit.applicable import NotApplicable
from honnin.compiler.explicit.layout import LAZY, Cell, Sizes, Slot, State
from honnin.compiler.explicit.space import Compiled, Space, compile_product
from honnin.compiler.explicit.symmetry import Known
from honnin.compiler.product import Product
from honnin.compiler.smt.structures import Sample, Structure, Table, Values
from honnin.compiler.smt.walks import walked
from honnin.spec.core import Property, Type, Value
from honnin.spec.records import dataclass, field

Tick: TypeAlias = Callable[[], object]
"""Called often; it may raise to end the work."""

BREADTH: Final = 300
WALKS, FEW_WALKS, MOST_SEEDS, LENGTH, MOST_CELLS, STARTS = 48, 4, 200, 16, 400, 6
MOST_DECISIONS: Final = 4_000
ENOUGH: Final = 600
"""Where walks end soon, more are made, in larger scopes, until there are so many states or MOST_SEEDS were tried."""

ENOUGH_STEPS: Final = 10_000
"""No more are made where so many steps have been looked at: states that many steps lead from make walks dear."""

MORE_WALKS: Final = 80
MORE_STEPS: Final = 15_000

SMALL: Final = (1, 2, 2, 3, 3, 4)
LARGE: Final = (2, 3, 4, 5)
"""How many values an entity may have: one of these."""


@dataclass(slots=True)
class Explored:
    """States that a product reaches; on the way so many `steps`, `possible` paths, by number, and the bits `done` of watch.py were seen.

    `compiled`: the product as the explicit search has it, where it treats it.
    """

    states: list[Structure] = field(default_factory=list)
    possible: set[int] = field(default_factory=set)
    done: int = 0
    steps: int = 0
    compiled: Compiled | None = None


def reachable(product: Product, tick: Tick) -> list[Structure]:
    """States that the product reaches."""
    return explored(product, product.properties, tick).states


def explored(product: Product, properties: tuple[Property, ...], tick: Tick) -> Explored:
    """The same, and what was seen on the way; the bits are those of these properties."""
    seen = Explored()
    try:
        compiled = seen.compiled = compile_product(product, properties, whole=True)
        seen.states.extend(_found(compiled, seen, tick))
    except NotApplicable:
        return Explored(list(walked(product, tick)))
    return seen


def more(seen: Explored, tick: Tick) -> Iterator[Structure]:
    """Further states: what a proof that takes long learns from; they are dear where one takes no time."""
    if seen.compiled is None or not seen.compiled.vocabulary.entities:
        return
    until = seen.steps + MORE_STEPS
    for seed in range(MOST_SEEDS, MOST_SEEDS + MORE_WALKS):
        sizes = _sizes(seen.compiled, seed, SMALL)
        yield from Explorer(seen.compiled, sizes, seed, tick, seen).walk(LENGTH)
        if seen.steps >= until:
            return


def _found(compiled: Compiled, seen: Explored, tick: Tick) -> Iterator[Structure]:
    yield from _nearest(compiled, seen, tick)
    walks = count = 0
    for seed in range(MOST_SEEDS if compiled.vocabulary.entities else FEW_WALKS):
        sizes = _sizes(compiled, seed, SMALL if walks < WALKS else LARGE)
        states = list(Explorer(compiled, sizes, seed, tick, seen).walk(LENGTH))
        yield from states
        walks += bool(states)
        count += len(states)
        if walks >= WALKS and (count >= ENOUGH or seen.steps >= ENOUGH_STEPS):
            return


def _nearest(compiled: Compiled, seen: Explored, tick: Tick) -> Iterator[Structure]:
    """The states of the largest scope of at most two values of each entity that has an initial state."""
    scopes = combinations(*((2, 1) for _ in compiled.vocabulary.entities))
    for sizes in sorted(scopes, key=sum, reverse=True):
        states = list(Explorer(compiled, sizes, 0, tick, seen).near())
        if states:
            yield from states
            return


def _sizes(compiled: Compiled, seed: int, choices: Sequence[int]) -> Sizes:
    """One of the choices for each entity, smaller ones where a state would be large."""
    chosen = random.Random(seed)
    sizes = [chosen.choice(choices) for _ in compiled.vocabulary.entities]
    while compiled.vocabulary.cells(tuple(sizes)) > MOST_CELLS and max(sizes) > 1:
        sizes[sizes.index(max(sizes))] -= 1
    return tuple(sizes)


class _Lost(Exception):
    """So many decisions were made that no state is to be expected."""


class _RandomSpace(Space):
    """Tries the values of what is not decided yet in random order; _Lost after MOST_DECISIONS since `decisions` was 0."""

    def __init__(self, compiled: Compiled, sizes: Sizes, seed: int, tick: Tick) -> None:
        super().__init__(compiled, sizes)
        self.random = random.Random(seed)
        self.tick = tick
        self.decisions = 0

    def starts(self, most: int) -> list[State]:
        """Initial states, at most so many; none when none is found soon."""
        self.decisions = 0
        found: list[State] = []
        with suppress(_Lost):
            found.extend(state for state, _ in islice(self.initial(), most))
        return found

    def any(self, type: Type) -> float:
        """A random value of the type."""
        self.decisions = 0
        return self._candidates(type, self.sizes)[0]

    def _candidates(self, type: Type, known: Known) -> list[float]:
        self.decisions += 1
        if self.decisions > MOST_DECISIONS:
            raise _Lost
        self.tick()
        found = super()._candidates(type, self.sizes)
        self.random.shuffle(found)
        return found


class Explorer:
    """The states of one scope, as structures."""

    def __init__(self, compiled: Compiled, sizes: Sizes, seed: int, tick: Tick, seen: Explored) -> None:
        self.seen = seen
        self.space = _RandomSpace(compiled, sizes, seed, tick)
        self.random = random.Random(seed)
        self.sizes = sizes
        self._paths = range(len(compiled.product.paths))
        self._decoded: dict[Type, dict[float, Value]] = {}
        self._names = {
            entity: tuple(f"{entity}{i}" for i in range(1, size + 1))
            for entity, size in zip(compiled.vocabulary.entities, sizes, strict=True)
        }

    @cached_property
    def _slots(self) -> list[tuple[Slot, list[Values], slice, dict[float, Value]]]:
        """Of each slot: its keys, its cells, and its values as far as they are known. Many a scope has no state that asks for it."""
        layout = self.space.layout
        return [
            (
                slot,
                self._keys(slot),
                slice(layout.bases[slot.number], layout.bases[slot.number] + layout.count(slot)),
                self._values(slot.value),
            )
            for slot in layout.vocabulary.slots
        ]

    # ------------------------------------------------------------ states

    def near(self) -> Iterator[Structure]:
        """The states nearest to the initial ones, one of each that are renamings of each other."""
        yield from map(self.structure, self.onward(self.space.starts(STARTS), BREADTH))

    def onward(self, states: Iterable[State], most: int) -> list[State]:
        """The states, and those that steps lead to, the nearest first; at most so many."""
        symmetry = self.space.symmetry()
        found: dict[State, None] = {}
        for state in states:
            found.setdefault(symmetry.canonical(state)[0])
        waiting = list(found)
        seen: set[State] = set()
        for state in waiting:
            for following in self._following(state):
                if following not in seen:
                    seen.add(following)
                    form = symmetry.canonical(following)[0]
                    if form not in found:
                        found[form] = None
                        waiting.append(form)
                if len(found) >= most:
                    return list(found)
        return list(found)

    def _following(self, state: State) -> Iterator[State]:
        """Where steps lead, as far as they are found soon."""
        return chain.from_iterable(map(partial(self._by, state), self._paths))

    def _by(self, state: State, path: int) -> Iterator[State]:
        """Where steps by one path lead, as far as they are found soon."""
        self.space.tick()
        self.space.decisions = 0
        with suppress(_Lost):
            for _, _, after, done in self.space.ways(path, state, self.sizes):
                self.seen.steps += 1
                self.seen.possible.add(path)
                self.seen.done |= done
                yield after

    def walk(self, length: int) -> Iterator[Structure]:
        """The states of a random walk; none when no initial state was found."""
        start = self.space.starts(1)
        if not start:
            return
        state, seen = start[0], {start[0]}
        yield self.structure(state)
        for _ in range(length):
            chosen = self._step(state, seen)
            if chosen is None:
                return
            state = chosen
            seen.add(state)
            yield self.structure(state)

    def _step(self, state: State, seen: set[State]) -> State | None:
        """What a random step leads to, a new state; None where there is none."""
        for path in self.random.sample(self._paths, len(self._paths)):
            found = [after for after in self._by(state, path) if after not in seen]
            if found:
                return self.random.choice(found)
        return None

    # ------------------------------------------------------------ structures

    def structure(self, state: State) -> Structure:
        """The state, what is not decided in it being chosen at random."""
        places: dict[str, Table] = {}
        givens: dict[str, Table] = {}
        for slot, keys, cells, values in self._slots:
            known = self._known(slot, keys, state[cells], values)
            (givens if slot.is_given else places)[slot.name] = Table(self._missing(slot), known)
        return Sample(self._names, places, givens)

    def _known(
        self, slot: Slot, keys: list[Values], cells: Sequence[Cell], values: dict[float, Value]
    ) -> dict[Values, Value]:
        """What stands in the cells of a slot."""
        found: dict[Values, Value] = {}
        for at, cell in zip(keys, cells, strict=True):
            if isinstance(cell, tuple):
                for rest, value in cell:
                    found[self._full_key(slot, at, rest)] = self._value(value, slot.value, values)
            else:
                found[at] = values[cell] if cell in values else self._value(cell, slot.value, values)
        return found

    def _keys(self, slot: Slot) -> list[Values]:
        """The keys of the slot's cells, those that are laid out."""
        layout = self.space.layout
        types = [slot.keys[i] for i in slot.dense]
        start = layout.bases[slot.number]
        found = (keys for _, keys in layout.where[start : start + layout.count(slot)])
        return [self._each(keys, types) for keys in found]

    def _full_key(self, slot: Slot, laid_out: Values, rest: Sequence[float]) -> Values:
        keys = dict(zip(slot.dense, laid_out, strict=True))
        keys |= zip(slot.sparse, self._each(rest, [slot.keys[i] for i in slot.sparse]), strict=True)
        return tuple(keys[i] for i in range(len(slot.keys)))

    def _each(self, cells: Sequence[float], types: Sequence[Type]) -> Values:
        return tuple(self._value(c, type, self._values(type)) for c, type in zip(cells, types, strict=True))

    def _values(self, type: Type) -> dict[float, Value]:
        """The values of the type by what cells hold, as far as they are known."""
        return self._decoded.setdefault(type, {})

    def _value(self, cell: float, type: Type, known: dict[float, Value]) -> Value:
        if cell == LAZY:
            cell = self.space.any(type)
        if cell not in known:
            known[cell] = self.space.layout.decode(cell, type, self._names)
        return known[cell]

    def _missing(self, slot: Slot) -> Callable[[Values], Value]:
        value = None if slot.rest is None else slot.rest.value
        return lambda _: value
