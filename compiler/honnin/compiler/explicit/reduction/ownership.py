"""Which slots belong to the instances of one process: every cell is read and written by one instance only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from honnin.compiler.explicit.layout import Vocabulary
from honnin.compiler.explicit.reduction.cells import Cells, Held, Key, Memory, Own
from honnin.compiler.explicit.reduction.effects import Effects
from honnin.compiler.explicit.reduction.reader import Effect, Reader, Sight
from honnin.compiler.product import counter_name
from honnin.spec.core import Process, Property
from honnin.spec.records import dataclass, field


@dataclass(frozen=True, slots=True)
class Owner:
    """`process`, whose parameter i is key number `places[i]` of the slot."""

    process: str
    places: tuple[int, ...]

    def owns(self, cells: Cells) -> bool:
        """Whether the cells are those of the instance that these keys speak of."""
        return all(cells.keys[place] == Own(i) for i, place in enumerate(self.places))


@dataclass(frozen=True, slots=True)
class Uses:
    """`effects`: of every path, in the order of the product. `anywhere`: what is read at every step, whoever takes it.

    `private`: by slot, whose instances alone read and write it; `written_by`: whose instances alone write it; `constant`: slots that
    nobody writes; `fresh`: by slot, which of its keys is at least what in a cell that nobody wrote yet.
    """

    vocabulary: Vocabulary
    effects: tuple[Effect, ...]
    anywhere: frozenset[Cells]
    private: Mapping[int, Owner]
    written_by: Mapping[int, Owner]
    constant: frozenset[int]
    fresh: Mapping[int, tuple[int, Held]] = field(default_factory=dict)

    def counter(self, process: str) -> int:
        """The slot of the process's counters."""
        return self.vocabulary.by_name[counter_name(process)].number

    def is_fresh(self, cells: Cells) -> bool:
        """Whether the cells are at rest, whatever the state."""
        if cells.slot not in self.fresh:
            return False
        place, least = self.fresh[cells.slot]
        key = cells.keys[place]
        return isinstance(key, Held) and key.cells == least.cells and key.more >= least.more

    def lasting(self, cells: Cells) -> Cells:
        """The cells, told by what only the instance itself changes; any value stands for other keys."""
        return Cells(cells.slot, tuple(self._lasting_key(key) for key in cells.keys))

    def _lasting_key(self, key: Key) -> Key:
        if not isinstance(key, Held):
            return key
        slot, cells = key.cells.slot, self.lasting(key.cells)
        owner = self.written_by.get(slot)
        stays = slot in self.constant or (owner is not None and owner.owns(cells))
        return key if stays and cells == key.cells else None


def uses(vocabulary: Vocabulary, properties: Iterable[Property]) -> Uses:
    """How the paths of the vocabulary's product use its slots, when these properties are watched."""
    product, follow = vocabulary.product, Effects(vocabulary)
    effects = tuple(follow.of(path) for path in product.paths)
    stated = (stated.condition for stated in (*product.assumptions, *properties))
    sight = Sight({}, Memory())
    reader = Reader(vocabulary)
    anywhere = frozenset(cells for condition in stated for cells in reader.reads(condition, sight))
    slots = range(len(vocabulary.slots))
    written = [(e.path.process, write.cells) for e in effects for write in e.writes]
    accessed = [(e.path.process, cells) for e in effects for cells in e.accesses()]
    accessed += [(None, cells) for cells in anywhere]
    return Uses(
        vocabulary,
        effects,
        anywhere,
        dict(_owned(accessed, product.system.processes)),
        dict(_owned(written, product.system.processes)),
        frozenset(slots) - {cells.slot for _, cells in written},
    )


def _owned(
    used: Sequence[tuple[str | None, Cells]], processes: Sequence[Process]
) -> Iterator[tuple[int, Owner]]:
    by_slot: dict[int, list[tuple[str | None, Cells]]] = {}
    for process, cells in used:
        by_slot.setdefault(cells.slot, []).append((process, cells))
    for slot, those in by_slot.items():
        names = {process for process, _ in those}
        for owner in processes:
            places = _places(len(owner.parameters), [cells for _, cells in those])
            if names == {owner.name} and places is not None:
                yield slot, Owner(owner.name, places)


def _places(parameters: int, used: Sequence[Cells]) -> tuple[int, ...] | None:
    """Where each parameter of the acting instance is among the keys, the same wherever they are used."""
    places = []
    for i in range(parameters):
        common = set.intersection(*({p for p, key in enumerate(c.keys) if key == Own(i)} for c in used))
        if not common:
            return None
        places.append(min(common))
    return tuple(places)
