"""Formulas and terms, each with its type."""

from __future__ import annotations

from typing import Literal, TypeAlias

from honnin.spec.core.types import Type, Value
from honnin.spec.records import dataclass, field
from honnin.spec.source import Node


@dataclass(frozen=True, slots=True)
class Binder(Node):
    """A bound name: a pattern's, a quantifier's, a parameter's, a pick's. Compared by `uid`."""

    name: str = field(compare=False)
    uid: int
    type: Type = field(compare=False)


@dataclass(frozen=True, slots=True)
class Lit(Node):
    """A literal, enum member or none. `name` is the constant it came from, for printing."""

    value: Value
    type: Type
    name: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Var(Node):
    """The value of a bound name. Its `type` is Int where the binder's is a range."""

    binder: Binder
    type: Type


@dataclass(frozen=True, slots=True)
class Now(Node):
    """The time of the position at which it is evaluated."""


@dataclass(frozen=True, slots=True)
class StateRead(Node):
    """`m[k]` of a specification's state `state` (by its full name)."""

    state: str
    keys: tuple[Expr, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class GivenRead(Node):
    given: str
    keys: tuple[Expr, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class VarRead(Node):
    """A system's variable. A process's own variable `v` is the system variable `process.v`, its first keys the instance."""

    variable: str
    keys: tuple[Expr, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class AtLabel(Node):
    """`p[x] at label`: instance `keys` of `process` waits at `label` (`done`: finished)."""

    process: str
    keys: tuple[Expr, ...]
    label: str


@dataclass(frozen=True, slots=True)
class Lift(Node):
    """A `T` taken as a `T?`."""

    body: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Present(Node):
    """`x!`: the value of a `T?` that is not none."""

    body: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Not(Node):
    body: Expr


@dataclass(frozen=True, slots=True)
class And(Node):
    """Two or more conjuncts, evaluated from the left."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Implies(Node):
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Iff(Node):
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """Both sides have one type; order only on Int, Time, Duration."""

    operator: Literal["==", "!=", "<", "<=", ">", ">="]
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """Int, Duration and Time arithmetic on integers; `type` is the result's."""

    operator: Literal["+", "-", "*"]
    left: Expr
    right: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Minus(Node):
    body: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class If(Node):
    condition: Expr
    then: Expr
    otherwise: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Forall(Node):
    """One binder; `forall x, y: T.` is two of these."""

    binder: Binder
    body: Expr


@dataclass(frozen=True, slots=True)
class Exists(Node):
    binder: Binder
    body: Expr


@dataclass(frozen=True, slots=True)
class Count(Node):
    """How many values of `binders` satisfy `where` (without one in the source: true)."""

    binders: tuple[Binder, ...]
    where: Expr


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """The sum of `term` (Int or Duration: its `type`) over the values of `binders` that satisfy `where`."""

    term: Expr
    binders: tuple[Binder, ...]
    where: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Old(Node):
    """`body` over the state before the event (phase 2 only)."""

    body: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Atom(Node):
    """The event at this position is `event`, with these arguments (None for `_`), in field order."""

    event: str
    arguments: tuple[Expr | None, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """The distances t_i - t_j that count, in microseconds."""

    operator: Literal["<=", "<", ">=", ">"]
    bound: int

    def __contains__(self, distance: int) -> bool:
        match self.operator:
            case "<=":
                return distance <= self.bound
            case "<":
                return distance < self.bound
            case ">=":
                return distance >= self.bound
            case ">":
                return distance > self.bound


@dataclass(frozen=True, slots=True)
class Once(Node):
    interval: Interval | None
    body: Expr


@dataclass(frozen=True, slots=True)
class Earlier(Node):
    interval: Interval | None
    body: Expr


@dataclass(frozen=True, slots=True)
class Historically(Node):
    interval: Interval | None
    body: Expr


@dataclass(frozen=True, slots=True)
class Previously(Node):
    interval: Interval | None
    body: Expr


@dataclass(frozen=True, slots=True)
class Since(Node):
    interval: Interval | None
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Eventually(Node):
    """Within `bound` microseconds, the present position included."""

    bound: int
    body: Expr


@dataclass(frozen=True, slots=True)
class CountPast(Node):
    """At how many positions of the last `bound` microseconds, this one included, `body` held."""

    bound: int
    body: Expr


Expr: TypeAlias = (
    Lit
    | Var
    | Now
    | StateRead
    | GivenRead
    | VarRead
    | AtLabel
    | Lift
    | Present
    | Not
    | And
    | Or
    | Implies
    | Iff
    | Compare
    | Arithmetic
    | Minus
    | If
    | Forall
    | Exists
    | Count
    | Sum
    | Old
    | Atom
    | Once
    | Earlier
    | Historically
    | Previously
    | Since
    | Eventually
    | CountPast
)


TEMPORAL = (Once, Earlier, Historically, Previously, Since, Eventually, CountPast)
