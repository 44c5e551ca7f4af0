"""Text that breaks where it must: documents of words, groups and possible line ends, laid out within a width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from honnin.spec.records import dataclass
from honnin.spec.render import width

LIMIT: Final = 110
_INDENT: Final = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A space, or a line end where its group is broken; with `soft`, nothing instead of a space."""

    soft: bool = False


@dataclass(frozen=True, slots=True)
class Nest:
    """Lines that begin inside stand one step further to the right."""

    body: Doc


@dataclass(frozen=True, slots=True)
class Group:
    """On one line if it fits there; else all its own line ends are taken."""

    body: Doc


Doc: TypeAlias = "str | Line | Nest | Group | tuple[Doc, ...]"
_Work: TypeAlias = "list[tuple[int, bool, Doc]]"

LINE: Final = Line()
SOFT: Final = Line(soft=True)


def commas(parts: Iterable[Doc]) -> Doc:
    """The parts with commas between them, on as few lines as possible."""
    listed = list(parts)
    last = len(listed) - 1
    ended = [(part, ",") if index < last else part for index, part in enumerate(listed)]
    return tuple(Group((LINE, Group(part))) if index else Group(part) for index, part in enumerate(ended))


def joined(parts: Sequence[Doc], word: str) -> Doc:
    """The parts with ` word ` between them, broken before each word or nowhere."""
    rest = tuple((LINE, f"{word} ", part) for part in parts[1:])
    return Group((Nest(parts[0]), Nest(rest)))


def lay_out(doc: Doc, indent: int) -> list[str]:
    """The lines of the document, of which the first is to stand at `indent`; the others carry their indentation."""
    lines: list[str] = []
    current: list[str] = []
    column = indent
    work: _Work = [(indent, False, doc)]
    while work:
        at, flat, part = work.pop()
        match part:
            case str():
                current.append(part)
                column += width(part)
            case tuple():
                work.extend((at, flat, piece) for piece in reversed(part))
            case Nest(body):
                work.append((at + _INDENT, flat, body))
            case Group(body):
                work.append((at, flat or _fits(LIMIT - column, body, work), body))
            case Line(soft) if flat:
                current.append("" if soft else " ")
                column += 0 if soft else 1
            case Line():
                lines.append("".join(current).rstrip())
                current = [" " * at]
                column = at
    return [*lines, "".join(current).rstrip()]


def _fits(room: int, body: Doc, after: _Work) -> bool:
    """Whether the body on one line, and what follows it up to the next possible line end, needs no more than `room`."""
    below = len(after)
    work: list[tuple[bool, Doc]] = [(True, body)]
    while room >= 0:
        if not work:
            if below == 0:
                return True
            below -= 1
            _, flat, part = after[below]
        else:
            flat, part = work.pop()
        match part:
            case str():
                room -= width(part)
            case tuple():
                work.extend((flat, piece) for piece in reversed(part))
            case Nest(inner) | Group(inner):
                work.append((flat, inner))
            case Line(soft) if flat:
                room -= 0 if soft else 1
            case Line():
                return True
    return False
