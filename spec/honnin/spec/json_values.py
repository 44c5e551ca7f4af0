"""Values of the language from JSON: strict parsing, and one reader per type (language.md section 5).

No message quotes what it was given: it may be personal.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Context, Decimal
from typing import NoReturn

from honnin.spec.core import (
    BoolT,
    DurationT,
    EntityT,
    EnumT,
    IntT,
    OptionalT,
    RangeT,
    TextT,
    TimeT,
    Type,
    Value,
)
from honnin.spec.records import dataclass

DEPTH = 100
"""How deep the arrays and objects of a line may be nested."""

DIGITS = 4300
"""How many digits an Int may have."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = Decimal("0.000001")
_EXACT = Context(prec=40)
_INTEGER = re.compile(r"-?[0-9]+")
_DURATION = re.compile(r"([0-9]{1,15})(ms|s|min|h|d)")
_UNITS = {"ms": 1_000, "s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}):([0-9]{2})(?:\.([0-9]+))?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something could not be read: a code of the catalogue and a message."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written."""

    text: str


class _Refused(ValueError):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def strict_json(text: str | bytes) -> object:
    """The one JSON value in `text`, its numbers as `Number`; a Problem when it is not strict JSON."""
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
        parsed: object = json.loads(
            decoded,
            parse_int=Number,
            parse_float=Number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError:
        return Problem("HN0609", "this is not valid UTF-8")
    except RecursionError:
        return Problem("HN0611", f"this is nested more than {DEPTH} deep")
    except _Refused as refused:
        return refused.problem
    except json.JSONDecodeError as error:
        return Problem("HN0601", f"this is not JSON (column {error.colno})")
    return _problem_inside(parsed) or parsed


def _refuse_constant(_: str) -> NoReturn:
    raise _Refused(Problem("HN0601", "JSON has no NaN and no Infinity"))


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise _Refused(Problem("HN0610", "an object has the same key twice"))
    return result


def _problem_inside(parsed: object) -> Problem | None:
    """What is wrong with a parsed value as a whole: its depth, or a string that is no text."""
    level: list[object] = [parsed]
    for _ in range(DEPTH + 1):
        strings = [item for item in level if isinstance(item, str)]
        strings += [key for item in level if isinstance(item, dict) for key in item]
        if any(_SURROGATE.search(string) for string in strings):
            return Problem("HN0609", "a string has half of a surrogate pair")
        level = [
            inner
            for item in level
            if isinstance(item, (dict, list))
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return None
    return Problem("HN0611", f"this is nested more than {DEPTH} deep")


# ---------------------------------------------------------------- one value


def read_value(raw: object, type: Type) -> Value | Problem:
    """The value of the type that `raw` is; a Problem when it is none."""
    match type:
        case OptionalT(inner=inner):
            return None if raw is None else read_value(raw, inner)
        case BoolT():
            return raw if isinstance(raw, bool) else _wrong("true or false")
        case IntT():
            return _integer(raw)
        case RangeT(low=low, high=high):
            number = _integer(raw)
            if isinstance(number, int) and not low <= number <= high:
                return Problem("HN0605", f"expected an integer from {low} to {high}")
            return number
        case TextT():
            return raw if isinstance(raw, str) else _wrong("a string")
        case EnumT(name=name, members=members):
            return raw if isinstance(raw, str) and raw in members else _wrong(f"a member of `{name}`")
        case EntityT():
            return raw if isinstance(raw, str) else _identity(raw)
        case TimeT():
            return read_time(raw)
        case DurationT():
            return _duration(raw)


def _wrong(expected: str) -> Problem:
    return Problem("HN0604", f"expected {expected}")


def _integer(raw: object) -> int | Problem:
    """An integer written as one; `true` and `1.0` are none."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if not isinstance(raw, Number) or not _INTEGER.fullmatch(raw.text):
        return _wrong("an integer")
    if len(raw.text) > DIGITS:
        return Problem("HN0611", f"an integer has more than {DIGITS} digits")
    try:
        return int(raw.text)
    except ValueError:
        return Problem("HN0611", "an integer has more digits than this Python reads")


def _identity(raw: object) -> int | Problem:
    number = _integer(raw)
    return number if isinstance(number, int) or number.code != "HN0604" else _wrong("a string or an integer")


def read_time(raw: object) -> int | Problem:
    """A time in microseconds: a number of seconds, or RFC 3339 with an offset; what is finer is cut off."""
    if isinstance(raw, str):
        found = _INSTANT.fullmatch(raw)
        return _instant(*found.groups()) if found else _no_time()
    return _seconds(raw)


def _no_time() -> Problem:
    return Problem("HN0607", "expected a number of seconds or a time with date and offset (RFC 3339)")


def _instant(date: str, minute: str, second: str, fraction: str | None, offset: str) -> int | Problem:
    leap = second == "60"
    try:
        whole = datetime.fromisoformat(f"{date}T{minute}:{'59' if leap else second}{offset.upper()}")
    except ValueError:
        return _no_time()
    microseconds = int(((fraction or "") + "000000")[:6])
    return (whole - _EPOCH) // timedelta(microseconds=1) + microseconds + leap * 1_000_000


def _duration(raw: object) -> int | Problem:
    """A duration in microseconds: a number of seconds, or as the language writes it (`250ms`)."""
    if isinstance(raw, str):
        found = _DURATION.fullmatch(raw)
        return int(found[1]) * _UNITS[found[2]] if found else _wrong("a number of seconds or a duration")
    return _seconds(raw)


def _seconds(raw: object) -> int | Problem:
    """Microseconds from a decimal number of seconds."""
    if isinstance(raw, bool) or not isinstance(raw, (Number, int, float, Decimal)):
        return Problem("HN0607", "expected a number of seconds")
    try:
        number = Decimal(raw.text if isinstance(raw, Number) else str(raw))
    except (ArithmeticError, ValueError):
        return _unbounded_time()
    if not number.is_finite() or (number and number.adjusted() >= 15):
        return _unbounded_time()
    exact = number.quantize(_MICROSECOND, rounding=ROUND_DOWN, context=_EXACT)
    return int(exact.scaleb(6, _EXACT))


def _unbounded_time() -> Problem:
    return Problem("HN0607", "a time has more than 15 digits before its decimal point")
