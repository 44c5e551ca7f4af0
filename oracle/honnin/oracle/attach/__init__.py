"""honnin.oracle.attach: let a program report to whatever oracle listens, without handing one around.

The program says where its events happen: `observes` on a function, `observing` around a block, `observe` anywhere. Who runs the
program says who listens: `listening(oracle)` for the whole process, `listening_here(oracle)` for this context (a request, a
task). Where nobody listens, nothing happens. The pytest fixture `honnin_oracle` listens while its test runs.

`correlation(request="r1")` gives fields to every event of the context that lacks them. `honnin.oracle.attach.asgi`,
`honnin.oracle.attach.logs` and `honnin.oracle.attach.sql` report for applications, log records and database sessions.
"""

from __future__ import annotations

from honnin.oracle.attach.blocks import observing
from honnin.oracle.attach.correlate import carrying, correlation
from honnin.oracle.attach.happening import Happening, event
from honnin.oracle.attach.targets import UnknownEvent, listening, listening_here, observe
from honnin.oracle.attach.wrapping import observes

__all__ = [
    "Happening",
    "UnknownEvent",
    "carrying",
    "correlation",
    "event",
    "listening",
    "listening_here",
    "observe",
    "observes",
    "observing",
]
