"""The declarations of a specification: `use`, entities, events, states, claims, patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from honnin.spec.records import dataclass
from honnin.spec.source import Node
from honnin.spec.syntax.expressions import DurationLiteral, Expr, TextLiteral
from honnin.spec.syntax.statements import EventPattern, LiteralExpr, Statement
from honnin.spec.syntax.types import Dotted, MapType, Name, Parameter, TypeExpr

if TYPE_CHECKING:
    from honnin.spec.syntax.files import Item


@dataclass(frozen=True, slots=True)
class Use(Node):
    """`use "file.honnin"` (`path` set) or `use honnin.session as desk with ...` (`pattern` set)."""

    path: TextLiteral | None
    pattern: Dotted | None
    alias: Name | None
    mappings: tuple[Mapping, ...]


@dataclass(frozen=True, slots=True)
class MapName(Node):
    """`Subject = Person`, `LIMIT = 60s` (entity or constant formals)."""

    formal: Name
    actual: Name | LiteralExpr


@dataclass(frozen=True, slots=True)
class MapEvent(Node):
    """`open(t, p) = authenticate(t, p, _)`."""

    formal: EventPattern
    actual: EventPattern


Mapping: TypeAlias = MapName | MapEvent


@dataclass(frozen=True, slots=True)
class EntityDecl(Node):
    """`entity Request retain 30d`."""

    names: tuple[Name, ...]
    retain: DurationLiteral | Name | None = None


@dataclass(frozen=True, slots=True)
class EnumDecl(Node):
    name: Name
    members: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class ConstDecl(Node):
    name: Name
    type: TypeExpr
    value: Expr


@dataclass(frozen=True, slots=True)
class GivenDecl(Node):
    name: Name
    type: MapType
    title: TextLiteral | None


@dataclass(frozen=True, slots=True)
class FieldDecl(Node):
    name: Name
    type: TypeExpr
    personal: bool
    log_name: TextLiteral | None


@dataclass(frozen=True, slots=True)
class EventDecl(Node):
    direction: Literal["input", "output", "hidden"] | None
    name: Name
    fields: tuple[FieldDecl, ...]
    title: TextLiteral | None


@dataclass(frozen=True, slots=True)
class StateDecl(Node):
    name: Name
    type: MapType
    default: Expr | None
    title: TextLiteral | None


@dataclass(frozen=True, slots=True)
class DefineDecl(Node):
    name: Name
    parameters: tuple[Parameter, ...]
    type: TypeExpr | None
    body: Expr


@dataclass(frozen=True, slots=True)
class AfterDecl(Node):
    """`after e(x) or f(x) when c { ... }`."""

    patterns: tuple[EventPattern, ...]
    when: Expr | None
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class OnClaim(Node):
    """`on e(x) or f(x) when c: f`."""

    patterns: tuple[EventPattern, ...]
    when: Expr | None
    body: Expr


@dataclass(frozen=True, slots=True)
class AlwaysClaim(Node):
    body: Expr


@dataclass(frozen=True, slots=True)
class SometimeClaim(Node):
    body: Expr


@dataclass(frozen=True, slots=True)
class ClaimDecl(Node):
    """An `invariant`, `assume` or `cover` of a specification."""

    kind: Literal["invariant", "assume", "cover"]
    name: Name
    title: TextLiteral | None
    claim: OnClaim | AlwaysClaim | SometimeClaim


@dataclass(frozen=True, slots=True)
class FormalEntity(Node):
    name: Name


@dataclass(frozen=True, slots=True)
class FormalEvent(Node):
    name: Name
    fields: tuple[FieldDecl, ...]


@dataclass(frozen=True, slots=True)
class FormalConst(Node):
    name: Name
    type: TypeExpr


Formal: TypeAlias = FormalEntity | FormalEvent | FormalConst


@dataclass(frozen=True, slots=True)
class PatternDecl(Node):
    """`pattern NAME(formals) { items }`; the title is optional, as for a claim."""

    name: Name
    formals: tuple[Formal, ...]
    items: tuple[Item, ...]
    title: TextLiteral | None = None
