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
from honnin.oracle.streams.packed import Damaged, Packing, packing, unpacked
from honnin.spec.records import dataclass, field

SAMPLE = 4096
"""Bytes at the beginning of a log, and before the place that was reached, by which it is known again."""
_PIECES = 64


@dataclass(slots=True)
class Passed:
    """The bytes at the beginning of a log and the last ones before a place, at most SAMPLE of each, by which it is known again."""

    head: bytes = b""
    size: int = 0
    _last: list[bytes] = field(default_factory=list)

    def add(self, data: bytes) -> None:
        """The place is behind these bytes too."""
        if len(self.head) < SAMPLE:
            self.head += data[: SAMPLE - len(self.head)]
        if len(data) >= SAMPLE:
            self._last.clear()
        self._last.append(data[-SAMPLE:])
        self.size += len(data)
        if len(self._last) > _PIECES:
            self._last = [self.tail]

    @property
    def tail(self) -> bytes:
        """The last bytes."""
        return b"".join(self._last)[-SAMPLE:]

    def is_of(self, log: Log) -> bool:
        """Whether the log begins with what was passed."""
        return log.samples(self.size) == (self.head, self.tail)


@dataclass(slots=True)
class _Open:
    """A line that is read, or one after a line that is not done with."""

    line: Line
    done: bool


@dataclass(slots=True)
class Log:
    """A log that is open. `offset`, `line`: everything before that byte, and before that line, is done with; `ahead`: where lines begin
    that are done with too. `lost`: what stood in it is nowhere any more. `since`: when it had
    been written last when it was opened, in nanoseconds.
    """

    path: Path
    stream: BinaryIO = field(repr=False)
    packing: Packing | None = None
    offset: int = 0
    line: int = 1
    ahead: frozenset[int] = frozenset()
    lost: bool = False
    since: int = 0
    _open: OrderedDict[int, _Open] = field(default_factory=OrderedDict, repr=False)
    _seen: Passed = field(default_factory=Passed, repr=False)

    def blocks(self) -> Iterator[Block]:
        """What is not done with, to the end. Raises Damaged where it is packed."""
        cutter = Cutter(self.line, self.offset)
        for data in self.portions(self.offset):
            yield from cutter.feed(data)
        yield from cutter.flush()

    def portions(self, before: int) -> Iterator[bytes]:
        """The bytes behind the first `before`, to the end; of a log that is not packed, those behind where its stream stands."""
        if self.packing is not None:
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
        self._seen.add(block.data)

    def begun(self, line: Line) -> bool:
        """The line is read, and will be done with later. False where it was done with before a mark was made."""
        self._seen.add(line.data)
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
    def waits(self) -> bool:
        """Whether lines of it were read that are not done with."""
        return bool(self._open)

    @property
    def identity(self) -> tuple[int, int]:
        """What no other file has that exists at the same time."""
        return identity(os.fstat(self.stream.fileno()))

    @property
    def size(self) -> int:
        return os.fstat(self.stream.fileno()).st_size

    @property
    def changed(self) -> int:
        """When it was written last, in nanoseconds."""
        return os.fstat(self.stream.fileno()).st_mtime_ns

    def mark(self, key: bytes) -> dict[str, Any]:
        """The place that was reached, and by what the log is known again; digests of its text are keyed."""
        device, inode = self.identity
        head, tail = self._ends() if self.packing else (self._seen.head, self._seen.tail)
        return {
            "log": str(self.path),
            "offset": self.offset,
            "seen": self._seen.size,
            "line": self.line,
            "ahead": sorted(
                {start for start in self.ahead if start >= self.offset}
                | {start for start, one in self._open.items() if one.done}
            ),
            "since": self.since,
            "device": device,
            "inode": inode,
            "packed": self.packing,
            "head": _digest(key, head),
            "tail": _digest(key, tail),
        }

    def is_of(self, mark: Mark, key: bytes) -> bool:
        """Whether it begins and goes on, to the place that was reached, as the log that the mark was made of, packed by now or not."""
        if mark["packed"] is None:
            head, tail = self.samples(mark["seen"])
        elif mark["packed"] == self.packing:
            head, tail = self._ends()
        else:
            return False
        return (_digest(key, head), _digest(key, tail)) == (mark["head"], mark["tail"])

    def begin_at(self, mark: Mark) -> None:
        """The log, which is that of the mark, is read from there on."""
        self.offset, self.line, self.ahead = mark["offset"], mark["line"], frozenset(mark["ahead"])
        self._seen = self.passed(self.offset)
        if self.packing is None:
            self.stream.seek(self.offset)

    def samples(self, offset: int) -> tuple[bytes, bytes]:
        """The bytes at the beginning and before `offset` of what stands in the log, packed or not; fewer where there are not so many."""
        passed = self.passed(offset)
        return passed.head, passed.tail

    def passed(self, offset: int) -> Passed:
        """What stands before `offset`."""
        if self.packing is None:
            size = min(SAMPLE, offset)
            return Passed(self._read_at(0, size), offset, [self._read_at(offset - size, size)])
        passed = Passed()
        self.stream.seek(0)
        try:
            for data in unpacked(self.stream, self.packing):
                passed.add(data[: offset - passed.size])
                if passed.size == offset:
                    break
        except Damaged:
            passed = Passed()
        self.stream.seek(0)
        return passed

    def _ends(self) -> tuple[bytes, bytes]:
        """The bytes at the beginning and at the end of a file."""
        size = min(SAMPLE, self.size)
        return self._read_at(0, size), self._read_at(self.size - size, size)

    def _read_at(self, offset: int, size: int) -> bytes:
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
    log = Log(path, stream, packing(stream))
    log.since = log.changed
    return log


def identity(status: os.stat_result) -> tuple[int, int]:
    """Device and number of a file."""
    return status.st_dev, status.st_ino


def _digest(key: bytes, data: bytes) -> str:
    return f"{len(data)}:{hmac.digest(key, data, hashlib.sha256).hex()[:32]}"
