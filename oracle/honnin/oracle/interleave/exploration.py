"""`explore` and `replay`: runs of a scenario, one schedule after the other, and what is said where one fails."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from honnin.oracle.interleave import tokens
from honnin.oracle.interleave.context import GOING
from honnin.oracle.interleave.failures import (
    BlockedOutside,
    Deadlock,
    ExplorationUnfinished,
    InterleavingFailed,
    NeverEnds,
    NotDriven,
    ScheduleDiverged,
    Undecided,
)
from honnin.oracle.interleave.loops import run_tasks
from honnin.oracle.interleave.patching import patched
from honnin.oracle.interleave.scheduler import Scheduler
from honnin.oracle.interleave.search import Bounded, Fixed, Gradual, Random, Redundant, Search
from honnin.oracle.interleave.shared import recording
from honnin.oracle.interleave.told import labels, picture, switches
from honnin.oracle.interleave.tried import Tried, warn_if_nothing
from honnin.oracle.interleave.watched import watched
from honnin.oracle.misuse import WrongName, WrongUse
from honnin.oracle.monitor import Spec, load
from honnin.oracle.table import plural
from honnin.spec.records import dataclass, field

_CPU_CLOCK, _WALL_CLOCK = time.process_time, time.monotonic
SHORTENING = 300
"""Schedules that are run at most to find a failing one with fewer switches."""
SHORTENING_SECONDS = 5.0


class Replaying:
    """`token`: the schedule that `explore` is to replay instead, from `--honnin-replay`. `used`: whether one was."""

    token: str | None = None
    used = False


REPLAYING = Replaying()


class Run:
    """What a scenario makes one run of."""

    def __init__(self, scheduler: Scheduler, oracle: Any) -> None:
        self._oracle = oracle
        self._scheduler = scheduler
        self._tasks: list[tuple[str, Callable[[], Coroutine[Any, Any, object]]]] = []
        self.checks: list[Callable[[], object]] = []

    @property
    def oracle(self) -> Any:
        """The oracle that events are reported to. RuntimeError where `explore` was given none."""
        __tracebackhide__ = True
        if self._oracle is None:
            raise RuntimeError(
                "the scenario asks for an oracle: give its specification, explore(..., oracle=...)"
            )
        return self._oracle

    def thread(self, name: str, function: Callable[..., object], /, *arguments: Any, **named: Any) -> None:
        """A thread with that name, which calls `function`."""
        self._scheduler.spawn(name, lambda: function(*arguments, **named))

    def task(
        self,
        name: str,
        function: Callable[..., Coroutine[Any, Any, object]],
        /,
        *arguments: Any,
        **named: Any,
    ) -> None:
        """A task of asyncio with that name, on one event loop with the others, which runs the coroutine function."""
        self._tasks.append((name, lambda: function(*arguments, **named)))

    def begin(self) -> None:
        """The scenario is made. ExplorationUnfinished where there is nothing to explore."""
        if not (self._tasks or self._scheduler.actors):
            raise ExplorationUnfinished("nothing was explored: the scenario makes no thread and no task")
        if self._tasks:
            self._scheduler.spawn("event loop", lambda: run_tasks(self._tasks), silent=True)

    def check(self, function: Callable[[], object]) -> None:
        """Called when all threads and tasks have ended; fails the run where it raises."""
        self.checks.append(function)

    def shared(self, thing: Any, name: str | None = None) -> Any:
        """The same object, whose attributes are recorded when threads read and write them (see `accesses="recorded"`)."""
        return recording(thing, self._scheduler.numbered(type(thing).__name__) if name is None else name)


Scenario = Callable[[Run], object]


@dataclass(frozen=True, slots=True)
class Explored:
    """What was looked at, and held. `how`: in one sentence, with what the answer rests on. `steps` of all schedules together.

    `exercised`: by claim, how often it was exercised (a cover: reached) in all of them; None without an oracle.
    """

    schedules: int
    steps: int
    redundant: int
    seconds: float
    how: str
    exercised: Mapping[str, int] | None = None

    def __str__(self) -> str:
        untried = self.exercised is not None and not any(self.exercised.values())
        size = f"{plural(self.schedules, 'schedule')}, {plural(self.steps, 'step')}"
        return f"{self.how}: {size}{'; no claim was exercised' * untried}"


@dataclass(frozen=True, slots=True)
class Settings:
    """See `explore`."""

    oracle: Spec | None
    facts: Any
    accesses: Literal["unknown", "recorded"]
    limit: int
    seconds: float
    steps: int
    polls: int | None
    blocked_after: float


def explore(
    scenario: Scenario,
    *,
    oracle: Spec | str | Path | None = None,
    facts: Mapping[str, Any] | str | Path | None = None,
    preemptions: int | None = None,
    random: int | None = None,
    seed: int = 0,
    accesses: Literal["unknown", "recorded"] = "unknown",
    limit: int = 20_000,
    seconds: float = 120.0,
    steps: int = 10_000,
    polls: int | None = None,
    blocked_after: float = 5.0,
) -> Explored:
    """Runs the threads and tasks that `scenario` makes in every order of their steps, and raises at the first that fails.

    A step goes from one operation of its actor to the next: a `point`, an event reported to `run.oracle`, a call of a stand-in that may
    wait, a pause. The scenario is called anew for each schedule and must do the same each time.

    `oracle`: a specification or its file, with its `facts`. `preemptions`: only schedules with at most so many switches away from a
    thread that could have gone on. `random`: only so many schedules, drawn with `seed`. `accesses`: "unknown", any two steps may
    touch the same thing, unless points declare otherwise; "recorded", steps touch nothing but events, stand-ins, what points declare
    and what `run.shared` objects record, and schedules that differ only in the order of other steps are run once. `polls`: how many
    pauses and time-outs an actor may have one after the other while nobody else goes on.

    Raises InterleavingFailed (an AssertionError) with the schedule, or its subclasses Deadlock, Undecided, NeverEnds (more than
    `steps` in one schedule) and BlockedOutside (a step that took `blocked_after` seconds); ExplorationUnfinished where `limit`
    schedules or `seconds` were not enough; ScheduleDiverged where the scenario does other things the next time.
    """
    __tracebackhide__ = True
    if preemptions is not None and random is not None:
        raise WrongUse("HN0680", "an exploration has either a bound on preemptions or random schedules")
    settings = _settings(oracle, facts, accesses, limit, seconds, steps, polls, blocked_after)
    exploration = Exploration(scenario, settings)
    if REPLAYING.token is not None:
        REPLAYING.used = True
        return exploration.replayed(REPLAYING.token)
    search: Search
    if random is not None:
        search, how = Random(seed, random), f"random schedules with the seed {seed}, none of which fails"
    elif preemptions is not None:
        bound = plural(preemptions, "preemption")
        search, how = Bounded(preemptions, preemptions=True), f"every schedule with at most {bound}"
    else:
        rests = " that differs in what was recorded" if accesses == "recorded" else ""
        search, how = Gradual(), f"every schedule{rests}"
    if polls is not None:
        how += f", with at most {plural(polls, 'poll')} in a row"
    explored = exploration.explored(search, how)
    warn_if_nothing(settings.oracle, explored.exercised, explored.schedules)
    return explored


def replay(
    scenario: Scenario,
    token: str,
    *,
    oracle: Spec | str | Path | None = None,
    facts: Mapping[str, Any] | str | Path | None = None,
    steps: int = 10_000,
    blocked_after: float = 5.0,
) -> Explored:
    """Runs the one schedule of the token, and raises what it raised; the settings are those of `explore`.

    Raises TokenRefused where the token is damaged, of another scenario (told by its function's name) or of another version of the
    specification; ScheduleDiverged where the scenario goes another way.
    """
    __tracebackhide__ = True
    settings = _settings(oracle, facts, "unknown", 1, blocked_after * steps, steps, None, blocked_after)
    return Exploration(scenario, settings).replayed(token)


def _settings(
    oracle: Spec | str | Path | None,
    facts: Any,
    accesses: Literal["unknown", "recorded"],
    limit: int,
    seconds: float,
    steps: int,
    polls: int | None,
    blocked_after: float,
) -> Settings:
    __tracebackhide__ = True
    spec = load(oracle) if isinstance(oracle, str | Path) else oracle
    if accesses not in ("unknown", "recorded"):
        raise WrongName("HN0673", 'accesses is "unknown" or "recorded"')
    if GOING.run is not None:
        raise RuntimeError("an exploration is going on in this process; one cannot be inside another")
    return Settings(spec, facts, accesses, limit, seconds, steps, polls, blocked_after)


@dataclass(slots=True)
class Exploration:
    """The schedules of one scenario. `schedules`, `redundant`, `steps`: what was run so far."""

    scenario: Scenario
    settings: Settings
    schedules: int = 0
    redundant: int = 0
    steps: int = 0
    began: float = field(default_factory=_WALL_CLOCK)
    lasting: list[Any] = field(default_factory=list)
    make: type[Any] | None = None
    tried: Tried = field(init=False)

    def __post_init__(self) -> None:
        spec = self.settings.oracle
        self.tried = Tried(spec)
        if spec is not None:
            self.make = watched(spec.namespace["Oracle"], spec.specification)

    @property
    def identity(self) -> bytes:
        """What the tokens of this scenario begin with."""
        spec = self.settings.oracle
        name = getattr(self.scenario, "__qualname__", type(self.scenario).__qualname__)
        return tokens.identity(name, "" if spec is None else spec.digest)

    # ------------------------------------------------------------ many schedules

    def explored(self, search: Search, how: str) -> Explored:
        """Every schedule of the search; raises at the first that fails."""
        __tracebackhide__ = True
        try:
            with patched() as self.lasting:
                for run, failure in self.runs(search):
                    if failure is not None:
                        raise self._shortened(run, failure) from failure.__cause__
        finally:
            self.tried.tell()
        return self._held(self.schedules, self.steps, how)

    def _held(self, schedules: int, steps: int, how: str) -> Explored:
        seconds = _WALL_CLOCK() - self.began
        return Explored(schedules, steps, self.redundant, seconds, how, self.tried.counts())

    def runs(self, search: Search) -> Iterator[tuple[Scheduler, InterleavingFailed | None]]:
        """Every run of the search, with how it failed."""
        __tracebackhide__ = True
        more = True
        while more:
            if self.schedules:
                self._look_at_limits()
            run, failure = self._one(search, counted=True)
            if isinstance(run.ending, Redundant):
                self.redundant += 1
            else:
                self.schedules += 1
            self.steps += len(run.steps)
            yield run, failure
            more = search.advance(run)

    def once(self, search: Search) -> tuple[str, ...]:
        """The labels of the one schedule of the search; raises where it fails."""
        __tracebackhide__ = True
        run, failure = self._alone(search)
        if failure is not None:
            raise self._reported(run, failure, 1, again=False) from failure.__cause__
        return labels(run)

    def replayed(self, token: str) -> Explored:
        """The one schedule of the token."""
        __tracebackhide__ = True
        choices, checks = tokens.read(token, self.identity)
        run, failure = self._alone(Fixed(choices, checks))
        if failure is not None:
            raise self._reported(run, failure, 1) from failure.__cause__
        if len(run.steps) < len(choices):
            raise ScheduleDiverged(
                f"the run ends after {len(run.steps)} steps, the schedule has {len(choices)}"
            )
        return self._held(1, len(run.steps), "the schedule of the token, which holds now")

    def _alone(self, search: Search) -> tuple[Scheduler, InterleavingFailed | None]:
        """The one run of the search, and how it failed."""
        __tracebackhide__ = True
        try:
            with patched() as self.lasting:
                return self._one(search, counted=True)
        finally:
            self.tried.tell()

    def _look_at_limits(self) -> None:
        done = self.schedules + self.redundant
        if done >= self.settings.limit:
            raise ExplorationUnfinished(
                f"unfinished: the limit of {plural(done, 'schedule')} was reached; none of them fails, but not all were looked "
                "at. Declare what points touch (accesses), bound preemptions, or raise `limit`"
            )
        if _WALL_CLOCK() - self.began > self.settings.seconds:
            raise ExplorationUnfinished(
                f"unfinished: {self.settings.seconds:g} seconds were not enough; {plural(done, 'schedule')} were looked at, none of "
                "them fails. Declare what points touch (accesses), bound preemptions, or raise `seconds`"
            )

    # ------------------------------------------------------------ one schedule

    def _one(self, search: Search, counted: bool = False) -> tuple[Scheduler, InterleavingFailed | None]:
        """One run, and how it failed. `counted`: what it tries counts, unless it is redundant."""
        __tracebackhide__ = True
        settings = self.settings
        scheduler = Scheduler(search, settings.accesses == "recorded", settings.steps, settings.polls)
        GOING.run = scheduler
        try:
            for standin in self.lasting:
                standin.reset()
            oracle = None
            if self.make is not None:
                clock = scheduler.clock
                oracle = self.make("raise", facts=_read(settings.facts), clock=clock, mask_key=_KEY)
            run = Run(scheduler, oracle)
            self.scenario(run)
            run.begin()
            scheduler.run(settings.blocked_after)
            if counted and not isinstance(scheduler.ending, Redundant):
                self.tried.add(oracle)
            return scheduler, self._judged(scheduler, run, oracle)
        finally:
            GOING.run = None

    def _judged(self, scheduler: Scheduler, run: Run, oracle: Any) -> InterleavingFailed | None:
        match scheduler.ending:
            case None:
                return self._at_the_end(run, oracle)
            case Redundant():
                return None
            case Deadlock() | NeverEnds() | BlockedOutside() as failure:
                return failure
            case ScheduleDiverged() | NotDriven() | KeyboardInterrupt() as error:
                raise error
            case error:
                assert error is not None
                return _from(error, scheduler)

    def _at_the_end(self, run: Run, oracle: Any) -> InterleavingFailed | None:
        try:
            for check in run.checks:
                check()
        except Exception as error:  # noqa: BLE001 - whatever a check raises is how the run fails
            return _from(error, None)
        if oracle is None:
            return None
        if oracle.violations:
            return InterleavingFailed(str(oracle.violations[0]))
        open_now = [f"assumption broken: {broken}" for broken in oracle.broken]
        open_now += [f"{name}, raised by event {at}, is still open" for name, at in oracle.pending]
        return Undecided(f"undecided: {open_now[0]}") if open_now else None

    # ------------------------------------------------------------ what is said of a failure

    def _shortened(self, run: Scheduler, failure: InterleavingFailed) -> InterleavingFailed:
        """The failure in the schedule with the fewest switches that is found in reasonable time."""
        found = self.schedules
        if not isinstance(failure, NeverEnds | BlockedOutside):
            until, left = _WALL_CLOCK() + SHORTENING_SECONDS, SHORTENING
            for most in range(switches(run.steps)):
                search, more = Bounded(most, preemptions=False), True
                while more and left > 0 and _WALL_CLOCK() < until:
                    left -= 1
                    other, again = self._one(search)
                    if again is not None and _alike(failure, again):
                        return self._reported(other, again, found)
                    more = search.advance(other)
        return self._reported(run, failure, found)

    def _reported(
        self, run: Scheduler, failure: InterleavingFailed, found: int, again: bool = True
    ) -> InterleavingFailed:
        """The failure with the schedule in its notes; `again`: and how it is run again."""
        chosen = [(step.choice, step.label) for step in run.steps]
        failure.token = tokens.token(self.identity, chosen)
        failure.schedule = labels(run)
        failure.found = found
        words = f"schedule {found}, {plural(len(run.steps), 'step')}, {switches(run.steps)} switches"
        failure.add_note("\n".join([words, *picture(run, _ending(failure))]))
        if again:
            failure.add_note(f"replay it: {_how_to_replay(failure.token)}")
        return failure


_KEY = os.urandom(32)


def _read(facts: Any) -> Any:
    import json

    __tracebackhide__ = True
    return json.loads(Path(facts).read_bytes()) if isinstance(facts, str | Path) else facts


def _from(error: BaseException, scheduler: Scheduler | None) -> InterleavingFailed:
    """The failure that an exception in a thread, or at the end, makes."""
    from honnin.compiler.runtime.base import InvariantViolated

    if isinstance(error, InvariantViolated):
        failure = InterleavingFailed(str(error.violation))
        failure.add_note("\n".join(error.violation.account()))
    else:
        who = (
            scheduler.failed.name if scheduler is not None and scheduler.failed is not None else "at the end"
        )
        text = str(error) or "no message"
        failure = InterleavingFailed(f"{who}: {type(error).__name__}: {text}")
    failure.__cause__ = error
    return failure


def _alike(one: InterleavingFailed, other: InterleavingFailed) -> bool:
    """Whether both fail in the same way."""
    first, second = one.__cause__, other.__cause__
    if type(one) is not type(other) or type(first) is not type(second):
        return False
    names = [getattr(getattr(error, "violation", None), "invariant", None) for error in (first, second)]
    return names[0] == names[1]


def _ending(failure: InterleavingFailed) -> str:
    violation = getattr(failure.__cause__, "violation", None)
    if violation is not None:
        return f"breaks {violation.invariant}"
    match failure:
        case Deadlock():
            return "nobody can go on"
        case NeverEnds():
            return "and so on"
        case BlockedOutside():
            return "does not come back"
        case _:
            return type(failure.__cause__).__name__ if failure.__cause__ is not None else ""


def _how_to_replay(token: str) -> str:
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]
    return f"pytest '{test}' --honnin-replay={token}" if test else f"replay(scenario, {token!r})"
