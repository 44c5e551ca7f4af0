"""A run done once more, to tell who changed what another relied on: the states on the way, and the steps to be marked.

A step **overwrites** what another wrote when it writes a place without having looked at it, the last writer of the place was
another (another instance of a process, or another action), what that one had written was not the place's default, and it
matters: either a later step that the end of the run depends on reads the place while it still has the new value, or the step
is the last one and the earlier writer has not read the place since. The end depends on a step if the last step (or the
property of the design that is broken) read a place that the step was the last to write, and on whatever those depend on.

Where nothing is overwritten: a step **changes** what another read when it is the first to change a place after whoever takes
the last step had looked at it, and that one does not look again, but adds to it at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from honnin.compiler.answers import Counterexample, TakenStep
from honnin.compiler.product import paths, specifications_of
from honnin.compiler.replay import facts_of, run_of
from honnin.compiler.touched import Touched, reads, touched
from honnin.spec.core import Module, System, Value
from honnin.spec.design import Configuration, Design, Move, initial_state, take
from honnin.spec.evaluation import Fresh, Place
from honnin.spec.records import dataclass

Actor: TypeAlias = tuple[str, tuple[Value, ...]]
"""An instance of a process, or an action with its arguments."""


Kind: TypeAlias = Literal["overwrites", "changes"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a step did to a place, which step number `earlier` had written ("overwrites") or read ("changes")."""

    kind: Kind
    place: str
    keys: tuple[Value, ...]
    earlier: int


@dataclass(frozen=True, slots=True)
class Account:
    """`states`: before the first step, and after each. `touched`: by each step. `marks`: by the number of the step, from 1."""

    states: tuple[Configuration, ...]
    touched: tuple[Touched, ...]
    marks: Mapping[int, tuple[Mark, ...]]


def account(module: Module, system: System, run: Counterexample) -> Account:
    """The account of a run of the design."""
    ways = {(path.step, path.branches): path for path in paths(system)}
    moves = run_of(run).moves
    states = [_start(module, system, run, moves)]
    seen = []
    for move in moves:
        assert move.branches is not None
        seen.append(touched(ways[move.step, move.branches], move, states[-1]))
        states.append(next(take(states[-1], move)).next)
    return Account(tuple(states), tuple(seen), _Ledger(run, system, tuple(states), tuple(seen)).marks())


def actor(step: TakenStep) -> Actor:
    """Who takes the step."""
    process, _, label = step.step.rpartition(".")
    return process or label, tuple(argument.value for argument in step.arguments)


def _mark(kind: Kind, place: Place, earlier: int) -> Mark:
    name, keys = place
    return Mark(kind, name, tuple(key for key in keys if not isinstance(key, Fresh)), earlier)


def _start(module: Module, system: System, run: Counterexample, moves: tuple[Move, ...]) -> Configuration:
    specifications = specifications_of(module, system)
    givens = {given.name: given for specification in specifications for given in specification.givens}
    design = Design(system, specifications, facts_of(tuple(givens.values()), run_of(run)), run.scope)
    chosen = {(one.variable, one.keys): one.value for one in run.initial}
    start = initial_state(design, dict(chosen.items()), moves[0].now if moves else None)
    assert start is not None, "a confirmed run has an initial state"
    return start


@dataclass(frozen=True, slots=True)
class _Ledger:
    """What is known of a run; steps are counted from 1."""

    run: Counterexample
    system: System
    states: tuple[Configuration, ...]
    touched: tuple[Touched, ...]

    def marks(self) -> Mapping[int, tuple[Mark, ...]]:
        matter = self._dependencies()
        found = {number: self._overwrites(number, matter) for number in range(1, len(self.touched) + 1)}
        if not any(found.values()):
            found = self._changes()
        return {number: several for number, several in found.items() if several}

    def _actor(self, number: int) -> Actor:
        return actor(self.run.steps[number - 1])

    def _overwrites(self, number: int, matter: frozenset[tuple[Place, int]]) -> tuple[Mark, ...]:
        mine = self.touched[number - 1]
        return tuple(
            _mark("overwrites", place, writer)
            for place, writer in self._foreign(mine.written - mine.read, number)
            if not self._is_default(place, self.states[number - 1])
            and ((place, number) in matter or self._is_last_and_unseen(place, writer, number))
        )

    def _foreign(self, places: frozenset[Place], number: int) -> Iterator[tuple[Place, int]]:
        """Those that another was the last to write before step `number`, with the number of that step."""
        for place in sorted(places, key=str):
            writer = self._writer(place, number)
            if writer is not None and self._actor(writer) != self._actor(number):
                yield place, writer

    def _writer(self, place: Place, number: int) -> int | None:
        """The last step before step `number` that wrote the place."""
        return next((n for n in range(number - 1, 0, -1) if place in self.touched[n - 1].written), None)

    def _is_default(self, place: Place, state: Configuration) -> bool:
        default = state.past.variable_defaults[place[0]]
        return state.variables.get(place, default) == default

    def _is_last_and_unseen(self, place: Place, writer: int, number: int) -> bool:
        last = len(self.touched)
        return number == last and not any(
            self._actor(n) == self._actor(writer) and place in self.touched[n - 1].read
            for n in range(writer + 1, last + 1)
        )

    def _dependencies(self) -> frozenset[tuple[Place, int]]:
        """The writes that the end depends on, as the place and the number of the step."""
        last = len(self.touched)
        found: set[tuple[Place, int]] = set()
        waiting = [(place, last) for place in self.touched[-1].read] if self.touched else []
        waiting += [(place, last + 1) for place in self._property_reads()]
        while waiting:
            place, number = waiting.pop()
            writer = self._writer(place, number)
            if writer is not None and (place, writer) not in found:
                found.add((place, writer))
                waiting += [(read, writer) for read in self.touched[writer - 1].read]
        return frozenset(found)

    def _property_reads(self) -> frozenset[Place]:
        """What the broken property of the design reads in the last state."""
        if self.run.specification is not None:
            return frozenset()
        here = self.states[-1].here
        stated = (p.condition for p in self.system.properties if p.name == self.run.claim)
        return frozenset(place for condition in stated for place in reads(condition, here, {}))

    def _changes(self) -> dict[int, tuple[Mark, ...]]:
        """The first change by another of each place that whoever takes the last step had looked at, and does not look at again."""
        last = len(self.touched)
        latest: dict[Place, int] = {}
        for number in range(1, last + 1):
            if self._actor(number) == self._actor(last):
                latest.update(dict.fromkeys(self.touched[number - 1].looked_at, number))
        found: dict[int, tuple[Mark, ...]] = {}
        for place, read in sorted(latest.items(), key=str):
            changed = (n for n in range(read + 1, last + 1) if self._changed(place, n))
            first = next(changed, None)
            if first is not None and self._actor(first) != self._actor(last):
                found[first] = (*found.get(first, ()), _mark("changes", place, read))
        return found

    def _changed(self, place: Place, number: int) -> bool:
        return any((change.place, change.keys) == place for change in self.run.steps[number - 1].changes)
