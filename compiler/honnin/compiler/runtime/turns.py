"""How the threads that share an oracle take turns.

A standalone module has this text inlined, so everything here must stand on its own.
"""

from __future__ import annotations

import _thread
import sys
import threading
import time
from collections.abc import Collection
from types import CodeType, FrameType
from typing import Any

_PAUSES = (0.0005, 0.05)
"""Seconds between two looks at what another thread does, which does not tell when it is done: at first, and at most."""


class Turns:
    """A lock as `threading.RLock` is one, but that the first thread to take it need not do so again before a second comes.

    The first thread has the lock `alone` for ever: whether it is the one that asks is quickly asked. It works without `lock` then, in methods of which `codes` is the code,
    called on `owner`. The second puts a lock that nobody has in the place of `alone`, and waits until no such method is on the
    stack of the first: one that begins later finds itself no longer alone. That is `settled` from then on, and all take `lock`.

    A thread's stack is known as long as one thread runs at a time, by Python's interpreter lock. Without that, and where a library has put
    another lock in the place of Python's, it is settled from the start.
    """

    __slots__ = ("_first", "alone", "codes", "lock", "owner", "settled")

    def __init__(self, owner: object, codes: Collection[CodeType]) -> None:
        self.owner = owner
        self.codes = codes
        self.lock: Any = threading.RLock()
        self.alone: Any = threading.RLock()
        one_at_a_time = getattr(sys, "_is_gil_enabled", lambda: True)() and hasattr(sys, "_current_frames")
        self.settled = not (one_at_a_time and type(self.alone) is type(_thread.RLock()))
        self._first: int | None = None

    def __enter__(self) -> None:
        self.take(0)

    def __exit__(self, *_: object) -> None:
        self.lock.release()

    def take(self, own: int) -> Any:
        """The lock, taken. `own`: how many of the methods on the stack of this thread are those that ask for it now."""
        me = threading.get_ident()
        if self._first not in (None, me):
            self._settle()
        self.lock.acquire()
        if self.settled:
            return self.lock
        if self._first is None:
            self.alone.acquire()
            self._first = me  # last: from then on another may put a lock in the place of `alone`
        elif self._first != me:
            self.lock.release()
            return self.take(own)
        elif not self.alone._is_owned():
            self.settled = not self._inside(own)
        return self.lock

    def _settle(self) -> None:
        """Nobody is alone from now on; wait until the first works no longer as if it were."""
        if not self.settled:
            self.alone = threading.RLock()
        pause, most = _PAUSES
        while not self.settled and self._inside(0):
            time.sleep(pause)
            pause = min(2 * pause, most)
        self.settled = True

    def _inside(self, own: int) -> bool:
        """Whether more than `own` of the methods are on the stack of the first thread."""
        frame: FrameType | None = sys._current_frames().get(self._first or 0)
        while frame is not None and own >= 0:
            own -= frame.f_code in self.codes and frame.f_locals.get("self") is self.owner
            frame = frame.f_back
        return own < 0
