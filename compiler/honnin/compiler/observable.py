"""Whether what a design reports tells that it is another: a run of the one whose events no run of the other reports.

Both are run under the reference meaning, with the same values of every entity and the same facts. Beside a run of the one goes the
set of all states in which the other can be after it has reported the same events; when a step leaves nothing of it, the events up
to there are the answer. What a step reports may be what several steps of the other report.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Final, TypeAlias

from honnin.compiler.answers import Counterexample
from honnin.compiler.product import Product
from honnin.compiler.replay import Run, account_of, design_of, run_of
from honnin.spec.core import Occurrence, System
from honnin.spec.design import Configuration, Move, Taken, initial_state, initial_states, steps, take
from honnin.spec.evaluation import Place, Term
from honnin.spec.meaning import evaluate
from honnin.spec.records import dataclass, field, replace

SAME_EVENTS: Final = "it reports nothing that the design could not report too, with these values and facts"

NOT_IN_TIME: Final = "its events were not seen to differ in the time for it"

SECONDS: Final = 3.0
"""Of CPU, for each search."""

LONGEST: Final = 8
"""So many steps more are tried."""

MOST_STATES: Final = 4_000
"""Of the other design, after the same events."""

Tick: TypeAlias = Callable[[], object]
"""Called often; it may raise to end the work."""

_Followers: TypeAlias = Mapping[tuple[Hashable, tuple[Occurrence, ...]], Configuration]
"""States by what tells them apart and what their last step has still to report."""


class TooMany(Exception):
    """There are more states than are gone through."""


@dataclass(frozen=True, slots=True)
class Searched:
    """Nothing was found. `steps`: so many more were tried; `every`: there are no others."""

    steps: int
    every: bool


def observed(product: Product, other: System, run: Counterexample) -> Counterexample | str:
    """The run of the product, gone on with to where the other design cannot report the same; else why there is none.

    With the values of the run, then with one more of each entity.
    """
    if product.timed:
        return "whether its events differ was not looked for: time matters"
    said = run_of(run)
    found = _observed(product, other, said)
    if found == SAME_EVENTS:
        said = replace(
            said, scope={name: (*values, _one_more(values)) for name, values in said.scope.items()}
        )
        further = _observed(product, other, said)
        found = found if isinstance(further, str) else further
    if isinstance(found, str):
        return found
    return replace(run, scope=said.scope, steps=account_of(product, replace(said, moves=found)))


def _one_more(values: tuple[object, ...]) -> str:
    """`r3`, after `r1` and `r2`."""
    return f"{str(values[0]).rstrip('0123456789')}{len(values) + 1}"


def _observed(product: Product, other: System, said: Run) -> tuple[Move, ...] | str:
    """All the moves, or why there are none."""
    choices: dict[Place, Term] = {(one.variable, one.keys): one.value for one in said.initial}
    state = initial_state(design_of(product, said), choices, 0)
    for move in said.moves:
        taken = None if state is None else next(take(state, replace(move, now=0)), None)
        state = None if taken is None else taken.next
    if state is None:
        return "the run is none with one more value of each entity"
    until = time.process_time() + SECONDS
    try:
        found = told_apart(other, state, state.trace, lambda: _tick(until))
    except (_Over, TooMany):
        return NOT_IN_TIME
    except ValueError:
        return "whether its events differ was not looked for: it chooses among more values than can be listed"
    if not isinstance(found, Searched):
        return (*said.moves, *(replace(move, now=None) for move in found))
    if found.every:
        return SAME_EVENTS
    return f"its events were not seen to differ in {found.steps} steps more, with these values and facts"


class _Over(Exception):
    """The time for it is over."""


def _tick(until: float) -> None:
    if time.process_time() > until:
        raise _Over


def told_apart(
    other: System, start: Configuration, trace: tuple[Occurrence, ...], tick: Tick
) -> tuple[Move, ...] | Searched:
    """Further steps from `start`, reached with `trace`, until `other` cannot report the same; none if it cannot report the trace.

    TooMany, and ValueError where not all values of something can be listed.
    """
    follower = _Follower(other, tick)
    followers = follower.after(follower.start(start), trace)
    if not followers:
        return ()
    deepest = 0
    waiting: deque[tuple[Configuration, _Followers, tuple[Move, ...]]] = deque([(start, followers, ())])
    seen = {(_key(start), frozenset(followers))}
    while waiting:
        state, followers, moves = waiting.popleft()
        if len(moves) == LONGEST:
            return Searched(LONGEST, False)
        for taken in steps(state, 0):
            tick()
            if taken.emitted and _breaks_assumption(taken.next):
                continue
            beside, way = follower.after(followers, taken.emitted), (*moves, taken.move)
            if not beside:
                return way
            key = _key(taken.next), frozenset(beside)
            if key not in seen:
                seen.add(key)
                deepest = max(deepest, len(way))
                waiting.append((taken.next, beside, way))
    return Searched(deepest, True)


@dataclass(slots=True)
class _Follower:
    """The design that is to report what another reports."""

    system: System
    tick: Tick
    _steps: dict[Hashable, tuple[Taken, ...]] = field(default_factory=dict)

    def start(self, other: Configuration) -> _Followers:
        """The states in which it can be before it has reported anything, with the values and the facts of the other."""
        design = replace(other.design, system=self.system)
        found: dict[tuple[Hashable, tuple[Occurrence, ...]], Configuration] = {}
        for state in initial_states(design, 0):
            found[_key(state), ()] = state
            self._count(found)
        return self._silently(found)

    def after(self, followers: _Followers, events: Iterable[Occurrence]) -> _Followers:
        """The states in which it can be after these events too; none if it cannot report them."""
        for event in events:
            found: dict[tuple[Hashable, tuple[Occurrence, ...]], Configuration] = {}
            for (key, rest), state in followers.items():
                if rest and rest[0] == event:
                    found[key, rest[1:]] = state
                for taken in () if rest else self._from(key, state):
                    if taken.emitted and taken.emitted[0] == event:
                        found[_key(taken.next), taken.emitted[1:]] = taken.next
            followers = self._silently(found)
        return followers

    def _silently(self, followers: _Followers) -> _Followers:
        """And those that it can reach from there without reporting anything."""
        found = dict(followers)
        waiting = deque(found.items())
        while waiting:
            (key, rest), state = waiting.popleft()
            for taken in () if rest else self._from(key, state):
                new = _key(taken.next), ()
                if not taken.emitted and new not in found:
                    found[new] = taken.next
                    waiting.append((new, taken.next))
            self._count(found)
        return found

    def _from(self, key: Hashable, state: Configuration) -> tuple[Taken, ...]:
        if key not in self._steps:
            self._steps[key] = tuple(steps(state, 0))
        return self._steps[key]

    def _count(self, found: _Followers) -> None:
        self.tick()
        if len(found) > MOST_STATES:
            raise TooMany


def _key(state: Configuration) -> Hashable:
    """Two states of one design with one key go on in the same ways."""
    defaults = state.past.variable_defaults
    variables = frozenset(entry for entry in state.variables.items() if entry[1] != defaults[entry[0][0]])
    read = state.snapshot.states if state.design.system.reads_specification else {}
    return variables, frozenset(state.labels.items()), frozenset(read.items())


def _breaks_assumption(state: Configuration) -> bool:
    for specification in state.design.specifications:
        names = {event.name for event in specification.events}
        own = [event for event in state.trace if event.event in names]
        if evaluate(specification, own, state.design.facts, scope=state.design.scope).broken:
            return True
    return False
