"""Event patterns and statements."""

from __future__ import annotations

from typing import Literal, TypeAlias

from honnin.spec.core.expressions import Binder, Expr, Lit
from honnin.spec.records import dataclass
from honnin.spec.source import Node


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
