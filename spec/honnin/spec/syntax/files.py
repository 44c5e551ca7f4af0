"""A whole source file."""

from __future__ import annotations

from typing import TypeAlias

from honnin.spec.records import dataclass, field
from honnin.spec.source import Node, Span
from honnin.spec.syntax.declarations import (
    AfterDecl,
    ClaimDecl,
    ConstDecl,
    DefineDecl,
    EntityDecl,
    EnumDecl,
    EventDecl,
    GivenDecl,
    PatternDecl,
    StateDecl,
    Use,
)
from honnin.spec.syntax.examples import ExampleDecl
from honnin.spec.syntax.expressions import TextLiteral
from honnin.spec.syntax.logs import LogDecl
from honnin.spec.syntax.systems import CheckDecl, SystemDecl
from honnin.spec.syntax.types import Name

Item: TypeAlias = (
    Use
    | EntityDecl
    | EnumDecl
    | ConstDecl
    | GivenDecl
    | EventDecl
    | StateDecl
    | DefineDecl
    | AfterDecl
    | PatternDecl
    | ClaimDecl
    | ExampleDecl
    | SystemDecl
    | CheckDecl
    | LogDecl
)


@dataclass(frozen=True, slots=True)
class Comment:
    """`text` includes the `#`; `own_line` is False when code stands before it on its line."""

    text: str
    span: Span
    own_line: bool


@dataclass(frozen=True, slots=True)
class File(Node):
    """One source file. `comments` in order of appearance; they take no part in equality of trees by meaning."""

    name: Name
    title: TextLiteral | None
    items: tuple[Item, ...]
    comments: tuple[Comment, ...] = field(default=(), compare=False)
