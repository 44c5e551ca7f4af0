"""Which schedules are run, one after the other: all of them, those with few switches, random ones, or one.

All of them: depth-first, leaving out schedules that differ only in the order of independent steps. The places to go back to are found
from the races in each run (dynamic partial-order reduction with source sets, see `races`), and what was tried at a place is not
tried again after an independent step (sleep sets: P. Godefroid, LNCS 1032). Where nothing is known of what steps touch, none are
independent, and nothing is left out.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Protocol

from honnin.oracle.interleave.failures import ScheduleDiverged
from honnin.oracle.interleave.operations import Choice, Step, independent
from honnin.oracle.interleave.races import History
from honnin.oracle.interleave.scheduler import Scheduler

FEW = 50
"""Schedules with at most one preemption that are run first."""


class Redundant(Exception):
    """What would follow has been looked at in another order."""


class Search(Protocol):
    """`choose` says who goes on in the run that is going on; `advance`, after it, whether there is another schedule to run."""

    def choose(self, run: Scheduler, choices: Sequence[Choice]) -> Choice: ...

    def advance(self, run: Scheduler) -> bool: ...


def preferred(run: Scheduler, choices: Sequence[Choice]) -> Choice:
    """Who goes on where it does not matter: who went on last, unless it pauses; then those that need no time-out."""
    last = run.steps[-1].choice.actor if run.steps else -1

    def cost(choice: Choice) -> tuple[bool, bool, int]:
        operation = run.actors[choice.actor].operation
        pauses = choice.timed_out or (operation is not None and operation.sleeps)
        return pauses, choice.actor != last, choice.actor

    return min(choices, key=cost)


class Node:
    """A place where somebody was chosen. `todo`: who is still to be tried there, `slept`: who has been, with the step that followed.

    `chosen` is None until the choice is made.
    """

    __slots__ = ("choices", "chosen", "label", "slept", "todo")

    def __init__(self, choices: tuple[Choice, ...], slept: dict[Choice, Step]) -> None:
        self.choices = choices
        self.slept = slept
        self.todo: dict[Choice, None] = {}
        self.chosen = Choice(-1)
        self.label = ""

    def ask_for(self, actor: int) -> bool:
        """Every way in which the actor can go on here is to be tried; False where it cannot."""
        ways = [choice for choice in self.choices if choice.actor == actor]
        self.todo.update(dict.fromkeys(ways))
        return bool(ways)


class Exhaustive:
    """Every schedule, up to the order of independent steps."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._fixed = 0
        self._history: History | None = None

    def choose(self, run: Scheduler, choices: Sequence[Choice]) -> Choice:
        depth = len(run.steps)
        if depth < len(self._nodes):
            node = self._nodes[depth]
            expect(run, node.chosen, choices, node.label if depth < self._fixed else None)
        else:
            node = Node(tuple(choices), self._asleep(run))
            awake = [choice for choice in choices if choice not in node.slept]
            if not awake:
                raise Redundant
            node.chosen = preferred(run, awake)
            node.ask_for(node.chosen.actor)
            self._nodes.append(node)
        operation = run.actors[node.chosen.actor].operation
        node.label = "" if operation is None else operation.label
        return node.chosen

    def _asleep(self, run: Scheduler) -> dict[Choice, Step]:
        """Who was tried before the last step, and is independent of it."""
        if not self._nodes:
            return {}
        taken = run.steps[-1]
        return {
            choice: step
            for choice, step in self._nodes[-1].slept.items()
            if choice.actor != taken.choice.actor and independent(step, taken)
        }

    def advance(self, run: Scheduler) -> bool:
        self._find_races(run)
        while self._nodes:
            depth = len(self._nodes) - 1
            node = self._nodes[-1]
            if depth < len(run.steps):
                node.slept[node.chosen] = run.steps[depth]
            left = [choice for choice in node.todo if choice not in node.slept]
            if left:
                node.chosen = left[0]
                self._fixed = depth
                return True
            self._nodes.pop()
        return False

    def _find_races(self, run: Scheduler) -> None:
        """Asks, before each step that could have come after a later one, for an actor that leads to the other order."""
        self._history = History(run, self._history, self._fixed)
        for race in self._history.races([node.choices for node in self._nodes]):
            node = self._nodes[race.earlier]
            asked = {choice.actor for choice in node.todo}
            if asked.isdisjoint(race.first) and not any(map(node.ask_for, race.first[::-1])):
                node.todo.update(dict.fromkeys(node.choices))


class Bounded:
    """Every schedule with at most so many switches: all of them, or those from an actor that could have gone on."""

    def __init__(self, most: int, preemptions: bool) -> None:
        self._most = most
        self._preemptions = preemptions
        self._stack: list[tuple[list[Choice], str]] = []
        self._used = 0

    def choose(self, run: Scheduler, choices: Sequence[Choice]) -> Choice:
        depth = len(run.steps)
        if depth == 0:
            self._used = 0
        if depth == len(self._stack):
            first = preferred(run, choices)
            ordered = [first, *(choice for choice in choices if choice != first)]
            allowed = [c for c in ordered if self._used + self._cost(run, choices, c) <= self._most]
            if not allowed:
                raise Redundant
            self._stack.append((allowed, ""))
        left, label = self._stack[depth]
        expect(run, left[0], choices, label or None)
        operation = run.actors[left[0].actor].operation
        self._stack[depth] = left, "" if operation is None else operation.label
        self._used += self._cost(run, choices, left[0])
        return left[0]

    def _cost(self, run: Scheduler, choices: Sequence[Choice], choice: Choice) -> int:
        if not run.steps or run.steps[-1].choice.actor == choice.actor:
            return 0
        if not self._preemptions:
            return 1
        last = run.actors[run.steps[-1].choice.actor]
        able = any(other.actor == last.number and not other.timed_out for other in choices)
        pausing = last.operation is not None and last.operation.sleeps
        return int(able and not pausing)

    def advance(self, run: Scheduler) -> bool:
        while self._stack:
            left, _ = self._stack.pop()
            if len(left) > 1:
                self._stack.append((left[1:], ""))
                return True
        return False


class Gradual:
    """Every schedule, after a few with at most one preemption: most races show in them, and show best."""

    def __init__(self) -> None:
        self._search: Search = Bounded(1, preemptions=True)
        self._left = FEW

    def choose(self, run: Scheduler, choices: Sequence[Choice]) -> Choice:
        return self._search.choose(run, choices)

    def advance(self, run: Scheduler) -> bool:
        self._left -= 1
        if self._search.advance(run) and (self._left > 0 or isinstance(self._search, Exhaustive)):
            return True
        if isinstance(self._search, Exhaustive):
            return False
        self._search = Exhaustive()
        return True


class Random:
    """So many schedules, each choice drawn with equal chances; the same for the same seed."""

    def __init__(self, seed: int, schedules: int) -> None:
        self._random = random.Random(seed)
        self._left = schedules

    def choose(self, run: Scheduler, choices: Sequence[Choice]) -> Choice:
        return self._random.choice(choices)

    def advance(self, run: Scheduler) -> bool:
        self._left -= 1
        return self._left > 0


class Fixed:
    """One schedule, given by its choices and what checks the label of each."""

    def __init__(self, choices: Sequence[Choice], checks: Sequence[int]) -> None:
        self._choices = choices
        self._checks = checks

    def choose(self, run: Scheduler, choices: Sequence[Choice]) -> Choice:
        from honnin.oracle.interleave.tokens import check

        depth = len(run.steps)
        if depth >= len(self._choices):
            raise ScheduleDiverged(f"the schedule ends after {depth} steps, and the run goes on")
        wanted = self._choices[depth]
        expect(run, wanted, choices, None)
        operation = run.actors[wanted.actor].operation
        assert operation is not None
        if check(operation.label) != self._checks[depth]:
            raise ScheduleDiverged(
                f"step {depth + 1}: {run.actors[wanted.actor].name} comes to `{operation.label}`, which is not the step of "
                "the schedule"
            )
        return wanted

    def advance(self, run: Scheduler) -> bool:
        return False


def expect(run: Scheduler, wanted: Choice, choices: Sequence[Choice], label: str | None) -> None:
    """ScheduleDiverged where the choice is not possible, or its label is another one."""
    step = len(run.steps) + 1
    if wanted not in choices:
        name = run.actors[wanted.actor].name if wanted.actor < len(run.actors) else f"actor {wanted.actor}"
        can = ", ".join(run.actors[choice.actor].name for choice in choices)
        raise ScheduleDiverged(
            f"step {step}: {name} cannot go on{' by its time-out' * wanted.timed_out}; {can} can"
        )
    operation = run.actors[wanted.actor].operation
    if label is not None and operation is not None and operation.label != label:
        raise ScheduleDiverged(
            f"step {step}: {run.actors[wanted.actor].name} comes to `{operation.label}`, and came to `{label}` before"
        )
