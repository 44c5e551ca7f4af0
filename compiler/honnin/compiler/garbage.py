"""When Python looks for garbage in cycles.

It does so after so many allocations, counted from the start of the process. z3's terms are given back then, its numbers for them with them, and on these
its choice of models depends: with it how long a proof takes, and whether it is found in time. So the same check is answered in the same way
wherever it is asked only if the time of a collection is ours to choose.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """No garbage in cycles is looked for in the block."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def collected_by_hand() -> Iterator[None]:
    """Garbage in cycles is collected before the block, and in it only where `gc.collect` is called."""
    gc.collect()
    with paused():
        yield
