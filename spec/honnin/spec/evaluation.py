"""The value of a core expression: language.md section 4, row by row, over the whole trace.

Nothing is summarised and nothing is remembered: a temporal operator looks at the positions that it speaks of.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import product
from typing import Literal, TypeAlias

from honnin.spec import core
from honnin.spec.core import Binder, EntityT, Expr, Interval, Occurrence, OptionalT, Type, Value
from honnin.spec.facts import Facts, Missing
from honnin.spec.records import dataclass, field, replace


@dataclass(frozen=True, slots=True, eq=False)
class Fresh:
    """A value of an entity that is in no trace and in no facts: equal only to itself."""

    entity: str

    def __str__(self) -> str:
        return f"a {self.entity} never seen"


Term: TypeAlias = Value | Fresh
Place: TypeAlias = tuple[str, tuple[Term, ...]]
Environment: TypeAlias = Mapping[int, Term]
"""The values of the bound names, by the binder's number."""

Phase: TypeAlias = Literal["before", "after", "present"]
"""Which state is read at a position: the one before its event (phase 1), the one after it (phase 2), or, in a system, the
state now, which may have changed since the last event."""


class Impossible(Exception):
    """`e!` while e is none: where it stands in a step, the step is impossible; elsewhere it is guarded."""


class OutOfTime(Exception):
    """The values of bound names could not all be gone through in the time that `within` gave."""


_END: ContextVar[float | None] = ContextVar("_END", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Inside the block every evaluation that goes through values, of this thread, ends after so many seconds with OutOfTime."""
    token = _END.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _END.reset(token)


class MissingFact(LookupError):
    """A given was read at keys for which no fact says its value."""

    def __init__(self, given: str, keys: tuple[Term, ...]) -> None:
        super().__init__(given, keys)
        self.given = given
        self.keys = keys


class MissingTime(ValueError):
    """A time was needed at a position that has none."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state: the places that differ from their defaults, and where each instance of a process waits."""

    states: Mapping[Place, Term] = field(default_factory=dict)
    variables: Mapping[Place, Term] = field(default_factory=dict)
    labels: Mapping[Place, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class World:
    """Everything that a formula may speak of.

    `events[i]`, `before[i]` and `after[i]` belong to position i; position 0 has no event and both its states are the initial one.
    `domains` has the values of each entity. `present` and `clock` (microseconds) are for the phase "present" only.
    """

    facts: Facts
    domains: Mapping[str, tuple[Term, ...]]
    events: Sequence[Occurrence | None]
    before: Sequence[Snapshot]
    after: Sequence[Snapshot]
    state_defaults: Mapping[str, Term] = field(default_factory=dict)
    variable_defaults: Mapping[str, Term] = field(default_factory=dict)
    present: Snapshot = Snapshot()
    clock: int | None = None

    def domain(self, type: Type) -> tuple[Term, ...]:
        """Every value of the type; ValueError where they cannot be listed."""
        match type:
            case EntityT(name=name):
                return self.domains[name]
            case OptionalT(inner=inner):
                return (None, *self.domain(inner))
            case _:
                values = core.finite_values(type)
                if values is None:
                    raise ValueError(f"the values of {type} cannot be listed")
                return values

    def has(self, type: Type, term: Term) -> bool:
        """Whether the value is one of the type's."""
        match type:
            case core.TextT():
                return isinstance(term, str)
            case core.IntT() | core.TimeT() | core.DurationT():
                return isinstance(term, int) and not isinstance(term, bool)
            case core.RangeT(low=low, high=high):
                return isinstance(term, int) and not isinstance(term, bool) and low <= term <= high
            case OptionalT(inner=inner):
                return term is None or self.has(inner, term)
            case _:
                return term in self.domain(type)

    def then(self, event: Occurrence, after: Snapshot) -> World:
        """One position more: `event`, and the state it leads to."""
        return replace(
            self,
            events=(*self.events, event),
            before=(*self.before, self.after[-1]),
            after=(*self.after, after),
        )

    def time(self, position: int) -> int:
        """The time of an event in microseconds."""
        event = self.events[position]
        if event is None or event.at is None:
            raise MissingTime(f"position {position} has no time")
        return event.at


@dataclass(frozen=True, slots=True)
class Here:
    """Where a formula is evaluated."""

    world: World
    position: int
    phase: Phase

    @property
    def state(self) -> Snapshot:
        match self.phase:
            case "before":
                return self.world.before[self.position]
            case "after":
                return self.world.after[self.position]
            case "present":
                return self.world.present

    @property
    def now(self) -> int:
        if self.phase != "present":
            return self.world.time(self.position)
        if self.world.clock is None:
            raise MissingTime("the system has no time")
        return self.world.clock

    def at(self, position: int) -> Here:
        """The same claim at another position."""
        return Here(self.world, position, "after" if self.phase == "present" else self.phase)


def value(expr: Expr, here: Here, environment: Environment) -> Term:
    """The value of `expr`. Impossible, MissingFact and MissingTime are raised where there is none."""
    match expr:
        case core.Lit():
            return expr.value
        case core.Var():
            return environment[expr.binder.uid]
        case core.Now():
            return here.now
        case core.StateRead() | core.GivenRead() | core.VarRead() | core.AtLabel():
            return _read(expr, here, environment)
        case core.Lift():
            return value(expr.body, here, environment)
        case core.Present():
            inner = value(expr.body, here, environment)
            if inner is None:
                raise Impossible
            return inner
        case core.Not():
            return not holds(expr.body, here, environment)
        case core.And():
            return all(holds(item, here, environment) for item in expr.items)
        case core.Or():
            return any(holds(item, here, environment) for item in expr.items)
        case core.Implies():
            return not holds(expr.left, here, environment) or holds(expr.right, here, environment)
        case core.Iff():
            return holds(expr.left, here, environment) == holds(expr.right, here, environment)
        case core.Compare():
            return _compare(expr, here, environment)
        case core.Arithmetic():
            return _arithmetic(expr, here, environment)
        case core.Minus():
            return -integer(expr.body, here, environment)
        case core.If():
            chosen = expr.then if holds(expr.condition, here, environment) else expr.otherwise
            return value(chosen, here, environment)
        case core.Forall() | core.Exists() | core.Count() | core.Sum():
            return _quantified(expr, here, environment)
        case core.Old():
            return value(expr.body, replace(here, phase="before"), environment)
        case core.Atom():
            return _atom(expr, here, environment)
        case core.Eventually():
            raise ValueError("`eventually` has no value yet: `meaning` judges it as time passes")
        case _:
            return _past(expr, here, environment)


def holds(expr: Expr, here: Here, environment: Environment) -> bool:
    """The value of a formula."""
    return value(expr, here, environment) is True


def integer(expr: Expr, here: Here, environment: Environment) -> int:
    """The value of an Int, Duration or Time."""
    return _number(value(expr, here, environment))


def _number(term: Term) -> int:
    if not isinstance(term, int):
        raise TypeError("a number is needed")
    return term


def bind(binders: tuple[Binder, ...], here: Here, environment: Environment) -> Iterator[Environment]:
    """The environment extended by each combination of values of the binders. OutOfTime: see `within`."""
    end = _END.get()
    if end is not None and time.monotonic() > end:
        raise OutOfTime
    for values in product(*(here.world.domain(binder.type) for binder in binders)):
        yield {**environment, **{binder.uid: term for binder, term in zip(binders, values, strict=True)}}


def _read(
    expr: core.StateRead | core.GivenRead | core.VarRead | core.AtLabel, here: Here, environment: Environment
) -> Term:
    keys = tuple(value(key, here, environment) for key in expr.keys)
    match expr:
        case core.StateRead(state=name):
            return here.state.states.get((name, keys), here.world.state_defaults[name])
        case core.VarRead(variable=name):
            place = (name, keys)
            return (
                here.state.variables[place]
                if place in here.state.variables
                else here.world.variable_defaults[name]
            )
        case core.AtLabel(process=name):
            return here.state.labels[name, keys] == expr.label
        case core.GivenRead(given=name):
            return _fact(here.world.facts, name, keys)


def _fact(facts: Facts, given: str, keys: tuple[Term, ...]) -> Value:
    table = facts[given]
    known = tuple(key for key in keys if not isinstance(key, Fresh))
    found = table.values.get(known, table.default) if len(known) == len(keys) else table.default
    if isinstance(found, Missing):
        raise MissingFact(given, keys)
    return found


def _compare(expr: core.Compare, here: Here, environment: Environment) -> bool:
    left, right = value(expr.left, here, environment), value(expr.right, here, environment)
    match expr.operator:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "<":
            return _number(left) < _number(right)
        case "<=":
            return _number(left) <= _number(right)
        case ">":
            return _number(left) > _number(right)
        case ">=":
            return _number(left) >= _number(right)


def _arithmetic(expr: core.Arithmetic, here: Here, environment: Environment) -> int:
    left, right = integer(expr.left, here, environment), integer(expr.right, here, environment)
    match expr.operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right


_Quantified: TypeAlias = core.Forall | core.Exists | core.Count | core.Sum


def _quantified(expr: _Quantified, here: Here, environment: Environment) -> bool | int:
    match expr:
        case core.Forall():
            return all(holds(expr.body, here, inner) for inner in bind((expr.binder,), here, environment))
        case core.Exists():
            return any(holds(expr.body, here, inner) for inner in bind((expr.binder,), here, environment))
        case core.Count():
            return sum(holds(expr.where, here, inner) for inner in bind(expr.binders, here, environment))
        case core.Sum():
            return sum(
                integer(expr.term, here, inner)
                for inner in bind(expr.binders, here, environment)
                if holds(expr.where, here, inner)
            )


def _atom(expr: core.Atom, here: Here, environment: Environment) -> bool:
    event = here.world.events[here.position]
    if event is None or event.event != expr.event:
        return False
    return all(
        argument is None or value(argument, here, environment) == field
        for argument, field in zip(expr.arguments, event.values, strict=True)
    )


_Past: TypeAlias = (
    core.Once | core.Earlier | core.Historically | core.Previously | core.Since | core.CountPast
)


def _past(expr: _Past, here: Here, environment: Environment) -> bool | int:
    i = here.position

    def at(formula: Expr, position: int) -> bool:
        return holds(formula, here.at(position), environment)

    match expr:
        case core.Once():
            return any(at(expr.body, j) for j in _window(here, expr.interval, i))
        case core.Earlier():
            return any(at(expr.body, j) for j in _window(here, expr.interval, i - 1))
        case core.Historically():
            return all(at(expr.body, j) for j in _window(here, expr.interval, i))
        case core.Previously():
            return i - 1 in _window(here, expr.interval, i - 1) and at(expr.body, i - 1)
        case core.Since():
            return any(
                at(expr.right, j) and all(at(expr.left, k) for k in range(j + 1, i + 1))
                for j in _window(here, expr.interval, i)
            )
        case core.CountPast():
            return sum(at(expr.body, j) for j in _window(here, Interval("<=", expr.bound), i))


def _window(here: Here, interval: Interval | None, last: int) -> list[int]:
    """The positions j, 1 <= j <= last, whose distance from here is in the interval; the latest first."""
    positions = range(last, 0, -1)
    if interval is None:
        return list(positions)
    return [j for j in positions if here.now - here.world.time(j) in interval]
