"""Columns of text, aligned by what a terminal shows: wide characters count two."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import combining, east_asian_width


def width(text: str) -> int:
    """How many cells of a terminal the text takes."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """One line per row, two spaces between columns; columns that are empty in every row are left out."""
    used = [index for index, cells in enumerate(zip(*rows, strict=True)) if any(cells)]
    sizes = {index: max(width(row[index]) for row in rows) for index in used}
    return [
        "  ".join(row[index] + " " * (sizes[index] - width(row[index])) for index in used).rstrip()
        for row in rows
    ]
