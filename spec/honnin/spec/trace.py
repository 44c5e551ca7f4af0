"""The reference reader of traces: JSON Lines to occurrences, by the rules of language.md section 5."""

from __future__ import annotations

from honnin.spec.core import Event, Occurrence, Specification, Value
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.json_values import Problem, read_time, read_value, strict_json
from honnin.spec.source import NOWHERE


def read_line(
    line: str | bytes, specification: Specification, *, needs_time: bool, last: int | None = None
) -> Occurrence | Diagnostic:
    """The event that a line tells; a Diagnostic (without a place, quoting nothing of the line) when it is bad input.

    `last` is the time of the last accepted event, in microseconds.
    """
    result = _read(strict_json(line), specification, needs_time, last)
    return Diagnostic(result.code, result.message, NOWHERE) if isinstance(result, Problem) else result


def read_at(raw: object, *, needs_time: bool, last: int | None) -> int | Diagnostic | None:
    """The time that `at` tells, in microseconds; None when it says none. Diagnostics as in `read_line`."""
    result = _at(raw, needs_time, last)
    return Diagnostic(result.code, result.message, NOWHERE) if isinstance(result, Problem) else result


def _read(
    parsed: object, specification: Specification, needs_time: bool, last: int | None
) -> Occurrence | Problem:
    if isinstance(parsed, Problem):
        return parsed
    if not isinstance(parsed, dict):
        return Problem("HN0601", "expected a JSON object")
    name = parsed.get("event")
    event = next((event for event in specification.events if event.name == name), None)
    if event is None:
        return Problem("HN0602", "`event` names no event of the specification")
    values = _values(parsed, event)
    if isinstance(values, Problem):
        return values
    at = _at(parsed.get("at"), needs_time, last)
    return at if isinstance(at, Problem) else Occurrence(event.name, values, at)


def _values(parsed: dict[str, object], event: Event) -> tuple[Value, ...] | Problem:
    values = []
    for field in event.fields:
        if field.log_name not in parsed:
            return Problem("HN0603", f"`{event.name}` needs the field `{field.log_name}`")
        value = read_value(parsed[field.log_name], field.type)
        if isinstance(value, Problem):
            return Problem(value.code, f"`{field.log_name}` of `{event.name}`: {value.message}")
        values.append(value)
    return tuple(values)


def _at(raw: object, needs_time: bool, last: int | None) -> int | Problem | None:
    if raw is None:
        return Problem("HN0606", "`at` is missing, and a claim needs the time") if needs_time else None
    at = read_time(raw)
    if isinstance(at, Problem):
        return Problem(at.code, f"`at`: {at.message}")
    if last is not None and at < last:
        return Problem("HN0608", "`at` is before the time of the event before")
    return at
