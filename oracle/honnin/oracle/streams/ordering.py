"""Events put in order of time, and told once: several logs merged, late ones waited for, copies dropped."""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush, merge
from typing import Any

from honnin.compiler.runtime.base import BadInput
from honnin.oracle.streams.blocks import Line
from honnin.oracle.streams.inputs import Log
from honnin.spec.records import dataclass, field

REMEMBERED = 100_000
"""How many ids are remembered, the latest ones."""


@dataclass(frozen=True, slots=True)
class Told:
    """The events of a line of a log: their numbers, values and times (microseconds). `id`, `whole`: digests of the line's id and of all of it."""

    log: Log
    line: Line
    events: tuple[tuple[int, tuple[Any, ...], int | None], ...]
    dated: bool
    id: bytes | None = None
    whole: bytes = b""

    @property
    def at(self) -> int:
        """The time of the first event, which must have one."""
        at = self.events[0][2]
        assert at is not None
        return at


Late = Callable[[Told, str], None]


def merged(logs: Iterable[Iterator[Told]]) -> Iterator[Told]:
    """The events of several logs by their times; at one time, in the order of the logs."""
    return merge(*logs, key=lambda told: told.at)


@dataclass(slots=True)
class Reorder:
    """Waits `window` microseconds of the log's own time for events that come late."""

    window: int
    latest: int | None = None
    waiting: list[tuple[int, int, Told]] = field(default_factory=list)
    count: int = 0

    def take(self, told: Told, late: Late) -> Iterator[Told]:
        """The events that no later one can come before; `late` is told of one that comes too late to be put in its place."""
        if self.latest is not None and told.at < self.latest - self.window:
            late(told, f"it comes more than {_seconds(self.window)} s after its time")
            return
        self.latest = told.at if self.latest is None else max(told.at, self.latest)
        self.count += 1
        heappush(self.waiting, (told.at, self.count, told))
        while self.waiting[0][0] <= self.latest - self.window:
            yield heappop(self.waiting)[2]
            if not self.waiting:
                return

    def until(self, now: int) -> Iterator[Told]:
        """The time has come to `now`, less the window: what comes later and is earlier comes too late."""
        self.latest = now + self.window if self.latest is None else max(self.latest, now + self.window)
        while self.waiting and self.waiting[0][0] <= now:
            yield heappop(self.waiting)[2]

    def flush(self) -> Iterator[Told]:
        """Nothing comes any more: all the others, in order."""
        while self.waiting:
            yield heappop(self.waiting)[2]


def _seconds(microseconds: int) -> str:
    return f"{microseconds / 1_000_000:.6f}".rstrip("0").rstrip(".")


def text_of(parsed: dict[str, Any]) -> str:
    """All that an object says, whatever the order of its members."""
    return repr(sorted((key, repr(value)) for key, value in parsed.items()))


@dataclass(slots=True)
class Ids:
    """Which events have been told already, by the field that names them; of each a keyed digest is kept."""

    name: str
    key: bytes
    seen: OrderedDict[bytes, bytes] = field(default_factory=OrderedDict)
    dropped: int = 0

    def of(self, parsed: dict[str, Any]) -> tuple[bytes | None, bytes]:
        """The digests of an event's id, if it has one, and of all of it. Raises BadInput."""
        raw = parsed.get(self.name)
        if raw is None:
            return None, b""
        if isinstance(raw, bool) or not isinstance(raw, str | int):
            raise BadInput(f"`{self.name}`: expected a string or an integer")
        return self._digest(f"{type(raw).__name__}:{raw}")[:16], self._digest(text_of(parsed))[:8]

    def is_copy(self, told: Told) -> bool:
        """Whether the event was told before. Raises BadInput where another one was told with its id."""
        known = None if told.id is None else self.seen.get(told.id)
        if known is not None and known != told.whole:
            raise BadInput(f"another event had the same `{self.name}`")
        return known is not None

    def remember(self, told: Told) -> None:
        """The event is told now."""
        if told.id is not None:
            self.seen[told.id] = told.whole
            if len(self.seen) > REMEMBERED:
                self.seen.popitem(last=False)

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self.key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)

    def kept(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"dropped": self.dropped, "seen": [(k + v).hex() for k, v in self.seen.items()]}

    def restore(self, kept: dict[str, Any]) -> None:
        """What `kept` gave."""
        self.dropped = kept["dropped"]
        both = [bytes.fromhex(text) for text in kept["seen"]]
        self.seen = OrderedDict((one[:16], one[16:]) for one in both)
