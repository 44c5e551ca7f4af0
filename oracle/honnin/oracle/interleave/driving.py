"""A design's run on an implementation: its threads take the steps in the order in which the run takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from honnin.oracle.interleave.exploration import Exploration, Run, Settings
from honnin.oracle.interleave.failures import NotDriven
from honnin.oracle.interleave.operations import Choice
from honnin.oracle.interleave.scheduler import Scheduler
from honnin.oracle.interleave.search import preferred
from honnin.oracle.monitor import load
from honnin.spec.records import dataclass

STEPS = 10_000


@dataclass(frozen=True, slots=True)
class DesignStep:
    """One step of a design's run. `by`: the instance that takes it, `handler[r1]`, or the action, `lease_ends()`; `step`:
    `handler.write` or `lease_ends`. `inputs`: the events that the environment gives in it, as lines of a trace."""

    by: str
    step: str
    inputs: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Instance:
    """Who takes steps in the run: an instance of a process, or an action. `inputs`: all that it is given, in order."""

    name: str
    process: str
    inputs: tuple[Mapping[str, Any], ...]

    def input(self, event: str) -> Mapping[str, Any]:
        """The first event of that name that it is given; KeyError where there is none."""
        for line in self.inputs:
            if line["event"] == event:
                return line
        raise KeyError(event)


class Driver(Protocol):
    """How an implementation takes a design's steps.

    `labels`: by the name of a step (`handler.write`), where the implementation stands before it: the label of a point, an event or
    another operation, or several of which one is meant. Steps that are not in it are no moments of the implementation.
    """

    labels: Mapping[str, str | Sequence[str]]

    def start(self, run: Run, instances: Sequence[Instance]) -> None:
        """Makes the implementation, which reports to `run.oracle`, and for each instance a thread or task with its name."""


def drive(
    driver: Driver,
    steps: Sequence[DesignStep],
    *,
    specification: str | Path,
    digest: str,
    facts: Mapping[str, Any] | None = None,
    blocked_after: float = 5.0,
) -> tuple[str, ...]:
    """Runs the implementation in the order of the steps, and raises InterleavingFailed where that breaks a claim.

    Where a thread cannot take its step (it waits for a lock, or for a database), others go on until it can: what the implementation
    does not allow is no failure. Gives the labels of the steps that were taken. NotDriven where a thread never comes to a label that
    the driver names for it, so that the order was not tried; or where the specification is no longer the one of the run.
    """
    __tracebackhide__ = True
    spec = load(specification)
    if spec.digest != digest:
        raise NotDriven(
            "the specification has changed since the run was written: write it again with `--emit-test`"
        )
    directed = _Directed(driver, steps)

    def scenario(run: Run) -> None:
        driver.start(run, _instances(steps))

    settings = Settings(spec, facts, "unknown", 1, blocked_after * STEPS, STEPS, None, blocked_after)
    exploration = Exploration(scenario, settings)
    taken = exploration.once(directed)
    directed.look_whether_driven()
    return taken


def _instances(steps: Sequence[DesignStep]) -> list[Instance]:
    given: dict[str, list[Mapping[str, Any]]] = {}
    process: dict[str, str] = {}
    for step in steps:
        given.setdefault(step.by, []).extend(step.inputs)
        process[step.by] = step.step.partition(".")[0]
    return [Instance(name, process[name], tuple(inputs)) for name, inputs in given.items()]


@dataclass(slots=True)
class _Wanted:
    """A step that has a label. `met`: its instance has come to it."""

    by: str
    step: str
    labels: tuple[str, ...]
    met: bool = False


class _Directed:
    """Chooses the instance of the step that is next; it goes on up to the next label that means a step."""

    def __init__(self, driver: Driver, steps: Sequence[DesignStep]) -> None:
        labels = {name: _several(several) for name, several in driver.labels.items()}
        self._meaning = {label for several in labels.values() for label in several}
        self._wanted = [_Wanted(s.by, s.step, labels[s.step]) for s in steps if s.step in labels]
        self._last = ""
        if not self._wanted:
            raise NotDriven("the driver has a label for no step of the run")

    def choose(self, run: Scheduler, choices: Sequence[Choice]) -> Choice:
        able = self._going_on(run, choices) or self._next(run, choices) or preferred(run, choices)
        actor = run.actors[able.actor]
        assert actor.operation is not None
        self._last = actor.name
        for wanted in self._wanted:
            if wanted.by == actor.name and not wanted.met:
                wanted.met = actor.operation.label in wanted.labels
                break
        return able

    def _going_on(self, run: Scheduler, choices: Sequence[Choice]) -> Choice | None:
        """The last one, where it has not come to the end of its step."""
        for choice in choices:
            actor = run.actors[choice.actor]
            assert actor.operation is not None
            if actor.name == self._last and not choice.timed_out:
                return None if actor.operation.label in self._meaning else choice
        return None

    def _next(self, run: Scheduler, choices: Sequence[Choice]) -> Choice | None:
        """The instance of the step that is next; None where there is none, or it has to wait."""
        wanted = next((wanted for wanted in self._wanted if not wanted.met), None)
        if wanted is None:
            return None
        actor = next((actor for actor in run.actors if actor.name == wanted.by), None)
        if actor is None:
            raise NotDriven(f"the driver made no thread or task with the name {wanted.by}")
        mine = [choice for choice in choices if choice.actor == actor.number]
        return min(mine, key=lambda choice: choice.timed_out) if mine else None

    def advance(self, run: Scheduler) -> bool:
        return False

    def look_whether_driven(self) -> None:
        """NotDriven where a thread never came to a label."""
        for wanted in self._wanted:
            if not wanted.met:
                named = " or ".join(f"`{label}`" for label in wanted.labels)
                raise NotDriven(
                    f"{wanted.by} never came to {named}, which the driver names for the step {wanted.step}: the order was not "
                    "tried"
                )


def _several(labels: str | Sequence[str]) -> tuple[str, ...]:
    return (labels,) if isinstance(labels, str) else tuple(labels)
