"""Python's search for cycles of garbage, left out while stored logs are read."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from honnin.compiler.garbage import paused


@contextmanager
def not_collecting() -> Iterator[None]:
    """No search for cycles: reading makes none, however long the log (a test counts), and an oracle keeps much for long.

    What has come up meanwhile is not searched afterwards either.
    """
    with paused():
        try:
            yield
        finally:
            gc.freeze()
