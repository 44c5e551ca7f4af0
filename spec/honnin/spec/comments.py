"""Where the comments of a file go among the lines that the formatter prints.

A comment on a line of its own goes before what it stands before; one behind code goes to the end of that code's line. A comment in
the middle of what becomes one unit goes before the unit. None is lost or printed twice.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal, TypeAlias

from honnin.spec.layout import Doc, lay_out
from honnin.spec.records import dataclass, field
from honnin.spec.syntax import Comment

Place: TypeAlias = tuple[int, int]
Kind: TypeAlias = Literal["plain", "open", "middle", "close"]


@dataclass(slots=True)
class Unit:
    """What is printed as one statement, or as the first or last line of a block.

    `start` and `end` are its place in the source, or None where it has none. A `middle` unit closes one block and opens another; its
    place is the end of what stands before it.
    """

    indent: int
    doc: Doc
    kind: Kind
    start: Place | None
    end: Place | None
    before: list[Comment] = field(default_factory=list)
    own: list[Comment] = field(default_factory=list)


def print_units(units: Sequence[Unit], comments: Sequence[Comment]) -> str:
    """The text of the units with every comment, and with single blank lines where the source has some."""
    rest = _attach(units, comments)
    page = _Page()
    for unit in units:
        page.print_unit(unit)
    for comment in rest:
        page.print_comment(comment, 0)
    return page.text()


def _attach(units: Sequence[Unit], comments: Sequence[Comment]) -> list[Comment]:
    """Gives each comment to a unit; the comments that stand behind all of them remain."""
    placed = [unit for unit in units if unit.start is not None]
    starts = [unit.start for unit in placed if unit.start is not None]
    rest: list[Comment] = []
    for comment in comments:
        at = (comment.span.line, comment.span.column)
        index = bisect_left(starts, at) - 1
        if index >= 0 and _belongs_to(placed[index], comment, at):
            placed[index].own.append(comment)
        elif index >= 1 and not comment.own_line and placed[index].kind == "middle":
            placed[index - 1].own.append(comment)
        elif index + 1 < len(placed):
            placed[index + 1].before.append(comment)
        else:
            rest.append(comment)
    for unit in placed:
        if unit.own and not unit.own[-1].own_line:
            unit.before += unit.own[:-1]
            unit.own = unit.own[-1:]
        else:
            unit.before += unit.own
            unit.own = []
    return rest


def _belongs_to(unit: Unit, comment: Comment, at: Place) -> bool:
    """Whether a comment behind the unit's start is inside it, or at the end of its line."""
    assert unit.start is not None and unit.end is not None
    if comment.own_line:
        return at < unit.end
    return unit.kind != "middle" or comment.span.line > unit.start[0]


class _Page:
    def __init__(self) -> None:
        self._lines: list[str] = []
        # The source line that what was printed last ends on, and whether a blank line may follow.
        self._source_line: int | None = None
        self._may_part = False

    def print_unit(self, unit: Unit) -> None:
        inside = unit.indent + 2 if unit.kind in ("close", "middle") else unit.indent
        for comment in unit.before:
            hoisted = unit.start is not None and (comment.span.line, comment.span.column) > unit.start
            line = unit.start[0] if hoisted and unit.start is not None else comment.span.line
            self._part(line)
            self._lines.append(f"{' ' * inside}{comment.text}")
            self._source_line, self._may_part = line, True
        if unit.kind in ("plain", "open") and unit.start is not None:
            self._part(unit.start[0])
        lines = lay_out(unit.doc, unit.indent)
        lines[0] = " " * unit.indent + lines[0]
        if unit.own:
            lines[-1] += f"  {unit.own[0].text}"
        self._lines += lines
        self._source_line = unit.end[0] if unit.end is not None else None
        self._may_part = unit.kind in ("plain", "close")

    def print_comment(self, comment: Comment, indent: int) -> None:
        self._part(comment.span.line)
        self._lines.append(f"{' ' * indent}{comment.text}")
        self._source_line, self._may_part = comment.span.line, True

    def text(self) -> str:
        return "".join(f"{line}\n" for line in self._lines)

    def _part(self, line: int) -> None:
        """A blank line, if the source has one here."""
        if self._may_part and self._source_line is not None and line - self._source_line >= 2:
            self._lines.append("")
