"""The work of the service, without HTTP: records in, answers out, one after another, safe on the disk before they are acknowledged."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from honnin.compiler.runtime.base import BadInput
from honnin.compiler.runtime.snapshot import SnapshotRefused, from_journal, to_journal
from honnin.oracle.files import Refused
from honnin.oracle.mapped import is_dated
from honnin.oracle.serving.found import Found
from honnin.oracle.serving.ids import Accepted, Ids, Name
from honnin.oracle.serving.keeping import Keeping
from honnin.spec.records import dataclass, field

if TYPE_CHECKING:
    from honnin.oracle.mapped import LogMapping, Told
    from honnin.oracle.monitor import Spec

MOST_AT_ONCE = 1_000
"""How many records are worked on before the others that wait on the same loop get a turn."""

_FAULT = "a fault of honnin itself"


@dataclass(frozen=True, slots=True)
class Record:
    """One object of a request; `id` names it, if anything does; `problem`: why it could not be read."""

    parsed: dict[str, Any]
    id: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    reason: str


@dataclass(frozen=True, slots=True)
class Ignored:
    pass


@dataclass(frozen=True, slots=True)
class Again:
    """A record that was accepted before, with the answer that it got then."""

    first: Accepted


Answer: TypeAlias = Accepted | Again | Rejected | Ignored
Reader: TypeAlias = Callable[[dict[str, Any]], "tuple[Told, ...]"]


class Overloaded(Exception):
    """More waits than may: try again later."""


class Stopped(Exception):
    """The service takes nothing more: it ends, or it can no longer keep what it is told."""


@dataclass(slots=True)
class _Submission:
    records: Sequence[Record]
    read: Reader
    answered: asyncio.Future[list[Answer]]


@dataclass(slots=True)
class Service:
    """One oracle. `most_waiting`: records; `late`: after so many seconds the wall clock makes deadlines pass without events.

    `wishes`: what the next run must be asked for too, to go on where this one was. `changed` is set and replaced whenever something is to be shown anew.
    """

    spec: Spec
    oracle: Any
    ids: Ids
    mapping: LogMapping | None = None
    keeping: Keeping | None = None
    most_waiting: int = 10_000
    late: float | None = None
    clock: Callable[[], float] = time.time
    found: Found = field(default_factory=Found)
    wishes: dict[str, Any] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    trouble: str | None = None
    stopping: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    _queue: asyncio.Queue[_Submission | None] = field(default_factory=asyncio.Queue)
    _working: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def not_monitored(self) -> tuple[str, ...]:
        """The claims that nothing is said of."""
        doubts = self.found.doubts
        return self.spec.not_monitored if doubts is None else doubts.not_monitored

    # ------------------------------------------------------------ what comes in

    async def submit(self, records: Sequence[Record], read: Reader | None = None) -> list[Answer]:
        """An answer for each record, in order, when all that was accepted is safe. Raises Overloaded and Stopped."""
        if self.stopping or self.trouble is not None:
            raise Stopped
        if self.waiting and self.waiting + len(records) > self.most_waiting:
            self.counts["overloaded"] += 1
            raise Overloaded
        answered: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()
        self.waiting += len(records)
        self._queue.put_nowait(_Submission(records, read or self.read, answered))
        return await answered

    def read(self, parsed: dict[str, Any]) -> tuple[Told, ...]:
        """The events that a record tells, by the mapping if there is one. Raises BadInput."""
        if self.mapping is not None:
            return self.mapping.read(parsed)
        if parsed.get("at") is None and self.oracle._NEEDS_TIME:
            parsed = {**parsed, "at": self.clock()}
        return (self.oracle.read_parsed(parsed),)

    # ------------------------------------------------------------ the work

    async def run(self) -> None:
        """Works on what comes in until `stop`, or until nothing can be kept any more; then everything is in a checkpoint."""
        ticking = None if self.late is None else asyncio.create_task(self._tick(self.late))
        try:
            while self.trouble is None and (first := await self._queue.get()) is not None:
                async with self._working:
                    await self._take([first])
        except BaseException:
            self._fail(_FAULT)
            raise
        finally:
            self._leave()
            if ticking is not None and not ticking.cancel():
                ticking.result()
        if self.keeping is not None and self.trouble is None:
            await self._safely(self.keeping.save, self)

    def _leave(self) -> None:
        """Whoever still waits hears that nothing is taken any more."""
        while not self._queue.empty():
            submission = self._queue.get_nowait()
            if submission is not None and not submission.answered.done():
                submission.answered.set_exception(Stopped())

    def stop(self) -> None:
        """Nothing more is taken; what waits is still worked on."""
        if not self.stopping:
            self.stopping = True
            self._queue.put_nowait(None)
            self._tell()

    async def _take(self, submissions: list[_Submission]) -> None:
        """Works on what has come together, and answers when it is safe."""
        count = len(submissions[0].records)
        while count < MOST_AT_ONCE and not self._queue.empty():
            following = self._queue.get_nowait()
            if following is None:
                self._queue.put_nowait(None)
                break
            submissions.append(following)
            count += len(following.records)
        answers: list[list[Answer]] = []
        try:
            answers = [[self._one(r, s.read) for r in s.records] for s in submissions]
            await self._commit()
        finally:
            is_safe = self.trouble is None and len(answers) == len(submissions)
            for place, submission in enumerate(submissions):
                self.waiting -= len(submission.records)
                if not submission.answered.cancelled():
                    if is_safe:
                        submission.answered.set_result(answers[place])
                    else:
                        submission.answered.set_exception(Stopped())
            self._tell()

    async def _commit(self) -> None:
        """All that was accepted is on the disk; a checkpoint, if it is time."""
        if self.keeping is not None and self.trouble is None:
            await self._safely(self.keeping.commit)
        if self.keeping is not None and self.trouble is None and self.keeping.is_due():
            await self._safely(self.keeping.save, self)

    async def _safely(self, work: Callable[..., None], *arguments: Any) -> None:
        try:
            await asyncio.to_thread(work, *arguments)
        except OSError as error:
            self._fail((error.strerror or "unknown reason").lower())
        except Refused as refused:
            self._fail(refused.diagnostics[0].message)

    def _fail(self, trouble: str) -> None:
        """Nothing more is taken, and `run` ends."""
        self.trouble = trouble
        self._queue.put_nowait(None)

    def _one(self, record: Record, read: Reader) -> Answer:
        if self.trouble is not None:
            return Rejected("the service has stopped")
        if record.problem is not None:
            return self._rejected(record.problem)
        name = None if record.id is None else self.ids.name(record.id, record.parsed)
        try:
            if name is not None and (before := self.ids.known(name)) is not None:
                self.counts["repeated"] += 1
                return Again(before)
            told = read(record.parsed)
            timed = [(number, values, self._time(at)) for number, values, at in told]
            self._observe(timed)
        except BadInput as error:
            return self._rejected(str(error))
        if not told:
            self.counts["ignored"] += 1
            return Ignored()
        self.counts["accepted"] += len(timed)
        answer = Accepted(self.oracle.position, *self.found.drain(self.oracle))
        if name is not None:
            self.ids.remember(name, answer)
        if self.keeping is not None:
            events = [[n, to_journal(self.oracle, n, values), at] for n, values, at in timed]
            known = None if name is None else [name.id, name.whole]
            self.keeping.add({"events": events, "id": known, "at": answer.sequence})
        return answer

    def _observe(self, told: Sequence[Told]) -> None:
        """The events of a record. Raises BadInput, before the first."""
        self.oracle._dated = is_dated(tuple(told))
        for number, values, at in told:
            self.oracle.observe_values(number, values, at)

    def _rejected(self, reason: str) -> Rejected:
        self.counts["rejected"] += 1
        if self.keeping is not None:
            self.keeping.add({"rejected": self.counts["rejected"]})
        return Rejected(reason)

    def _time(self, at: int | None) -> int | None:
        """The time of an event, in microseconds: when it comes, where it says none and a claim needs it."""
        if at is None and self.oracle._NEEDS_TIME:
            now: int = self.oracle._now
            return max(now, int(self.clock() * 1_000_000))
        return at

    async def _tick(self, late: float) -> None:
        """Deadlines pass without events, so many seconds after the wall clock says so."""
        while True:
            await asyncio.sleep(1)
            async with self._working:
                try:
                    self.pass_time(int((self.clock() - late) * 1_000_000))
                    await self._commit()
                except Exception:
                    self._fail(_FAULT)
                    raise

    def pass_time(self, now: int) -> None:
        """The wall clock shows `now` (microseconds), less what events may be late."""
        if now <= self.oracle._now or not self.oracle.pending or self.trouble is not None:
            return
        self.oracle.tick(Decimal(now).scaleb(-6))
        if any(self.found.drain(self.oracle)) and self.keeping is not None:
            self.keeping.add({"tick": now, "at": self.oracle.position})
        self._tell()

    def _tell(self) -> None:
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()

    # ------------------------------------------------------------ what is kept

    def kept(self) -> dict[str, Any]:
        """Everything that the next run goes on from, as JSON has it."""
        return {
            "oracle": self.oracle.snapshot(),
            "ids": self.ids.kept(),
            "found": self.found.kept(),
            "counts": dict(self.counts),
            "wishes": self.wishes,
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """What `kept` gave. Raises SnapshotRefused."""
        if different := [name for name, wish in self.wishes.items() if kept["wishes"].get(name) != wish]:
            raise SnapshotRefused(
                f"it was made {' and '.join(_asked(name, kept['wishes'].get(name)) for name in different)}"
            )
        self.oracle.restore(kept["oracle"])
        self.ids.restore(kept["ids"])
        self.found.restore(kept["found"])
        self.counts = Counter(kept["counts"])

    def replay(self, record: dict[str, Any]) -> None:
        """Works again on what the journal says was accepted or rejected, or on what the clock found."""
        if "rejected" in record:
            self.counts["rejected"] = max(self.counts["rejected"], record["rejected"])
            return
        if "tick" in record:
            if record["tick"] > self.oracle._now:
                self.oracle.tick(Decimal(record["tick"]).scaleb(-6))
                self.found.drain(self.oracle)
            return
        if record["at"] <= self.oracle.position:
            return
        self._observe([(n, from_journal(self.oracle, n, written), at) for n, written, at in record["events"]])
        self.counts["accepted"] += len(record["events"])
        answer = Accepted(self.oracle.position, *self.found.drain(self.oracle))
        if record["id"] is not None:
            self.ids.remember(Name(*record["id"]), answer)


def _asked(name: str, wish: Any) -> str:
    """How an option was given."""
    return f"with --{name}{'' if wish is True else f' {wish}'}" if wish else f"without --{name}"
