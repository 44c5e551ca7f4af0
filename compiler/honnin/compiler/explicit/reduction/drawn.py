"""Which slots belong to the instances of a process by a number that each drew for itself.

A counter of one cell only grows, and grows in every step that draws from it: so no two draws give the same number. Where an instance keeps what it drew in a
variable of its own, and uses that as a key, nobody else ever uses that key: its cells are the instance's, as those with its parameter as a
key are. The cell of the number that is drawn next was never written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from honnin.compiler.explicit.reduction.cells import Cells, Fixed, Held, Key, Memory, Own
from honnin.compiler.explicit.reduction.liveness import Live
from honnin.compiler.explicit.reduction.ownership import Owner, Uses
from honnin.compiler.explicit.reduction.reader import Effect, Reader, Sight
from honnin.compiler.explicit.relevance import assigns
from honnin.compiler.product import Path
from honnin.spec.core import Arithmetic, Assign, IntT, Lit, Process, VarRead
from honnin.spec.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class _Draws:
    """What the instances of `process` draw from `counter`, by the paths `by`, and keep in the cells `kept`, told by an instance of its own."""

    process: str
    counter: Cells
    kept: tuple[Cells, ...]
    by: frozenset[Path]

    def keys(self, path: Path) -> set[Key]:
        """Keys by which a path means cells of its own instance."""
        keys: set[Key] = {Held(cells) for cells in self.kept}
        return keys | {Held(self.counter)} if path in self.by else keys


def with_drawn(uses: Uses, live: Live) -> Uses:
    """The same, with the slots that belong to instances by numbers that they drew; `live` is what is live as long as that is not known."""
    for draws in _all_draws(uses, live):
        keys = _keyed(uses, draws)
        owners = {slot: Owner(draws.process, ()) for slot in keys}
        fresh = {slot: (place, Held(draws.counter)) for slot, place in keys.items()}
        uses = replace(uses, private={**uses.private, **owners}, fresh={**uses.fresh, **fresh})
    return uses


def _all_draws(uses: Uses, live: Live) -> Iterator[_Draws]:
    for process in uses.vocabulary.product.system.processes:
        found: dict[Cells, list[_Draws]] = {}
        for slot, owner in uses.private.items():
            if owner.process != process.name or is_awaited(live, process, slot):
                continue
            draws = _kept_in(uses, process, slot)
            if draws is not None and only_grows(uses, draws.counter):
                found.setdefault(draws.counter, []).append(draws)
        for counter, those in found.items():
            kept = tuple(cells for draws in those for cells in draws.kept)
            yield _Draws(process.name, counter, kept, frozenset(path for draws in those for path in draws.by))


def is_awaited(live: Live, process: Process, slot: int) -> bool:
    """Whether an instance may read what it has there before it drew anything."""
    at_first = live.at.get((process.name, process.steps[0].label), frozenset())
    return slot in live.always or any(cells.slot == slot for cells in at_first)


def _kept_in(uses: Uses, process: Process, slot: int) -> _Draws | None:
    """The draws that the slot keeps, if it keeps nothing else."""
    own = Cells(slot, tuple(Own(i) for i in range(len(process.parameters))))
    drawing = [effect for effect in uses.effects if any(write.cells.slot == slot for write in effect.writes)]
    counters = {drawn(uses, effect, own) for effect in drawing}
    counter = next(iter(counters)) if len(counters) == 1 else None
    paths = frozenset(effect.path for effect in drawing)
    return None if counter is None else _Draws(process.name, counter, (own,), paths)


def drawn(uses: Uses, effect: Effect, own: Cells) -> Cells | None:
    """The counter from which the path draws what it writes there; None where it may be another value, or drawn again."""
    value = effect.memory.values.get(own)
    written = [write.cells for write in effect.writes if write.cells.slot == own.slot]
    if written != [own] or not isinstance(value, Held) or not is_passed(uses, effect, value.cells):
        return None
    return value.cells


def is_passed(uses: Uses, effect: Effect, counter: Cells) -> bool:
    """Whether the path surely adds to the counter."""
    return any(
        isinstance(statement, Assign) and _place(uses, statement) == counter and _growth(statement) > 0
        for statement in effect.path.body
    )


def only_grows(uses: Uses, counter: Cells) -> bool:
    """Whether the counter is a number in one cell, the same for everybody, that nothing sets back."""
    slot = uses.vocabulary.slots[counter.slot]
    body = (assign for path in uses.vocabulary.product.paths for assign in assigns(path.body))
    return (
        all(isinstance(key, Fixed) for key in counter.keys)
        and isinstance(slot.value, IntT)
        and not slot.is_given
        and all(_growth(assign) >= 0 for assign in body if assign.place == slot.name)
    )


def _place(uses: Uses, statement: Assign) -> Cells | None:
    return Reader(uses.vocabulary).place(statement.place, statement.keys, Sight({}, Memory()))


def _growth(statement: Assign) -> int:
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
