"""honnin.oracle.hypothesis: events, traces and whole tests drawn from a specification. Needs `pip install 'honnin[test]'`.

`events(spec)` and `traces(spec)` are strategies: a trace violates nothing, or (`violating="right_person"`) one invariant, at its
end, by the smallest change to a trace that violates nothing. `as_state_machine(spec, driver)` is a test that sends a system the
inputs of the specification while the oracle listens to what it puts out.
"""

from __future__ import annotations

from honnin.oracle.extras import NotInstalled

try:
    import hypothesis as _  # noqa: F401
except ModuleNotFoundError:
    raise NotInstalled("Hypothesis", "test") from None

from honnin.oracle.hypothesis.drawing import events, traces
from honnin.oracle.hypothesis.machine import Clock, as_state_machine
from honnin.oracle.hypothesis.occurring import Event, Trace

__all__ = ["Clock", "Event", "Trace", "as_state_machine", "events", "traces"]
