"""The readable account of a violation. Its personal values are tokens already: nothing here unmasks anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from honnin.compiler.runtime import Violation


def headline(violation: Violation) -> str:
    """`right_person "Every page shows the person it was requested for"`."""
    return violation.invariant + (f' "{violation.title}"' if violation.title else "")


def account(violation: Violation) -> list[str]:
    """Where it failed, what was bound, what the formula read; a line each."""
    lines = [_where(violation)]
    if violation.bindings:
        lines.append(f"with {_pairs(violation.bindings)}")
    if violation.why:
        lines.append(f"because {_pairs(violation.why)}")
    return lines


def _where(violation: Violation) -> str:
    at = "" if violation.at is None else f" at {seconds(violation.at)}"
    match violation.position:
        case None:
            return (
                f"found by the clock{at}; raised by event {violation.trigger}, {event_words(violation.event)}"
            )
        case 0:
            return "at the start, before any event"
        case position if position == violation.trigger:
            return f"event {position}{at}: {event_words(violation.event)}"
        case position:
            raised = f"raised by event {violation.trigger}, {event_words(violation.event)}"
            return f"found at event {position}{at}; {raised}"


def event_words(event: Mapping[str, Any]) -> str:
    """`issue(request = r1, page = 1)`."""
    fields = {name: value for name, value in event.items() if name != "event"}
    return f"{event.get('event', '')}({_pairs(fields)})"


def _pairs(values: Mapping[str, Any]) -> str:
    from honnin.compiler.runtime import shown

    return ", ".join(f"{name} = {shown(value)}" for name, value in values.items())


def seconds(at: float) -> str:
    """`12.5 s`, without an exponent."""
    return f"{at:.6f}".rstrip("0").rstrip(".") + " s"


def record(violation: Violation, verdict: str) -> dict[str, Any]:
    """The violation as language.md section 5 prints it."""
    return {
        "verdict": verdict,
        "invariant": violation.invariant,
        "title": violation.title,
        "position": violation.position,
        "trigger": violation.trigger,
        "at": violation.at,
        "event": dict(violation.event),
        "bindings": dict(violation.bindings),
        "why": dict(violation.why),
    }
