"""Whether what was observed is an allowed behaviour of a design: every choice at the start, every hidden step everywhere.

The judge of honnin.compiler.conformance on small logs. The steps are those of the reference meaning (honnin.spec.design). With a
`grid`, a step may be taken at every multiple of it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from honnin.compiler.conformance import Allowed, Conformance, Label, NotAllowed, Observed, Unsettled
from honnin.compiler.conformance.observed import same
from honnin.spec.core import Occurrence
from honnin.spec.design import Configuration, Design, Taken, initial_states, steps

_Key: TypeAlias = tuple[object, ...]


def conforms(
    design: Design,
    observed: Sequence[Observed],
    *,
    hidden: Collection[str] = (),
    states: int = 100_000,
    seconds: float = 60.0,
    grid: int | None = None,
) -> Conformance:
    """As honnin.compiler.conformance has it. `grid`: in microseconds; the times of the observations are multiples of it."""
    search = _Search(design, observed, frozenset(hidden), states, time.monotonic() + seconds, grid)
    try:
        return search.run()
    except ValueError as error:
        return Unsettled(search.furthest, str(error))


@dataclass(slots=True)
class _State:
    """`index`: how many observations are explained; `came`: the step that led here, from `before`."""

    configuration: Configuration
    index: int
    before: _State | None = None
    came: Label | None = None


@dataclass(slots=True)
class _Search:
    design: Design
    observed: Sequence[Observed]
    hidden: frozenset[str]
    most: int
    until: float
    grid: int | None
    furthest: int = 0
    instead: dict[Observed, None] = field(default_factory=dict)
    labelled: frozenset[str] = frozenset()
    seen: set[_Key] = field(default_factory=set)

    def run(self) -> Conformance:
        self.labelled = frozenset(o.step for o in self.observed if isinstance(o, Label))
        waiting: deque[_State] = deque()
        for start in initial_states(self.design):
            if self._is_new(start, 0):
                waiting.append(_State(start, 0))
        while waiting:
            # The one that has explained most comes first: a log that conforms is soon at its end.
            state = waiting.pop()
            if state.index == len(self.observed):
                return Allowed(_way(state))
            if len(self.seen) > self.most:
                return Unsettled(self.furthest, f"more than {self.most} states")
            if time.monotonic() > self.until:
                return Unsettled(self.furthest, "out of time")
            waiting.extend(sorted(self._following(state), key=lambda following: following.index))
        return NotAllowed(self.furthest, tuple(self.instead))

    def _is_new(self, configuration: Configuration, index: int) -> bool:
        snapshot = configuration.snapshot
        key = (
            index,
            frozenset(configuration.variables.items()),
            frozenset(configuration.labels.items()),
            frozenset(snapshot.states.items()),
            configuration.now,
        )
        if key in self.seen:
            return False
        self.seen.add(key)
        return True

    def _following(self, state: _State) -> Iterator[_State]:
        for now in self._moments(state):
            for taken in steps(state.configuration, now):
                label = Label(taken.move.step, taken.move.arguments)
                shown = self._shown(label, taken)[: max(len(self.observed) - state.index, 1)]
                index = state.index + len(shown)
                if shown and self.grid is not None and now != self.observed[state.index].at:
                    continue
                agrees = all(map(same, self.observed[state.index : index], shown))
                if not agrees:
                    self._could_be(state.index, shown)
                elif self._is_new(taken.next, index):
                    self._reached(index)
                    yield _State(taken.next, index, state, label)

    def _moments(self, state: _State) -> Iterable[int | None]:
        if self.grid is None:
            return [None]
        high = self.observed[state.index].at
        assert high is not None
        low = state.configuration.now
        return range(high - 8 * self.grid if low is None else low, high + 1, self.grid)

    def _shown(self, label: Label, taken: Taken) -> list[Observed]:
        """What is observed of the step."""
        events = [Occurrence(e.event, e.values, None) for e in taken.emitted if e.event not in self.hidden]
        return [*([label] if label.step in self.labelled else []), *events]

    def _could_be(self, index: int, shown: Sequence[Observed]) -> None:
        """The step shows something else than what was observed: up to where it agrees, and what would have come there."""
        agreed = 0
        while same(self.observed[index + agreed], shown[agreed]):
            agreed += 1
        self._reached(index + agreed)
        if index + agreed == self.furthest:
            self.instead[shown[agreed]] = None

    def _reached(self, index: int) -> None:
        if index > self.furthest:
            self.furthest = index
            self.instead.clear()


def _way(state: _State) -> tuple[Label, ...]:
    steps_taken: list[Label] = []
    at: _State | None = state
    while at is not None:
        if at.came is not None:
            steps_taken.append(at.came)
        at = at.before
    return tuple(reversed(steps_taken))
