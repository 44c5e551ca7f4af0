"""Text for people: columns aligned by what a terminal shows (wide characters count two), and plurals."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from honnin.spec.render import printable, width


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """One line per row, two spaces between columns; columns that are empty in every row are left out."""
    used = [index for index, cells in enumerate(zip(*rows, strict=True)) if any(cells)]
    sizes = {index: max(width(row[index]) for row in rows) for index in used}
    return [
        "  ".join(row[index] + " " * (sizes[index] - width(row[index])) for index in used).rstrip()
        for row in rows
    ]


def terminal_width() -> int | None:
    """The cells of a line of the terminal that standard output is; None where it is none."""
    return cells_of_terminal() if sys.stdout.isatty() else None


def cells_of_terminal() -> int:
    """The cells of a line of the terminal; 80 where nothing tells."""
    from shutil import get_terminal_size

    return get_terminal_size().columns


def cut(text: str, cells: int) -> str:
    """The beginning of the text that fits."""
    while width(text) > cells:
        text = text[:-1]
    return text


def plural(count: int, noun: str, many: str | None = None) -> str:
    """`1 cover`, `2 covers`."""
    return f"{count} {noun if count == 1 else many or noun + 's'}"


def quoted(title: str | None, before: str = " ") -> str:
    """` "The author's words"` on one line; nothing where there are none."""
    return f'{before}"{printable(title)}"' if title else ""
