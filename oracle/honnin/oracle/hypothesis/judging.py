"""What the oracle says of a trace that is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from honnin.oracle.hypothesis.occurring import Event, Seconds
from honnin.oracle.monitor import Spec


class Judge:
    """Judges traces under the same facts."""

    def __init__(self, spec: Spec, facts: Mapping[str, Any] | None) -> None:
        self._spec = spec
        self._facts = facts

    def oracle(self, events: Sequence[Event]) -> Any:
        """An oracle that has heard the events."""
        oracle = self._spec.oracle("collect", facts=self._facts, clock=lambda: 0, reveal=True)
        for event in events:
            event.report(oracle)
        return oracle

    def accepts(self, events: Sequence[Event]) -> bool:
        """Whether nothing is violated or broken by them; obligations may be open."""
        return is_well(self.oracle(events))

    def problems(self, events: Sequence[Event]) -> int:
        """How many claims are violated or broken by them, faults included."""
        oracle = self.oracle(events)
        failed = {violation.invariant for violation in (*oracle.violations, *oracle.broken)}
        return len(failed) + len(oracle.faults)

    def pending(self, events: Sequence[Event]) -> list[int]:
        """The positions of the events whose obligations are open at the end."""
        return [position for _, position in self.oracle(events).pending]

    def violates(
        self, events: Sequence[Event], claim: str, end: Seconds | None
    ) -> tuple[int, Seconds | None, bool] | None:
        """After how many events, and at which end, the claim is the first thing to be violated, and whether it is alone there."""
        oracle = self.oracle(())
        for position in range(len(events) + 1):
            if position:
                events[position - 1].report(oracle)
            if not is_well(oracle):
                return self._first(oracle, claim, position, None)
        if end is not None:
            oracle.tick(end)
            if not is_well(oracle):
                return self._first(oracle, claim, len(events), end)
        return None

    def _first(
        self, oracle: Any, claim: str, position: int, end: Seconds | None
    ) -> tuple[int, Seconds | None, bool] | None:
        names = {violation.invariant for violation in oracle.violations}
        if oracle.broken or oracle.faults or claim not in names:
            return None
        return position, end, names == {claim}


def is_well(oracle: Any) -> bool:
    """Whether nothing is violated, broken, or a fault of the specification."""
    return not (oracle.violations or oracle.broken or oracle.faults)
