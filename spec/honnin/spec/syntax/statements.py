"""Event patterns, and the statements of `after` blocks and of steps."""

from __future__ import annotations

from typing import Literal, TypeAlias

from honnin.spec.records import dataclass
from honnin.spec.source import Node
from honnin.spec.syntax.expressions import (
    Argument,
    BoolLiteral,
    DurationLiteral,
    Expr,
    IntLiteral,
    NoneLiteral,
    NowLiteral,
    TextLiteral,
    Wildcard,
)
from honnin.spec.syntax.types import Dotted, Name, Parameter, TypeExpr

LiteralExpr: TypeAlias = IntLiteral | TextLiteral | DurationLiteral | BoolLiteral | NoneLiteral


PatternValue: TypeAlias = Name | Wildcard | LiteralExpr | NowLiteral


@dataclass(frozen=True, slots=True)
class PatternArgument(Node):
    """By position (`name` is None) or by field name. A negative integer is an IntLiteral. `now` is refused later."""

    name: Name | None
    value: PatternValue


@dataclass(frozen=True, slots=True)
class EventPattern(Node):
    event: Dotted
    arguments: tuple[PatternArgument, ...]


@dataclass(frozen=True, slots=True)
class Assign(Node):
    """`m[k] := e`, `+=`, `-=`; `index` is None without brackets."""

    target: Name
    index: tuple[Expr, ...] | None
    operator: Literal[":=", "+=", "-="]
    value: Expr


@dataclass(frozen=True, slots=True)
class Emit(Node):
    event: Dotted
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class When(Node):
    condition: Expr


@dataclass(frozen=True, slots=True)
class If(Node):
    """`else if` is an `otherwise` of one `If`; without `else`, `otherwise` is None."""

    condition: Expr
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...] | None


@dataclass(frozen=True, slots=True)
class Pick(Node):
    name: Name
    type: TypeExpr
    where: Expr | None


@dataclass(frozen=True, slots=True)
class Either(Node):
    branches: tuple[tuple[Statement, ...], ...]


@dataclass(frozen=True, slots=True)
class Goto(Node):
    label: Name


@dataclass(frozen=True, slots=True)
class Stop(Node):
    pass


@dataclass(frozen=True, slots=True)
class For(Node):
    parameters: tuple[Parameter, ...]
    where: Expr | None
    body: tuple[Statement, ...]


Statement: TypeAlias = Assign | Emit | When | If | Pick | Either | Goto | Stop | For
