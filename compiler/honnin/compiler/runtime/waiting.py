"""What is awaited: the obligations that events have raised, and what becomes of them as time passes.

A standalone module has this text inlined, so everything here must stand on its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import Any, NamedTuple, TypeAlias

from honnin.compiler.runtime.base import _LATEST, DUE, Field, Shown, Value, seconds
from honnin.compiler.runtime.history import Goal, Here, Obligation, goals, truth
from honnin.compiler.runtime.snapshot import Snapshots

Traced: TypeAlias = tuple[str, Here | None, Here | None, bool]
"""What a claim read, as its author wrote it; the event that this comes from; the one whose value that event replaced; whether it only
added to what others had added."""
Account: TypeAlias = tuple[dict[str, Shown], dict[str, Shown], tuple[Traced, ...], dict[str, Shown]]
NEVER_DUE = _LATEST - 1
"""A time that is not after it is one that can be read."""
_FEW = 64


class Failure(NamedTuple):
    claim: int
    position: int | None
    trigger: int
    at: int
    event: int
    values: tuple[Value, ...]
    account: Account


class Waiting(Snapshots):
    """The part of an oracle that waits. A claim that is one `eventually` has a queue: its deadlines come in order.

    Of any other claim with `eventually`, formulas over goals are kept, and their deadlines in a heap. `_due` is no later than the
    first deadline of all, nor than any time that can be read.
    """

    __slots__ = ("_due",)

    def _wait_for_nothing(self) -> None:
        self._due = NEVER_DUE
        self._deadlines: list[tuple[int, int, Goal]] = []
        self._raised = 0
        self._settled = 0
        self._obligations: dict[int, Obligation] = {}

    def _open(self) -> Iterator[tuple[int, int]]:
        """The claim and the trigger of every obligation that is open."""
        for queue in self._waiting:
            yield from ((queue.claim, here[0]) for here in queue.still_open())
        yield from ((obligation.claim, obligation.trigger) for obligation in self._obligations.values())

    def _await(self, obligation: Obligation) -> None:
        """Watch what an event has raised, if it is still open."""
        for goal in goals(obligation.formula):
            goal.obligation = obligation
            goal.table.setdefault(goal.key, []).append(goal)
            self._raised += 1
            heappush(self._deadlines, (goal.deadline, self._raised, goal))
            self._due = min(self._due, goal.deadline)
        self._obligations[id(obligation)] = obligation

    def _met(self, table: dict[Any, list[Goal]], key: Any) -> None:
        """The formula of every goal at `key` holds now."""
        for goal in table.pop(key, ()):
            goal.met = True
            self._settle(goal)
        if self._settled > _FEW and self._settled * 2 > len(self._deadlines):
            self._deadlines = [entry for entry in self._deadlines if entry[2].met is None]
            heapify(self._deadlines)
            self._settled = 0

    def _settle(self, goal: Goal) -> bool | None:
        """What is known of the obligation now that one of its goals is; where all is known, it is released."""
        obligation = goal.obligation
        assert obligation is not None
        result = truth(obligation.formula)
        self._settled += 1
        if result is not None and self._obligations.pop(id(obligation), None) is not None:
            for other in list(goals(obligation.formula)):
                other.met = result
                self._settled += 1
                self._drop(other)
        return result

    def _drop(self, goal: Goal) -> None:
        waiting = goal.table.get(goal.key, [])
        if goal in waiting:
            waiting.remove(goal)
            if not waiting:
                del goal.table[goal.key]

    def _expire(self, now: int, position: int | None) -> tuple[Failure, ...]:
        """Deadlines before `now` are missed: the obligations that this makes false have failed."""
        missed = [*self._late(now), *self._late_goals(now)]
        heads = [queue.line[0][1] + queue.window for queue in self._waiting if queue.line]
        heads += [deadline for deadline, _, _ in self._deadlines[:1]]
        self._due = min((NEVER_DUE, *heads))
        return tuple(
            self._missed(obligation, deadline, now, position)
            for obligation, deadline in sorted(missed, key=lambda entry: entry[0][:2])
        )

    def _late(self, now: int) -> Iterator[tuple[Obligation, int]]:
        """What has waited in a queue for too long."""
        for queue in self._waiting:
            for trigger, at, event, *values in queue.missed(now):
                names = queue.raised[event][1]
                missed = Obligation(queue.claim, trigger, False, at, event, tuple(values), names)
                yield missed, at + queue.window

    def _late_goals(self, now: int) -> Iterator[tuple[Obligation, int]]:
        while self._deadlines and self._deadlines[0][0] < now:
            goal = heappop(self._deadlines)[2]
            if goal.met is not None:
                self._settled -= 1
                continue
            goal.met = False
            self._drop(goal)
            obligation = goal.obligation
            assert obligation is not None
            open_before = id(obligation) in self._obligations
            if self._settle(goal) is False and open_before:
                yield obligation, goal.deadline
            self._settled -= 1

    def _missed(self, obligation: Obligation, deadline: int, now: int, position: int | None) -> Failure:
        due: dict[str, Shown] = {DUE: seconds(deadline)}
        fields = self._EVENTS[obligation.event].fields
        values = obligation.values
        bindings = {name: self._shown(values[place], fields[place]) for name, place in obligation.names}
        account: Account = (bindings, due, (), {})
        return Failure(obligation.claim, position, obligation.trigger, now, obligation.event, values, account)

    def _shown(self, value: Any, parameter: Field) -> Shown:
        if parameter.seconds:
            return seconds(value)
        hidden: Shown = self._masked(value) if parameter.personal else value
        return hidden
