"""Limits of time and of z3's memory, also where nobody looks at the clock: in the midst of one formula of very many values.

Engines look at the clock between two pieces of work and end with OutOfTime, ready to go on. What is done by `limited` ends in any case: a
thread that waits beside it raises Expired in the midst of it, but for the midst of z3's own Python code, which would lose count of its
references. (Calls of z3 end by z3's own limit.) Where formulas are made for z3 the thread comes to look in the midst of such code nearly
always: who makes them calls `look_up`. What z3 says where it holds all that it may is OutOfMemory there.
"""

from __future__ import annotations

import _thread
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, Final, TypeVar

_T = TypeVar("_T")

GRACE: Final = 0.5
"""Seconds after the deadline in which whoever looks at the clock may end in order."""
AGAIN: Final = 0.25
"""Seconds until Expired is raised anew: it may have been raised where Python drops it, in a finaliser."""
SOON: Final = 0.002
"""Seconds until the thread is looked at again when Expired cannot be raised where it is."""


class Exhausted(Exception):
    """There is nothing left to work with."""


class OutOfTime(Exhausted):
    """The time limit has passed."""


class Expired(OutOfTime):
    """It passed a while ago, and nobody had looked at the clock: what was being worked on is half done and of no use any more."""


class OutOfMemory(Exhausted):
    """z3 holds all that it may (`smt.proof.MOST_MEGABYTES`). It holds less when what the work has made is gone."""


def limited(deadline: float, work: Callable[[], _T], grace: float = GRACE) -> _T:
    """`work()`; Expired when it goes on for more than `grace` seconds after the deadline (`time.monotonic`), OutOfMemory."""
    watch = _Watch(deadline + grace)
    hook = sys.unraisablehook
    sys.unraisablehook = _without_expired(hook)
    try:
        try:
            watch.begin_watch()
            return work()
        finally:
            watch.stop()
    except Expired:
        watch.stop()
        raise
    except Exception as error:
        if not _lacks_memory(error):
            raise
        raise OutOfMemory from error
    finally:
        sys.unraisablehook = hook


def _lacks_memory(error: Exception) -> bool:
    """Whether z3, which may not even have been imported, holds all that it may: it says so wherever it is asked for anything."""
    return type(error).__name__ == "Z3Exception" and "memory" in str(error)


class _Watch:
    """Raises Expired in the thread that made it, from `at` on, until it is stopped."""

    def __init__(self, at: float) -> None:
        self._at = at
        self._watched = threading.get_ident()
        self._turn = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="honnin-limit", daemon=True)

    def begin_watch(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Nothing is raised any more when this returns: what was raised before comes while it goes round."""
        for _ in range(3):
            try:
                with self._turn:
                    self._stopped.set()
                    OVERDUE.pop(self, None)
            except Expired:
                continue

    def _run(self) -> None:
        pause = max(0.0, self._at - time.monotonic())
        while not self._stopped.wait(min(pause, threading.TIMEOUT_MAX)):
            with self._turn:
                if self._stopped.is_set():
                    return
                is_safe = may_be_left(sys._current_frames().get(self._watched))
                if is_safe:
                    _raise_in(self._watched)
                else:
                    OVERDUE[self] = self._watched
            pause = AGAIN if is_safe else SOON


OVERDUE: Final[dict[_Watch, int]] = {}
"""The threads in which Expired was to be raised, and could not be yet."""


def look_up() -> None:
    """Expired if it was to be raised in this thread, and could not be: to be called, where there are OVERDUE ones, often."""
    if threading.get_ident() in OVERDUE.values():
        raise Expired


_NOT_LEFT = frozenset(("__del__", "begin_watch", "_begin_query", "_end_query"))
"""Functions that are not left in their midst: finalisers, what begins a thread, what waits for the end of a query of z3 in another one."""


def may_be_left(frame: FrameType | None) -> bool:
    """Whether what is running may be left by an exception at any moment: nothing of z3, no finaliser."""
    while frame is not None:
        if frame.f_code.co_name in _NOT_LEFT or frame.f_globals.get("__name__", "").startswith("z3."):
            return False
        frame = frame.f_back
    return True


def _raise_in(thread: int) -> None:
    """Raises Expired in the thread when it next runs Python code. (To take it back would leave CPython looking for it for ever.)"""
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Expired))


class _PutOff:
    """A Ctrl-C that came where it may not be heard. It comes again soon, unless it `waits` no more by then."""

    def __init__(self) -> None:
        self.waits = False
        self._is_coming = False

    def hear(self, frame: FrameType | None) -> None:
        """KeyboardInterrupt, where `frame` may be left; later, where not."""
        is_old, self._is_coming = self._is_coming, False
        if is_old and not self.waits:
            return
        self.waits = not may_be_left(frame)
        if not self.waits:
            raise KeyboardInterrupt
        self._is_coming = True
        again = threading.Timer(SOON, _thread.interrupt_main)
        again.daemon = True
        again.start()

    def hear_now(self) -> None:
        """KeyboardInterrupt if there is one that waits: to be called between two calls of z3."""
        if self.waits:
            self.waits = False
            raise KeyboardInterrupt


put_off: Final = _PutOff()


def _without_expired(hook: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The hook, silent about an Expired that Python dropped: there will be another."""

    def tell(dropped: Any) -> None:
        if not issubclass(dropped.exc_type, Expired):
            hook(dropped)

    return tell
