"""The bytes of a log as blocks of whole lines, numbered and placed. What is kept is one block and the beginning of one line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from honnin.spec.records import dataclass, field

LONGEST = 8 * 1024 * 1024
"""Bytes, line end included: a longer line is not kept in memory, it comes in pieces."""
BLOCK = 3 << 15
"""Bytes that are read at once: few enough that what is made of them stays in a core's cache until it is worked on."""
BOM = b"\xef\xbb\xbf"
_NO_SIGNS = bytes(set(range(256)) - set(b"{}[:\\\n"))


@dataclass(frozen=True, slots=True)
class Line:
    """One line, numbered from 1 in its file, with its line end if it has one; or a piece of one that is too long.

    `start`: the place of its first byte. `continued`: the piece before was of the same line.
    """

    number: int
    data: bytes
    start: int = 0
    whole: bool = True
    continued: bool = False

    @property
    def content(self) -> bytes:
        """The line without its end, and without the byte order mark of a file."""
        data = self.data.removeprefix(BOM) if self.number == 1 else self.data
        return data.strip(b" \t\r\n")


@dataclass(slots=True)
class Block:
    """Whole lines that follow each other, the first with the number `number` and its first byte at `start`; or one piece of a line
    that is too long. Only the last line of a log may lack its line end.
    """

    number: int
    data: bytes
    start: int = 0
    whole: bool = True
    continued: bool = False
    _signs: bytes | None = field(default=None, repr=False)
    _ends: int | None = field(default=None, repr=False)

    @property
    def signs(self) -> bytes:
        """Its braces, opening brackets, colons, backslashes and line ends, as they follow each other: what lines are looked through for."""
        if self._signs is None:
            self._signs = self.data.translate(None, _NO_SIGNS)
        return self._signs

    @property
    def ends(self) -> int:
        """How many lines end in it."""
        if self._ends is None:
            self._ends = self.signs.count(b"\n")
        return self._ends

    @property
    def end(self) -> int:
        """The place after its last byte."""
        return self.start + len(self.data)

    @property
    def following(self) -> int:
        """The number of the line that the byte after the block belongs to."""
        return self.number + self.ends

    def lines(self) -> Iterator[Line]:
        """Its lines, one after another."""
        if not self.whole:
            yield Line(self.number, self.data, self.start, False, self.continued)
            return
        number, start = self.number, self.start
        for data in self.data.splitlines(keepends=True) if self._plain else _split(self.data):
            yield Line(number, data, start)
            number += 1
            start += len(data)

    @property
    def _plain(self) -> bool:
        """Whether no other character than the line end ends a line for `splitlines`."""
        return b"\r" not in self.data


def _split(data: bytes) -> Iterator[bytes]:
    *ended, last = data.split(b"\n")
    for line in ended:
        yield line + b"\n"
    if last:
        yield last


@dataclass(slots=True)
class Cutter:
    """Makes blocks of what is read, whatever the portions are that it comes in."""

    number: int = 1
    start: int = 0
    rest: bytes = b""
    inside: bool = False

    def feed(self, data: bytes) -> Iterator[Block]:
        """The blocks that these bytes complete."""
        if self.inside:
            end = data.find(b"\n") + 1
            if not end:
                yield self._block(data, whole=False)
                return
            yield self._block(data[:end], whole=False)
            data = data[end:]
        end = data.rfind(b"\n") + 1
        if end:
            lines = b"".join((self.rest, memoryview(data)[:end]))
            self.rest = data[end:]
            yield from self._cut(lines)
        else:
            self.rest += data
        if len(self.rest) > LONGEST:
            piece, self.rest = self.rest, b""
            yield self._block(piece, whole=False)

    def flush(self) -> Iterator[Block]:
        """The end: what is left is a line without its end."""
        if self.rest:
            piece, self.rest = self.rest, b""
            yield self._block(piece, whole=not self.inside)

    def _cut(self, data: bytes) -> Iterator[Block]:
        if len(data) <= LONGEST:
            yield self._block(data)
            return
        for line in _split(data):
            yield self._block(line, whole=len(line) <= LONGEST)

    def _block(self, data: bytes, *, whole: bool = True) -> Block:
        block = Block(self.number, data, self.start, whole, self.inside)
        self.number, self.start = block.following, block.end
        self.inside = not whole and not data.endswith(b"\n")
        return block


def read_blocks(stream: BinaryIO, cutter: Cutter | None = None) -> Iterator[Block]:
    """Every block to the end of the stream, as soon as there is one; the last line may lack its line end."""
    cutter = cutter or Cutter()
    read = getattr(stream, "read1", stream.read)
    while data := read(BLOCK):
        yield from cutter.feed(data)
    yield from cutter.flush()
