"""What a specification declares, and the specification itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from honnin.spec.core.expressions import Expr
from honnin.spec.core.named import by_name
from honnin.spec.core.statements import Pattern, Statement
from honnin.spec.core.types import EntityT, EnumT, Type, Value
from honnin.spec.records import dataclass
from honnin.spec.source import Node

if TYPE_CHECKING:
    from honnin.spec.logs.model import Mapping


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
class Retained(Node):
    """`entity E retain D`: an identity of E that an event names more than `horizon` microseconds after the last that did is a new one."""

    entity: str
    horizon: int


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
    retained: tuple[Retained, ...] = ()

    @property
    def needs_time(self) -> bool:
        """Whether a verdict may hang on the times of events."""
        return bool(self.retained) or any(claim.needs_time for claim in self.claims)

    def event(self, name: str) -> Event:
        """The event `name`; KeyError when there is none."""
        return by_name(self.events, name)

    def state(self, name: str) -> State:
        return by_name(self.states, name)

    def given(self, name: str) -> Given:
        return by_name(self.givens, name)

    def claim(self, name: str) -> Claim:
        return by_name(self.claims, name)

    def mapping(self, name: str) -> Mapping:
        """The mapping `name` from a log that was not made for the specification; KeyError when there is none."""
        return by_name(self.mappings, name)
