"""What generated mappings call where a value is not the plain one that is expected: conversions, translations, refusals."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_DOWN, Context, Decimal
from typing import Any, Final, NoReturn

from honnin.compiler.runtime.base import BadInput, _Refused, _TooLong

_EXACT = Context(prec=40, rounding=ROUND_DOWN)
_INTEGER = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_DIGITS = 4300
NOTHING: Final = object()
"""What a translation has where it has no `_`."""


def field(raw: Any, read: Callable[[Any], Any], where: str) -> Any:
    """The value that `raw` is. `where` begins the message of a refusal."""
    try:
        return read(raw)
    except _Refused as refused:
        if raw is None:
            raise BadInput(f"{where}: nothing is there") from None
        raise BadInput(f"{where}: expected {refused}") from None


def integer_of(raw: Any) -> Any:
    """An integer from the text of one; what is no text stays as it is."""
    if not isinstance(raw, str):
        return raw
    if not _INTEGER.fullmatch(raw):
        raise _Refused("an integer, or text of one")
    if len(raw) > _DIGITS:
        raise _Refused(f"an integer of at most {_DIGITS} digits")
    return int(raw)


def text_of(raw: Any) -> Any:
    """The text of an integer; what is no number stays as it is."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | _TooLong):
        return raw
    if isinstance(raw, int):
        return str(raw)
    raise _Refused("text or an integer")


def microseconds_of(raw: Any, digits: int, unit: str) -> int:
    """Microseconds from a number, or text of one, of which 10 to the power of `digits` are a second; what is finer is cut off."""
    number = raw
    if isinstance(raw, str):
        if not _NUMBER.fullmatch(raw):
            raise _Refused(f"a number of {unit}")
        number = _decimal(raw)
    elif isinstance(raw, float):
        number = Decimal(str(raw))
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        raise _Refused(f"a number of {unit}")
    exact = Decimal(number)
    if not exact.is_finite() or (exact and exact.adjusted() - digits >= 15):
        raise _Refused("a time with at most 15 digits before its decimal point")
    return int(exact.scaleb(6 - digits, _EXACT)) if exact else 0


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        return Decimal("Infinity")


def translated(raw: Any, entries: dict[tuple[type, Any], Any], rest: Any, where: str) -> Any:
    """The value beside `raw`; `rest` where there is none."""
    kind = type(raw)
    found = entries.get((kind, raw), rest) if kind in _SCALARS else rest
    if found is NOTHING and raw is None:
        raise BadInput(f"{where}: nothing is there")
    if found is NOTHING:
        raise BadInput(f"{where}: the mapping does not translate this value")
    return found


_SCALARS = frozenset({str, int, bool, type(None)})


def reject(mapping: str) -> NoReturn:
    """A line that the mapping does not take."""
    raise BadInput(f'the mapping "{mapping}" rejects it')


def index(raw: Any, place: int) -> Any:
    """The entry of an array; None where there is none."""
    return raw[place] if isinstance(raw, list | tuple) and place < len(raw) else None
