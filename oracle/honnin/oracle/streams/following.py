"""A log that still grows: read as it comes, across rotation and truncation."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

from honnin.oracle.files import Refused, about
from honnin.oracle.streams.blocks import Block, Cutter
from honnin.oracle.streams.inputs import Log, Passed, identity, open_log
from honnin.oracle.streams.packed import Damaged
from honnin.oracle.streams.rotation import Past, copied, successors
from honnin.spec.records import dataclass, field

PAUSE = 0.2
"""Seconds between two looks at a file that grows."""
_REMEMBERED = 8
"""How many files are remembered that were read to their ends."""

Portion = tuple[Log, Block | None]


@dataclass(slots=True)
class Following:
    """Reads a file until `stopped`. When another file has its name, it is read on until that one has something, then the files that came
    between, if it was replaced more than once, then the new one. One that becomes shorter or is written anew is read on in its copy, if
    there is one, then from its start. `say` is told. Line numbers are those of the file being read.

    `earlier`: logs that are read first, at some places; `damaged` is told of what cannot be read.
    """

    path: Path
    say: Callable[[str], None]
    stopped: Callable[[], bool]
    damaged: Callable[[Log, Damaged], None]
    earlier: Sequence[Log] = ()
    _past: deque[Past] = field(default_factory=deque)

    def portions(self) -> Iterator[Portion]:
        """The blocks, each with its log; None whenever there is nothing to read."""
        logs = deque(self.earlier)
        while True:
            while not logs:
                if self.stopped():
                    return
                logs.extend(self._there())
            log = logs.popleft()
            yield from self._read(log, last=not logs)
            if logs:
                self.say(f"reading {logs[0].path}, which came next")
            elif self.stopped():
                self._look_back()
                return
            elif not log.lost:
                logs.extend(successors(self.path, log, self._past))
                if logs:
                    which = (
                        "the new file from its start"
                        if len(logs) == 1
                        else f"{logs[0].path}, which came next"
                    )
                    self.say(f"{self.path} was replaced: reading {which}")

    def _there(self) -> Iterator[Log]:
        try:
            yield open_log(self.path)
        except FileNotFoundError:
            time.sleep(PAUSE)

    def _read(self, log: Log, *, last: bool) -> Iterator[Portion]:
        """The log to its end, when it has one: because others came after it, or it was replaced or cut off, or we are stopped."""
        if log.packing is not None:
            yield from self._packed(log)
            return
        cutter, passed = Cutter(log.line, log.offset), log.passed(log.offset)
        while True:
            ending = not last or self.stopped() or self._replaced(log, passed)
            if not (yield from self._portions(log, cutter, passed)):
                yield from self._cut_off(log, cutter, passed)
                return
            if ending:
                break
            self._look_back()
            yield log, None
            time.sleep(PAUSE)
        for block in cutter.flush():
            yield log, block
        self._remember(Past(log, passed))

    def _portions(self, log: Log, cutter: Cutter, passed: Passed) -> Generator[Portion, None, bool]:
        """What stands in the log behind what was passed; False where the log does not begin with that any more."""
        for data in log.portions(passed.size):
            if log.packing is None and not passed.is_of(log):
                return False
            passed.add(data)
            for block in cutter.feed(data):
                yield log, block
        return log.packing is not None or passed.is_of(log)

    def _packed(self, log: Log) -> Iterator[Portion]:
        if log.path == self.path:
            message = f"`{self.path}` is packed, and a packed log does not grow"
            raise Refused([about(self.path, "HN0803", message, "read it without --follow")])
        try:
            for block in log.blocks():
                yield log, block
        except Damaged as damage:
            self.damaged(log, damage)
        self._remember(Past(log, Passed()))

    def _cut_off(self, log: Log, cutter: Cutter, passed: Passed) -> Iterator[Portion]:
        """The rest of the log where it was copied to, if it was."""
        copy = copied(self.path, log, passed)
        log.lost = copy is None
        if copy is None:
            self.say(f"{self.path} became shorter: reading it again from its start")
        else:
            self.say(f"{self.path} became shorter: reading on in {copy.path}, then again from its start")
            log.stream, log.packing = copy.stream, copy.packing
            if copy.packing is None:
                copy.stream.seek(passed.size)
            try:
                yield from self._portions(log, cutter, passed)
            except Damaged as damage:
                self.damaged(log, damage)
            self._remember(Past(log, passed))
        for block in cutter.flush():
            yield log, block

    def _replaced(self, log: Log, passed: Passed) -> bool:
        """Whether another file has this name now, and something came after the log: while nothing did, it may still be written to."""
        try:
            if identity(self.path.stat()) == log.identity:
                return False
        except FileNotFoundError:
            return False
        after = successors(self.path, log, [*self._past, Past(log, passed)])
        sizes = [one.size for one in after]
        for one in after:
            one.stream.close()
        return any(sizes)

    def _remember(self, past: Past) -> None:
        self._past.append(past)
        if len(self._past) > _REMEMBERED and not self._past[0].log.waits:
            self._past.popleft().log.stream.close()

    def _look_back(self) -> None:
        """Tells of what was written to files that had been replaced and read to their ends."""
        for past in self._past:
            if past.log.packing is None and past.log.size > max(past.told, past.passed.size):
                past.told = past.log.size
                self.damaged(
                    past.log, Damaged("it was written to after it had been replaced, and that was not read")
                )
