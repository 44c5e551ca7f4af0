"""When a checkpoint is written."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from honnin.compiler.garbage import paused
from honnin.spec.records import dataclass

REST: Final = 9.0
"""Between two checkpoints passes at least so many times what the first took: writing them takes a tenth of the time at most."""


@dataclass(slots=True)
class Rhythm:
    """Every so many seconds, or less often where much is kept; the first at once; with 0 seconds, always. `next`: when (`time.monotonic`)."""

    every: float
    next: float = 0.0

    def is_due(self) -> bool:
        return time.monotonic() >= self.next

    def rest(self, took: float = 0.0) -> None:
        """The next one is not before its time, if the last took so many seconds."""
        self.next = time.monotonic() + max(self.every, REST * took) if self.every else 0.0

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A checkpoint is written inside."""
        begun = time.monotonic()
        with paused():
            yield
        self.rest(time.monotonic() - begun)
