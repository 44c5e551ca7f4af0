"""Python's search for cycles of garbage, held back while millions of events are read."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS = 200_000
"""How many more objects there may be before a search for cycles."""


@contextmanager
def rarely_collecting() -> Iterator[None]:
    """What is there already is not searched again, and what comes in between rarely: an oracle makes few cycles, and keeps much for long."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(OBJECTS, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
