"""An event loop of asyncio whose tasks take their steps one at a time, in the order that is chosen.

It has the public methods that tasks, futures, locks, queues and time-outs of asyncio need; no network, files, signals or processes. A
time-out may come at any moment, whatever its length. Which task goes on is a choice wherever several could; in a real loop it depends
on what they wait for.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import re
import sysconfig
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from honnin.oracle.interleave.context import GOING, scheduled
from honnin.oracle.interleave.operations import Operation
from honnin.oracle.interleave.scheduler import START, Actor, Scheduler

_REAL_LOOP = asyncio.events.new_event_loop
_PLAIN_NAME = re.compile(r"Task-\d+")
_LIBRARY = str(Path(sysconfig.get_path("stdlib")).resolve())


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Stands in for `asyncio.new_event_loop`."""
    run = scheduled()
    me = run.me() if run is not None else None
    return _REAL_LOOP() if run is None or me is None else _MAKE(run, me.host)


def run_tasks(tasks: list[tuple[str, Callable[[], Coroutine[Any, Any, object]]]]) -> None:
    """Runs the tasks of a scenario on one loop, in the thread of an actor."""
    run = scheduled()
    me = run.me() if run is not None else None
    assert run is not None and me is not None
    loop = _MAKE(run, me)
    made = [loop.create_task(_watched(make), name=name) for name, make in tasks]
    left = set(made)

    def ended(task: asyncio.Task[None]) -> None:
        left.discard(task)
        if not left:
            loop.stop()

    for task in made:
        task.add_done_callback(ended)
    loop.run_forever()


async def _watched(make: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """What the coroutine raises ends the run."""
    try:
        await make()
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001 - raised again in the thread that explores
        run = scheduled()
        assert run is not None
        run.stop(error, run.me())


class InterleavedLoop(asyncio.AbstractEventLoop):
    """The loop of one thread of a run. `_ready`, `_timers`: by actor, what it has to do and what may time out. An actor that is none of
    `_tasks` is "loop": what other threads ask of the loop, and what no task has asked for."""

    def __init__(self, run: Scheduler, host: Actor) -> None:
        self._run = run
        self._host = host
        self._tasks: dict[Actor, asyncio.Task[Any]] = {}
        self._unnamed: list[tuple[Actor, asyncio.Task[Any]]] = []
        self._own: Actor | None = None
        self._ready: dict[Actor, deque[asyncio.Handle]] = {}
        self._timers: dict[Actor, list[asyncio.TimerHandle]] = {}
        self._plumbing: deque[asyncio.Handle] = deque()
        self._stopping = self._closed = self._running = False
        self._pool: ThreadPoolExecutor | None = None
        self._errors: Callable[[asyncio.AbstractEventLoop, dict[str, Any]], object] | None = None

    # ------------------------------------------------------------ running

    def run_forever(self) -> None:
        self._running, self._stopping = True, False
        asyncio._set_running_loop(self)
        for actor in self._tasks:
            actor.daemon = False
        try:
            while True:
                self._drain()
                if self._stopping:
                    return
                self._park()
                self._step(self._run.select(self._host))
        finally:
            self._leave()
            asyncio._set_running_loop(None)

    def _leave(self) -> None:
        """Nobody waits for tasks of a loop that does not run."""
        self._running = False
        self._host.current = self._host
        for actor in self._tasks:
            actor.daemon, actor.left_at, actor.operation = True, actor.operation, None
        for task in self._tasks.values() if self._run.abandoning else ():
            # What is left of an abandoned task may wait in its `finally`.
            with suppress(RuntimeError):
                coroutine: Any = task.get_coro()
                coroutine.close()

    def _drain(self) -> None:
        """What is no task's step is done in its order: it only passes on what has happened."""
        while self._plumbing:
            handle = self._plumbing.popleft()
            if not handle.cancelled():
                handle._run()

    def _step(self, actor: Actor) -> None:
        """The chosen task goes on; where its time-out was chosen, that comes first."""
        if actor.timed_out:
            timer = min(self._timers[actor], key=asyncio.TimerHandle.when)
            self._timers[actor].remove(timer)
            timer._run()
            self._drain()
        while self._ready[actor]:
            handle = self._ready[actor].popleft()
            if not handle.cancelled():
                handle._run()
                break
        self._drain()
        task = self._tasks.get(actor)
        if task is not None and task.done():
            self._run.end(actor)

    def _park(self) -> None:
        """Says of every task where it waits, and what for."""
        while self._unnamed:
            # `create_task` gives a task its name only after the loop has heard of it.
            actor, task = self._unnamed.pop(0)
            self._run.rename(actor, self._name(task))
        for actor in self._ready:
            if not actor.done:
                timers = self._timers[actor] = [t for t in self._timers[actor] if not t.cancelled()]
                until = min((timer.when() for timer in timers), default=None)
                label = where(self._tasks.get(actor))
                actor.operation = Operation(label, partial(_has_work, self._ready[actor]), until)

    def run_until_complete(self, future: Any) -> Any:
        made = asyncio.ensure_future(future, loop=self)
        made.add_done_callback(lambda _: self.stop())
        self.run_forever()
        if not made.done():
            raise RuntimeError("the event loop stopped before its future was done")
        return made.result()

    def stop(self) -> None:
        self._stopping = True

    def is_running(self) -> bool:
        return self._running

    def is_closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        self._closed = True

    async def shutdown_asyncgens(self) -> None:
        pass

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False)

    # ------------------------------------------------------------ what is to be done

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *arguments: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, arguments, self, context)
        task = getattr(callback, "__self__", None)
        if isinstance(task, asyncio.Task):
            self._ready[self._actor(task)].append(handle)
        else:
            self._plumbing.append(handle)
        return handle

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *arguments: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        """From another thread: the task "loop" passes it on."""
        handle = asyncio.Handle(callback, arguments, self, context)
        self._ready[self._actor(None)].append(handle)
        if self._host.selecting:
            self._park()
        return handle

    def call_later(  # type: ignore[override]
        self,
        delay: float,
        callback: Callable[..., object],
        *arguments: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *arguments, context=context)

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., object],
        *arguments: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, arguments, self, context)
        task = asyncio.current_task(self) if self._running else None
        self._timers[self._actor(task)].append(timer)
        return timer

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Cancelled time-outs are left out where tasks are parked."""

    def time(self) -> float:
        return self._run.now

    def _actor(self, task: asyncio.Task[Any] | None) -> Actor:
        """The actor of the task, made when the loop first hears of it; "loop" for no task."""
        known = self._own if task is None else next((a for a, t in self._tasks.items() if t is task), None)
        if known is not None:
            return known
        actor = self._run.add("loop" if task is None else "a task", self._host)
        self._ready[actor], self._timers[actor] = deque(), []
        if task is None:
            self._own, actor.daemon, actor.operation = actor, True, None
        else:
            self._tasks[actor] = task
            self._unnamed.append((actor, task))
        return actor

    def _name(self, task: asyncio.Task[Any]) -> str:
        name = task.get_name()
        return self._run.numbered("task") if _PLAIN_NAME.fullmatch(name) else name

    # ------------------------------------------------------------ tasks and futures

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(self, coro: Any, *, name: str | None = None, context: Any = None, **more: Any) -> Any:
        return asyncio.Task(coro, loop=self, name=name, context=context)

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *arguments: Any) -> Any:  # type: ignore[override]
        if executor is None:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(4, "executor")
            executor = self._pool
        return asyncio.wrap_future(executor.submit(func, *arguments), loop=self)

    def get_debug(self) -> bool:
        return False

    def set_debug(self, enabled: bool) -> None:
        pass

    def set_exception_handler(self, handler: Any) -> None:
        self._errors = handler

    def get_exception_handler(self) -> Any:
        return self._errors

    def get_task_factory(self) -> None:
        return None

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """What went wrong where nobody listens ends the run; tasks that are left at its end do not."""
        error = context.get("exception")
        if error is not None and not self._run.abandoning and GOING.run is self._run:
            self._run.stop(error)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if self._errors is None:
            self.default_exception_handler(context)
        else:
            self._errors(self, context)


_MAKE: Any = InterleavedLoop
"""Methods of the abstract loop that are not here are those that nothing of asyncio asks for but what needs the world outside."""


def _refusing(name: str) -> Callable[..., NoReturn]:
    def refuse(self: InterleavedLoop, *arguments: Any, **named: Any) -> NoReturn:
        raise NotImplementedError(
            f"`{name}` needs the world outside, which an exploration of interleavings does not have"
        )

    return refuse


for _name in (
    "add_reader",
    "sock_connect",
    "sock_recv",
    "sock_sendall",
    "getaddrinfo",
    "create_connection",
    "create_server",
):
    setattr(InterleavedLoop, _name, _refusing(_name))


# ---------------------------------------------------------------- where a task waits


def where(task: asyncio.Task[Any] | None) -> str:
    """`Lock.acquire in handle`: the function of the library that the task waits in, and the user's function that called it."""
    coroutine: Any = None if task is None else task.get_coro()
    if inspect.iscoroutine(coroutine) and inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED:
        return START.label
    users, library = "", ""
    while coroutine is not None:
        code = getattr(coroutine, "cr_code", None) or getattr(coroutine, "ag_code", None)
        if code is not None and code.co_filename.startswith(_LIBRARY):
            library = library if code.co_name.startswith("_") else code.co_qualname
        elif code is not None and code.co_filename != __file__:
            users, library = code.co_name, ""
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "ag_await", None)
    return " in ".join(filter(None, (library or "await", users)))


def _has_work(ready: deque[asyncio.Handle]) -> bool:
    return any(not handle.cancelled() for handle in ready)
