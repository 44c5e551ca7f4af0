"""The times of the events of a block: text as JSON has it, and microseconds, all at once where they are told alike.

Seconds of one form stay text until they are whole numbers of microseconds. What is finer is cut off the text, as the oracle cuts it off.
"""

from __future__ import annotations

import re
from operator import add
from typing import Any

from honnin.spec.records import dataclass

LARGEST_FLOAT = 2147483648.0
"""Seconds: below, a microsecond is more than twice what a binary number of seconds may be wrong by."""
LARGEST_INTEGER = 10**15
_LEAP = 61_000_000
"""Microseconds: no minute has so many."""
_WHOLE = 100_000_000
"""Microseconds: seconds are read with a one before them, for no number in JSON begins with a zero."""
_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_SECONDS = re.compile(rb"([1-9][0-9]{1,11})(?:\.([0-9]+))?(?![^,])")
_UNSURE = re.compile(rb"\.[0-9]{7}|[0-9][eE]")
"""What a number may have that is finer than a microsecond."""


@dataclass(frozen=True, slots=True)
class Times:
    """`text`: of all, with commas between. `moments`: in microseconds; None where they are not told in one way, or are not sure.
    `dated`: whether they have dates; None where no event has a time. `missing`: how many events have none.
    """

    text: bytes
    moments: list[int] | None
    dated: bool | None
    missing: int = 0

    def since(self, last: int, count: int) -> list[int] | None:
        """The moments of `count` events, the last one before them at `last`; None where they are not known, or go back."""
        if self.dated is None:
            return [last] * count
        known = self.moments
        return None if known is None or known[0] < last or sorted(known) != known else known


@dataclass(frozen=True, slots=True)
class TimeReader:
    """`whole`, `values`: decoders of lists of whole numbers, and of whatever a time may be."""

    whole: Any
    values: Any

    def read(self, raw: list[Any]) -> Times | None:
        """Times of which each is a `msgspec.Raw`, or UNSET; None where one is told as no time may be, or it is not sure which it is."""
        import msgspec

        try:
            text, missing = b",".join(raw), 0
        except TypeError:
            missing = raw.count(msgspec.UNSET)
            if missing == len(raw):
                return Times(b"", None, None, missing)
            text = b",".join([b"null" if one is msgspec.UNSET else one for one in raw])
        try:
            return self._alike(text, len(raw)) or self._one_by_one(text, missing)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    def told(self, times: Times) -> list[Any]:
        """Each as a number, text or None."""
        found: list[Any] = self.values.decode(b"[%b]" % times.text)
        return found

    def _alike(self, text: bytes, count: int) -> Times | None:
        """Numbers of seconds with so many digits before the point, and digits behind it; None where they are not such."""
        form = _SECONDS.match(text)
        if form is None:
            return None
        digits, decimals = form.end(1), len(form[2] or b"")
        if decimals > 6 or not _has_form(text, form[0], count):
            decimals, text = 6, _levelled(text, digits)
            if not _has_form(text, b"0" * digits + b".000000", count):
                return None
        filled = b"0" * (6 - decimals)
        whole = text.replace(b".", b"")
        whole = whole.replace(b",", filled + b",") + filled if filled else whole
        return Times(text, self.whole.decode(b"[%b]" % whole), False)

    def _one_by_one(self, text: bytes, missing: int) -> Times | None:
        """Whatever they are; those that are missing stand in the text as null."""
        told = self.values.decode(b"[%b]" % text)
        kinds = set(map(type, told))
        if kinds == {str}:
            return Times(text, _dated(told, text), True)
        if float in kinds and _UNSURE.search(text):
            return None
        return Times(text, _seconds(told) if kinds <= {int, float} else None, False, missing)


def _has_form(text: bytes, form: bytes, count: int) -> bool:
    """Whether it is so many times the form, digits apart."""
    return text.translate(_ZEROS) + b"," == (form.translate(_ZEROS) + b",") * count


def _levelled(text: bytes, digits: int) -> bytes:
    """With six decimals, if there is a point behind so many digits everywhere; empty where there is more than digits and points."""
    if text.translate(None, b"0123456789.,"):
        return b""
    length = digits + 7
    return b",".join([one[:length].ljust(length, b"0") for one in text.split(b",")])


def _seconds(told: list[Any]) -> list[int] | None:
    """Numbers of seconds in microseconds; None where that is not sure."""
    ordered = sorted(told)
    if ordered[0] < 0:
        return None
    if ordered[-1] < LARGEST_FLOAT:
        return [int(at * 1e6 + 0.5) for at in told]
    if ordered[-1] < LARGEST_INTEGER and set(map(type, told)) == {int}:
        return [at * 1_000_000 for at in told]
    return None


def _dated(told: list[str], text: bytes) -> list[int] | None:
    """RFC 3339 times in microseconds; None where one is refused."""
    from honnin.compiler.runtime.base import _Refused, instant

    try:
        return _of_one_form(told, text) or list(map(instant, told))
    except _Refused:
        return None


def _of_one_form(told: list[str], text: bytes) -> list[int] | None:
    """The times, each from that of its minute; None where they have not one form, digits apart, and one offset. Raises _Refused."""
    import msgspec

    from honnin.compiler.runtime.base import _INSTANT, instant

    form = _INSTANT.fullmatch(told[0])
    if form is None or not told[0].isascii():
        return None
    if not _has_form(text, b'"%b"' % told[0].encode(), len(told)):
        return None
    end = form.start(5)
    until = min(end, 26)
    if text.count(form[5].encode() + b'"') != len(told):
        return None
    filled = "0" * (6 - max(until - 20, 0)) + ",1"
    seconds = filled.join([one[17:until] for one in told]).replace(".", "")
    moments = msgspec.json.decode(f"[1{seconds}{filled[:-2]}]")
    if max(moments) >= _WHOLE + _LEAP:
        return None
    heads = [one[:17] for one in told]
    minutes = {head: instant(f"{head}00{form[5]}") - _WHOLE for head in dict.fromkeys(heads)}
    return list(map(add, map(minutes.__getitem__, heads), moments))
