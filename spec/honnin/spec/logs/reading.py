"""The reference meaning of mappings: a line of somebody's log to the occurrences that it tells."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, Context, Decimal
from typing import Literal

from honnin.spec.core import Event, Occurrence, OptionalT, Specification, TimeT, Type, Value
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.json_values import Number, Problem, read_value, strict_json
from honnin.spec.logs.model import (
    DIGITS,
    And,
    Condition,
    Constant,
    Conversion,
    Is,
    MappedEvent,
    Mapping,
    Not,
    Or,
    Path,
    Read,
    Source,
    Translated,
    Truth,
    path_text,
    same,
)
from honnin.spec.source import NOWHERE

Ignored = Literal["ignore"]

_EXACT = Context(prec=40, rounding=ROUND_DOWN)
_INTEGER = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def read_mapped_line(
    line: str | bytes,
    mapping: Mapping,
    specification: Specification,
    *,
    needs_time: bool,
    last: int | None = None,
) -> tuple[Occurrence, ...] | Ignored | Diagnostic:
    """The events that a line tells, all of them or none; a Diagnostic (without a place, quoting nothing) when it is bad input.

    `last` is the time of the last accepted event, in microseconds.
    """
    parsed = strict_json(line)
    result = parsed if isinstance(parsed, Problem) else read_record(parsed, mapping, specification)
    if isinstance(result, tuple) and result:
        result = _in_time(result, needs_time, last) or result
    return Diagnostic(result.code, result.message, NOWHERE) if isinstance(result, Problem) else result


def read_record(
    record: object, mapping: Mapping, specification: Specification
) -> tuple[Occurrence, ...] | Ignored | Problem:
    """The events that one JSON value tells, its numbers as `Number`."""
    if not isinstance(record, dict):
        return Problem("HN0601", "expected a JSON object")
    outcome = next(
        (rule.outcome for rule in mapping.rules if _holds(rule.condition, record)), mapping.otherwise
    )
    if outcome == "ignore":
        return "ignore"
    if outcome == "reject":
        return Problem("HN0420", f'the mapping "{mapping.name}" rejects it')
    at = None if mapping.at is None else _time(mapping.at, record)
    if isinstance(at, Problem):
        return at
    made = []
    for told in outcome:
        values = _values(told, specification.event(told.event), record)
        if isinstance(values, Problem):
            return values
        made.append(Occurrence(told.event, values, at, span=told.span))
    return tuple(made)


def _in_time(told: tuple[Occurrence, ...], needs_time: bool, last: int | None) -> Problem | None:
    at = told[0].at
    if at is None:
        return Problem("HN0606", "the mapping gives no time, and a claim needs it") if needs_time else None
    if last is not None and at < last:
        return Problem("HN0608", "`at` is before the time of the event before")
    return None


# ---------------------------------------------------------------- conditions and paths


def _holds(condition: Condition, record: object) -> bool:
    match condition:
        case Truth(value):
            return value
        case Is(path, value):
            return same(_scalar(_at(path, record)), value)
        case Not(body):
            return not _holds(body, record)
        case And(items):
            return all(_holds(item, record) for item in items)
        case Or(items):
            return any(_holds(item, record) for item in items)


def _at(path: Path, record: object) -> object:
    """What the path leads to; None where it leads nowhere."""
    here = record
    for key in path:
        if isinstance(key, str) and isinstance(here, dict):
            here = here.get(key)
        elif isinstance(key, int) and isinstance(here, list) and key < len(here):
            here = here[key]
        else:
            return None
    return here


def _scalar(raw: object) -> object:
    """A number that is written as an integer is one."""
    return int(raw.text) if isinstance(raw, Number) and _is_integer(raw.text) else raw


def _is_integer(text: str) -> bool:
    return _INTEGER.fullmatch(text) is not None and len(text) <= 4300


# ---------------------------------------------------------------- values


def _values(told: MappedEvent, event: Event, record: object) -> tuple[Value, ...] | Problem:
    values = []
    for source, field in zip(told.sources, event.fields, strict=True):
        value = _value(source, field.type, record)
        if isinstance(value, Problem):
            return Problem(value.code, f"`{field.name}` of `{event.name}`{value.message}")
        values.append(value)
    return tuple(values)


def _time(read: Read, record: object) -> int | Problem:
    value = _value(read, TimeT(), record)
    if isinstance(value, Problem):
        return Problem(value.code, f"`at`{value.message}")
    assert isinstance(value, int)
    return value


def _value(source: Source, type: Type, record: object) -> Value | Problem:
    if isinstance(source, Constant):
        return source.value
    raw = _at(source.path, record)
    from_where = f", from `{path_text(source.path)}`: "
    if isinstance(source, Translated):
        return _translated(source, raw, type, from_where)
    if raw is None:
        missing = Problem("HN0603", f"{from_where}nothing is there")
        return None if isinstance(type, OptionalT) else missing
    converted = raw if source.conversion is None else _converted(raw, source.conversion)
    value = converted if isinstance(converted, Problem) else _read(converted, type)
    return Problem(value.code, from_where + value.message) if isinstance(value, Problem) else value


def _read(raw: object, type: Type) -> Value | Problem:
    """What was converted to microseconds is read; everything else by its type."""
    return raw.value if isinstance(raw, _Microseconds) else read_value(raw, type)


def _translated(source: Translated, raw: object, type: Type, from_where: str) -> Value | Problem:
    for key, value in source.entries:
        if same(_scalar(raw), key):
            return value
    if source.rest is not None:
        return source.rest.value
    if raw is None:
        missing = Problem("HN0603", f"{from_where}nothing is there")
        return None if isinstance(type, OptionalT) else missing
    return Problem("HN0604", f"{from_where}the mapping does not translate this value")


class _Microseconds:
    def __init__(self, value: int) -> None:
        self.value = value


def _converted(raw: object, conversion: Conversion) -> object:
    """The raw value as another; a Problem where it cannot be that."""
    text = raw.text if isinstance(raw, Number) else raw
    match conversion:
        case "Int":
            if isinstance(text, str) and _INTEGER.fullmatch(text):
                return Number(text)
            return Problem("HN0604", "expected an integer, or text of one")
        case "Text":
            if not isinstance(raw, Number):
                return raw
            if not _is_integer(raw.text):
                return Problem("HN0604", "expected text or an integer")
            return str(int(raw.text))
        case _:
            if not isinstance(text, str) or not _NUMBER.fullmatch(text):
                return Problem("HN0607", f"expected a number of {conversion}")
            return _scaled(text, conversion)


def _scaled(text: str, unit: Conversion) -> _Microseconds | Problem:
    digits = DIGITS[unit]
    try:
        number = Decimal(text)
    except ArithmeticError:
        return Problem("HN0607", "a time has more than 15 digits before its decimal point")
    if number and number.adjusted() - digits >= 15:
        return Problem("HN0607", "a time has more than 15 digits before its decimal point")
    return _Microseconds(int(number.scaleb(6 - digits, _EXACT)) if number else 0)
