"""States, and registers that are functions, that are kept as the events that wrote them last.

Where causes are kept, what a place has at a key and the event that wrote it would stand in two dictionaries. If the value is one of the
event's own, or a count that is known when the event begins, the event stands for both: the count is appended to its values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from honnin.compiler.formulas import assignments
from honnin.compiler.generator.candidates import Bind, Planner
from honnin.compiler.generator.program import Place, Program
from honnin.compiler.generator.specialise import at_event
from honnin.compiler.generator.updates import Change, changes
from honnin.compiler.machine import Register
from honnin.compiler.simplify import is_false, is_true
from honnin.spec.core import Assign, Lift, Lit, Var
from honnin.spec.records import dataclass, replace

_HEAD = 3
"""Before the values of an event that is kept stand its position, its time and its number."""


@dataclass(frozen=True, slots=True)
class _Write:
    """An assignment at the event `event`; `always`: it is done whenever the event happens."""

    event: int
    assign: Assign
    always: bool


def fold(made: Program) -> None:
    """Find these places; `places` and `appended` of the program tell them."""
    planner = Planner(made)
    for register in made.registers:
        place = made.place(register.name)
        if place.traced and (index := _set(made, planner, register)) is not None:
            made.places[register.name] = _folded(place, _HEAD + index)
    events = made.specification.events
    writes: dict[str, list[_Write]] = {}
    for number, event in enumerate(events):
        for write in _writes(number, changes(made, event)):
            writes.setdefault(write.assign.place, []).append(write)
    for name, found in writes.items():
        place = made.place(name)
        if not place.traced or place.flag or place.scalar or place.default is None:
            continue
        if (index := _field(place, found)) is not None:
            made.places[name] = _folded(place, _HEAD + index)
        elif place.grows and _is_known(found):
            (write,) = found
            appended = made.appended.setdefault(write.event, [])
            made.places[name] = _folded(place, _HEAD + len(events[write.event].fields) + len(appended))
            appended.append(write.assign)


def _folded(place: Place, index: int) -> Place:
    return replace(place, attribute=place.source, folded=index)


def _writes(event: int, found: Sequence[Change]) -> Iterator[_Write]:
    for change in found:
        for assign in assignments(change.body):
            yield _Write(event, assign, is_true(change.condition) and assign in change.body)


def _field(place: Place, found: Sequence[_Write]) -> int | None:
    """Which field of its event is written, always the same, where it is not taken back to none."""
    indexes = set()
    for write in found:
        match write.assign:
            case Assign(operator=":=", value=Lift(body=Var(binder=binder))) if binder.uid < 0:
                indexes.add(-1 - binder.uid)
            case Assign(operator=":=", value=Lit(value=None)):
                pass
            case _:
                return None
    return indexes.pop() if len(indexes) == 1 and place.default == Lit(None, place.value) else None


def _set(made: Program, planner: Planner, register: Register) -> int | None:
    """Of a register that is a function, which field of its event is its value, always the same."""
    if register.value is None:
        return None
    indexes: set[int | None] = set()
    for event in made.specification.events:
        begin = at_event(register.set, event)
        for plan in () if is_false(begin) else planner.plans((*register.keys, register.value), begin):
            bound = {step.binder: step.value for step in plan if isinstance(step, Bind)}
            match bound.get(register.value):
                case Var(binder=binder) if binder.uid < 0:
                    indexes.add(-1 - binder.uid)
                case _:
                    indexes.add(None)
    return indexes.pop() if len(indexes) == 1 else None


def _is_known(found: Sequence[_Write]) -> bool:
    """Whether one event alone writes there, once, and always, and its fields say where."""
    return (
        len(found) == 1
        and found[0].always
        and all(isinstance(key, Var) and key.binder.uid < 0 for key in found[0].assign.keys)
    )
