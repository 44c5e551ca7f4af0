"""Stand-ins for the locks of `threading`: an actor that would have to wait lets others go on instead.

Each call that may wait is an operation, before which others may go on; a call that cannot (`release`, `set`, `notify`) is none. In
a thread that is no actor they wait for real.
"""

from __future__ import annotations

import threading
import time
from _thread import allocate_lock
from collections.abc import Callable
from typing import Any

from honnin.oracle.interleave.context import GOING, scheduled
from honnin.oracle.interleave.operations import Operation

_ONE_AT_A_TIME = allocate_lock()
"""Held while the state of a stand-in changes: threads that are no actors may use it too."""
_REAL_SLEEP = time.sleep
_REAL_CLOCK = time.monotonic
_LOOKS = 0.001
"""Seconds between two looks of a thread that is no actor."""


class StandIn:
    """`name`: what it is called in labels; made of its kind and its number within the run, unless it is given."""

    _KIND = ""

    def __init__(self) -> None:
        run = GOING.run
        self._name = run.numbered(self._KIND) if run is not None else self._KIND

    def wait_until(
        self,
        verb: str,
        ready: Callable[[], bool],
        take: Callable[[], object],
        timeout: float | None = None,
        holder: Callable[[], str] | None = None,
    ) -> bool:
        """Waits until it is `ready`, then does `take`; False where the time-out ended the wait first. 0 does not wait."""
        __tracebackhide__ = True
        run = scheduled()
        if run is None:
            return _wait_for_real(ready, take, timeout)
        label = f"{verb} {self._name}"
        if timeout == 0:
            run.switch(Operation(label, writes=(self._name,)))
            if not ready():
                return False
        else:
            until = None if timeout is None else run.now + timeout
            if not run.switch(Operation(label, ready, until, writes=(self._name,), waits_for=holder)):
                return False
        take()
        return True

    def changed(self) -> None:
        """An actor has changed it without waiting."""
        run = scheduled()
        if run is not None:
            run.touch(self._name, True)

    def looked_at(self) -> None:
        """An actor has looked at it."""
        run = scheduled()
        if run is not None:
            run.touch(self._name, False)


def _wait_for_real(ready: Callable[[], bool], take: Callable[[], object], timeout: float | None) -> bool:
    until = None if timeout is None else _REAL_CLOCK() + timeout
    while True:
        with _ONE_AT_A_TIME:
            if ready():
                take()
                return True
        if until is not None and _REAL_CLOCK() >= until:
            return False
        _REAL_SLEEP(_LOOKS)


def _caller() -> object:
    """Who acts: the actor, or the thread where it is none."""
    run = GOING.run
    actor = run.me() if run is not None else None
    return threading.get_ident() if actor is None else actor


def _owner_words(owner: object) -> str:
    if owner is None:
        return "which nobody holds"
    return f"which {getattr(owner, 'name', 'a thread outside of the run')} holds"


def _seconds(blocking: bool, timeout: float | None) -> float | None:
    """The time-out as `wait_until` has it: None for ever, 0 not at all."""
    if not blocking:
        if timeout not in (None, -1):
            raise ValueError("can't specify a timeout for a non-blocking call")
        return 0.0
    return None if timeout is None or timeout == -1 else max(timeout, 0.0)


class Lock(StandIn):
    """Stands in for `threading.Lock`."""

    _KIND = "Lock"

    def __init__(self) -> None:
        super().__init__()
        self._owner: object = None

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        return self.wait_until(
            "acquire", self._free, self._take, _seconds(blocking, timeout), lambda: _owner_words(self._owner)
        )

    def release(self) -> None:
        if self._owner is None:
            raise RuntimeError("release unlocked lock")
        self._owner = None
        self.changed()

    def locked(self) -> bool:
        self.looked_at()
        return self._owner is not None

    def _free(self) -> bool:
        return self._owner is None

    def _take(self) -> None:
        self._owner = _caller()

    def reset(self) -> None:
        """Free again, at the start of a run."""
        self._owner = None

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *raised: object) -> None:
        self.release()


class RLock(Lock):
    """Stands in for `threading.RLock`."""

    _KIND = "RLock"

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def _take(self) -> None:
        super()._take()
        self._depth += 1

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if self._owner is not None and self._owner == _caller():
            self._depth += 1
            return True
        return super().acquire(blocking, timeout)

    def release(self) -> None:
        if self._owner != _caller():
            raise RuntimeError("cannot release un-acquired lock")
        self._depth -= 1
        if self._depth == 0:
            self._owner = None
            self.changed()

    def reset(self) -> None:
        super().reset()
        self._depth = 0


class Condition(StandIn):
    """Stands in for `threading.Condition`."""

    _KIND = "Condition"

    def __init__(self, lock: Any = None) -> None:
        super().__init__()
        self._held = RLock() if lock is None else lock
        self.acquire = self._held.acquire
        self.release = self._held.release
        self._waiting: list[list[bool]] = []

    def __enter__(self) -> bool:
        entered: bool = self._held.__enter__()
        return entered

    def __exit__(self, *raised: object) -> None:
        self._held.__exit__(*raised)

    def _held_by_me(self) -> None:
        if getattr(self._held, "_owner", None) != _caller():
            raise RuntimeError("cannot wait on or notify an un-acquired lock")

    def wait(self, timeout: float | None = None) -> bool:
        self._held_by_me()
        told = [False]
        self._waiting.append(told)
        depth = getattr(self._held, "_depth", 1)
        for _ in range(depth):
            self._held.release()
        waited = None if timeout is None else max(timeout, 1e-9)
        try:
            came = self.wait_until("wait for", lambda: told[0], lambda: None, waited)
        finally:
            if told in self._waiting:
                self._waiting.remove(told)
            for _ in range(depth):
                self._held.acquire()
        return came

    def wait_for(self, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
        result = predicate()
        while not result:
            if not self.wait(timeout):
                return predicate()
            result = predicate()
        return result

    def notify(self, n: int = 1) -> None:
        self._held_by_me()
        for told in self._waiting[:n]:
            told[0] = True
        del self._waiting[:n]
        self.changed()

    def notify_all(self) -> None:
        self.notify(len(self._waiting))

    notifyAll = notify_all

    def reset(self) -> None:
        """Nobody waits, at the start of a run."""
        self._waiting.clear()
        if isinstance(self._held, Lock):
            self._held.reset()


class Semaphore(StandIn):
    """Stands in for `threading.Semaphore`."""

    _KIND = "Semaphore"

    def __init__(self, value: int = 1) -> None:
        if value < 0:
            raise ValueError("semaphore initial value must be >= 0")
        super().__init__()
        self._value = self._initial = value

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        return self.wait_until("acquire", lambda: self._value > 0, self._take, _seconds(blocking, timeout))

    def _take(self) -> None:
        self._value -= 1

    def release(self, n: int = 1) -> None:
        if n < 1:
            raise ValueError("n must be one or more")
        self._value += n
        self.changed()

    def reset(self) -> None:
        """As it began, at the start of a run."""
        self._value = self._initial

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *raised: object) -> None:
        self.release()


class BoundedSemaphore(Semaphore):
    """Stands in for `threading.BoundedSemaphore`."""

    def release(self, n: int = 1) -> None:
        if self._value + n > self._initial:
            raise ValueError("Semaphore released too many times")
        super().release(n)


class Event(StandIn):
    """Stands in for `threading.Event`."""

    _KIND = "Event"

    def __init__(self) -> None:
        super().__init__()
        self._flag = False

    def is_set(self) -> bool:
        self.looked_at()
        return self._flag

    isSet = is_set

    def set(self) -> None:
        self._flag = True
        self.changed()

    def clear(self) -> None:
        self._flag = False
        self.changed()

    def wait(self, timeout: float | None = None) -> bool:
        waited = None if timeout is None else max(timeout, 0.0)
        return self.wait_until("wait for", lambda: self._flag, lambda: None, waited)

    def reset(self) -> None:
        """Not set, at the start of a run."""
        self._flag = False


def sleep(seconds: float) -> None:
    """Stands in for `time.sleep`: others may go on for as long as they like, and the clock of the run moves on."""
    run = scheduled()
    if run is None:
        _REAL_SLEEP(seconds)
    elif seconds < 0:
        raise ValueError("sleep length must be non-negative")
    else:
        run.switch(Operation("sleep", None, run.now + seconds, sleeps=True))
