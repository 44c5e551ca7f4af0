"""Time limits, also where nobody looks at the clock: in the midst of one formula of very many values.

Engines look at the clock between two pieces of work and end with OutOfTime, ready to go on. What is done by `limited` ends in any case: a
thread that waits beside it raises Expired in the midst of it. (Calls of z3 end by z3's own limit: one that is ended from outside while z3 is
idle spoils the next call.)
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

_T = TypeVar("_T")

GRACE: Final = 0.5
"""Seconds after the deadline in which whoever looks at the clock may end in order."""
AGAIN: Final = 0.25
"""Seconds until Expired is raised anew: it may have been raised where Python drops it, in a finaliser."""


class OutOfTime(Exception):
    """The time limit has passed."""


class Expired(OutOfTime):
    """It passed a while ago, and nobody had looked at the clock: what was being worked on is half done and of no use any more."""


def limited(deadline: float, work: Callable[[], _T], grace: float = GRACE) -> _T:
    """`work()`; Expired when it goes on for more than `grace` seconds after the deadline (`time.monotonic`)."""
    watch = _Watch(deadline + grace)
    hook = sys.unraisablehook
    sys.unraisablehook = _without_expired(hook)
    try:
        try:
            watch.start()
            return work()
        finally:
            watch.stop()
    except Expired:
        watch.stop()
        raise
    finally:
        sys.unraisablehook = hook


class _Watch:
    """Raises Expired in the thread that made it, from `at` on, until it is stopped."""

    def __init__(self, at: float) -> None:
        self._at = at
        self._watched = threading.get_ident()
        self._turn = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="honnin-limit", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._turn:
            self._stopped.set()
            _raise_in(self._watched, None)

    def _run(self) -> None:
        pause = max(0.0, self._at - time.monotonic())
        while not self._stopped.wait(min(pause, threading.TIMEOUT_MAX)):
            with self._turn:
                if self._stopped.is_set():
                    return
                _raise_in(self._watched, Expired)
            pause = AGAIN


def _raise_in(thread: int, error: type[Expired] | None) -> None:
    """Raises the exception in the thread when it next runs Python code; None: not any more."""
    what = None if error is None else ctypes.py_object(error)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), what)


def _without_expired(hook: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The hook, silent about an Expired that Python dropped: there will be another."""

    def tell(dropped: Any) -> None:
        if not issubclass(dropped.exc_type, Expired):
            hook(dropped)

    return tell
