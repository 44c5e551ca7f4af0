"""The wall clock, for deadlines that pass while nothing happens."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from honnin.compiler.runtime.base import NEVER
from honnin.oracle.files import Refused
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.records import dataclass, field
from honnin.spec.source import NOWHERE

_YEAR = 366 * 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class WallClock:
    """Ticks every so many microseconds, and shows a time that is `every` and `lag` behind: an event may come so much later than it happened."""

    every: int
    lag: int = 0
    next: int = field(default=0)

    def due(self, oracle: Any) -> int | None:
        """The time to which the oracle's clock is to be set; None where it is not time, or would not change anything.

        Refused where the times of the events are not those of a wall clock.
        """
        now = time.time_ns() // 1000
        last: int = oracle._now
        if last == NEVER or now < self.next:
            return None
        if abs(now - last) > _YEAR:
            message = "the times of the events are more than a year from this machine's clock"
            hint = "without --tick the time is that of the events"
            raise Refused([Diagnostic("HN0698", message, NOWHERE, hint=hint)])
        self.next = now + self.every
        shown = now - self.every - self.lag
        return shown if shown > last else None


def as_told(oracle: Any, now: int) -> datetime | Decimal:
    """The time in the form in which the events have theirs."""
    return _EPOCH + timedelta(microseconds=now) if oracle._dated else Decimal(now) / 1_000_000
