"""Mappings resolved and typed: how a line of a log that was not made for the specification tells its events.

A path that leads nowhere is none, as `null` is. Two scalars are equal only if they are of one type: `1`, `"1"` and `true` are three.
"""

from __future__ import annotations

from typing import Literal, TypeAlias
from unicodedata import is_normalized

from honnin.spec.core import Value
from honnin.spec.records import dataclass
from honnin.spec.source import Node

Path: TypeAlias = tuple[str | int, ...]
"""Keys of objects and indexes of arrays, from the outermost object of a line."""

Scalar: TypeAlias = str | int | bool | None

Conversion: TypeAlias = Literal["Int", "Text", "seconds", "milliseconds", "microseconds", "nanoseconds"]

DIGITS: dict[Conversion, int] = {"seconds": 0, "milliseconds": 3, "microseconds": 6, "nanoseconds": 9}
"""Of each unit of time, the power of ten of which a second is so many."""

SetAside: TypeAlias = Literal["ignore", "reject"]


@dataclass(frozen=True, slots=True)
class Is(Node):
    """What the path leads to is that scalar."""

    path: Path
    value: Scalar


@dataclass(frozen=True, slots=True)
class Truth(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class Not(Node):
    body: Condition


@dataclass(frozen=True, slots=True)
class And(Node):
    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    items: tuple[Condition, ...]


Condition: TypeAlias = Is | Truth | Not | And | Or


@dataclass(frozen=True, slots=True)
class Read(Node):
    """What the path leads to, perhaps converted, as a value of the field."""

    path: Path
    conversion: Conversion | None = None


@dataclass(frozen=True, slots=True)
class Constant(Node):
    value: Value


@dataclass(frozen=True, slots=True)
class Translated(Node):
    """The value beside what the path leads to; `rest` for everything else, None where nothing stands for that."""

    path: Path
    entries: tuple[tuple[Scalar, Value], ...]
    rest: Constant | None


Source: TypeAlias = Read | Constant | Translated


@dataclass(frozen=True, slots=True)
class MappedEvent(Node):
    """`sources`: one for each field of the event, in its order."""

    event: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Rule(Node):
    condition: Condition
    outcome: tuple[MappedEvent, ...] | SetAside


@dataclass(frozen=True, slots=True)
class Mapping(Node):
    """The first rule whose condition holds says what a line tells; `otherwise` where none does. `at`: the time of all its events."""

    name: str
    title: str | None
    at: Read | None
    rules: tuple[Rule, ...]
    otherwise: SetAside


def path_text(path: Path) -> str:
    """The path as it is written."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{_key(key)}" for key in path)


def _key(key: str) -> str:
    return key if is_word(key) else f'"{key}"'


def is_word(key: str) -> bool:
    """Whether a key of a path can be written without quotes: words are normalised when they are read, what is quoted is not."""
    return key.isidentifier() and is_normalized("NFKC", key)


def same(left: object, right: object) -> bool:
    """Whether two scalars are equal and of one type."""
    return type(left) is type(right) and left == right
