"""The state from which induction does not go on: a hint for a lemma, never shown as a bug."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from honnin.oracle.session import paint

if TYPE_CHECKING:
    from honnin.compiler.answers import Stuck


def stuck_lines(stuck: Stuck) -> list[str]:
    """The state, the step and what it would break, in a colour of their own."""
    chosen = ", ".join(f"{choice.name} = {choice.value}" for choice in stuck.arguments)
    return [
        paint(
            "a lemma is missing here: this state looks unreachable (no run to it is known; it is no bug)",
            "cyan",
        ),
        *(f"    {said}" for said in stuck.before),
        f"  from it {stuck.step}{f' ({chosen})' if chosen else ''} would break {stuck.breaks}",
        *(f"    then {said}" for said in stuck.after),
    ]


def stuck_record(stuck: Stuck) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "label": "a lemma is missing here",
        "before": list(stuck.before),
        "step": stuck.step,
        "arguments": {choice.name: choice.value for choice in stuck.arguments},
        "after": list(stuck.after),
        "breaks": stuck.breaks,
    }
