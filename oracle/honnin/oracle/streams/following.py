"""A log that still grows: read as it comes, across rotation and truncation."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from honnin.oracle.files import Refused, about
from honnin.oracle.streams.blocks import BLOCK, Block, Cutter
from honnin.oracle.streams.inputs import Log, identity, open_log
from honnin.spec.records import dataclass

PAUSE = 0.2
"""Seconds between two looks at a file that grows."""
_HEAD = 256
"""Bytes by which a file that was written anew is told from one that has grown."""


@dataclass(slots=True)
class Following:
    """Reads a file until `stopped`. One that becomes shorter, or is written anew, is read again from its start; one that is replaced by
    another is read to its end, then the other from its start: `say` is told. Line numbers are those of the file being read.

    `earlier`: what is read first, a log at some place of it and files that came after it; `reading`: the log that is open.
    """

    path: Path
    say: Callable[[str], None]
    stopped: Callable[[], bool]
    earlier: Log | None = None
    between: Sequence[Path] = ()
    reading: Log | None = None

    def portions(self) -> Iterator[tuple[Log, Block | None]]:
        """The blocks, each with its log; None whenever there is nothing to read."""
        if self.earlier is not None:
            rotated = bool(self.between)
            yield from self._read(self.earlier, ended=rotated)
            for other in self.between[:-1]:
                self.say(f"reading {other}, which came next")
                yield from self._read(open_log(other), ended=True)
        while not self.stopped():
            try:
                log = open_log(self.path)
            except FileNotFoundError:
                time.sleep(PAUSE)
                continue
            if log.packing is not None:
                message = f"`{self.path}` is packed, and a packed log does not grow"
                raise Refused([about(self.path, "HN0803", message, "read it without --follow")])
            yield from self._read(log, ended=False)

    def _read(self, log: Log, *, ended: bool) -> Iterator[tuple[Log, Block | None]]:
        """The log to its end, when it has one: because it `ended` long ago, or was replaced, or we are stopped."""
        if self.reading is not None:
            self.reading.stream.close()
        self.reading = log
        if log.packing is not None:
            for block in log.blocks():
                yield log, block
            return
        cutter = Cutter(log.line, log.offset)
        head = _head(log)
        while True:
            ending = ended or self.stopped() or self._replaced(log)
            if log.size < cutter.start + len(cutter.rest) or not _head(log).startswith(head):
                self.say(f"{log.path} became shorter: reading it again from its start")
                log.stream.seek(0)
                log.offset, log.line, cutter, head = 0, 1, Cutter(), _head(log)
            while data := log.stream.read(BLOCK):
                for block in cutter.feed(data):
                    yield log, block
            if ending:
                break
            head = _head(log) if len(head) < _HEAD else head
            yield log, None
            time.sleep(PAUSE)
        for block in cutter.flush():
            yield log, block
        if not self.stopped() and not ended:
            self.say(f"{log.path} was replaced: reading the new file from its start")

    def _replaced(self, log: Log) -> bool:
        """Whether another file has this name now; while no file has it, the old one counts."""
        try:
            return identity(self.path.stat()) != log.identity
        except FileNotFoundError:
            return False


def _head(log: Log) -> bytes:
    return log.read_at(0, _HEAD)
