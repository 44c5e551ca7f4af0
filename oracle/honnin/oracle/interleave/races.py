"""What happened before what in a run, and which steps could have come in another order.

After P. Abdulla, S. Aronis, B. Jonsson, K. Sagonas, "Optimal dynamic partial order reduction" (POPL 2014), section 4. A step that had
to wait until it was possible is compared with every earlier step that it depends on, not only with the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from honnin.oracle.interleave.operations import Choice, Step, independent
from honnin.oracle.interleave.scheduler import Scheduler

Clock = dict[int, int]
"""By the number of an actor, its last step that led to a moment."""


class Race(NamedTuple):
    """Step `later` could have come before step `earlier`, which it depends on. `first`: the actors one of which would have gone on
    instead of `earlier`. `waits`: the actor of `later` stood before it already, and may have had to wait."""

    earlier: int
    later: int
    first: tuple[int, ...]
    waits: bool


class History:
    """The steps of a run, and at its end the operations that its actors still waited for, as steps that were not taken.

    The first `same` steps are those of `before`, whose races are known. `_previous`: of each step, the actor's one before, or that in which
    it was made.
    """

    def __init__(self, run: Scheduler, before: History | None, same: int) -> None:
        waiting = [
            run.step(actor, operation, Choice(actor.number))
            for actor in run.actors
            if not actor.done and (operation := actor.operation or actor.left_at) is not None
        ]
        self.steps: list[Step] = [*run.steps, *waiting]
        self._taken = len(run.steps)
        self._same = 0 if before is None else min(same, self._taken)
        self._clocks: list[Clock] = [] if before is None else before._clocks[: self._same]
        self._previous: list[int] = [] if before is None else before._previous[: self._same]
        last = {step.choice.actor: index for index, step in enumerate(self.steps[: self._same])}
        for index in range(self._same, len(self.steps)):
            step = self.steps[index]
            self._previous.append(last.get(step.choice.actor, run.actors[step.choice.actor].born))
            self._clocks.append(self._clock(index, step))
            if index < self._taken:
                last[step.choice.actor] = index

    def _clock(self, index: int, step: Step) -> Clock:
        previous = self._previous[index]
        clock = dict(self._clocks[previous]) if previous >= 0 else {}
        for earlier in range(min(index, self._taken)):
            other = self.steps[earlier]
            if earlier > clock.get(other.choice.actor, -1) and not independent(other, step):
                for number, at in self._clocks[earlier].items():
                    clock[number] = max(clock.get(number, -1), at)
        clock[step.choice.actor] = index
        return clock

    def _led_to(self, one: int, other: int) -> bool:
        return one <= self._clocks[other].get(self.steps[one].choice.actor, -1)

    def races(self, could: Sequence[Sequence[Choice]]) -> Iterator[Race]:
        """The races that are not known; `could`: who could go on before each step."""
        for later in range(self._same, len(self.steps)):
            yield from self._races_of(later, could)

    def _races_of(self, later: int, could: Sequence[Sequence[Choice]]) -> Iterator[Race]:
        step, previous = self.steps[later], self._previous[later]
        actor = step.choice.actor
        settled: list[int] = []
        for earlier in range(min(later, self._taken, len(could)) - 1, -1, -1):
            other = self.steps[earlier]
            if other.choice.actor == actor or independent(other, step):
                continue
            if previous >= 0 and self._led_to(earlier, previous):
                continue
            if any(self._led_to(earlier, between) for between in settled):
                continue
            waits = earlier > previous
            possible = step.choice in could[earlier]
            if possible or not waits:
                yield Race(earlier, later, self._first(earlier, later), waits)
            elif any(choice.actor == actor for choice in could[earlier]):
                yield Race(earlier, later, (actor,), waits)
            if not step.conditional or (waits and possible):
                settled.append(earlier)

    def _first(self, earlier: int, later: int) -> tuple[int, ...]:
        """Who takes a step that needs no other, among those between the two that `earlier` did not lead to, and `later`."""
        between = [index for index in range(earlier + 1, later) if index < self._taken]
        kept = [index for index in between if not self._led_to(earlier, index)]
        found: dict[int, None] = {}
        seen: set[int] = set()
        for index in (*kept, later):
            actor = self.steps[index].choice.actor
            if actor not in seen and not any(
                self._led_to(before, index) for before in kept if before < index
            ):
                found[actor] = None
            seen.add(actor)
        return tuple(found)
