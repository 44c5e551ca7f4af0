"""The loop over decoded events, written for one specification: for each kind of event a call of the oracle's handler."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from honnin.spec.core import Event

_LARGEST_FLOAT = 2147483648.0
"""Seconds: below, a microsecond is more than twice what a binary number of seconds may be wrong by."""
_LARGEST_INTEGER = 10**15


def runner(
    events: Sequence[tuple[int, Event]], strict: Sequence[Any], loose: Sequence[Any], *, needs_time: bool
) -> Callable[..., None]:
    """The loop over the events of a block, given with their times and their kinds: all `strict`, or all `loose`, classes.

    Where all times are told in one way, as numbers or not at all, and none goes back, they are made microseconds together; else one
    after another, and an event whose time is refused is read `again`.
    """
    from msgspec import UNSET

    from honnin.compiler.runtime.base import _Refused, instant

    names: dict[str, Any] = {
        "instant": instant,
        "Refused": _Refused,
        "together": _together,
        "UNSET": UNSET,
        "of_strict": tuple(strict),
        "of_loose": tuple(loose),
    }
    branches = [
        f"{'elif' if place else 'if'} kind is K{place}: on[{number}](now{_values(event)})"
        for place, (number, event) in enumerate(events)
    ]
    text = _LOOP.replace("CLASSES", "".join(f"K{place}, " for place in range(len(events))))
    text = text.replace("UNTIMED", _AGAIN if needs_time else "now = oracle._now")
    text = text.replace("AGAIN", _AGAIN)
    for depth in (16, 8):
        indent = "\n" + " " * depth
        text = text.replace(f"{indent}BRANCHES", indent + indent.join(branches))
    exec(compile(text, "<reader>", "exec"), names)  # noqa: S102 - numbers alone are put into the text
    run: Callable[..., None] = names["run"]
    return run


def _values(event: Event) -> str:
    return "".join(f", one.f{index}" for index in range(len(event.fields)))


def _together(times: list[Any], last: int) -> list[int] | None:
    """The times in microseconds; None where that is not sure. An event that has no time happens at that of the last one."""
    from msgspec import UnsetType

    kinds = set(map(type, times))
    if kinds == {UnsetType}:
        return [last] * len(times)
    if kinds not in ({float}, {int}) or sorted(times) != times or times[0] < 0:
        return None
    if kinds == {int}:
        found = [at * 1_000_000 for at in times] if times[-1] < _LARGEST_INTEGER else []
    else:
        found = [int(at * 1e6 + 0.5) for at in times] if times[-1] < _LARGEST_FLOAT else []
    return found if found and found[0] >= last else None


_AGAIN = "again(number); last = oracle._now; continue"
_LOOP = f"""
def run(events, times, kinds, number, oracle, told, again):
    on = oracle._handlers
    violations, broken, faults = oracle.violations, oracle.broken, oracle.faults
    CLASSES = of_loose if kinds[0] in of_loose else of_strict
    now = last = oracle._now
    number -= 1
    nows = together(times, last)
    if nows is not None:
        if times[0] is not UNSET:
            oracle._dated = False
        try:
            for one, kind, now in zip(events, kinds, nows):
                number += 1
                BRANCHES
                if violations or broken or faults:
                    told(number)
        finally:
            oracle._now = now
        return
    for one, kind, at in zip(events, kinds, times):
        number += 1
        time = type(at)
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
