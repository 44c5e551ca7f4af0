"""Breadth-first search of one scope, step by step."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count, pairwise
from typing import Final

from honnin.compiler.explicit.layout import Sizes, State
from honnin.compiler.explicit.space import Compiled, Space, Way
from honnin.compiler.explicit.symmetry import Known, Names
from honnin.compiler.limit import OutOfTime
from honnin.spec.records import dataclass

_LOOK_AT_CLOCK_EVERY: Final = 256
_RENAMINGS: Final = 20
"""So many states that are renamings of each other, at most, are expected for each that is kept."""


ROOM: Final = 40_000_000
"""Words that the searches of one question may hold together: 320 MB. With what z3 may hold (`smt.proof.MOST_MEGABYTES`) less than a gigabyte."""
_OF_A_STATE: Final = 20
"""Words that a state takes beside its cells."""


class TooLarge(Exception):
    """The scope has more states than were allowed, or than there is room for."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step of a run found, from the state `before`; `names`: the former names of the values of the state that it led to."""

    before: State
    path: int
    way: Way
    names: Names


@dataclass(frozen=True, slots=True)
class Found:
    """A run: from the initial state `start` (after `names`, its own renaming) by `steps`. `bits`: what the last of them did."""

    start: State
    names: Names
    steps: tuple[Taken, ...]
    bits: int


def _check(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise OutOfTime


class Search:
    """The states of a scope, level by level. `depth` steps are covered; `exhausted` when there is nothing further.

    `done` and `possible` collect what was seen on the way: the bits of all steps, the paths that were possible. `room`: words that it may hold.
    """

    def __init__(self, compiled: Compiled, sizes: Sizes) -> None:
        self.compiled = compiled
        self.sizes = sizes
        self.space = Space(compiled, sizes)
        self.symmetry = self.space.symmetry()
        self.parents: dict[State, State | None] = {}
        self.depth = -1
        self.done = 0
        self.possible: set[int] = set()
        self.room = ROOM
        self._words = len(self.space.layout.where) + _OF_A_STATE
        self._level: list[tuple[State, Known]] = []
        self._raw: set[State] = set()

    @property
    def exhausted(self) -> bool:
        return self.depth >= 0 and not self._level

    @property
    def states(self) -> int:
        return len(self.parents)

    @property
    def held(self) -> int:
        """Words that it holds, about."""
        return (len(self.parents) + len(self._raw)) * self._words

    def advance(self, goal: int, deadline: float, limit: int) -> Found | None:
        """One step deeper; a run with one of the bits of `goal` at its end, if there is one.

        OutOfTime past the deadline (`time.monotonic`), TooLarge beyond `limit` states; then the level is not covered.
        """
        self.space.tick = lambda: _check(deadline)
        found = self._start(goal) if self.depth < 0 else self._deeper(goal, deadline, limit)
        if found is None:
            self.depth += 1
        return found

    def advance_to(self, depth: int, goal: int, deadline: float, limit: int) -> Found | None:
        """The same, until so many steps are covered."""
        while self.depth < depth and not self.exhausted:
            found = self.advance(goal, deadline, limit)
            if found is not None:
                return found
        return None

    def _start(self, goal: int) -> Found | None:
        for state, bits in self.space.initial():
            self.done |= bits
            form, known, names = self._form(state)
            if bits & goal:
                return Found(state, names, (), bits)
            if form not in self.parents:
                self.parents[form] = None
                self._level.append((form, known))
        return None

    def _deeper(self, goal: int, deadline: float, limit: int) -> Found | None:
        """What is reached is brought to its canonical form once the level is known to have nothing of the goal."""
        reached: dict[State, State] = {}
        idle = () if self.compiled.plan is None else self.compiled.plan.idle
        ways = count()
        for state, known in self._level:
            if time.monotonic() > deadline:
                raise OutOfTime
            for path, way in self.space.steps(state, known):
                if next(ways) % _LOOK_AT_CLOCK_EVERY == 0 and time.monotonic() > deadline:
                    raise OutOfTime
                bits = way[3]
                self.done |= bits
                self.possible.add(path)
                if bits & goal:
                    return self._run_to(state, path, way)
                if path not in idle and way[2] not in self._raw:
                    reached.setdefault(way[2], state)
            if len(reached) > limit * _RENAMINGS:
                raise TooLarge
            self._make_room(len(reached))
        self._level = self._adopted(reached, deadline, limit)
        self._raw.update(reached)
        return None

    def _form(self, state: State) -> tuple[State, Known, Names]:
        """The state that stands for all that go on as this one does, up to names."""
        return self.symmetry.canonical(self.space.without_dead(state))

    def _make_room(self, more: int) -> None:
        """For so many states more: what only saves time is forgotten first."""
        if self.held + more * self._words > self.room:
            self._raw.clear()
            if self.held + more * self._words > self.room:
                raise TooLarge

    def _adopted(self, reached: dict[State, State], deadline: float, limit: int) -> list[tuple[State, Known]]:
        """The canonical forms that are new, with what they know; when that fails, nothing is changed."""
        following: dict[State, Known] = {}
        before: dict[State, State] = {}
        for number, (state, parent) in enumerate(reached.items()):
            if number % _LOOK_AT_CLOCK_EVERY == 0 and time.monotonic() > deadline:
                raise OutOfTime
            form, known, _ = self._form(state)
            if form not in self.parents and form not in following:
                following[form], before[form] = known, parent
            if len(self.parents) + len(following) > limit:
                raise TooLarge
        self.parents.update(before)
        return list(following.items())

    # ------------------------------------------------------------ runs

    def _run_to(self, state: State, path: int, way: Way) -> Found:
        """The run that reaches `state` and then takes the way."""
        line = [state]
        while (parent := self.parents[line[-1]]) is not None:
            line.append(parent)
        line.reverse()
        start, names = next(self._starts(line[0]))
        steps = [self._between(before, after) for before, after in pairwise(line)]
        return Found(start, names, (*steps, Taken(state, path, way, names)), way[3])

    def _starts(self, wanted: State) -> Iterator[tuple[State, Names]]:
        for state, _ in self.space.initial():
            form, _, names = self._form(state)
            if form == wanted:
                yield state, names

    def _between(self, before: State, after: State) -> Taken:
        """The first step from one canonical state to another."""
        _, known, _ = self.symmetry.canonical(before)
        for path, way in self.space.steps(before, known):
            form, _, names = self._form(way[2])
            if form == after:
                return Taken(before, path, way, names)
        raise AssertionError("a state was reached that cannot be reached again")
