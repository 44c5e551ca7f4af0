"""Places in source text, and the base of every tree node that has one."""

from __future__ import annotations

from honnin.spec.records import dataclass, field


@dataclass(frozen=True, slots=True)
class Span:
    """A region of a file: 1-based lines and columns, in code points of the original text; the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __lt__(self, other: Span) -> bool:
        """Whether this one stands before the other: by file, then by where they begin, then by where they end."""
        return self._order < other._order

    @property
    def _order(self) -> tuple[str, int, int, int, int]:
        return self.file, self.line, self.column, self.end_line, self.end_column

    def to(self, other: Span) -> Span:
        """The region from the start of this span to the end of `other`."""
        return Span(self.file, self.line, self.column, other.end_line, other.end_column)


NOWHERE = Span("", 1, 1, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A tree node. Spans take no part in equality, so trees compare by what they say."""

    span: Span = field(default=NOWHERE, compare=False, repr=False)
