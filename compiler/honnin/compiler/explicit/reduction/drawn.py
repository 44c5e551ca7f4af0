"""Which slots belong to the instances of a process by a number that each drew for itself.

A counter of one cell only grows, and grows in every step that draws from it. What is drawn is either always at least what it held before the step and
less than what it holds afterwards, or always more than it held and at most what it holds: so no two draws give the same number. Where an instance keeps what it drew in a
variable of its own, and uses that as a key, nobody else ever uses that key: its cells are the instance's, as those with its parameter as a
key are. The cell of the number that is drawn next was never written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from honnin.compiler.explicit.reduction.cells import Cells, Fixed, Held, Key, Memory, Own
from honnin.compiler.explicit.reduction.liveness import Live
from honnin.compiler.explicit.reduction.ownership import Owner, Uses
from honnin.compiler.explicit.reduction.reader import Effect, Reader, Sight
from honnin.compiler.formulas import assignments
from honnin.compiler.product import Path
from honnin.spec.core import Arithmetic, Assign, IntT, Lit, Process, VarRead
from honnin.spec.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class _Draws:
    """What the instances of `process` draw from `counter` and keep in the cells `kept`, told by an instance of its own; `by`: by path, how much more
    each is than the counter held before, at least `least`."""

    process: str
    counter: Cells
    kept: tuple[Cells, ...]
    by: Mapping[Path, frozenset[int]]
    least: int

    def keys(self, path: Path) -> set[Key]:
        """Keys by which a path means cells of its own instance."""
        drawn = (Held(self.counter, more) for more in self.by.get(path, ()))
        return {*map(Held, self.kept), *drawn}


def with_drawn(uses: Uses, live: Live) -> Uses:
    """The same, with the slots that belong to instances by numbers that they drew; `live` is what is live as long as that is not known."""
    for draws in _all_draws(uses, live):
        keys = _keyed(uses, draws)
        owners = {slot: Owner(draws.process, ()) for slot in keys}
        fresh = {slot: (place, Held(draws.counter, draws.least)) for slot, place in keys.items()}
        uses = replace(uses, private={**uses.private, **owners}, fresh={**uses.fresh, **fresh})
    return uses


def _all_draws(uses: Uses, live: Live) -> Iterator[_Draws]:
    """All draws from a counter that one process keeps for itself, if no two give the same."""
    for process in uses.vocabulary.product.system.processes:
        found: dict[Cells, dict[Cells, list[tuple[Path, int]]]] = {}
        for slot, owner in uses.private.items():
            own = Cells(slot, tuple(Own(i) for i in range(len(process.parameters))))
            if owner.process == process.name and not is_awaited(live, process, slot):
                counter, by = kept_in(uses, own)
                if counter is not None:
                    found.setdefault(counter, {})[own] = by
        for counter, kept in found.items():
            least = _least(uses, counter, [one for each in kept.values() for one in each])
            if least is not None and only_grows(uses, counter):
                paths = {path for each in kept.values() for path, _ in each}
                by_path = {
                    path: frozenset(more for each in kept.values() for p, more in each if p == path)
                    for path in paths
                }
                yield _Draws(process.name, counter, tuple(kept), by_path, least)


def is_awaited(live: Live, process: Process, slot: int) -> bool:
    """Whether an instance may read what it has there before it drew anything."""
    at_first = live.at.get((process.name, process.steps[0].label), frozenset())
    return slot in live.always or any(cells.slot == slot for cells in at_first)


def kept_in(uses: Uses, own: Cells) -> tuple[Cells | None, list[tuple[Path, int]]]:
    """The counter from which everything is drawn that is ever kept there, and by which path how much more; None where there is none."""
    drawing = [
        effect for effect in uses.effects if any(write.cells.slot == own.slot for write in effect.writes)
    ]
    values = [drawn(effect, own) for effect in drawing]
    counters = {value.cells if value is not None else None for value in values}
    counter = next(iter(counters)) if len(counters) == 1 else None
    pairs = zip(drawing, values, strict=True)
    return counter, [(effect.path, value.more) for effect, value in pairs if value is not None]


def drawn(effect: Effect, own: Cells) -> Held | None:
    """What a cell holds before the path, and so much more, that the path writes there; None where it may be another value."""
    value = effect.memory.values.get(own)
    cells = [write.cells for write in effect.writes if write.cells.slot == own.slot]
    return value if cells == [own] and isinstance(value, Held) else None


def _least(uses: Uses, counter: Cells, draws: Sequence[tuple[Path, int]]) -> int | None:
    """Whether what is drawn is at least what the counter held (0) and less than it holds then, or more (1) and at most that; None where it may be drawn again."""
    grown = {path: passed(uses, path, counter) for path, _ in draws}
    for least in (0, 1):
        if all(least <= more < grown[path] + least for path, more in draws):
            return least
    return None


def passed(uses: Uses, path: Path, counter: Cells) -> int:
    """How much the path surely adds to the counter, at least."""
    reader, nothing = Reader(uses.vocabulary), Sight({}, Memory())
    return sum(
        growth(statement)
        for statement in path.body
        if isinstance(statement, Assign) and reader.place(statement.place, statement.keys, nothing) == counter
    )


def only_grows(uses: Uses, counter: Cells) -> bool:
    """Whether the counter is a number in one cell, the same for everybody, that nothing sets back."""
    slot = uses.vocabulary.slots[counter.slot]
    body = (assign for path in uses.vocabulary.product.paths for assign in assignments(path.body))
    return (
        all(isinstance(key, Fixed) for key in counter.keys)
        and isinstance(slot.value, IntT)
        and not slot.is_given
        and all(growth(assign) >= 0 for assign in body if assign.place == slot.name)
    )


def growth(statement: Assign) -> int:
    """What the assignment surely adds to the cell that it writes; -1 where it may do something else."""
    match statement:
        case Assign(operator="+=", value=Lit(value=int() as more)):
            return more
        case Assign(
            operator=":=",
            value=Arithmetic(operator="+", left=VarRead() as read, right=Lit(value=int() as more)),
        ):
            return more if (read.variable, read.keys) == (statement.place, statement.keys) else -1
        case _:
            return -1


def _keyed(uses: Uses, draws: _Draws) -> Mapping[int, int]:
    """The slots, not private yet, of which every cell that is used has such a number as a key: and which of its keys."""
    by_slot: dict[int, set[int]] = {}
    for effect in uses.effects:
        keys = draws.keys(effect.path) if effect.path.process == draws.process else set()
        for cells in effect.accesses():
            narrow(by_slot, cells, keys)
    for cells in uses.anywhere:
        narrow(by_slot, cells, ())
    return {slot: min(places) for slot, places in by_slot.items() if places and slot not in uses.private}


def narrow(by_slot: dict[int, set[int]], cells: Cells, keys: Iterable[Key]) -> None:
    """Leaves in `by_slot` the places, by slot, at which all cells so far had one of their `keys`."""
    places = {place for place, key in enumerate(cells.keys) if key in keys}
    by_slot[cells.slot] = by_slot.get(cells.slot, places) & places
