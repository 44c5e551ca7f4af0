"""Ctrl-C or SIGTERM while a log is read: the reading ends, the summary still comes. And while a file is written: it is written whole first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self, TypeVar

_T = TypeVar("_T")


@contextmanager
def uninterrupted() -> Iterator[None]:
    """A Ctrl-C in the block is heard at its end: for what is short and must not be left half done."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Ctrl-C is heard by the main thread only
        return
    before = signal.getsignal(signal.SIGINT)
    pressed: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed and before is not signal.SIG_IGN:
            raise KeyboardInterrupt


class Interruptible:
    """Inside the block the first Ctrl-C only sets `asked`, which ends `upto`; a second one interrupts as ever.

    Where Ctrl-C is ignored (a background job of a shell), it stays so.
    """

    def __init__(self) -> None:
        self.asked = False
        self._waiting = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        for number, handler in ((signal.SIGINT, self._handle), (signal.SIGTERM, self._end)):
            self._before[number] = signal.getsignal(number)
            if self._before[number] is not signal.SIG_IGN:
                signal.signal(number, handler)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def upto(self, items: Iterator[_T]) -> Iterator[_T]:
        """The items until they end or Ctrl-C is pressed, while one is waited for or after one is done with."""
        while not self.asked:
            try:
                self._waiting = True
                item = next(items)
            except (StopIteration, KeyboardInterrupt):
                return
            finally:
                self._waiting = False
            yield item

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        if self._waiting:
            raise KeyboardInterrupt

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.asked or self._waiting:
            self.asked = True
            raise KeyboardInterrupt
        self.asked = True
