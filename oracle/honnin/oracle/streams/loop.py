"""The loops over decoded events, written for one specification: for each kind of event a call of the oracle's handler, or its work."""

from __future__ import annotations

from collections.abc import Sequence
from operator import add
from typing import TYPE_CHECKING, Any

from honnin.spec.core import Event

if TYPE_CHECKING:
    from honnin.oracle.monitor import Spec

_LARGEST_FLOAT = 2147483648.0
"""Seconds: below, a microsecond is more than twice what a binary number of seconds may be wrong by."""
_LARGEST_INTEGER = 10**15
_LEAP = 61_000_000
"""Microseconds: no minute has so many."""
_WHOLE = 100_000_000
"""Microseconds: seconds are read with a one before them, for no number in JSON begins with a zero."""
_ZEROS = bytes.maketrans(b"123456789", b"000000000")


Events = Sequence[tuple[int, Event]]


def one_by_one(events: Events, strict: Sequence[Any], loose: Sequence[Any], *, needs_time: bool) -> Any:
    """The loop `run(oracle, events, times, number, told, again)` over the events of a block: all `strict`, or all `loose`, classes.

    Times are looked at one after another, and an event whose time is refused is read `again`.
    """
    from honnin.compiler.runtime.base import _Refused, instant

    names = {"instant": instant, "Refused": _Refused, "of_strict": tuple(strict), "of_loose": tuple(loose)}
    text = _ONE_BY_ONE.replace("UNTIMED", _AGAIN if needs_time else "now = oracle._now")
    return _made(text.replace("AGAIN", _AGAIN), events, names)


def at_once(events: Events) -> Any:
    """The loop `run(oracle, events, times, number, told, classes)` over events whose times are known, each a call of its handler."""
    return _made(_AT_ONCE, events, {})


def in_place(spec: Spec, oracle: Any, events: Events) -> Any:
    """The same loop with the work of each event in its place; None where there is none for the oracle."""
    looks_at_every_event = type(oracle) in (type(oracle)._QUICK or ())
    return spec.loop(tuple(number for number, _ in events)) if looks_at_every_event else None


def _made(text: str, events: Events, names: dict[str, Any]) -> Any:
    branches = [
        f"{'elif' if place else 'if'} kind is K{place}: on[{number}](now{_values(event)})"
        for place, (number, event) in enumerate(events)
    ]
    text = text.replace("CLASSES", "".join(f"K{place}, " for place in range(len(events))))
    for depth in (12, 8):
        indent = "\n" + " " * depth
        text = text.replace(f"{indent}BRANCHES", indent + indent.join(branches))
    exec(compile(text, "<reader>", "exec"), names)  # noqa: S102 - numbers alone are put into the text
    return names["run"]


def _values(event: Event) -> str:
    return "".join(f", one.f{index}" for index in range(len(event.fields)))


def together(times: list[Any], last: int) -> tuple[list[int], bool | None] | None:
    """As `moments`; None too where the times go back. An event that has no time happens at that of the last one."""
    from msgspec import UNSET

    if times[0] is UNSET:
        return ([last] * len(times), None) if times.count(UNSET) == len(times) else None
    known = moments(times)
    if known is None or known[0][0] < last or sorted(known[0]) != known[0]:
        return None
    return known


def moments(times: list[Any]) -> tuple[list[int], bool] | None:
    """The times in microseconds, and whether they have dates; None where they are not all told in one way, or are not sure."""
    dated = type(times[0]) is str
    try:
        found = _dated(times) if dated else _seconds(times)
    except TypeError:
        return None
    return (found, dated) if found else None


def _seconds(times: list[Any]) -> list[int]:
    """Numbers of seconds in microseconds; none where that is not sure. Raises TypeError where one is no number."""
    ordered = sorted(times)
    if ordered[0] < 0:
        return []
    if ordered[-1] < _LARGEST_FLOAT:
        return [int(at * 1e6 + 0.5) for at in times]
    if ordered[-1] < _LARGEST_INTEGER and set(map(type, times)) == {int}:
        return [at * 1_000_000 for at in times]
    return []


def _dated(times: list[Any]) -> list[int]:
    """RFC 3339 times in microseconds; none where one is refused, or is no text."""
    from honnin.compiler.runtime.base import _Refused, instant

    if set(map(type, times)) != {str}:
        return []
    try:
        return _alike(times) or list(map(instant, times))
    except _Refused:
        return []


def _alike(times: list[str]) -> list[int]:
    """The times, each from that of its minute; none where they have not one form, digits apart, and one offset. Raises _Refused."""
    import msgspec

    from honnin.compiler.runtime.base import _INSTANT, instant

    form = _INSTANT.fullmatch(times[0])
    text = "\n".join(times) + "\n"
    if form is None or not text.isascii():
        return []
    if text.encode().translate(_ZEROS) != (times[0] + "\n").encode().translate(_ZEROS) * len(times):
        return []
    end = form.start(5)
    until = min(end, 26)
    if text.count(form[5] + "\n") != len(times):
        return []
    filled = "0" * (6 - max(until - 20, 0)) + ",1"
    told = filled.join([one[17:until] for one in times]).replace(".", "")
    seconds = msgspec.json.decode(f"[1{told}{filled[:-2]}]")
    if max(seconds) >= _WHOLE + _LEAP:
        return []
    heads = [one[:17] for one in times]
    minutes = {head: instant(f"{head}00{form[5]}") - _WHOLE for head in dict.fromkeys(heads)}
    return list(map(add, map(minutes.__getitem__, heads), seconds))


_AGAIN = "again(number); last = oracle._now; continue"
_AT_ONCE = """
def run(oracle, events, times, number, told, classes):
    on = oracle._handlers
    violations, broken, faults = oracle.violations, oracle.broken, oracle.faults
    CLASSES = classes
    now = oracle._now
    number -= 1
    try:
        for one, now in zip(events, times):
            number += 1
            kind = type(one)
            BRANCHES
            if violations or broken or faults:
                told(number)
    finally:
        oracle._now = now
"""
_ONE_BY_ONE = f"""
def run(oracle, events, times, number, told, again):
    on = oracle._handlers
    violations, broken, faults = oracle.violations, oracle.broken, oracle.faults
    CLASSES = of_loose if type(events[0]) in of_loose else of_strict
    last = oracle._now
    number -= 1
    for one, at in zip(events, times):
        number += 1
        kind, time = type(one), type(at)
        if time is float:
            if not 0.0 <= at < {_LARGEST_FLOAT}:
                AGAIN
            now = int(at * 1e6 + 0.5)
            oracle._dated = False
        elif time is int:
            if not 0 <= at < {_LARGEST_INTEGER}:
                AGAIN
            now = at * 1000000
            oracle._dated = False
        elif time is str:
            try:
                now = instant(at)
            except Refused:
                AGAIN
            oracle._dated = True
        else:
            UNTIMED
        if now < last:
            AGAIN
        oracle._now = last = now
        BRANCHES
        if violations or broken or faults:
            told(number)
"""
