"""The last events that an oracle accepted, kept for the account of a failure; personal values as the tokens of the oracle."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from honnin.compiler.runtime import InvariantViolated, Mask, Violation
from honnin.oracle.account import event_words
from honnin.spec.core import EntityT, Event, OptionalT, Specification, Type

CAPACITY = 10_000
"""Events that are kept."""
SHOWN = 20
"""Events that an account shows at most: the last ones that matter."""


class Remembered(NamedTuple):
    position: int
    event: str
    fields: Mapping[str, Any]
    entities: frozenset[Any]


class Memory:
    """What happened, as far as it is kept."""

    def __init__(self, specification: Specification, mask_key: bytes, reveal: bool) -> None:
        self._events = {event.name: event for event in specification.events}
        self._personal = {event.name: personal_fields(event, specification) for event in specification.events}
        self._mask = Mask(mask_key)
        self._reveal = reveal
        self._kept: deque[Remembered] = deque(maxlen=CAPACITY)

    def add(self, position: int, event: str, fields: Mapping[str, Any]) -> None:
        """One accepted event; an event that is there already is not added again."""
        if self._kept and self._kept[-1].position == position:
            return
        declared = self._events[event]
        shown = {
            field.name: self._shown(event, field.name, fields.get(field.name)) for field in declared.fields
        }
        entities = {shown[field.name] for field in declared.fields if entity_of(field.type)}
        self._kept.append(Remembered(position, event, shown, frozenset(entities - {None})))

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
        return [
            *left_out,
            *(f"{s.position:>4}  {event_words({'event': s.event, **s.fields})}" for s in found[-SHOWN:]),
        ]

    def _last(self) -> int:
        return self._kept[-1].position if self._kept else 0

    def _shown(self, event: str, field: str, value: Any) -> Any:
        plain = str.__str__(value) if isinstance(value, str) else value
        return plain if self._reveal or field not in self._personal[event] else self._mask(plain)


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

    def entry(name: str, told: Callable[..., tuple[str, Mapping[str, Any]]]) -> Callable[..., Any]:
        original = getattr(oracle, name)

        def method(self: Any, *arguments: Any, **fields: Any) -> None:
            __tracebackhide__ = True
            with self._lock:
                before = self.position
                try:
                    original(self, *arguments, **fields)
                except InvariantViolated as error:
                    memory.add(self.position, *told(*arguments, **fields))
                    error.add_note("\n".join(["the events that matter:", *memory.story(error.violation)]))
                    raise
                if self.position > before:
                    memory.add(self.position, *told(*arguments, **fields))

        method.__doc__ = original.__doc__
        return method

    methods = {event.name: entry(event.name, _told_by_name(event)) for event in specification.events}
    methods["observe"] = entry("observe", lambda event, **fields: (event, fields))
    methods["observe_line"] = entry("observe_line", _told_by_line({e.name: e for e in specification.events}))
    return type(oracle.__name__, (oracle,), methods)


def _told_by_name(event: Event) -> Callable[..., tuple[str, Mapping[str, Any]]]:
    names = [field.name for field in event.fields]
    return lambda *values, **fields: (event.name, {**dict(zip(names, values, strict=False)), **fields})


def _told_by_line(events: Mapping[str, Event]) -> Callable[..., tuple[str, Mapping[str, Any]]]:
    def told(line: str | bytes) -> tuple[str, Mapping[str, Any]]:
        parsed = json.loads(line)
        event = events[parsed["event"]]
        return event.name, {field.name: parsed.get(field.log_name) for field in event.fields}

    return told
