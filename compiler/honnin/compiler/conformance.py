"""Whether what was observed of a running system is an allowed behaviour of a design: a search over the steps between.

The steps are those of the reference meaning (honnin.spec.design). Where a step emits several events, all that can be observed must
have been, one after the other.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from typing import TypeAlias

from honnin.spec.core import Occurrence, Value
from honnin.spec.design import Configuration, Design, Taken, initial_states, steps
from honnin.spec.records import dataclass, field


@dataclass(frozen=True, slots=True)
class Label:
    """A step that was observed itself: `handler.write` of the instance with these arguments, or an action."""

    step: str
    arguments: tuple[Value, ...]


Observed: TypeAlias = Occurrence | Label


@dataclass(frozen=True, slots=True)
class Allowed:
    """The observations are a behaviour of the design. `steps`: one run that shows it, hidden steps included."""

    steps: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """Nothing leads on at the observation of that index. `instead`: what could have been observed there; `ended`: nothing could."""

    index: int
    instead: tuple[Observed, ...]


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A limit was reached; so many observations were explained by then."""

    index: int
    reason: str


Conformance: TypeAlias = Allowed | NotAllowed | Unsettled
_Key: TypeAlias = tuple[object, ...]


def conforms(
    design: Design,
    observed: Sequence[Observed],
    *,
    hidden: Collection[str] = (),
    states: int = 100_000,
    seconds: float = 60.0,
) -> Conformance:
    """Whether some run of the design shows these observations, and nothing else that can be observed, in this order.
    The last may be the first of several that a step shows.

    What can be observed: every event but the `hidden` ones; and each step of which a label is among the observations. A run may go
    on after the last one. `states`, `seconds`: after so much it is unsettled. Values that cannot be listed make it unsettled too.
    """
    search = _Search(design, observed, frozenset(hidden), states, time.monotonic() + seconds)
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
        )
        if key in self.seen:
            return False
        self.seen.add(key)
        return True

    def _following(self, state: _State) -> Iterator[_State]:
        for taken in steps(state.configuration):
            label = Label(taken.move.step, taken.move.arguments)
            shown = self._shown(label, taken)[: max(len(self.observed) - state.index, 1)]
            index = state.index + len(shown)
            if list(self.observed[state.index : index]) != shown:
                self._could_be(state.index, shown)
            elif self._is_new(taken.next, index):
                self._reached(index)
                yield _State(taken.next, index, state, label)

    def _shown(self, label: Label, taken: Taken) -> list[Observed]:
        """What is observed of the step."""
        events = [Occurrence(e.event, e.values, None) for e in taken.emitted if e.event not in self.hidden]
        return [*([label] if label.step in self.labelled else []), *events]

    def _could_be(self, index: int, shown: Sequence[Observed]) -> None:
        """The step shows something else than what was observed: up to where it agrees, and what would have come there."""
        agreed = 0
        while self.observed[index + agreed : index + agreed + 1] == [shown[agreed]]:
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
