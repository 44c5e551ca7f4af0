"""A violation as the command line and the pytest plugin show it. Its personal values are tokens already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from honnin.oracle.table import quoted

if TYPE_CHECKING:
    from honnin.compiler.runtime.base import Violation


def headline(violation: Violation) -> str:
    """`right_person "Every page shows the person it was requested for"`."""
    return violation.invariant + quoted(violation.title)


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
        "parts": dict(violation.parts),
        "causes": [
            {
                "read": cause.read,
                "position": cause.position,
                "at": cause.at,
                "event": dict(cause.event),
                "replaced": cause.replaced,
                "added": cause.added,
            }
            for cause in violation.causes
        ],
    }
