"""Which cells can still be read before they are written: by label, for an instance that waits there.

The analysis goes backwards over the paths, as for the live variables of a program (Aho, Lam, Sethi, Ullman, Compilers, 9.2.5), with cells told by the state in
which the instance waits. What a write depends on is live where the written cell may be; only for a slot that nobody
else reads can its owner's future tell that it is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import filterfalse

from honnin.compiler.explicit.reduction.cells import Cells, inner
from honnin.compiler.explicit.reduction.ownership import Uses
from honnin.compiler.explicit.reduction.reader import Effect
from honnin.compiler.product import counter_name
from honnin.spec.records import dataclass


@dataclass(frozen=True, slots=True)
class Live:
    """`always`: slots of which any cell may be read at any time; `at`: by process and label, what an instance there may read."""

    always: frozenset[int]
    at: Mapping[tuple[str, str], frozenset[Cells]]


def live(uses: Uses) -> Live:
    """What is live, label by label."""
    finder = _Finder(uses)
    at: dict[tuple[str, str], frozenset[Cells]] = {}
    changed = True
    while changed:
        changed = False
        for effect in uses.effects:
            process, label, following = effect.path.process, effect.path.label, effect.path.next
            if process is None or label is None or following is None:
                continue
            before = at.get((process, label), frozenset())
            after = at.get((process, following), frozenset())
            found = before | frozenset(finder.before(effect, after))
            if found != before:
                at[process, label] = found
                changed = True
    return Live(frozenset(_always(uses)), at)


def _always(uses: Uses) -> Iterator[int]:
    yield from (cells.slot for cells in uses.anywhere)
    counters = {counter_name(process.name) for process in uses.vocabulary.product.system.processes}
    yield from (slot.number for slot in uses.vocabulary.slots if slot.name in counters)
    for effect in uses.effects:
        if effect.path.process is None:
            yield from (cells.slot for cells in (*effect.asked, *effect.judged))
            yield from (cells.slot for write in effect.writes for cells in write.reads)


@dataclass(frozen=True, slots=True)
class _Finder:
    uses: Uses

    def before(self, effect: Effect, after: Iterable[Cells]) -> Iterator[Cells]:
        """What is live before a path, told by the state before, when `after` is live behind it."""
        slots = self.uses.vocabulary.slots
        told = [effect.memory.before(cells, slots) for cells in after]
        found = [*effect.asked, *effect.judged]
        for cells in told:
            found += effect.memory.read(cells)
        for write in effect.writes:
            if write.cells.slot not in self.uses.private:
                found += write.reads
        for cells in map(self.uses.lasting, filterfalse(self.uses.is_fresh, found)):
            yield cells
            yield from inner(cells)
