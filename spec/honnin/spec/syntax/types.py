"""Names, and types as they are written."""

from __future__ import annotations

from typing import TypeAlias

from honnin.spec.records import dataclass
from honnin.spec.source import Node


@dataclass(frozen=True, slots=True)
class Name(Node):
    """An identifier as written (NFC). The declared name of an expanded pattern's item has a dot: `desk.who`."""

    text: str


@dataclass(frozen=True, slots=True)
class Dotted(Node):
    """`a` or `a.b`: a possibly qualified name."""

    parts: tuple[Name, ...]

    @property
    def text(self) -> str:
        return ".".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class NamedType(Node):
    """`Person`, `Int`, `Person?`."""

    name: Name
    optional: bool


@dataclass(frozen=True, slots=True)
class RangeType(Node):
    """`0..5`."""

    low: int
    high: int
    optional: bool = False


TypeExpr: TypeAlias = NamedType | RangeType


@dataclass(frozen=True, slots=True)
class MapType(Node):
    """`K1, K2 -> V`; without keys, just `V`."""

    keys: tuple[TypeExpr, ...]
    value: TypeExpr


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """`x, y: T`: several names of one type."""

    names: tuple[Name, ...]
    type: TypeExpr
