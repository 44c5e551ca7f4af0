"""The core tree: names bound, types known, sugar gone. Everything behind the front end reads this and nothing else.

What holds of it (made by `resolve`, relied on by `meaning` and by honnin.compiler):

- Constants and defines are inlined; patterns are expanded (their names are `alias.name`); `extends` is applied.
- Every bound name is a `Binder` with a number of its own, so no two binders of a module are confused.
- Types agree exactly: where a `T` meets a `T?`, a `Lift` stands. A `RangeT` never types an expression (it is an Int);
  it types places (states, fields, variables) and binders.
- `Present` (`x!`) stands only where it is guarded, except in the steps of systems.
- All names are NFC. Durations and times are integer microseconds.

Values in traces and literals: Bool `bool`, Int/Time/Duration `int`, Text `str`, enum member its name (`str`), entity `str` or
`int` (as in the JSON), none `None`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

from honnin.spec.source import Node

if TYPE_CHECKING:
    from honnin.spec.logs.model import Mapping


class _HasName(Protocol):
    @property
    def name(self) -> str: ...


_Named = TypeVar("_Named", bound=_HasName)

# ---------------------------------------------------------------- types


@dataclass(frozen=True, slots=True)
class BoolT:
    pass


@dataclass(frozen=True, slots=True)
class IntT:
    pass


@dataclass(frozen=True, slots=True)
class TextT:
    pass


@dataclass(frozen=True, slots=True)
class TimeT:
    pass


@dataclass(frozen=True, slots=True)
class DurationT:
    pass


@dataclass(frozen=True, slots=True)
class EntityT:
    name: str


@dataclass(frozen=True, slots=True)
class EnumT:
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RangeT:
    """`low..high`, both included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class OptionalT:
    """`inner` is never itself optional."""

    inner: Type


Type: TypeAlias = BoolT | IntT | TextT | TimeT | DurationT | EntityT | EnumT | RangeT | OptionalT

BOOL, INT, TEXT, TIME, DURATION = BoolT(), IntT(), TextT(), TimeT(), DurationT()

Value: TypeAlias = bool | int | str | None

# ---------------------------------------------------------------- expressions


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

# ---------------------------------------------------------------- declarations


@dataclass(frozen=True, slots=True)
class Given(Node):
    name: str
    keys: tuple[Type, ...]
    value: Type
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Field(Node):
    """`log_name` is the field's name in logs (its own, unless the specification gives another)."""

    name: str
    type: Type
    personal: bool
    log_name: str


@dataclass(frozen=True, slots=True)
class Event(Node):
    name: str
    direction: Literal["input", "output", "hidden", "both"]
    fields: tuple[Field, ...]
    title: str | None = None


@dataclass(frozen=True, slots=True)
class State(Node):
    """`default` reads only literals and givens without keys bound by the map (no state, no event)."""

    name: str
    keys: tuple[Type, ...]
    value: Type
    default: Expr
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Pattern(Node):
    """An event and, per field, a fresh binder, a literal that must match, or None for `_`."""

    event: str
    arguments: tuple[Binder | Lit | None, ...]


@dataclass(frozen=True, slots=True)
class Assign(Node):
    """`place[keys] := value` and the like; `place` is a state's name (in `after`) or a variable's (in a step)."""

    place: str
    keys: tuple[Expr, ...]
    operator: Literal[":=", "+=", "-="]
    value: Expr


@dataclass(frozen=True, slots=True)
class IfStatement(Node):
    condition: Expr
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class For(Node):
    binders: tuple[Binder, ...]
    where: Expr
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Emit(Node):
    event: str
    arguments: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class When(Node):
    condition: Expr


@dataclass(frozen=True, slots=True)
class Pick(Node):
    """Any value of `binder` that satisfies `where`; in scope to the end of the block."""

    binder: Binder
    where: Expr


@dataclass(frozen=True, slots=True)
class Either(Node):
    branches: tuple[tuple[Statement, ...], ...]


@dataclass(frozen=True, slots=True)
class Goto(Node):
    label: str


@dataclass(frozen=True, slots=True)
class Stop(Node):
    pass


Statement: TypeAlias = Assign | IfStatement | For | Emit | When | Pick | Either | Goto | Stop


@dataclass(frozen=True, slots=True)
class After(Node):
    """How an event changes state: assignments, `if` and `for` only, all simultaneous.

    `patterns` are alternatives that bind the same binders; the first that matches the event counts.
    """

    patterns: tuple[Pattern, ...]
    when: Expr
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class ProveOnly:
    """Why a claim cannot be monitored: a variable and the sub-formula that is not decided when it is fresh, or hidden events."""

    reason: Literal["not monitorable", "hidden"]
    variable: str | None
    formula: str


@dataclass(frozen=True, slots=True)
class Claim(Node):
    """A claim about traces.

    `form` "on": at each event that matches one of `patterns` (alternatives that bind the same binders; the first that
    matches counts) and `when`: `body`, in phase 1. "always": initially and after every event, phase 2. "sometime" (covers): at
    some position >= 1, phase 2. `patterns` is empty and `when` is true unless "on".
    `body` of an "on" cover is true unless the author wrote more. `implicit` marks the claim `NAME.range` of a range.
    `given_only`: reads only givens and constants; evaluated once, at position 0, over the values in the facts.
    """

    name: str
    kind: Literal["invariant", "assume", "cover"]
    form: Literal["on", "always", "sometime"]
    patterns: tuple[Pattern, ...]
    when: Expr
    body: Expr
    title: str | None = None
    implicit: bool = False
    given_only: bool = False
    needs_time: bool = False
    prove_only: ProveOnly | None = None


@dataclass(frozen=True, slots=True)
class Fact(Node):
    given: str
    keys: tuple[Value, ...]
    value: Value


@dataclass(frozen=True, slots=True)
class Occurrence(Node):
    """One event of a trace: its values in field order; `at` in microseconds, None where no time was given."""

    event: str
    values: tuple[Value, ...]
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Example(Node):
    """`rejected_by` is a claim's name, or None for `accepted`. Occurrences have times (default: the one before's; first 0)."""

    name: str
    title: str | None
    rejected_by: str | None
    facts: tuple[Fact, ...]
    occurrences: tuple[Occurrence, ...]


@dataclass(frozen=True, slots=True)
class Specification(Node):
    """One specification with everything it uses merged in; its positions are the events in `events`.

    `personal_entities`: entities some field of which is `personal`: every value of theirs is personal.
    `personal_places`: the states, fields (`event.field`) and givens whose *values* may hold a personal Text, and keys
    thereof as `name#0`, `name#1`.
    """

    name: str
    title: str | None
    entities: tuple[EntityT, ...]
    enums: tuple[EnumT, ...]
    givens: tuple[Given, ...]
    events: tuple[Event, ...]
    states: tuple[State, ...]
    updates: tuple[After, ...]
    claims: tuple[Claim, ...]
    personal_entities: frozenset[str] = frozenset()
    personal_places: frozenset[str] = frozenset()
    mappings: tuple[Mapping, ...] = ()

    def event(self, name: str) -> Event:
        """The event `name`; KeyError when there is none."""
        return _by_name(self.events, name)

    def state(self, name: str) -> State:
        return _by_name(self.states, name)

    def given(self, name: str) -> Given:
        return _by_name(self.givens, name)

    def claim(self, name: str) -> Claim:
        return _by_name(self.claims, name)

    def mapping(self, name: str) -> Mapping:
        """The mapping `name` from a log that was not made for the specification; KeyError when there is none."""
        return _by_name(self.mappings, name)


# ---------------------------------------------------------------- systems


@dataclass(frozen=True, slots=True)
class SystemVar(Node):
    """`initial` is None for `= any`: one arbitrary value per instance, fixed before the first step. `process` owns it, if any."""

    name: str
    keys: tuple[Type, ...]
    value: Type
    initial: Expr | None
    process: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Action(Node):
    name: str
    parameters: tuple[Binder, ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Step(Node):
    label: str
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Process(Node):
    """One instance per combination of `parameters` (their binders are shared by all steps)."""

    name: str
    parameters: tuple[Binder, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Property(Node):
    """`implicit` marks the invariant `NAME.range` of a variable with a range type."""

    name: str
    kind: Literal["assume", "invariant", "lemma"]
    condition: Expr
    title: str | None = None
    implicit: bool = False


@dataclass(frozen=True, slots=True)
class System(Node):
    """A design. `reads_specification`: states of its specifications that its `when` and `if` read (each a warning)."""

    name: str
    title: str | None
    implements: tuple[str, ...]
    variables: tuple[SystemVar, ...]
    init: tuple[Expr, ...]
    actions: tuple[Action, ...]
    processes: tuple[Process, ...]
    properties: tuple[Property, ...]
    reads_specification: tuple[str, ...] = ()

    def variable(self, name: str) -> SystemVar:
        return _by_name(self.variables, name)

    def process(self, name: str) -> Process:
        return _by_name(self.processes, name)


@dataclass(frozen=True, slots=True)
class Check(Node):
    """`subject` is a system, or a specification for `implies`. `within` bounds entities by name; `steps` the number of steps."""

    subject: str
    relation: Literal["satisfies", "violates", "reaches", "implies"]
    target: str
    bounded: bool = False
    within: tuple[tuple[str, int], ...] = ()
    steps: int | None = None


@dataclass(frozen=True, slots=True)
class Module(Node):
    """What one file says. `specifications[0]` is the file's own; the others are those of the files it uses, each with its own uses merged."""

    specifications: tuple[Specification, ...]
    systems: tuple[System, ...]
    checks: tuple[Check, ...]
    examples: tuple[Example, ...]
    digest: str

    @property
    def main(self) -> Specification:
        return self.specifications[0]

    def specification(self, name: str) -> Specification:
        return _by_name(self.specifications, name)

    def system(self, name: str) -> System:
        return _by_name(self.systems, name)


def _by_name(items: tuple[_Named, ...], name: str) -> _Named:
    for item in items:
        if item.name == name:
            return item
    raise KeyError(name)


def type_of(expr: Expr) -> Type:
    """The type of any expression; never a RangeT."""
    match expr:
        case Now():
            return TIME
        case Count() | CountPast():
            return INT
        case (
            Lit()
            | Var()
            | StateRead()
            | GivenRead()
            | VarRead()
            | Lift()
            | Present()
            | Arithmetic()
            | Minus()
            | If()
            | Sum()
            | Old()
        ):
            return expr.type
        case _:
            return BOOL


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct sub-expressions, in source order."""
    match expr:
        case Lit() | Var() | Now():
            return ()
        case StateRead(keys=keys) | GivenRead(keys=keys) | VarRead(keys=keys) | AtLabel(keys=keys):
            return keys
        case And(items=items) | Or(items=items):
            return items
        case Implies() | Iff() | Compare() | Arithmetic() | Since():
            return (expr.left, expr.right)
        case If():
            return (expr.condition, expr.then, expr.otherwise)
        case Count():
            return (expr.where,)
        case Sum():
            return (expr.term, expr.where)
        case Atom():
            return tuple(argument for argument in expr.arguments if argument is not None)
        case _:
            return (expr.body,)


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and everything in it, outermost first, from the left."""
    stack = [expr]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


def rewrite(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The expression with `change` applied to each direct sub-expression."""
    match expr:
        case Lit() | Var() | Now():
            return expr
        case StateRead() | GivenRead() | VarRead() | AtLabel():
            return replace(expr, keys=tuple(change(key) for key in expr.keys))
        case And() | Or():
            return replace(expr, items=tuple(change(item) for item in expr.items))
        case Implies() | Iff() | Compare() | Arithmetic() | Since():
            return replace(expr, left=change(expr.left), right=change(expr.right))
        case If():
            return replace(
                expr,
                condition=change(expr.condition),
                then=change(expr.then),
                otherwise=change(expr.otherwise),
            )
        case Count():
            return replace(expr, where=change(expr.where))
        case Sum():
            return replace(expr, term=change(expr.term), where=change(expr.where))
        case Atom():
            return replace(expr, arguments=tuple(a if a is None else change(a) for a in expr.arguments))
        case _:
            return replace(expr, body=change(expr.body))


TEMPORAL = (Once, Earlier, Historically, Previously, Since, Eventually, CountPast)


MOST_LISTED = 10_000
"""The most values of a range that are ever gone through one by one; nothing quantifies over a larger one."""


def listable(type: Type) -> bool:
    """Whether `finite_values` lists the type."""
    match type:
        case BoolT() | EnumT():
            return True
        case RangeT(low=low, high=high):
            return high - low < MOST_LISTED
        case OptionalT(inner=inner):
            return listable(inner)
        case _:
            return False


def finite_values(type: Type) -> tuple[Value, ...] | None:
    """Every value of a Bool, enum or range, in order (an optional of one: none first).

    None for an infinite or unknown set, and for a range of more than MOST_LISTED values.
    """
    match type:
        case BoolT():
            return (False, True)
        case EnumT(members=members):
            return members
        case RangeT(low=low, high=high) if listable(type):
            return tuple(range(low, high + 1))
        case OptionalT(inner=inner):
            values = finite_values(inner)
            return None if values is None else (None, *values)
        case _:
            return None
