"""Identities that are released (`entity E retain D`): everything that the oracle keeps under one is dropped at D after its last event.

Of each such entity the identities are kept in the order of the last events that named them, so that the next to be released is the
first. What is dropped can be read no longer: an event that names the identity later is about a new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from honnin.compiler.generator.candidates import Plan, Planner, Scan, Seen, Unplannable, bound_by
from honnin.compiler.generator.expressions import NOW
from honnin.compiler.generator.lines import Lines
from honnin.compiler.generator.names import tuple_text
from honnin.compiler.generator.program import OPEN, Place, Program, entity_of
from honnin.compiler.generator.specialise import at_event
from honnin.compiler.machine import Register
from honnin.spec.core import Event, OptionalT, Retained

NEXT = "self._releases"
"""No later than the first time at which an identity is to be released."""
_WHO, _KEY = "_who", "_key"


def named_attribute(retained: Retained, program: Program) -> str:
    """The attribute that has, for each identity, when an event named it last."""
    number = program.specification.retained.index(retained) + 1
    return f"self._named_{number}"


def print_naming(lines: Lines, program: Program, event: Event, fields: Sequence[str]) -> None:
    """What is too old at the time of the event is released; the identities that it names are not."""
    if not program.specification.retained:
        return
    with lines.block(f"if {NEXT} < {NOW}:"):
        lines.add(f"self._release({NOW})")
    if event.direction == "hidden":
        return
    for retained in program.specification.retained:
        named = named_attribute(retained, program)
        for name, field in zip(fields, event.fields, strict=True):
            if entity_of(field.type) == retained.entity:
                note = (f"{named}[{name}] = {NOW}", f"{named}.move_to_end({name})")
                if isinstance(field.type, OptionalT):
                    with lines.block(f"if {name} is not None:"):
                        lines.add(*note)
                else:
                    lines.add(*note)


def print_release(lines: Lines, program: Program, planner: Planner) -> None:
    """The method that releases what no event before a time has named for the horizon of its entity."""
    if not program.specification.retained:
        return
    with lines.block(f"def _release(self, {NOW}: int) -> None:"):
        lines.add(f"_next = {NOW}")
        for retained in program.specification.retained:
            named = named_attribute(retained, program)
            lines.add(f"# {retained.entity}")
            with lines.block(f"while {named}:"):
                lines.add(f"{_WHO} = next(iter({named}))", f"_until = {named}[{_WHO}] + {retained.horizon}")
                with lines.block(f"if _until >= {NOW}:"):
                    lines.add("_next = min(_next, _until)", "break")
                lines.add(f"del {named}[{_WHO}]")
                for place in program.places.values():
                    _print_drop(lines, program, planner, place, retained)
        lines.add(f"{NEXT} = _next")
    lines.add("")


def _print_drop(lines: Lines, program: Program, planner: Planner, place: Place, retained: Retained) -> None:
    positions = [i for i, key in enumerate(place.keys) if entity_of(key) == retained.entity]
    if not positions or place.name.startswith(OPEN):
        return
    register = program.machine.register(place.name) if place.name.startswith("#") else None
    if register is not None and _is_gone(program, planner, register, retained):
        return
    if len(place.keys) == 1:
        _print_drop_key(lines, place, register, _WHO)
        return
    for position in positions:
        if place.indexable:
            index = program.index(place, (position,))
            source = f"tuple({index}.get({_WHO}, ()))"
        else:
            source = f"[_one for _one in {place.attribute} if _one[{position}] == {_WHO}]"
        with lines.block(f"for {_KEY} in {source}:"):
            _print_drop_key(lines, place, register, _KEY)
            for parts, attribute in program.indexes.get(place.name, {}).items():
                part = tuple_text(f"{_KEY}[{number}]" for number in parts)
                lines.add(f"unindex({attribute}, {part}, {_KEY})")


def _print_drop_key(lines: Lines, place: Place, register: Register | None, key: str) -> None:
    lines.add(f"{place.attribute}.pop({key}, None)")
    if place.traced and not place.marks and place.folded is None:
        lines.add(f"{place.source}.pop({key}, None)")
    if place.replaces:
        lines.add(f"{place.replaced}.pop({key}, None)")
    if register is not None and register.stores == "times":
        queue = f"{place.attribute}_queue"
        lines.add(f"{queue} = deque(_one for _one in {queue} if _one[1] != {key})")


def _is_gone(program: Program, planner: Planner, register: Register, retained: Retained) -> bool:
    """Whether time alone has taken an entry out of the register by then: it comes only from events that name the identity."""
    if register.operator == "previously" or not 0 < register.window <= retained.horizon:
        return False
    own = {key.uid for key in register.keys if entity_of(key.type) == retained.entity}
    return all(
        not any(isinstance(step, Scan | Seen) and own & {b.uid for b in bound_by(step)} for step in plan)
        for event in program.specification.events
        if event.direction != "hidden"
        for plan in _plans(planner, register, event)
    )


def _plans(planner: Planner, register: Register, event: Event) -> Iterator[Plan]:
    begin = at_event(register.set, event)
    try:
        yield from planner.plans(register.keys, begin)
    except Unplannable:
        yield (Scan(register.name, tuple(register.keys)),)
