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
def collected_by_hand() -> Iterator[None]:
    """Garbage in cycles is collected in the block only where `gc.collect` is called."""
    enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
