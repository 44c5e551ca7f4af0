"""`from json`: how the lines of a log that was not made for us become events."""

from __future__ import annotations

from typing import Literal, TypeAlias

from honnin.spec.records import dataclass
from honnin.spec.source import Node
from honnin.spec.syntax.examples import ExampleValue, SetAside
from honnin.spec.syntax.expressions import TextLiteral, Wildcard
from honnin.spec.syntax.statements import LiteralExpr
from honnin.spec.syntax.types import Name


@dataclass(frozen=True, slots=True)
class LogPath(Node):
    """`.body."req-id"[0]`: keys of objects, and indexes of arrays."""

    keys: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Translation(Node):
    """`"JUMIN": residence_record`; `_` stands for every other value."""

    key: LiteralExpr | Wildcard
    value: ExampleValue


LogUnit: TypeAlias = Literal["seconds", "milliseconds", "microseconds", "nanoseconds"]


@dataclass(frozen=True, slots=True)
class LogConverted(Node):
    """`.n as Int`, `.t as milliseconds`, `.doc as { "JUMIN": residence_record }`."""

    path: LogPath
    conversion: Name | LogUnit | tuple[Translation, ...]


LogValue: TypeAlias = LogPath | LogConverted | ExampleValue


@dataclass(frozen=True, slots=True)
class LogArgument(Node):
    name: Name | None
    value: LogValue


@dataclass(frozen=True, slots=True)
class LogEvent(Node):
    """`issue(request: .reqId, subject: .body.person)`."""

    event: Name
    arguments: tuple[LogArgument, ...]


@dataclass(frozen=True, slots=True)
class LogCompare(Node):
    operator: Literal["==", "!="]
    left: LogPath | ExampleValue
    right: LogPath | ExampleValue


@dataclass(frozen=True, slots=True)
class LogNot(Node):
    body: LogCondition


@dataclass(frozen=True, slots=True)
class LogAnd(Node):
    items: tuple[LogCondition, ...]


@dataclass(frozen=True, slots=True)
class LogOr(Node):
    items: tuple[LogCondition, ...]


LogCondition: TypeAlias = LogCompare | LogNot | LogAnd | LogOr | LogPath | ExampleValue


@dataclass(frozen=True, slots=True)
class LogRule(Node):
    """`when CONDITION => EVENTS`, or `=> ignore`, `=> reject`."""

    condition: LogCondition
    outcome: tuple[LogEvent, ...] | SetAside


@dataclass(frozen=True, slots=True)
class LogRest(Node):
    """`otherwise ignore`."""

    word: SetAside


@dataclass(frozen=True, slots=True)
class LogDecl(Node):
    """`from json "audit" { at .ts  when ... => ...  otherwise reject }`; the first rule whose condition holds counts."""

    name: TextLiteral
    title: TextLiteral | None
    at: LogValue | None
    rules: tuple[LogRule, ...]
    otherwise: LogRest | None
