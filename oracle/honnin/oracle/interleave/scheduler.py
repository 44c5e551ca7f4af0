"""One run of real threads, one at a time: a thread goes on only when it is chosen, at its operations.

The thread that comes to an operation itself chooses who goes on, and wakes it: a run without switches needs no help. The thread
that began the run waits until it has ended, and looks whether somebody blocks outside of what can be seen.
"""

from __future__ import annotations

import sys
import threading
import traceback
from _thread import allocate_lock, get_ident
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Protocol

from honnin.oracle.interleave.failures import BlockedOutside, Deadlock, NeverEnds
from honnin.oracle.interleave.operations import CLOCK, Choice, Operation, Step

REAL_THREAD = threading.Thread
REAL_START = threading.Thread.start
START = Operation("start")
MADE = "what is made"
"""What counts the things that have no name of their own: their names are the same in schedules that differ only in the order of other steps."""
END = "the end of the run"
"""What stops a daemon thread where it stands."""
LONGEST_FAREWELL = 2.0
"""Seconds that an abandoned thread has to end."""


class Abandoned(BaseException):
    """The run is over: raised in the threads that are left, where they wait."""


class Chooser(Protocol):
    """Who goes on. May raise what ends the run."""

    def choose(self, run: Scheduler, choices: Sequence[Choice]) -> Choice: ...


class _Started:
    """Tells that a thread has started; what `threading` would take for it may be a stand-in just now. Nobody waits for it."""

    def __init__(self) -> None:
        self._set = False

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        self._set = True

    def wait(self) -> None:
        pass


def ended(actor: Actor) -> str:
    """What a step touches that ends an actor, or waits for its end."""
    return f"the end of {actor.name}"


class Actor:
    """A thread, or a task of an event loop that runs in the thread `host`.

    `current`, of a host: who of its tasks runs, or itself. `selecting`: it is an event loop that looks for something to do.
    `thread`: is begun when the actor is chosen for the first time. `left_at`: where it waited when its loop ended. `born`: the number of the
    step in which it was made, from 0; -1 before the first.
    """

    __slots__ = (
        "baton",
        "born",
        "current",
        "daemon",
        "done",
        "finished",
        "host",
        "ident",
        "left_at",
        "name",
        "number",
        "operation",
        "parked",
        "selecting",
        "thread",
        "timed_out",
    )

    def __init__(self, number: int, name: str, born: int, host: Actor | None = None) -> None:
        self.number = number
        self.born = born
        self.name = name
        self.host = self if host is None else host
        self.current: Actor = self
        self.operation: Operation | None = START
        self.left_at: Operation | None = None
        self.timed_out = self.selecting = self.daemon = self.done = self.parked = False
        self.ident = 0
        self.thread: threading.Thread | None = None
        self.baton = allocate_lock()
        self.finished = allocate_lock()


class Scheduler:
    """The actors of one run and the steps that they took. `now`: the clock of the run, seconds that only pauses move on.

    `transactions_ended`: in databases. `recorded`: steps touch nothing but what is declared or recorded of them. `ending`: what ended the run, None while it goes
    well.
    """

    def __init__(self, chooser: Chooser, recorded: bool, most_steps: int, polls: int | None) -> None:
        self.chooser = chooser
        self.recorded = recorded
        self.most_steps = most_steps
        self.polls = polls
        self.actors: list[Actor] = []
        self.steps: list[Step] = []
        self.now = 0.0
        self.ending: BaseException | None = None
        self.failed: Actor | None = None
        self.abandoning = False
        self.transactions_ended = 0
        self._silent: list[Actor] = []
        self._over = allocate_lock()
        self._over.acquire()
        self._by_ident: dict[int, Actor] = {}
        self._named: dict[str, int] = {}

    def clock(self) -> float:
        """The clock of the run, in seconds; the step that is being taken has looked at it."""
        self.touch(CLOCK, False)
        return self.now

    # ------------------------------------------------------------ names

    def numbered(self, kind: str) -> str:
        """`Lock 1`, `Lock 2`, ... in the order of creation within the run."""
        self.touch(MADE, True)
        self._named[kind] = self._named.get(kind, 0) + 1
        return f"{kind} {self._named[kind]}"

    def _unique(self, name: str) -> str:
        taken = {actor.name for actor in self.actors}
        if name not in taken:
            return name
        self.touch(MADE, True)
        return next(n for i in range(2, 10**9) if (n := f"{name} ({i})") not in taken)

    # ------------------------------------------------------------ actors

    def add(self, name: str, host: Actor | None = None) -> Actor:
        """A new actor, which waits before its first step."""
        actor = Actor(len(self.actors), self._unique(name), len(self.steps) - 1, host)
        actor.baton.acquire()
        actor.finished.acquire()
        self.actors.append(actor)
        return actor

    def rename(self, actor: Actor, name: str) -> None:
        """The actor's name is known only now."""
        actor.name = ""
        actor.name = self._unique(name)

    def spawn(self, name: str, function: Callable[[], object], silent: bool = False) -> Actor:
        """A new thread, which waits before its first step; a `silent` one, of an event loop, goes on as soon as it can."""
        actor = self.add(name)
        actor.daemon = silent
        if silent:
            self._silent.append(actor)
        actor.thread = REAL_THREAD(target=self.body, args=(actor, function), name=name, daemon=True)
        return actor

    def body(self, actor: Actor, function: Callable[[], object]) -> None:
        """What the thread of an actor runs."""
        actor.ident = get_ident()
        self._by_ident[actor.ident] = actor
        actor.operation = None
        # It begins as a daemon, so that one that blocks for ever does not keep the process; threads that it makes are as it says.
        threading.current_thread()._daemonic = actor.daemon  # type: ignore[attr-defined]
        try:
            function()
        except (Abandoned, SystemExit):
            pass
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that explores
            self.stop(error, actor)
        del self._by_ident[actor.ident]
        if not self.abandoning:
            self.end(actor)
            self._wake(self._next())
        actor.finished.release()

    def end(self, actor: Actor) -> None:
        """The actor has ended, in the step that is being taken."""
        actor.done = True
        self.touch(ended(actor), True)
        if not actor.daemon:
            self.touch(END, False)

    def me(self) -> Actor | None:
        """The actor that runs in this thread; None in a thread that is none of the run's."""
        host = self._by_ident.get(get_ident())
        return None if host is None else host.current

    # ------------------------------------------------------------ going on

    def switch(self, operation: Operation) -> bool:
        """Lets somebody go on, and returns when this actor is chosen: False where its wait ended by its time-out."""
        __tracebackhide__ = True
        host = self._by_ident[get_ident()]
        me = host.current
        if self.abandoning:
            raise Abandoned
        if operation.until is not None:
            self.touch(CLOCK, False)
        me.operation = operation
        chosen = self._next()
        if chosen is not me:
            self._wake(chosen)
            self._park(host)
        me.operation = None
        return not me.timed_out

    def select(self, host: Actor) -> Actor:
        """An event loop has nothing to do but its tasks' steps: the task that is chosen, when one is."""
        if self.abandoning:
            raise Abandoned
        host.selecting = True
        chosen = self._next()
        if chosen is None or chosen.host is not host:
            self._wake(chosen)
            self._park(host)
            chosen = host.current
        host.selecting = False
        host.current = chosen
        chosen.operation = None
        return chosen

    def _park(self, host: Actor) -> None:
        host.parked = True
        host.baton.acquire()
        host.parked = False
        if self.abandoning:
            raise Abandoned

    def _wake(self, chosen: Actor | None) -> None:
        if chosen is None:
            self._over.release()
            return
        host = chosen.host
        host.current = chosen
        if host.thread is None:
            host.baton.release()
        else:
            thread, host.thread = host.thread, None
            thread._started = _Started()  # type: ignore[attr-defined]
            thread._daemonic = True  # type: ignore[attr-defined]
            REAL_START(thread)

    def touch(self, name: str, write: bool) -> None:
        """The step that is being taken reads or writes what has that name."""
        if self.steps:
            step = self.steps[-1]
            (step.writes if write else step.reads).add(name)

    def stop(self, ending: BaseException, failed: Actor | None = None) -> None:
        """The run ends with this, unless it has ended."""
        if self.ending is None:
            self.ending, self.failed = ending, failed

    # ------------------------------------------------------------ who goes on

    def choices(self) -> list[Choice]:
        """Who can go on, in the order of the actors; an actor that can do so in two ways by its time-out last.

        Who has polled enough comes only where nobody else can go on.
        """
        found: list[Choice] = []
        polling: list[Choice] = []
        for actor in self.actors:
            operation = actor.operation
            if operation is None or actor.done:
                continue
            host = actor.host
            if not (host is actor or host.selecting or host.current is actor):
                continue
            pauses = polling if self.polls is not None and self._polled(actor) else found
            if operation.ready is None or operation.ready():
                (pauses if operation.sleeps else found).append(Choice(actor.number))
            if operation.until is not None and not operation.sleeps:
                pauses.append(Choice(actor.number, True))
        return found or polling

    def _polled(self, actor: Actor) -> bool:
        """Whether the actor has had as many pauses and time-outs as it may have since somebody else took a step."""
        assert self.polls is not None
        own = takewhile(lambda step: step.choice.actor == actor.number, reversed(self.steps))
        return sum(step.paused for step in own) >= self.polls

    def _next(self) -> Actor | None:
        """Who goes on now; None where the run is over."""
        if self.ending is not None:
            return None
        try:
            if self._silent:
                silent = self._silent.pop(0)
                silent.operation = None
                return silent
            return self._chosen()
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that explores
            self.stop(error)
            return None

    def _chosen(self) -> Actor | None:
        for left in self.actors:
            if not (left.done or left.daemon):
                break
        else:
            return None
        choices = self.choices()
        if not choices:
            raise Deadlock("\n".join(self.waiting()))
        if len(self.steps) >= self.most_steps:
            raise NeverEnds(f"after {len(self.steps)} steps not everybody has ended")
        choice = self.chooser.choose(self, choices)
        actor = self.actors[choice.actor]
        operation = actor.operation
        assert operation is not None
        self.steps.append(self.step(actor, operation, choice))
        actor.timed_out = choice.timed_out
        if operation.until is not None and (choice.timed_out or operation.sleeps):
            self.now = max(self.now, operation.until)
        return actor

    def step(self, actor: Actor, operation: Operation, choice: Choice) -> Step:
        """The step that begins with the operation. It may touch anything where that is not recorded: what tasks wait for is not."""
        unknown = not (operation.declared or (self.recorded and actor.host is actor))
        step = Step(choice, operation, unknown)
        if actor.daemon:
            step.writes.add(END)
        return step

    def waiting(self) -> list[str]:
        """Who waits for what, one line each."""
        lines = []
        for actor in self.actors:
            operation = actor.operation
            if not actor.done and not actor.daemon and operation is not None:
                known = f", {operation.waits_for()}" if operation.waits_for is not None else ""
                how = "to" if actor.host is actor else "in"
                lines.append(f"{actor.name} waits {how} {operation.label}{known}")
        return lines

    # ------------------------------------------------------------ the whole run

    def run(self, patience: float) -> None:
        """Lets the actors run until all have ended, or the run has. `patience`: seconds that a step may take."""
        try:
            self._wake(self._next())
            seen = -1
            while not self._over.acquire(timeout=patience):
                if seen == len(self.steps):
                    self.stop(self._blocked(patience))
                    break
                seen = len(self.steps)
        finally:
            self._abandon()

    def _blocked(self, patience: float) -> BlockedOutside:
        running = next((a for a in self.actors if a.host is a and a.ident and not (a.done or a.parked)), None)
        if running is None:
            return BlockedOutside(f"nobody came back for {patience:g} seconds")
        frame = sys._current_frames().get(running.ident)
        stack = traceback.extract_stack(frame) if frame is not None else []
        where = [f"{entry.filename}:{entry.lineno} in {entry.name}: {entry.line}" for entry in stack[-3:]]
        said = (
            f"{running.current.name} did not come back for {patience:g} seconds: it waits for something that the exploration "
            "cannot see, or computes for long"
        )
        return BlockedOutside("\n  ".join([said, *where]))

    def _abandon(self) -> None:
        """Ends the threads that are left, one after the other."""
        self.abandoning = True
        for actor in self.actors:
            if actor.host is actor and actor.parked:
                actor.baton.release()
                actor.finished.acquire(timeout=LONGEST_FAREWELL)
