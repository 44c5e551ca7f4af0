"""Logs that are open: what is read of them, how much of it is done with, and how they are found again."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from honnin.oracle.streams.blocks import BLOCK, Block, Cutter, Line
from honnin.oracle.streams.packed import Packing, packing, unpacked
from honnin.spec.records import dataclass, field

SAMPLE = 4096
"""Bytes at the beginning of a log, and before the place that was reached, by which it is known again."""


@dataclass(slots=True)
class _Open:
    """A line that is read, or one after a line that is not done with."""

    line: Line
    done: bool


@dataclass(slots=True)
class Log:
    """A log that is open. `offset`, `line`: everything before that byte, and before that line, is done with; `ahead`: where lines begin
    that are done with too.
    """

    path: Path
    stream: BinaryIO = field(repr=False)
    packing: Packing | None = None
    offset: int = 0
    line: int = 1
    ahead: frozenset[int] = frozenset()
    _open: OrderedDict[int, _Open] = field(default_factory=OrderedDict, repr=False)

    def blocks(self) -> Iterator[Block]:
        """What is not done with, to the end. Raises Damaged where it is packed."""
        cutter = Cutter(self.line, self.offset)
        for data in self._portions():
            yield from cutter.feed(data)
        yield from cutter.flush()

    def _portions(self) -> Iterator[bytes]:
        if self.packing is not None:
            before = self.offset
            for data in unpacked(self.stream, self.packing):
                if before < len(data):
                    yield data[before:]
                before = max(0, before - len(data))
            return
        read = getattr(self.stream, "read1", self.stream.read)
        while data := read(BLOCK):
            yield data

    def done(self, block: Block) -> None:
        """The block is done with."""
        self.offset, self.line = block.end, block.following

    def begun(self, line: Line) -> bool:
        """The line is read, and will be done with later. False where it was done with before a mark was made."""
        done = line.start in self.ahead
        self._open[line.start] = _Open(line, done)
        if done:
            self._settle()
        return not done

    def finished(self, line: Line) -> None:
        """A line that has begun is done with."""
        self._open[line.start].done = True
        self._settle()

    def _settle(self) -> None:
        while self._open:
            first = next(iter(self._open.values()))
            if not first.done:
                return
            line = first.line
            self.offset, self.line = line.start + len(line.data), line.number + line.data.endswith(b"\n")
            del self._open[line.start]

    @property
    def identity(self) -> tuple[int, int]:
        """What no other file has that exists at the same time."""
        return identity(os.fstat(self.stream.fileno()))

    @property
    def size(self) -> int:
        return os.fstat(self.stream.fileno()).st_size

    def mark(self, key: bytes) -> dict[str, Any]:
        """The place that was reached, and by what the log is known again; digests of its text are keyed."""
        device, inode = self.identity
        head, tail = self._samples(self.offset)
        return {
            "log": str(self.path),
            "offset": self.offset,
            "line": self.line,
            "ahead": sorted(
                {start for start in self.ahead if start >= self.offset}
                | {start for start, one in self._open.items() if one.done}
            ),
            "device": device,
            "inode": inode,
            "packed": self.packing,
            "head": _digest(key, head),
            "tail": _digest(key, tail),
        }

    def is_of(self, mark: Mark, key: bytes) -> bool:
        """Whether it begins and goes on, to the place that was reached, as the log that the mark was made of."""
        head, tail = self._samples(mark["offset"])
        return (self.packing, _digest(key, head), _digest(key, tail)) == (
            mark["packed"],
            mark["head"],
            mark["tail"],
        )

    def _samples(self, offset: int) -> tuple[bytes, bytes]:
        """The bytes at the beginning and before `offset`; of a packed file those at its beginning and at its end."""
        end = self.size if self.packing is not None else offset
        size = min(SAMPLE, end)
        return self.read_at(0, size), self.read_at(end - size, size)

    def read_at(self, offset: int, size: int) -> bytes:
        """Bytes from a place in the file, whatever is being read."""
        before = self.stream.tell()
        self.stream.seek(offset)
        data = self.stream.read(size)
        self.stream.seek(before)
        return data


Mark: TypeAlias = dict[str, Any]
"""The place that was reached in a log, as JSON has it."""


def open_log(path: Path) -> Log:
    """The log at its beginning. Raises OSError."""
    stream = path.open("rb")
    return Log(path, stream, packing(stream))


def identity(status: os.stat_result) -> tuple[int, int]:
    """Device and number of a file."""
    return status.st_dev, status.st_ino


def _digest(key: bytes, data: bytes) -> str:
    return f"{len(data)}:{hmac.digest(key, data, hashlib.sha256).hex()[:32]}"


# ---------------------------------------------------------------- found again


class Elsewhere(Exception):
    """The log in which a mark stands is not there. The message says what is."""


def reopened(path: Path, mark: Mark, key: bytes, *, rotated: bool) -> tuple[Log, list[Path]]:
    """The log in which the mark stands, at that place, and the logs that came after it; raises Elsewhere.

    If `rotated`, it may have another name by now, that begins with the name of `path` and a dot.
    """
    log = open_log(path)
    if log.is_of(mark, key):
        return _at(log, mark), []
    same = log.identity == (mark["device"], mark["inode"])
    log.stream.close()
    if same:
        raise Elsewhere(f"`{path}` is shorter than it was, or was written anew")
    if not rotated:
        raise Elsewhere(f"`{path}` is another file than it was")
    others = sorted(path.parent.glob(f"{path.name}.*"), key=lambda other: other.stat().st_mtime_ns)
    for number, other in enumerate(others):
        log = open_log(other)
        if log.identity == (mark["device"], mark["inode"]) and log.is_of(mark, key):
            return _at(log, mark), [*others[number + 1 :], path]
        log.stream.close()
    raise Elsewhere(f"`{path}` was replaced, and the file that it was is not beside it")


def _at(log: Log, mark: Mark) -> Log:
    log.offset, log.line, log.ahead = mark["offset"], mark["line"], frozenset(mark["ahead"])
    if log.packing is None:
        log.stream.seek(log.offset)
    return log
