"""Systems and the checks that ask about them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from honnin.spec.records import dataclass
from honnin.spec.source import Node
from honnin.spec.syntax.declarations import DefineDecl
from honnin.spec.syntax.expressions import Expr, TextLiteral
from honnin.spec.syntax.statements import Statement
from honnin.spec.syntax.types import Dotted, MapType, Name, Parameter


@dataclass(frozen=True, slots=True)
class VarDecl(Node):
    """`any` is True for `= any`."""

    name: Name
    type: MapType
    default: Expr | None
    any: bool
    title: TextLiteral | None


@dataclass(frozen=True, slots=True)
class InitDecl(Node):
    condition: Expr


@dataclass(frozen=True, slots=True)
class PropertyDecl(Node):
    """An `assume`, `invariant` or `lemma` of a system."""

    kind: Literal["assume", "invariant", "lemma"]
    name: Name
    title: TextLiteral | None
    condition: Expr


@dataclass(frozen=True, slots=True)
class ActionDecl(Node):
    name: Name
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class StepDecl(Node):
    label: Name
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class ProcessDecl(Node):
    name: Name
    parameters: tuple[Parameter, ...]
    variables: tuple[VarDecl, ...]
    steps: tuple[StepDecl, ...]


SystemMember: TypeAlias = VarDecl | InitDecl | PropertyDecl | ActionDecl | ProcessDecl | DefineDecl


@dataclass(frozen=True, slots=True)
class SystemDecl(Node):
    name: Name
    extends: Name | None
    implements: tuple[Name, ...]
    title: TextLiteral | None
    members: tuple[SystemMember, ...]


@dataclass(frozen=True, slots=True)
class Bound(Node):
    """`Request: 3`; `name` is None for `steps: 12`."""

    name: Name | None
    limit: int


@dataclass(frozen=True, slots=True)
class CheckDecl(Node):
    subject: Name
    relation: Literal["satisfies", "violates", "reaches", "implies"]
    target: Dotted
    within: tuple[Bound, ...]
