"""What telemetry tells of events, in three shapes: a log record with an event name, an event of a span, a span with an attribute.

Each becomes one JSON object. A mapping may read it; without one, the object tells an event where its name is one of the specification's:
`issue`, or `honnin.issue`. Its fields are then the attributes, by the fields' names in logs, with or without `honnin.` before them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from honnin.compiler.runtime.base import _Refused

if TYPE_CHECKING:
    from honnin.compiler.runtime.base import Event, Field

PREFIX: Final = "honnin."
EVENT: Final = "honnin.event"
"""The attribute by which a span says that it is an event."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def log_record(
    name: str | None, time: int, attributes: Mapping[str, Any], more: Mapping[str, Any]
) -> dict[str, Any]:
    """The object of a log record; `time`: nanoseconds since 1970, 0 where it has none."""
    return {
        "signal": "log",
        "name": name or attributes.get("event.name"),
        **_timed(time),
        "attributes": dict(attributes),
        **more,
    }


def span_event(
    name: str, time: int, attributes: Mapping[str, Any], span: Mapping[str, Any]
) -> dict[str, Any]:
    """The object of an event of a span; `span`: what is told of the span itself."""
    return {
        "signal": "span event",
        "name": name,
        **_timed(time),
        "attributes": dict(attributes),
        "span": dict(span),
    }


def span_record(
    name: str, start: int, end: int, attributes: Mapping[str, Any], more: Mapping[str, Any]
) -> dict[str, Any]:
    """The object of a span that has ended."""
    told = {"signal": "span", "name": name, **_timed(end), "start": _time(start)}
    return {**told, "attributes": dict(attributes), **more}


def _timed(nanoseconds: int) -> dict[str, str]:
    return {"time": _time(nanoseconds)} if nanoseconds else {}


def _time(nanoseconds: int) -> str:
    """RFC 3339, to the microsecond."""
    at = _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    return at.isoformat().replace("+00:00", "Z")


Vocabulary: TypeAlias = Mapping[str, Mapping[str, bool]]
"""For each event its fields' names in logs, and whether a field may be none."""


def vocabulary(events: Iterable[Event]) -> Vocabulary:
    """That of the events of an oracle."""
    return {event.name: {one.log_name: _may_be_none(one) for one in event.fields} for event in events}


def _may_be_none(one: Field) -> bool:
    try:
        return one.read(None) is None
    except _Refused:
        return False


def native(record: Mapping[str, Any], events: Vocabulary) -> dict[str, Any] | None:
    """The line that the object tells by itself, None where it tells none.

    No attribute has no value: an optional field without one is none.
    """
    attributes = record["attributes"]
    name = attributes.get(EVENT) if record["signal"] == "span" else record["name"]
    if not isinstance(name, str):
        return None
    name = name.removeprefix(PREFIX)
    if name not in events:
        return None
    line: dict[str, Any] = {"event": name}
    if "time" in record:
        line["at"] = record["time"]
    for field, may_be_none in events[name].items():
        if may_be_none:
            line[field] = None
        for key in (field, PREFIX + field):
            if key in attributes:
                line[field] = attributes[key]
    return line


def json_value(value: Any) -> Any:
    """A value of an attribute as a line of JSON would have it."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(key): json_value(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [json_value(inner) for inner in value]
    return value
