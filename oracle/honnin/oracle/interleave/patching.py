"""How the code under test gets the stand-ins: while an exploration goes on, they stand where the real ones stood.

Replaced are the names in `threading`, `queue`, `time`, `sqlite3`, `psycopg2` and the event loop of `asyncio` themselves; and in the modules of the user (neither of the
standard library nor installed) every global that is one of these, or is a lock or a queue made when the module was imported. A lock
that was made earlier and lives elsewhere is a real one: a thread that blocks on it is found out by the time-out, and named.
"""

from __future__ import annotations

import asyncio
import concurrent.futures.thread
import logging
import queue
import re
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from honnin.oracle.interleave import databases, loops, queues, standins
from honnin.oracle.interleave.context import scheduled
from honnin.oracle.interleave.operations import Operation
from honnin.oracle.interleave.scheduler import Abandoned, Actor, ended

_START, _JOIN, _ALIVE = threading.Thread.start, threading.Thread.join, threading.Thread.is_alive
_CLOCKS = {name: getattr(time, name) for name in ("time", "monotonic", "perf_counter")}
_CLOCKS_NS = {name: getattr(time, name) for name in ("time_ns", "monotonic_ns", "perf_counter_ns")}
_DATES = {name: getattr(time, name) for name in ("localtime", "gmtime")}
_POOL = re.compile(r"ThreadPoolExecutor-\d+")
_STRFTIME = time.strftime
EPOCH = 1_700_000_000
"""What the clock of a run shows at its start, in seconds since 1970."""


# ---------------------------------------------------------------- threads that the code under test makes


def _start(thread: threading.Thread) -> None:
    run = scheduled()
    if run is None:
        _START(thread)
        return
    plain = thread.name.startswith("Thread-")
    name = run.numbered("thread") if plain else _POOL.sub("pool", thread.name)
    actor = run.add(name)
    actor.daemon = thread.daemon
    own = thread.run
    thread.run = lambda: run.body(actor, own)  # type: ignore[method-assign]
    thread._honnin = actor  # type: ignore[attr-defined]
    actor.thread = thread


def _hash(thread: threading.Thread) -> int:
    """The same in each run: pools keep their threads in sets, and wait for them in the order of these."""
    actor = getattr(thread, "_honnin", None)
    return actor.number if isinstance(actor, Actor) else object.__hash__(thread)


def _join(thread: threading.Thread, timeout: float | None = None) -> None:
    run, actor = scheduled(), getattr(thread, "_honnin", None)
    if run is None or not isinstance(actor, Actor):
        _JOIN(thread, timeout)
        return
    until = None if timeout is None else run.now + max(timeout, 0.0)
    run.switch(Operation(f"join {actor.name}", lambda: actor.done, until, reads=(ended(actor),)))


def _is_alive(thread: threading.Thread) -> bool:
    run, actor = scheduled(), getattr(thread, "_honnin", None)
    if run is None or not isinstance(actor, Actor):
        return _ALIVE(thread)
    run.touch(ended(actor), False)
    return not actor.done


# ---------------------------------------------------------------- the clock


def _clock(name: str) -> Callable[[], float]:
    real = _CLOCKS[name]

    def clock() -> float:
        run = scheduled()
        return float(real()) if run is None else EPOCH + run.clock()

    return clock


def _clock_ns(name: str) -> Callable[[], int]:
    real = _CLOCKS_NS[name]

    def clock() -> int:
        run = scheduled()
        return int(real()) if run is None else int((EPOCH + run.clock()) * 1_000_000_000)

    return clock


def _date(name: str) -> Callable[..., time.struct_time]:
    real = _DATES[name]

    def date(seconds: float | None = None) -> time.struct_time:
        run = scheduled()
        shown: time.struct_time = real(
            EPOCH + run.clock() if run is not None and seconds is None else seconds
        )
        return shown

    return date


def _strftime(format: str, date: Any = None) -> str:
    run = scheduled()
    if date is None and run is not None:
        date = _DATES["localtime"](EPOCH + run.clock())
    return _STRFTIME(format) if date is None else _STRFTIME(format, date)


# ---------------------------------------------------------------- all of it

_KINDS = ("Lock", "RLock", "Condition", "Semaphore", "BoundedSemaphore", "Event")
_QUEUES = ("Queue", "LifoQueue", "PriorityQueue", "SimpleQueue")
_REAL: list[tuple[Any, Any]] = [
    *((getattr(threading, name), getattr(standins, name)) for name in _KINDS),
    *((getattr(queue, name), getattr(queues, name)) for name in _QUEUES),
    (time.sleep, standins.sleep),
    (databases.REAL_SQLITE, databases.sqlite_connect),
]
_INSTANCES: list[tuple[type, Callable[[Any], standins.StandIn]]] = [
    (type(threading.Lock()), lambda real: standins.Lock()),
    (type(threading.RLock()), lambda real: standins.RLock()),
    (threading.Condition, lambda real: standins.Condition()),
    (threading.BoundedSemaphore, lambda real: standins.BoundedSemaphore(real._value)),
    (threading.Semaphore, lambda real: standins.Semaphore(real._value)),
    (threading.Event, lambda real: standins.Event()),
    (queue.LifoQueue, lambda real: queues.LifoQueue(real.maxsize)),
    (queue.PriorityQueue, lambda real: queues.PriorityQueue(real.maxsize)),
    (queue.Queue, lambda real: queues.Queue(real.maxsize)),
    (queue.SimpleQueue, lambda real: queues.SimpleQueue()),
]
_LIBRARIES = tuple(
    str(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "platstdlib", "purelib", "platlib")
)
_HOUSE = str(Path(__file__).resolve().parents[2])


def _is_users(module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and not file.startswith((*_LIBRARIES, _HOUSE, "<"))


def _standing_in(module: ModuleType, lasting: list[Any]) -> Iterator[tuple[Any, str, Any]]:
    """The globals of a module of the user that are replaced, each with what it becomes."""
    real = {id(original): standin for original, standin in _REAL}
    for name, value in list(vars(module).items()):
        if id(value) in real:
            yield module, name, real[id(value)]
            continue
        for kind, make in _INSTANCES:
            if type(value) is kind:
                standin = make(value)
                standin._name = name
                lasting.append(standin)
                yield module, name, standin
                break


def _everything(lasting: list[Any]) -> Iterator[tuple[Any, str, Any]]:
    for home, names, standing in ((threading, _KINDS, standins), (queue, _QUEUES, queues)):
        for name in names:
            yield home, name, getattr(standing, name)
    yield time, "sleep", standins.sleep
    yield time, "strftime", _strftime
    for makers, clocks in ((_clock, _CLOCKS), (_clock_ns, _CLOCKS_NS), (_date, _DATES)):
        for name in clocks:
            yield time, name, makers(name)
    yield threading.Thread, "start", _start
    yield threading.Thread, "join", _join
    yield threading.Thread, "is_alive", _is_alive
    yield threading.Thread, "__hash__", _hash
    yield asyncio.events, "new_event_loop", loops.new_event_loop
    yield from databases.replaced()
    yield from _standing_in(concurrent.futures.thread, lasting)
    # The interpreter joins what is in it when it ends; threads of an exploration may never have begun.
    yield concurrent.futures.thread, "_threads_queues", WeakKeyDictionary()
    for module in list(sys.modules.values()):
        if module is not None and _is_users(module):
            yield from _standing_in(module, lasting)


def _not_abandoned(record: logging.LogRecord) -> bool:
    """A pool logs what ends its threads; that a run is over is nothing to be told."""
    return record.exc_info is None or not isinstance(record.exc_info[1], Abandoned)


@contextmanager
def patched() -> Iterator[list[Any]]:
    """While it lasts, the stand-ins stand for the real ones. Gives those that last from run to run, to be reset."""
    lasting: list[Any] = []
    before: list[tuple[Any, str, Any]] = []
    pools = logging.getLogger("concurrent.futures")
    pools.addFilter(_not_abandoned)
    try:
        for home, name, standin in _everything(lasting):
            before.append((home, name, getattr(home, name)))
            setattr(home, name, standin)
        yield lasting
    finally:
        pools.removeFilter(_not_abandoned)
        for home, name, original in reversed(before):
            setattr(home, name, original)
