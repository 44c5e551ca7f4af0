"""The last events that an oracle accepted, kept for the account of a failure; personal values as the tokens of the oracle."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from honnin.compiler.runtime.base import Mask, Violation, event_words
from honnin.spec.core import EntityT, Event, OptionalT, Specification, Type, Value

CAPACITY = 10_000
"""Events that are kept."""
SHOWN = 20
"""Events that an account shows at most: the last ones that matter."""


class Remembered(NamedTuple):
    position: int
    event: str
    fields: Mapping[str, Value]
    entities: frozenset[Value]


class Memory:
    """What happened, as far as it is kept."""

    def __init__(self, specification: Specification, mask_key: bytes, reveal: bool) -> None:
        self._personal = {
            event.name: frozenset() if reveal else personal_fields(event, specification)
            for event in specification.events
        }
        self._mask = Mask(mask_key)
        self._kept: deque[Remembered] = deque(maxlen=CAPACITY)

    def add(self, position: int, event: Event, values: Sequence[Value]) -> None:
        """One accepted event, its values in the order of its fields."""
        personal = self._personal[event.name]
        fields: dict[str, Value] = {}
        entities: set[Value] = set()
        for field, value in zip(event.fields, values, strict=True):
            fields[field.name] = self._mask(value) if field.name in personal else value
            if entity_of(field.type) is not None and value is not None:
                entities.add(fields[field.name])
        self._kept.append(Remembered(position, event.name, fields, frozenset(entities)))

    def story(self, violation: Violation) -> list[str]:
        """The events that share a value of an entity with the violation, in order, up to its own."""
        last = violation.position if violation.position is not None else self._last()
        about = {*violation.bindings.values(), *violation.why.values()}
        about |= {v for seen in self._kept if seen.position == violation.trigger for v in seen.entities}
        found = [
            seen
            for seen in self._kept
            if seen.position <= last and (seen.entities & about or seen.position in (last, violation.trigger))
        ]
        left_out = [f"... {len(found) - SHOWN} earlier ones"] if len(found) > SHOWN else []
        return [*left_out, *map(line, found[-SHOWN:])]

    def at(self, position: int) -> list[str]:
        """The event there, if it is kept."""
        return [line(seen) for seen in self._kept if seen.position == position]

    def _last(self) -> int:
        return self._kept[-1].position if self._kept else 0


def line(seen: Remembered) -> str:
    """The event on one line, after its position."""
    return f"{seen.position:>4}  {event_words({'event': seen.event, **seen.fields})}"


def entity_of(type: Type) -> str | None:
    """The entity whose values the type has."""
    match type:
        case EntityT(name=name) | OptionalT(inner=EntityT(name=name)):
            return name
        case _:
            return None


def personal_fields(event: Event, specification: Specification) -> frozenset[str]:
    """The fields whose values are never shown in clear."""
    return frozenset(
        field.name
        for field in event.fields
        if field.personal
        or entity_of(field.type) in specification.personal_entities
        or f"{event.name}.{field.name}" in specification.personal_places
    )


def remembering(oracle: type[Any], specification: Specification, memory: Memory) -> type[Any]:
    """The class of oracles `oracle`, whose objects also put every accepted event into `memory`."""

    def working(number: int, event: Event) -> Callable[..., None]:
        work = getattr(oracle, f"_on_{number}")

        def method(self: Any, now: int, *values: Value) -> None:
            __tracebackhide__ = True
            memory.add(self.position + 1, event, values)
            work(self, now, *values)

        return method

    methods = {f"_on_{number}": working(number, event) for number, event in enumerate(specification.events)}
    return type(oracle.__name__, (oracle,), methods)
