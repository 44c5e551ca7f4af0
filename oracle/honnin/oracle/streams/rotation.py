"""What became of a log that was rotated: under which name it is now, and which files came after it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from operator import attrgetter
from pathlib import Path

from honnin.oracle.files import Refused, unreadable
from honnin.oracle.streams.inputs import Log, Mark, Passed, identity, open_log
from honnin.spec.records import dataclass

_NUMBERED = r"[._-](?:\d[\dTZ:._-]*|old)"
_PACKED = r"(?:\.gz|\.zst)?"


@dataclass(slots=True)
class Past:
    """A log that was replaced, and what was read of it; `told`: how long it was when it was told that it was written to later."""

    log: Log
    passed: Passed
    told: int = 0

    def is_in(self, other: Log) -> bool:
        """Whether the other is this file, or a copy of what was read of it."""
        return other.identity == self.log.identity or (self.passed.size > 0 and self.passed.is_of(other))


class Elsewhere(Exception):
    """The log in which a mark stands is not there. The message says what is."""


def beside(path: Path) -> list[Path]:
    """The rotated files of a log: with a number or a date behind its name, or before its suffix. One of which a packed copy is being
    made stands for both.
    """
    whole, stem, suffix = (re.escape(part) for part in (path.name, path.stem, path.suffix))
    name = re.compile(f"(?:{whole}{_NUMBERED}|{stem}{_NUMBERED}{suffix}){_PACKED}")
    found = {other.name: other for other in path.parent.iterdir() if name.fullmatch(other.name)}
    return [
        other for other in found.values() if other.suffix not in (".gz", ".zst") or other.stem not in found
    ]


def reopened(path: Path, mark: Mark, key: bytes, *, rotated: bool) -> Log:
    """The log in which the mark stands, at that place; raises Elsewhere.

    If `rotated`, it may have another name by now, may have been copied and cut off, and packed.
    """
    others, now = list(_opened(beside(path) if rotated else [])), list(_opened([path]))
    found = next((log for log in _likely(others, now, mark) if log.is_of(mark, key)), None)
    for log in (*others, *now):
        if log is not found:
            log.stream.close()
    if found is None:
        raise Elsewhere(_what_is_there(path, mark, rotated))
    found.begin_at(mark)
    return found


def _likely(others: list[Log], now: list[Log], mark: Mark) -> list[Log]:
    """Where the log may be: that very file first, under whatever name, then copies of it.

    A log of which nothing had been read cannot be told from others: the first file that was written later may be its copy.
    """
    that = (mark["device"], mark["inode"])
    if mark["seen"]:
        return sorted([*others, *now], key=lambda log: log.identity != that)
    renamed = [log for log in others if log.identity == that]
    later = sorted((log for log in others if log.changed > mark["since"]), key=attrgetter("changed"))
    return [*renamed, *later, *now]


def _what_is_there(path: Path, mark: Mark, rotated: bool) -> str:
    if not path.exists():
        return f"no such file: `{path}`"
    if identity(path.stat()) == (mark["device"], mark["inode"]):
        return f"`{path}` is shorter than it was, or was written anew"
    if not rotated:
        return f"`{path}` is another file than it was"
    return f"`{path}` was replaced, and the file that it was is not beside it"


def successors(path: Path, log: Log, past: Collection[Past]) -> list[Log]:
    """The files that came after a log that was replaced, in the order in which they were written last: rotated ones, then that of its name.

    `past`: what was read already, under whatever name and however packed it is now.
    """
    while True:
        found = _after(path, log, past)
        again = _after(path, log, past)
        settled = [one.identity for one in found] == [one.identity for one in again]
        for one in again if settled else [*found, *again]:
            one.stream.close()
        if settled:
            return found


def _after(path: Path, log: Log, past: Collection[Past]) -> list[Log]:
    last = log.changed
    rotated = []
    for other in _opened(beside(path)):
        is_later = other.changed > last or (other.changed == last and other.packing is None)
        if is_later and not any(one.is_in(other) for one in past):
            rotated.append(other)
        else:
            other.stream.close()
    now = list(_opened([path]))
    current = {one.identity for one in now}
    return [*(one for one in sorted(rotated, key=attrgetter("changed")) if one.identity not in current), *now]


def copied(path: Path, log: Log, passed: Passed) -> Log | None:
    """Where what was read of a log that was cut off has been copied to, if it was."""
    for other in _opened(beside(path)):
        if passed.size and other.identity != log.identity and passed.is_of(other):
            return other
        other.stream.close()
    return None


def _opened(paths: Collection[Path]) -> Iterator[Log]:
    """Those that are there. Refused where one cannot be read."""
    for path in paths:
        try:
            yield open_log(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise Refused([problem] if (problem := unreadable(path)) else []) from error
