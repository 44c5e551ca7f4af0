"""The lines of a log, as bytes: from a file, from standard input, or from a file that still grows."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

LONGEST = 8 * 1024 * 1024
"""Bytes: a longer line is not kept in memory, it comes in pieces."""
PAUSE = 0.2
"""Seconds between two looks at a file that grows."""
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One line, numbered from 1 in its file, with its line end if it has one; or a piece of one that is too long.

    `continued`: the piece before was of the same line.
    """

    number: int
    data: bytes
    whole: bool = True
    continued: bool = False

    @property
    def content(self) -> bytes:
        """The line without its end, and without the byte order mark of a file."""
        data = self.data.removeprefix(BOM) if self.number == 1 else self.data
        return data.strip(b" \t\r\n")


@dataclass(slots=True)
class _Cutter:
    """Makes lines, or pieces of long ones, of what is read."""

    number: int = 0
    rest: bytes = b""
    inside: bool = False

    def feed(self, data: bytes) -> Iterator[Line]:
        self.rest += data
        ended = self.rest.endswith(b"\n")
        if ended or len(self.rest) >= LONGEST:
            yield from self.flush(ended)

    def flush(self, ended: bool = True) -> Iterator[Line]:
        if self.rest:
            self.number += not self.inside
            yield Line(self.number, self.rest, ended and not self.inside, self.inside)
            self.inside, self.rest = not ended, b""


def read_lines(stream: BinaryIO) -> Iterator[Line]:
    """Every line to the end of the stream; the last one may lack its line end."""
    cutter = _Cutter()
    while data := stream.readline(LONGEST):
        yield from cutter.feed(data)
    yield from cutter.flush()


def follow_lines(file: Path, say: Callable[[str], None], stopped: Callable[[], bool]) -> Iterator[Line]:
    """Every line of a file that grows, as it comes, until `stopped`; then what stands there without a line end.

    A file that becomes shorter is read again from its start; one that is replaced by another is read to its end, then the
    other from its start: `say` is told. Line numbers are those of the file being read.
    """
    while not stopped():
        try:
            stream = file.open("rb")
        except FileNotFoundError:
            time.sleep(PAUSE)
            continue
        with stream:
            yield from _until_replaced(file, stream, say, stopped)


def _until_replaced(
    file: Path, stream: BinaryIO, say: Callable[[str], None], stopped: Callable[[], bool]
) -> Iterator[Line]:
    cutter = _Cutter()
    while True:
        ending = stopped() or _replaced(file, stream)
        while data := stream.readline(LONGEST):
            yield from cutter.feed(data)
        if ending:
            break
        if _size(stream) < stream.tell():
            say(f"{file} became shorter: reading it again from its start")
            stream.seek(0)
            cutter = _Cutter()
            continue
        time.sleep(PAUSE)
    yield from cutter.flush()
    if not stopped():
        say(f"{file} was replaced: reading the new file from its start")


def _size(stream: BinaryIO) -> int:
    return os.fstat(stream.fileno()).st_size


def _replaced(file: Path, stream: BinaryIO) -> bool:
    """Whether another file has this name now; while no file has it, the old one counts."""
    try:
        now = file.stat()
    except FileNotFoundError:
        return False
    return (now.st_ino, now.st_dev) != _identity(stream)


def _identity(stream: BinaryIO) -> tuple[int, int]:
    status = os.fstat(stream.fileno())
    return status.st_ino, status.st_dev
