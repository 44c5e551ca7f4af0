"""`logging`: records that tell events are reported."""

from __future__ import annotations

import logging
from typing import Any

from honnin.compiler.runtime.base import BadInput, InvariantViolated, SpecificationFault
from honnin.oracle.attach.targets import Target, current


class OracleHandler(logging.Handler):
    """Reports the records that name an event: `log.info("printed", extra={"event": "issue", "request": "r1"})`.

    `attribute` is the attribute of a record that names the event; records without it are no events. The event's fields are the
    record's attributes of the same names (an `at` among them is the time of the event), and what the correlation gives.
    `oracle`: who listens; without one, whoever listens in the context of the call that logs.

    A call that logs never raises for what is logged. A violation is in `oracle.violations`, and fails a test under the fixture
    at its end; with `raising` it is raised by the call that logs. A record that the oracle cannot read is counted in
    `refused`, and told as logging tells its own errors (`Handler.handleError`).
    """

    def __init__(
        self,
        oracle: Any = None,
        *,
        attribute: str = "event",
        raising: bool = False,
        level: int = logging.NOTSET,
    ) -> None:
        super().__init__(level)
        self._target = None if oracle is None else Target(oracle, "raise")
        self._attribute = attribute
        self._raising = raising
        self.refused = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Reports the record, if it names an event."""
        named = record.__dict__.get(self._attribute)
        target = current() if self._target is None else self._target
        if not isinstance(named, str) or target is None:
            return
        try:
            target.report(named, {name: value for name, value in record.__dict__.items() if name != "event"})
        except BadInput:
            self.refused += 1
            self.handleError(record)
        except (InvariantViolated, SpecificationFault, ExceptionGroup):
            if self._raising:
                raise
