"""What every generated oracle needs: reading values and facts, masking, verdicts. It imports the standard library alone.

A standalone module has this text inlined, so everything here must stand on its own.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Context, Decimal
from typing import Any, NamedTuple, NoReturn, TypeAlias

Entity: TypeAlias = str | int
Value: TypeAlias = str | int | bool | None
Shown: TypeAlias = str | int | float | bool | None
When: TypeAlias = int | float | Decimal | str | datetime | None
NEVER = -(10**21)
_LATEST = 10**21
"""Microseconds: no time that is read is as late."""
FRESH = "\udfff"
"""Stands for an entity's value never seen: no text that is read has a lone surrogate, so it is equal to none."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXACT = Context(prec=40, rounding=ROUND_DOWN)
_FINE = 2.0**32
"""Seconds: two microseconds so far from 0 are two floats, so that one of them which is a whole number of microseconds says which."""
_DIGITS = 4300
_DEPTH = 100
_DURATION = re.compile(r"([0-9]{1,15})(ms|s|min|h|d)")
_UNITS = {"ms": 1_000, "s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}):([0-9]{2})(?:\.([0-9]+))?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


# ---------------------------------------------------------------- what an oracle says


class BadInput(ValueError):
    """An event that cannot be read; no position, and nothing has changed. The message quotes no value."""


class SettingRefused(ValueError):
    """What an oracle is made with cannot be used."""


class FactsRefused(ValueError):
    """The facts do not say every given of the specification rightly. `problems` says which, one line each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("the facts are refused: " + "; ".join(problems))
        self.problems = problems

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)


DUE = "due by"
"""In what a missed deadline's claim read: the deadline."""


class Cause(NamedTuple):
    """Where something that a claim read comes from: the event that wrote it last, with its fields, personal values as tokens.

    `read`: as the author of the claim wrote it. `replaced`: the position of the event whose value this one replaced. `added`: what was read
    is a sum or a count, and the event is the last that changed it.
    """

    read: str
    position: int
    at: float | None
    event: Mapping[str, Shown]
    replaced: int | None = None
    added: bool = False

    @property
    def kind(self) -> str:
        """What kinds of events met here: `wanted[r] is from request, which replaced another`."""
        over = "" if self.replaced is None else ", which replaced another"
        return f"{self.read} {self._is_from} {self.event['event']}{over}"

    @property
    def _is_from(self) -> str:
        return "was last changed by" if self.added else "is from"

    def words(self, dated: bool) -> str:
        """One line of an account."""
        at = "" if self.at is None else f" at {_utc(self.at) if dated else f'{_plain(self.at)} s'}"
        over = "" if self.replaced is None else f", which replaced what event {self.replaced} had set"
        return f"{self.read} {self._is_from} event {self.position}{at}: {event_words(self.event)}{over}"


class Violation(NamedTuple):
    """A claim that failed. Personal values are tokens, unless the oracle was asked to reveal them.

    `position` counts the accepted events from 1 (0: the initial state; None: found by the clock or at the end); `trigger` is the
    position of the event that raised the claim, `event` that event's fields. `at`: seconds, None where no time was given.
    `bindings`: the names of the claim's pattern, then of the quantifiers that witness the failure. `why`: what the claim read.
    `dated`: times came with their dates, and are told so. `causes`: the earlier events that what was read comes from. `parts`: of the formulas
    that the claim is made of, whether they hold.
    """

    invariant: str
    title: str | None
    position: int | None
    trigger: int
    at: float | None
    event: Mapping[str, Shown]
    bindings: Mapping[str, Shown]
    why: Mapping[str, Shown]
    dated: bool = False
    causes: tuple[Cause, ...] = ()
    parts: Mapping[str, Shown] = {}

    def __str__(self) -> str:
        place = "by the clock" if self.position is None else f"at event {self.position}"
        place = "initially" if self.position == 0 else place
        raised = "" if self.trigger == self.position else f" (raised by event {self.trigger})"
        words = f": {_one_line(self.title)}" if self.title else ""
        return f"{self.invariant} is violated {place}{raised}{words}"

    def account(self) -> list[str]:
        """The lines that explain it: where it failed, the names bound, and what the claim read."""
        lines = [self._where()]
        due = self.why.get(DUE)
        dated = {DUE: _utc(due)} if self.dated and isinstance(due, float) else {}
        for word, values in (("with", self.bindings), ("because", {**self.why, **dated})):
            if values:
                lines.append(f"{word} {pairs(values)}")
        return [*lines, *(cause.words(self.dated) for cause in self.causes)]

    def _where(self) -> str:
        at = "" if self.at is None else f" at {_utc(self.at) if self.dated else f'{_plain(self.at)} s'}"
        event = event_words(self.event)
        if self.position == 0:
            return "at the start, before any event"
        if self.position == self.trigger:
            return f"event {self.position}{at}: {event}"
        found = "found by the clock" if self.position is None else f"found at event {self.position}"
        return f"{found}{at}; raised by event {self.trigger}, {event}"


def event_words(event: Mapping[str, Shown]) -> str:
    """`issue(request = r1, page = 1)` for the fields of an event, its name among them as `event`."""
    return f"{event.get('event', '')}({pairs({k: v for k, v in event.items() if k != 'event'})})"


def pairs(values: Mapping[str, Shown]) -> str:
    """`r = r1, s = none`."""
    return ", ".join(f"{name} = {shown(value)}" for name, value in values.items())


def _utc(number: float) -> str:
    """The time so many seconds after the beginning of 1970: `2026-11-24T09:00:00Z`."""
    at = _EPOCH + timedelta(microseconds=round(number * 1_000_000))
    text = at.isoformat().removesuffix("+00:00")
    return (text.rstrip("0") if "." in text else text) + "Z"


def _plain(number: float) -> str:
    """Without an exponent, to the microsecond."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


class Fault(NamedTuple):
    """Two writes of one event that cannot both be done: a fault of the specification. The state was left as it was."""

    position: int
    place: str
    keys: tuple[Value, ...]
    writes: tuple[str, str]

    def __str__(self) -> str:
        return f"event {self.position} writes `{self.place}` twice: {self.writes[0]} and {self.writes[1]}"


class InvariantViolated(AssertionError):
    """An invariant was violated; `violation` says which and why."""

    def __init__(self, violation: Violation, others: int = 0) -> None:
        more = f" (and {others} more at the same event)" if others else ""
        super().__init__(str(violation) + more)
        self.violation = violation
        self.others = others
        for line in violation.account():
            self.add_note(line)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.violation, self.others), {"__notes__": self.__notes__}


class SpecificationFault(Exception):
    """The specification contradicts itself at an event; `fault` says where."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.fault,)


def shown(value: Shown) -> str:
    """A value in words; a time or a duration with its unit."""
    if value is None or isinstance(value, bool):
        return "none" if value is None else str(value).lower()
    if isinstance(value, float):
        return f"{_plain(value)} s"
    return (_one_line(value) or '""') if isinstance(value, str) else str(value)


def seconds(microseconds: int | None) -> float | None:
    """A time or a duration as it is shown."""
    return None if microseconds is None else microseconds / 1_000_000


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


# ---------------------------------------------------------------- reading values


class _Refused(ValueError):
    """What was expected instead."""


Reader: TypeAlias = Callable[[Any], Any]


def boolean(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    raise _Refused("true or false")


def integer(raw: object) -> int:
    if type(raw) is int:
        return raw
    if isinstance(raw, _TooLong):
        raise _Refused(f"an integer of at most {_DIGITS} digits")
    if isinstance(raw, int) and not isinstance(raw, bool):
        return int(raw)
    raise _Refused("an integer")


def between(low: int, high: int) -> Reader:
    def read(raw: object) -> int:
        number = integer(raw)
        if low <= number <= high:
            return number
        raise _Refused(f"an integer from {low} to {high}")

    return read


def text(raw: object) -> str:
    if not isinstance(raw, str):
        raise _Refused("a string")
    plain = str.__str__(raw)
    if not plain.isascii() and _SURROGATE.search(plain):
        raise _Refused("a string without half of a surrogate pair")
    return plain


def identity(raw: object) -> Entity:
    if isinstance(raw, str):
        return text(raw)
    if isinstance(raw, int | _TooLong) and not isinstance(raw, bool):
        return integer(raw)
    raise _Refused("a string or an integer")


def member(enum: str, members: frozenset[str]) -> Reader:
    def read(raw: object) -> str:
        if isinstance(raw, str) and str.__str__(raw) in members:
            return str.__str__(raw)
        raise _Refused(f"a member of `{enum}`")

    return read


def optional(inner: Reader) -> Reader:
    return lambda raw: None if raw is None else inner(raw)


def duration(raw: object) -> int:
    """Microseconds from a number of seconds, the language's own words (`250ms`), or a timedelta."""
    if isinstance(raw, timedelta):
        return raw // timedelta(microseconds=1)
    if isinstance(raw, str):
        found = _DURATION.fullmatch(raw)
        if not found:
            raise _Refused("a number of seconds or a duration")
        return int(found[1]) * _UNITS[found[2]]
    return _microseconds(raw)


def instant(raw: object) -> int:
    """Microseconds since 1970 from a number of seconds, RFC 3339 text, or an aware datetime; what is finer is cut off."""
    if isinstance(raw, datetime):
        if raw.tzinfo is None:
            raise _Refused("a datetime with a time zone")
        return (raw - _EPOCH) // timedelta(microseconds=1)
    if isinstance(raw, str):
        found = _INSTANT.fullmatch(raw)
        if not found:
            raise _Refused("a number of seconds or a time with date and offset (RFC 3339)")
        return _rfc3339(*found.groups())
    return _microseconds(raw)


def is_dated(raw: object) -> bool:
    """Whether a moment is told with its date."""
    return isinstance(raw, datetime) or (isinstance(raw, str) and _INSTANT.fullmatch(raw) is not None)


def moment(raw: object) -> int:
    """As `instant`; a number may also be written as text."""
    if isinstance(raw, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", raw):
        return _microseconds(Decimal(raw))
    return instant(raw)


def _rfc3339(date: str, minute: str, second: str, fraction: str | None, offset: str) -> int:
    leap = second == "60"
    try:
        whole = datetime.fromisoformat(f"{date}T{minute}:{'59' if leap else second}{offset.upper()}")
    except ValueError:
        raise _Refused("a time that there is") from None
    return (
        (whole - _EPOCH) // timedelta(microseconds=1)
        + int(((fraction or "") + "000000")[:6])
        + leap * 1_000_000
    )


def _microseconds(raw: object) -> int:
    if type(raw) is int and -(10**15) < raw < 10**15:
        return raw * 1_000_000
    if type(raw) is float and -_FINE < raw < _FINE and round(raw * 1_000_000) / 1_000_000 == raw:
        return round(raw * 1_000_000)
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        raise _Refused("a number of seconds")
    number = raw if isinstance(raw, Decimal) else Decimal(str(raw))
    if not number.is_finite() or (number and number.adjusted() >= 15):
        raise _Refused("a number of seconds with at most 15 digits before its decimal point")
    return int(number.scaleb(6, _EXACT)) if number else 0


class Field(NamedTuple):
    """A field of an event; `seconds`: its values are microseconds, and are shown as seconds."""

    name: str
    log_name: str
    read: Reader
    personal: bool
    seconds: bool


class Event(NamedTuple):
    name: str
    fields: tuple[Field, ...]


class _TooLong:
    """An integer of more digits than are read."""


def _json_integer(digits: str) -> int | _TooLong:
    return int(digits) if len(digits) <= _DIGITS else _TooLong()


def _json_number(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except ArithmeticError:
        return Decimal("Infinity")


def _json_constant(_: str) -> NoReturn:
    raise _Refused("JSON without NaN and Infinity")


def _json_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise _Refused("an object without the same key twice")
    return result


_JSON = json.JSONDecoder(
    object_pairs_hook=_json_object,
    parse_int=_json_integer,
    parse_float=_json_number,
    parse_constant=_json_constant,
)


def read_object(line: str | bytes) -> dict[str, Any]:
    """The strict JSON object of a line. Raises BadInput."""
    try:
        decoded = line.decode("utf-8") if isinstance(line, bytes) else line
        parsed = _JSON.decode(decoded)
    except UnicodeDecodeError:
        raise BadInput("this is not valid UTF-8") from None
    except RecursionError:
        raise BadInput(f"this is nested more than {_DEPTH} deep") from None
    except json.JSONDecodeError as error:
        raise BadInput(f"this is not JSON (column {error.colno})") from None
    except _Refused as refused:
        raise BadInput(f"expected {refused}") from None
    if not isinstance(parsed, dict):
        raise BadInput("expected a JSON object")
    if "\\u" in decoded or not decoded.isascii() or any(isinstance(v, dict | list) for v in parsed.values()):
        _check_inside(parsed)
    return parsed


def _check_inside(parsed: object) -> None:
    level: list[Any] = [parsed]
    for _ in range(_DEPTH + 1):
        strings = [item for item in level if isinstance(item, str)]
        strings += [key for item in level if isinstance(item, dict) for key in item]
        if any(_SURROGATE.search(string) for string in strings):
            raise BadInput("a string has half of a surrogate pair")
        nested = [
            item.values() if isinstance(item, dict) else item
            for item in level
            if isinstance(item, dict | list)
        ]
        level = [inner for items in nested for inner in items]
        if not level:
            return
    raise BadInput(f"this is nested more than {_DEPTH} deep")


# ---------------------------------------------------------------- masking


SHORTEST_KEY = 16
"""Bytes: a shorter key can be found by trying."""


class Mask:
    """Tokens for personal values: equal for equal values under one key, and meaningless without it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __call__(self, value: Any) -> Any:
        """The token of an entity or a text; none is no personal value."""
        return None if value is None else self.digest(value)[:8]

    def digest(self, value: Any) -> str:
        """All of the keyed digest, in hexadecimal; of an integer another than of the text with its digits."""
        return hmac.digest(self._key, f"{type(value).__name__}:{value}".encode(), "sha256").hex()
