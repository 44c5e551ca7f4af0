"""The loops over decoded events, written for one specification: for each kind of event a call of the oracle's handler, or its work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from honnin.oracle.streams.times import LARGEST_FLOAT, LARGEST_INTEGER
from honnin.spec.core import Event

if TYPE_CHECKING:
    from honnin.oracle.monitor import Spec

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
    quick = type(oracle)
    if quick not in (quick._QUICK or ()):
        return None
    return spec.loop(tuple(number for number, _ in events), quick.__mro__[1].__name__)


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
            if not 0.0 <= at < {LARGEST_FLOAT}:
                AGAIN
            now = int(at * 1e6 + 0.5)
            oracle._dated = False
        elif time is int:
            if not 0 <= at < {LARGEST_INTEGER}:
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
