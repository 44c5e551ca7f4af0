"""Places in source text, and the base of every tree node that has one."""

from __future__ import annotations

from honnin.spec.records import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A region of a file: 1-based lines and columns, in code points of the original text; the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def to(self, other: Span) -> Span:
        """The region from the start of this span to the end of `other`."""
        return Span(self.file, self.line, self.column, other.end_line, other.end_column)


NOWHERE = Span("", 1, 1, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A tree node. Spans take no part in equality, so trees compare by what they say."""

    span: Span = field(default=NOWHERE, compare=False, repr=False)
