"""The search for a run of the design that shows what was observed.

The run that explains most comes first, then the one with the fewest and likeliest hidden steps since the last observation; and hidden steps only where they can matter to the next observation (`relevance`).
What is chosen freely stays open until something depends on it (`unknowns`, `constraints`).
"""

from __future__ import annotations

import heapq
import time
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from typing import TypeAlias

from honnin.compiler.conformance.constraints import Choices, Condition, constraint_of
from honnin.compiler.conformance.kinds import Kind, kinds_of
from honnin.compiler.conformance.observed import (
    Allowed,
    Conformance,
    Label,
    NotAllowed,
    Observed,
    Unsettled,
)
from honnin.compiler.conformance.relevance import ANY, Anything, Argument, Instance, Relevance
from honnin.compiler.conformance.state import Frame, Moment, frame_of
from honnin.compiler.conformance.store import Store
from honnin.compiler.conformance.taking import Log, State, Taken, Taker, Wants, assumed, hinted_value
from honnin.compiler.conformance.times import (
    kind_reads_time,
    moments,
    only_compares,
    reads_time,
    states_read_time,
)
from honnin.compiler.conformance.unknowns import Unchosen
from honnin.spec import core
from honnin.spec.core import Occurrence, Value
from honnin.spec.design import Design
from honnin.spec.evaluation import OutOfTime, Term, within
from honnin.spec.records import dataclass, field, replace

MOST_INSTEAD = 100
"""So much of what would have been allowed is listed."""
MOST_AROUND = 2_000
"""So many states are looked at for it."""


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
    on after the last one. Where what the design may do depends on the time (`reads_time`), every observation has one (ValueError),
    and none is before the one before; a step has the time of the first thing that it shows. `states`, `seconds`: after so much it
    is unsettled. Values that would have to be listed and cannot be make it unsettled too.
    """
    search = _search(design, observed, frozenset(hidden), states, time.monotonic() + seconds)
    try:
        with within(seconds):
            return search.run()
    except _Limit as limit:
        return Unsettled(search.furthest, str(limit))
    except OutOfTime:
        return Unsettled(search.furthest, "out of time")


_Hiding: TypeAlias = tuple[Sequence[Instance], bool]
"""Hidden steps to take for these goals: those of their own instances, or those of others."""


def _cost(own: bool) -> int:
    """A step of another instance is less likely to be missing than one of its own."""
    return 1 if own else 4


class _Limit(Exception):
    """No answer; says why."""


@dataclass(frozen=True, slots=True)
class _Node:
    """`index`: how many observations are explained. `goal`: the step for which hidden ones are tried, at that `cost` by now. `came`: the step that led
    here, from `before`."""

    state: State
    index: int
    goal: Instance | None = None
    cost: int = 0
    before: _Node | None = None
    came: Label | None = None


def _search(
    design: Design, observed: Sequence[Observed], hidden: frozenset[str], most: int, until: float
) -> _Search:
    shown = frozenset(e.name for s in design.specifications for e in s.events) - hidden
    labelled = frozenset(one.step for one in observed if isinstance(one, Label))
    kinds = kinds_of(design.system, shown - hidden)
    timed = reads_time(design.system, design.specifications)
    if timed and any(one.at is None for one in observed):
        raise ValueError("what the design may do depends on the time: every observation needs one")
    frame = frame_of(design)
    log = Log(observed, shown, labelled, len(observed))
    return _Search(frame, kinds, log, timed, Taker(frame, log), most, until)


@dataclass(slots=True)
class _Search:
    frame: Frame
    kinds: tuple[Kind, ...]
    log: Log
    timed: bool
    taker: Taker
    most: int
    until: float
    furthest: int = 0
    inexact: bool = False
    put: int = 0
    waiting: list[tuple[int, int, int, _Node, _Hiding | None]] = field(default_factory=list)
    seen: set[object] = field(default_factory=set)
    edge: list[tuple[State, int]] = field(default_factory=list)
    relevance: Relevance = field(init=False)
    timely: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.kinds = tuple(self._unlabelled(kind) for kind in self.kinds)
        everything = self.timed and self._all_read_time()
        self.timely = frozenset(kind.name for kind in self.kinds if everything or kind_reads_time(kind))
        all_depend = any(kind.name in self.timely and kind.may_hide for kind in self.kinds)
        self.relevance = Relevance(self.kinds, self.frame.reads_specification, all_depend)

    def _unlabelled(self, kind: Kind) -> Kind:
        return replace(kind, may_hide=False) if kind.name in self.log.labelled else kind

    def _all_read_time(self) -> bool:
        """Whether the time matters to more than the steps that read it."""
        design = self.frame.design
        stated = [p.condition for p in design.system.properties if p.kind == "assume"]
        states = self.frame.reads_specification and any(map(states_read_time, design.specifications))
        return states or any(isinstance(part, core.Now) for expr in stated for part in core.walk(expr))

    # ------------------------------------------------------------ the search

    def run(self) -> Conformance:
        start = self._start()
        if start is None:
            return NotAllowed(0, ())
        if not self.log.observed:
            return Allowed(())
        self._put(_Node(start, 0))
        while self.waiting:
            _, _, _, node, hiding = heapq.heappop(self.waiting)
            if hiding is not None:
                self._hide(node, *hiding)
            elif node.index == len(self.log.observed):
                return Allowed(_way(node))
            elif self._is_new((node.index, node.goal, node.state.key)):
                self._fire(node)
        if self.inexact:
            return Unsettled(self.furthest, "a hidden step keeps the time, and not every moment was tried")
        return self._refused()

    def _start(self) -> State | None:
        states = tuple(Store[tuple[str, tuple[Term, ...]], Value]() for _ in self.frame.design.specifications)
        first = self.log.observed[0].at if self.timed and self.log.observed else None
        moment = Moment(Store(), Store(), states, first, Store())
        conditions = list(assumed(self.frame, moment, {}) or ())
        if assumed(self.frame, moment, {}) is None:
            return None
        for condition in self.frame.design.system.init:
            try:
                if self.frame.value(condition, moment, {}, {}) is not True:
                    return None
            except Unchosen:
                conditions.append(Condition(condition, True, moment, {}))
        nothing = Choices(Store(), {}, {})
        new = [constraint_of((condition,), self.frame) for condition in conditions]
        choices = nothing.settled(self.frame, nothing.bound, new, frozenset())
        if choices is None:
            return None
        return State(Moment(Store(), Store(), states, None, Store()), choices)

    def _is_new(self, key: object) -> bool:
        if time.monotonic() > self.until:
            raise _Limit("out of time")
        if key in self.seen:
            return False
        if len(self.seen) >= self.most:
            raise _Limit(f"more than {self.most} states")
        self.seen.add(key)
        return True

    def _put(self, node: _Node, hiding: _Hiding | None = None) -> None:
        """To be looked at: the node, or hidden steps from it. What explains most comes first, then what cost least."""
        self.put += 1
        cost = node.cost if hiding is None else node.cost + _cost(hiding[1])
        heapq.heappush(self.waiting, (-node.index, cost, self.put, node, hiding))

    def _fire(self, node: _Node) -> None:
        """Take the steps that show the next observation."""
        expected = self.log.observed[node.index]
        goals = self._goals(expected) if node.goal is None else [node.goal]
        now = expected.at if self.timed else None
        self.taker.agreed = node.index
        for goal in goals:
            for arguments in self._instances(node.state, goal):
                for taken in self._taken(node.state, node.index, goal.kind, arguments, now, "shows"):
                    way = _label(goal.kind, arguments)
                    self._put(_Node(taken.state, taken.index, None, 0, node, way))
        self._reached(node)
        self._put(node, (goals, True))

    def _reached(self, node: _Node) -> None:
        """Note how far the observations agreed with some step from here."""
        if self.taker.agreed > self.furthest:
            self.furthest = self.taker.agreed
            self.edge.clear()
        if self.taker.agreed == self.furthest:
            self.edge.append((node.state, node.index))

    def _goals(self, expected: Observed) -> list[Instance]:
        """The steps that could show this first."""
        found = []
        for kind in self.kinds:
            if isinstance(expected, Label):
                if kind.name == expected.step:
                    found.append(Instance(kind, expected.arguments))
            elif kind.name not in self.log.labelled and any(e.event == expected.event for e in kind.emits):
                arguments = _hinted(kind, expected)
                if arguments is not None:
                    found.append(Instance(kind, arguments))
        return found

    def _hide(self, node: _Node, goals: Sequence[Instance], own: bool) -> None:
        """Take the hidden steps that can matter to one of the goals, each for that goal: those of its `own` instance, or others."""
        for goal in goals:
            for instance in self.relevance.of(goal):
                for arguments in self._instances(node.state, instance):
                    if goal.has(instance.kind, arguments) is own:
                        for taken in self._hidden(node.state, node.index, instance.kind, arguments):
                            way = _label(instance.kind, arguments)
                            self._put(
                                _Node(taken.state, taken.index, goal, node.cost + _cost(own), node, way)
                            )
        if own:
            self._put(node, (goals, False))

    def _hidden(self, state: State, index: int, kind: Kind, arguments: tuple[Term, ...]) -> Iterator[Taken]:
        for now in self._moments(state, index, kind):
            yield from self._taken(state, index, kind, arguments, now, "hides")

    def _moments(self, state: State, index: int, kind: Kind) -> list[int | None]:
        """The times at which a hidden step is tried before the observation of that index."""
        if kind.name not in self.timely:
            return [state.moment.now]
        high = self.log.observed[index].at
        assert high is not None, "every observation has a time"
        low = state.moment.now
        if low != high and not (only_compares(kind) and not self._all_read_time()):
            self.inexact = True
        types = {variable.name: variable.value for variable in self.frame.design.system.variables}
        return list(moments(kind, state.moment.variables, types, low, high))

    def _taken(
        self,
        state: State,
        index: int,
        kind: Kind,
        arguments: tuple[Term, ...],
        now: int | None,
        wants: Wants,
    ) -> Iterator[Taken]:
        try:
            yield from self.taker.take(state, index, kind, arguments, now, wants)
        except ValueError as error:
            raise _Limit(str(error)) from error

    def _instances(self, state: State, instance: Instance) -> list[tuple[Term, ...]]:
        fixed = {i: a for i, a in enumerate(instance.arguments) if not isinstance(a, Anything)}
        return self.frame.waiting(state.moment, instance.kind, fixed)

    # ------------------------------------------------------------ what would have been allowed

    def _refused(self) -> NotAllowed:
        """What the states that came furthest could show instead, after any hidden steps."""
        expected = self.log.observed[self.furthest]
        log = Log(self.log.observed, self.log.shown, self.log.labelled, self.furthest)
        around = Taker(self.frame, log)
        instead: dict[Observed, None] = {}
        waiting, seen = deque(self.edge), {(index, state.key) for state, index in self.edge}
        while waiting:
            state, index = waiting.popleft()
            for kind in self.kinds:
                for arguments in self._nearest(state, kind, expected):
                    for taken in around.take(state, index, kind, arguments, self._then(index), "either"):
                        if taken.free is not None:
                            instead[taken.free] = None
                            if len(instead) > MOST_INSTEAD:
                                return _refusal(self.furthest, expected, instead, True)
                        elif taken.index == index and (index, taken.state.key) not in seen:
                            seen.add((index, taken.state.key))
                            waiting.append((taken.state, index))
            if len(seen) > MOST_AROUND or time.monotonic() > self.until:
                return _refusal(self.furthest, expected, instead, True)
        return _refusal(self.furthest, expected, instead, False)

    def _then(self, index: int) -> int | None:
        return self.log.observed[index].at if self.timed else None

    def _nearest(self, state: State, kind: Kind, expected: Observed) -> list[tuple[Term, ...]]:
        """The instances that can take the step, those with values of the observation first."""
        values = expected.values if isinstance(expected, Occurrence) else expected.arguments
        found = self._instances(state, Instance(kind, (ANY,) * len(kind.parameters)))
        return sorted(found, key=lambda arguments: -sum(one in values for one in arguments))


def _hinted(kind: Kind, expected: Occurrence) -> tuple[Argument, ...] | None:
    """The arguments as far as the observation says them; None where no arguments agree with it."""
    arguments: list[Argument] = []
    for parameter in kind.parameters:
        hinted = hinted_value(kind, parameter.uid, expected)
        if hinted is None:
            arguments.append(ANY)
        elif any(value != hinted[0] for value in hinted):
            return None
        else:
            arguments.append(hinted[0])
    return tuple(arguments)


def _refusal(index: int, expected: Observed, instead: dict[Observed, None], more: bool) -> NotAllowed:
    def likeness(other: Observed) -> int:
        match expected, other:
            case Occurrence(), Occurrence() if expected.event == other.event:
                return 1 + sum(a == b for a, b in zip(expected.values, other.values, strict=True))
            case Label(), Label() if expected.step == other.step:
                return 1 + sum(a == b for a, b in zip(expected.arguments, other.arguments, strict=True))
            case _:
                return 0

    nearest = sorted(instead, key=likeness, reverse=True)
    return NotAllowed(index, tuple(nearest[:MOST_INSTEAD]), more)


def _label(kind: Kind, arguments: tuple[Term, ...]) -> Label:
    return Label(kind.name, tuple(a for a in arguments if a is None or isinstance(a, bool | int | str)))


def _way(node: _Node) -> tuple[Label, ...]:
    steps_taken: list[Label] = []
    at: _Node | None = node
    while at is not None:
        if at.came is not None:
            steps_taken.append(at.came)
        at = at.before
    return tuple(reversed(steps_taken))
