"""Rows of text in lanes side by side, wrapped to what a line holds; wide characters count two cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from honnin.oracle.table import cut
from honnin.spec.records import dataclass
from honnin.spec.render import width

GAP = 3
"""Cells between two lanes."""
NARROWEST = 24
"""Cells: with less for each lane, lanes are not worth having."""
HANGING = "  "


@dataclass(frozen=True, slots=True)
class Row:
    """`cells`: by the number of the lane, the words that go together; a line is broken between them if it can be."""

    label: str
    cells: Mapping[int, tuple[str, ...]]


def lanes(heads: Sequence[str], rows: Sequence[Row], room: int) -> list[str] | None:
    """The rows below the heads, in at most `room` cells; None where that makes the lanes too narrow to read."""
    margin = max((width(row.label) for row in rows), default=0) + 2
    sizes = _sizes(heads, rows, room - margin)
    if sizes is None:
        return None
    lines = [_line(" " * margin, heads, sizes)] if any(heads) else []
    for row in rows:
        columns = [wrapped(row.cells.get(lane, ()), size) for lane, size in enumerate(sizes)]
        height = max(map(len, columns), default=0)
        for number in range(height):
            label = f"{row.label:>{margin - 2}}  " if number == 0 else " " * margin
            lines.append(_line(label, [c[number] if number < len(c) else "" for c in columns], sizes))
    return lines


def wrapped(words: Sequence[str], room: int) -> list[str]:
    """The words on lines of at most `room` cells, a space between two; all but the first line are moved in.

    A word that fits on no line is itself broken, and begins a line.
    """
    lines: list[str] = []
    for word in words:
        left = room - len(HANGING) if lines else room
        whole = width(word) <= left
        for number, part in enumerate(_parts(word, left)):
            fits = bool(lines) and width(lines[-1]) + 1 + width(part) <= room
            if fits and (whole or number > 0):
                lines[-1] += f" {part}"
            else:
                lines.append(HANGING + part if lines else part)
    return lines


def _parts(word: str, room: int) -> Iterator[str]:
    """The word itself if it fits on a line; else its parts: at spaces, and where there is none, anywhere."""
    if width(word) <= room:
        yield word
        return
    for part in word.split(" "):
        while width(part) > room:
            head = cut(part, room)
            yield head
            part = part[len(head) :]
        yield part


def _sizes(heads: Sequence[str], rows: Sequence[Row], room: int) -> list[int] | None:
    """The cells of each lane: what it would like, as far as there is room; the wider ones are cut first."""
    wanted = [
        max([width(head), *(width(" ".join(row.cells.get(lane, ()))) for row in rows)])
        for lane, head in enumerate(heads)
    ]
    left = room - GAP * (len(heads) - 1)
    sizes = [0] * len(wanted)
    for position, lane in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
        sizes[lane] = min(wanted[lane], left // (len(wanted) - position))
        left -= sizes[lane]
    narrow = any(size < min(want, NARROWEST) for size, want in zip(sizes, wanted, strict=True))
    return None if narrow and len(heads) > 1 else sizes


def _line(label: str, texts: Sequence[str], sizes: Sequence[int]) -> str:
    cells = (text + " " * (size - width(text)) for text, size in zip(texts, sizes, strict=True))
    return (label + (" " * GAP).join(cells)).rstrip()
