"""What is being worked on, shown on a terminal only, and only when it takes longer than a second."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import Any, Self

PATIENCE = 1.0
"""Seconds before anything is shown."""


class Progress:
    """One changing line on standard error while the block runs; nothing where standard error is no terminal."""

    def __init__(self, text: str, *, quiet: bool = False) -> None:
        self._text = text
        self._line: Any = None
        self._lock = threading.Lock()
        self._timer = None if quiet or not sys.stderr.isatty() else threading.Timer(PATIENCE, self._show)

    def update(self, text: str) -> None:
        """Says what is being worked on now."""
        with self._lock:
            self._text = text
            if self._line is not None:
                from rich.text import Text

                self._line.update(Text(text))

    def __enter__(self) -> Self:
        if self._timer is not None:
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            if self._line is not None:
                self._line.stop()
                self._line = None
            self._timer = None

    def _show(self) -> None:
        from rich.console import Console
        from rich.text import Text

        with self._lock:
            if self._timer is None:
                return
            self._line = Console(stderr=True).status(Text(self._text))
            self._line.start()
