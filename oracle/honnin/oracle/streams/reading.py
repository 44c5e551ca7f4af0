"""The logs of one run: stored ones one after another or side by side, or one that grows; and how far each was read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from io import BufferedReader
from pathlib import Path
from typing import Any

from honnin.oracle.files import Refused, about
from honnin.oracle.session import Session
from honnin.oracle.streams.blocks import Block
from honnin.oracle.streams.following import Following
from honnin.oracle.streams.inputs import Log, Mark, open_log
from honnin.oracle.streams.packed import Damaged, packing
from honnin.oracle.streams.rotation import Elsewhere, reopened
from honnin.spec.records import dataclass, field

STANDARD_INPUT = Path("-")


@dataclass(slots=True)
class Inputs:
    """`marks`: where the logs were left, in their order; `key`: for the digests in marks; `keeping`: there will be another run, for which
    a line that is only begun is left; `follow`: the log grows. `damaged` is told of a log that cannot be unpacked.
    """

    paths: Sequence[Path]
    session: Session
    damaged: Callable[[Log, Damaged], None]
    key: bytes
    keeping: bool = False
    follow: bool = False
    marks: Sequence[Mark] = ()
    stopped: Callable[[], bool] = field(default=lambda: False)
    _finished: list[Mark] = field(default_factory=list)
    _open: list[Log] = field(default_factory=list)

    def reached(self) -> list[Mark]:
        """How far each log was read, as far as any was, by this run or the one before."""
        reached = [*self._finished, *(log.mark(self.key) for log in self._open)]
        if self.follow:
            return reached or list(self.marks)
        return [*reached, *self.marks[len(reached) :]]

    def find(self, marks: Sequence[Mark]) -> None:
        """The logs will be read from these places. Refused where one of them is not there."""
        if len(marks) > len(self.paths) and not self.follow:
            message = f"the checkpoint was made when {len(marks)} logs had been read"
            raise Refused([about(self.paths[-1], "HN0693", message, "name all of them, in the same order")])
        self.marks = marks
        paths = [self.paths[0]] * len(marks) if self.follow else self.paths
        for path, mark in zip(paths, marks, strict=False):
            self._found(path, mark).stream.close()

    def _found(self, path: Path, mark: Mark) -> Log:
        try:
            return reopened(path, mark, self.key, rotated=self.follow)
        except Elsewhere as error:
            hint = "name the log in which the checkpoint stands, or begin anew without the checkpoint"
            raise Refused([about(path, "HN0693", str(error), hint)]) from error

    def stored(self) -> Iterator[tuple[Log, Block]]:
        """The logs one after another."""
        for number, path in enumerate(self.paths):
            log = self._opened(number, path)
            self._open.append(log)
            with self.session.working(f"{path}: line {log.line}") as progress:
                for portion in self._blocks(log):
                    progress.update(f"{path}: line {portion[1].number:,}")
                    yield portion
            self._settle()

    def _settle(self) -> None:
        """Logs that were read to their ends are closed, but for those of which lines still wait and those after them."""
        while self._open and not self._open[0].waits:
            log = self._open.pop(0)
            if self.keeping:
                self._finished.append(log.mark(self.key))
            if log.path != STANDARD_INPUT:
                log.stream.close()

    def apart(self) -> list[Iterator[tuple[Log, Block]]]:
        """The logs, each on its own."""
        self._open = [self._opened(number, path) for number, path in enumerate(self.paths)]
        return [self._blocks(log) for log in self._open]

    def followed(self) -> Iterator[tuple[Log, Block | None]]:
        """The one log, while it grows; it need not be there yet. Files that it was are reached too while lines of them wait."""
        (path,) = self.paths
        earlier = [self._found(path, mark) for mark in self.marks]
        self._open = list(earlier)
        following = Following(path, self.session.note, self.stopped, self.damaged, earlier)
        for log, block in following.portions():
            place = next((n for n, one in enumerate(self._open) if one is log), len(self._open))
            before = [one for one in self._open[:place] if one.waits and not one.lost]
            self._open = [*before, log, *self._open[place + 1 :]]
            if block is not None and self.keeping and self.stopped() and not block.data.endswith(b"\n"):
                return
            yield log, block

    def _blocks(self, log: Log) -> Iterator[tuple[Log, Block]]:
        try:
            for block in log.blocks():
                yield log, block
        except Damaged as damage:
            self.damaged(log, damage)

    def _opened(self, number: int, path: Path) -> Log:
        if path == STANDARD_INPUT:
            stream: Any = sys.stdin.buffer
            buffered: BufferedReader = stream if hasattr(stream, "peek") else BufferedReader(stream)
            return Log(path, buffered, packing(buffered))
        return self._found(path, self.marks[number]) if number < len(self.marks) else open_log(path)
