"""What the parser makes of a text: words with their places, and trees of them as the grammar's rules say."""

from __future__ import annotations

from typing import Any, TypeAlias

from honnin.spec.records import dataclass

Place: TypeAlias = tuple[int, int, int, int]
"""Line and column of the beginning and of the end, from 1."""


class Token(str):
    """A word of a source text: its text, with its kind and its place."""

    __slots__ = ("column", "end_column", "end_line", "line", "type")

    type: str
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def made(cls, type: str, text: str, place: Place) -> Token:
        """A word at a place."""
        token = cls(text)
        token.type = type
        token.line, token.column, token.end_line, token.end_column = place
        return token

    @property
    def place(self) -> Place:
        return self.line, self.column, self.end_line, self.end_column


@dataclass(slots=True)
class Tree:
    """A rule that was read: its name, and its parts that matter: trees, words, None for what is absent.

    `place` is that of its own words; `outer` that of the brackets around it too, which are no part of it but of what it stands in. Both
    are None when the rule has no words.
    """

    data: str
    children: list[Any]
    place: Place | None = None
    outer: Place | None = None
