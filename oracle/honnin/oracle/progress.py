"""What is being worked on, shown on a terminal only, and only when it takes longer than a second."""

from __future__ import annotations

import os
import sys
import threading
from types import TracebackType
from typing import Self

from honnin.oracle.table import cells_of_terminal, cut

PATIENCE = 1.0
"""Seconds before anything is shown."""
REFRESH = 0.2
"""Seconds between two pictures."""
_CLEAR = "\r\x1b[2K"


class Progress:
    """One changing line on standard error while the block runs; nothing where standard error is no terminal.

    Who prints something else calls `hide` first; the line comes back below.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._shown = False
        self._lock = threading.Lock()
        self._ended = threading.Event()
        able = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._thread = threading.Thread(target=self._draw, daemon=True) if able else None

    def update(self, text: str) -> None:
        """Says what is being worked on now."""
        self._text = text

    def hide(self) -> None:
        """The line is gone until the next picture."""
        with self._lock:
            if self._shown:
                sys.stderr.write(_CLEAR)
                sys.stderr.flush()
                self._shown = False

    def __enter__(self) -> Self:
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        self.hide()

    def _draw(self) -> None:
        pause = PATIENCE
        while not self._ended.wait(pause):
            pause = REFRESH
            line = cut(self._text, cells_of_terminal() - 1)
            with self._lock:
                sys.stderr.write(_CLEAR + line)
                sys.stderr.flush()
                self._shown = True
