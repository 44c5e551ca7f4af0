"""Examples: the facts, events and lines of a log that they give."""

from __future__ import annotations

from typing import Literal, TypeAlias

from honnin.spec.records import dataclass
from honnin.spec.source import Node
from honnin.spec.syntax.expressions import BoolLiteral, DurationLiteral, TextLiteral
from honnin.spec.syntax.statements import LiteralExpr
from honnin.spec.syntax.types import Dotted, Name

ExampleValue: TypeAlias = Name | LiteralExpr


@dataclass(frozen=True, slots=True)
class FactDecl(Node):
    """`given entitled[alice, tax, bob] = true` inside an example."""

    given: Name
    index: tuple[ExampleValue, ...] | None
    value: ExampleValue


@dataclass(frozen=True, slots=True)
class OccurrenceArgument(Node):
    name: Name | None
    value: ExampleValue


@dataclass(frozen=True, slots=True)
class OccurrenceDecl(Node):
    """`at 5s request(r1, t1)` inside an example."""

    at: DurationLiteral | None
    event: Name
    arguments: tuple[OccurrenceArgument, ...]


@dataclass(frozen=True, slots=True)
class JsonNumber(Node):
    """A number as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class JsonNull(Node):
    pass


@dataclass(frozen=True, slots=True)
class JsonArray(Node):
    items: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class JsonMember(Node):
    key: TextLiteral
    value: Json


@dataclass(frozen=True, slots=True)
class JsonObject(Node):
    members: tuple[JsonMember, ...]


Json: TypeAlias = JsonObject | JsonArray | JsonNumber | JsonNull | TextLiteral | BoolLiteral


SetAside: TypeAlias = Literal["ignore", "reject"]
"""What becomes of a line that gives no event: it is counted, or it is bad input."""


@dataclass(frozen=True, slots=True)
class LineDecl(Node):
    """`line "audit" {"action": "PRINT"} => issue(r1, bob)` inside an example; `expected` is None where only `line {...}` is written."""

    at: DurationLiteral | None
    log: TextLiteral | None
    record: JsonObject
    expected: tuple[OccurrenceDecl, ...] | SetAside | None


@dataclass(frozen=True, slots=True)
class ExampleDecl(Node):
    """`rejected_by` is None for `accepted`."""

    name: Name
    title: TextLiteral | None
    rejected_by: Dotted | None
    facts: tuple[FactDecl, ...]
    occurrences: tuple[OccurrenceDecl | LineDecl, ...]
