"""Logs on the command line: every line to an oracle, everything that it finds told at once and then forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from honnin.compiler.runtime.base import BadInput, Violation, read_object
from honnin.oracle.account import headline, record
from honnin.oracle.certificates import Coverage
from honnin.oracle.checkpoints.ledger import Ledger
from honnin.oracle.doubts import BECAUSE, Doubts
from honnin.oracle.mapped import LogMapping, is_dated
from honnin.oracle.monitor import Spec
from honnin.oracle.session import Colour, Session, paint
from honnin.oracle.status import Status, worst
from honnin.oracle.streams.blocks import LONGEST, Block, Line
from honnin.oracle.streams.clock import WallClock, as_told
from honnin.oracle.streams.fast import FastReader
from honnin.oracle.streams.inputs import Log
from honnin.oracle.streams.ordering import Ids, Reorder, Told, merged
from honnin.oracle.streams.packed import Damaged
from honnin.oracle.table import columns, plural
from honnin.spec.records import dataclass, field

Portion = tuple[Log, Block | None]
"""A block and the log that it is of; None where a log that grows has nothing new."""


class StopOnBadInput(Exception):
    """A line could not be read, and the user asked to stop there."""


@dataclass(slots=True)
class Watching:
    """One trace, which may stand in several logs. What was found is counted here: the oracle's own lists are emptied.

    With `doubts`, the log begins in mid-stream.
    `between` is called whenever a checkpoint could be made; `idle`, whenever there is nothing to read; `named`: logs are named beside
    their lines; `also`: where the summary is told too.
    """

    session: Session
    spec: Spec
    oracle: Any
    quarantine: Ledger | None = None
    stop_on_bad_input: bool = False
    proof: Coverage | None = None
    mapping: LogMapping | None = None
    reader: FastReader | None = None
    ids: Ids | None = None
    reorder: Reorder | None = None
    merging: bool = False
    clock: WallClock | None = None
    doubts: Doubts | None = None
    named: bool = False
    also: Session | None = None
    between: Callable[[], None] = field(default=lambda: None)
    idle: Callable[[], None] = field(default=lambda: None)
    violated: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    faults: int = 0
    unread: int = 0
    ignored: int = 0

    def begin(self) -> None:
        """Says what is watched and what is not; then what already failed before any event."""
        left_out = self.spec.not_monitored if self.doubts is None else self.doubts.not_monitored
        self.session.tell(
            {
                "start": {
                    "specification": self.spec.name,
                    "digest": self.spec.digest,
                    "not_monitored": left_out,
                }
            }
        )
        if left_out:
            self.session.note(f"{paint('not monitored, prove only', 'yellow')}: {', '.join(left_out)}")
        if self.proof is not None:
            self.session.tell({"proof": self.proof.record()})
            self.session.say(paint(self.proof.line(), "green" if self.proof.checks else "yellow"))
        self._drain(None, None)

    # ------------------------------------------------------------ reading

    def read(self, portions: Iterable[Portion]) -> None:
        """Every line to the oracle, as they come."""
        if self.ids is not None or self.reorder is not None:
            self._in_order(self._told(portions))
            return
        for log, block in portions:
            if block is None:
                self.tick(log)
                self.idle()
            else:
                self._take(block, log)
                log.done(block)
            self.between()

    def merge(self, logs: Iterable[Iterable[Portion]]) -> None:
        """Every line of several logs to the oracle, by their times."""
        self._in_order(merged(self._events(portions) for portions in logs))

    def _in_order(self, told: Iterable[Told | None]) -> None:
        """Events that may have to wait for others, and copies among them."""
        for one in told:
            if one is None:
                self.idle()
            elif self.reorder is None:
                self._observe(one)
            elif not self._is_copy(one):
                for ready in self.reorder.take(one, self._refuse):
                    self._observe(ready)
            self.between()
        for one in () if self.reorder is None else self.reorder.flush():
            self._observe(one)
            self.between()

    def _told(self, portions: Iterable[Portion]) -> Iterator[Told | None]:
        for log, block in portions:
            if block is None:
                self.tick(log)
                yield None
            else:
                yield from self._of_block(log, block)

    def _events(self, portions: Iterable[Portion]) -> Iterator[Told]:
        for log, block in portions:
            if block is not None:
                yield from self._of_block(log, block)

    def _of_block(self, log: Log, block: Block) -> Iterator[Told]:
        if self.reader is None or self.ids is not None or not block.whole:
            yield from self._of_lines(log, block)
            return
        for part, decoded in self.reader.parts(block):
            known = None if decoded is None else self.reader.told(decoded)
            if known is None:
                yield from self._of_lines(log, part)
                continue
            events, dated = known
            for line, event in zip(part.lines(), events, strict=True):
                if log.begun(line):
                    yield Told(log, line, (event,), dated)

    def _of_lines(self, log: Log, block: Block) -> Iterator[Told]:
        for line in block.lines():
            if log.begun(line):
                if not line.whole:
                    self._bad(line, f"the line is longer than {LONGEST} bytes", log)
                elif line.content:
                    try:
                        told = self._read(log, line)
                    except BadInput as error:
                        self._bad(line, str(error), log)
                    else:
                        if told.events:
                            yield told
                            continue
                        self.ignored += 1
                log.finished(line)

    def _read(self, log: Log, line: Line) -> Told:
        parsed = read_object(line.content)
        events = self.mapping.read(parsed) if self.mapping else (self.oracle.read_parsed(parsed),)
        if (self.reorder is not None or self.merging) and any(at is None for *_, at in events):
            raise BadInput("`at` is missing, and the events are put in order by it")
        ids = (None, b"") if self.ids is None else self.ids.of(parsed)
        dated = is_dated(events) if self.mapping else self.oracle._dated
        return Told(log, line, events, dated, *ids)

    def _is_copy(self, told: Told) -> bool:
        """Whether the event was told before, or cannot be told; if so, its line is done with."""
        if self.ids is None:
            return False
        try:
            copy = self.ids.is_copy(told)
        except BadInput as error:
            self._refuse(told, str(error))
            return True
        if copy:
            self.ids.dropped += 1
            told.log.finished(told.line)
        return copy

    def _observe(self, told: Told) -> None:
        if self._is_copy(told):
            return
        self.oracle._dated = told.dated
        try:
            for number, values, at in told.events:
                self.oracle.observe_values(number, values, at)
        except BadInput as error:
            self._refuse(told, str(error))
            return
        if self.ids is not None:
            self.ids.remember(told)
        self._drain(told.line.number, told.log)
        told.log.finished(told.line)

    def _refuse(self, told: Told, reason: str) -> None:
        self._bad(told.line, reason, told.log)
        told.log.finished(told.line)

    def _take(self, block: Block, log: Log) -> None:
        """A block whose lines are told as they come."""
        if block.whole and self.reader is not None:
            self.reader.take(block, lambda line: self._drain(line, log), lambda part: self._lines(part, log))
        else:
            self._lines(block, log)

    def _lines(self, block: Block, log: Log) -> None:
        for line in block.lines():
            content = line.content
            if not line.whole:
                self._bad(line, f"the line is longer than {LONGEST} bytes", log)
            elif content:
                try:
                    if self.mapping is None:
                        self.oracle.observe_line(content)
                    elif not self.mapping.observe(self.oracle, content):
                        self.ignored += 1
                except BadInput as error:
                    self._bad(line, str(error), log)
                else:
                    self._drain(line.number, log)

    def damaged(self, log: Log, damage: Damaged) -> None:
        """What is packed cannot be read from here on."""
        self._bad(Line(log.line, b""), str(damage), log)

    def end(self) -> Status:
        """The summary; the status of the whole trace, `--strict` not considered."""
        summary = self._summary()
        for session in (self.session,) if self.also is None else (self.session, self.also):
            session.tell({"summary": summary})
            self._say_summary(session, summary)
        return worst(
            Status.WRONG if self.faults else Status.WELL,
            Status.NO if self.violated else Status.WELL,
            Status.UNREADABLE if self.unread else Status.WELL,
            Status.UNDECIDED if self.broken or summary["pending"] or self._doubtful() else Status.WELL,
        )

    def untried(self) -> bool:
        """Whether a claim was never exercised, a cover never reached, or something is not monitored."""
        claims = self.oracle.finish()["claims"]
        tried = [
            claims[c.name].get("exercised", claims[c.name].get("reached"))
            for c in self.spec.claims
            if c.name in claims
        ]
        return not all(tried) or bool(self.spec.not_monitored)

    def _doubtful(self) -> bool:
        return self.doubts is not None and bool(self.doubts.counts)

    # ------------------------------------------------------------ as it happens

    def _bad(self, line: Line, reason: str, log: Log) -> None:
        if self.quarantine is not None:
            self.quarantine.write(line.data)
        if line.continued:
            return
        self.unread += 1
        self.session.tell({"bad_input": {"line": line.number, "reason": reason, **self._in_log(log)}})
        self.session.say(f"{paint('not read', 'yellow')} {self._place(line.number, log)}: {reason}")
        if self.stop_on_bad_input:
            raise StopOnBadInput

    def _drain(self, line: int | None, log: Log | None) -> None:
        oracle = self.oracle
        if not (oracle.violations or oracle.broken or oracle.faults):
            return
        sure: list[Violation] = oracle.violations
        broken: list[Violation] = oracle.broken
        if self.doubts is not None:
            sure, broken, doubted = self.doubts.split(sure, broken)
            for violation in doubted:
                self._tell_doubt(self.doubts, violation, line, log)
        for violation in broken:
            self.broken[violation.invariant] += 1
            self._tell(violation, "assumption broken", line, log)
        for violation in sure:
            self.violated[violation.invariant] += 1
            self._tell(violation, "violated", line, log)
        oracle.broken.clear()
        oracle.violations.clear()
        for fault in oracle.faults:
            self.faults += 1
            words = f"two writes that contradict each other: {fault}"
            self.session.tell({"specification_fault": {"position": fault.position, "message": str(fault)}})
            self.session.say(f"{paint('specification fault', 'red')} {words}")
        oracle.faults.clear()

    def _tell(
        self, violation: Violation, verdict: str, line: int | None, log: Log | None, **more: str
    ) -> None:
        number = {} if line is None else {"line": line}
        self.session.tell({**record(violation, verdict), **number, **self._in_log(log), **more})
        colour: Colour = "red" if verdict == "violated" else "yellow"
        place = [] if line is None or log is None else [self._place(line, log)]
        lines = (*place, *violation.account(), *(f"because {reason}" for reason in more.values()))
        head = f"{paint(verdict, colour)} {headline(violation)}"
        self.session.say("\n  ".join((head, *lines)))

    def _tell_doubt(self, doubts: Doubts, violation: Violation, line: int | None, log: Log | None) -> None:
        """The first of each claim; the others are counted."""
        doubts.counts[violation.invariant] += 1
        if doubts.counts[violation.invariant] == 1:
            self._tell(violation, "undecided", line, log, because=BECAUSE)

    def tick(self, log: Log) -> None:
        """Nothing has come for a while: the clock goes on, where it is asked to."""
        now = None if self.clock is None else self.clock.due(self.oracle)
        if now is not None:
            for one in () if self.reorder is None else self.reorder.until(now):
                self._observe(one)
            self.oracle.tick(as_told(self.oracle, now))
            self._drain(None, log)

    def _place(self, line: int, log: Log) -> str:
        return f"{log.path}:{line}" if self.named else f"line {line}"

    def _in_log(self, log: Log | None) -> dict[str, str]:
        return {"log": str(log.path)} if self.named and log is not None else {}

    # ------------------------------------------------------------ at the end

    def _summary(self) -> dict[str, Any]:
        summary: dict[str, Any] = self.oracle.finish()
        if self.doubts is not None:
            self.doubts.summarise(summary)
        for name, claim in summary["claims"].items():
            if self.violated[name]:
                claim["verdict"] = "violated"
            elif self.broken[name]:
                claim["verdict"] = "assumption broken"
            if self.violated[name] or self.broken[name]:
                claim["failures"] = self.violated[name] + self.broken[name]
        summary["violations"] = self.violated.total()
        summary["broken"] = self.broken.total()
        summary["faults"] = self.faults
        summary["not_read"] = self.unread
        if self.mapping is not None:
            summary["ignored"] = self.ignored
        if self.ids is not None:
            summary["duplicates"] = self.ids.dropped
        return summary

    def _say_summary(self, session: Session, summary: dict[str, Any]) -> None:
        rows = []
        for name, claim in summary["claims"].items():
            times = claim.get("exercised", claim.get("reached", 0))
            rows.append((f"  {name}", _verdict_words(claim, times), _times_words(claim, times)))
        found = [plural(summary["positions"], "event"), plural(summary["violations"], "violation")]
        found += (
            [f"{plural(self.doubts.counts.total(), 'finding')} undecided"]
            if self._doubtful() and self.doubts
            else []
        )
        found += [f"{plural(self.unread, 'line')} not read"] if self.unread else []
        found += [f"{plural(self.ignored, 'line')} ignored"] if self.ignored else []
        found += (
            [f"{plural(self.ids.dropped, 'copy', 'copies')} dropped"] if self.ids and self.ids.dropped else []
        )
        found += [plural(len(summary["pending"]), "obligation") + " undecided"] if summary["pending"] else []
        session.say(f"{summary['specification']}: {', '.join(found)}")
        for line, claim in zip(columns(rows), summary["claims"].values(), strict=True):
            colour = _colour(claim)
            session.say(paint(line, colour) if colour else line)
        for group in summary["causes"]:
            if group["violations"] > 1 and group["from"]:
                origin = "; ".join(group["from"])
                session.say(f"  {group['invariant']}, {plural(group['violations'], 'time')}: {origin}")
        if summary["not_monitored"]:
            session.say(f"  not monitored, prove only: {', '.join(summary['not_monitored'])}")


def _verdict_words(claim: dict[str, Any], times: int) -> str:
    verdict = claim["verdict"]
    if "failures" in claim:
        verdict += f" {plural(claim['failures'], 'time')}"
    if claim.get("undecided"):
        often = plural(claim["undecided"], "time")
        verdict += f" {often}, as the log begins midway" if verdict == "undecided" else f", undecided {often}"
    if claim.get("unjudged"):
        verdict += f", {claim['unjudged']} unjudged"
    return f"{verdict}, never exercised" if not times and claim["kind"] != "cover" else str(verdict)


def _times_words(claim: dict[str, Any], times: int) -> str:
    if not times:
        return ""
    return f"{'reached' if claim['kind'] == 'cover' else 'exercised'} {plural(times, 'time')}"


def _colour(claim: dict[str, Any]) -> Colour | None:
    match claim["verdict"]:
        case "violated":
            return "red"
        case "assumption broken" | "pending" | "not reached" | "undecided":
            return "yellow"
        case _:
            return None
