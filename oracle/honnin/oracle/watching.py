"""Logs on the command line: every line to an oracle, everything that it finds told at once and then forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from honnin.compiler.runtime.base import BadInput
from honnin.oracle.account import headline, record
from honnin.oracle.certificates import Coverage
from honnin.oracle.lines import LONGEST, Line
from honnin.oracle.mapped import LogMapping
from honnin.oracle.monitor import Spec
from honnin.oracle.session import Colour, Session, paint
from honnin.oracle.status import Status, worst
from honnin.oracle.table import columns, plural


class StopOnBadInput(Exception):
    """A line could not be read, and the user asked to stop there."""


@dataclass(slots=True)
class Watching:
    """One trace, which may stand in several logs. What was found is counted here: the oracle's own lists are emptied."""

    session: Session
    spec: Spec
    oracle: Any
    quarantine: BinaryIO | None = None
    stop_on_bad_input: bool = False
    proof: Coverage | None = None
    mapping: LogMapping | None = None
    violated: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    faults: int = 0
    unread: int = 0
    ignored: int = 0

    def begin(self) -> None:
        """Says what is watched and what is not; then what already failed before any event."""
        left_out = self.spec.not_monitored
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

    def read(self, lines: Iterable[Line], log: Path | None = None) -> None:
        """Every line to the oracle; `log` is named where there are several."""
        for line in lines:
            content = line.content
            if not line.whole:
                self._bad(line, f"the line is longer than {LONGEST} bytes", log)
            elif content:
                try:
                    self._observe(content)
                except BadInput as error:
                    self._bad(line, str(error), log)
                else:
                    self._drain(line, log)

    def _observe(self, content: bytes) -> None:
        if self.mapping is None:
            self.oracle.observe_line(content)
        elif not self.mapping.observe(self.oracle, content):
            self.ignored += 1

    def end(self) -> Status:
        """The summary; the status of the whole trace, `--strict` not considered."""
        summary = self._summary()
        self.session.tell({"summary": summary})
        self._say_summary(summary)
        return worst(
            Status.WRONG if self.faults else Status.WELL,
            Status.NO if self.violated else Status.WELL,
            Status.UNREADABLE if self.unread else Status.WELL,
            Status.UNDECIDED if self.broken or summary["pending"] else Status.WELL,
        )

    def untried(self) -> bool:
        """Whether a claim was never exercised, a cover never reached, or something is not monitored."""
        oracle = self.oracle
        return (
            not all(oracle.exercised.values())
            or not all(oracle.reached.values())
            or bool(self.spec.not_monitored)
        )

    # ------------------------------------------------------------ as it happens

    def _bad(self, line: Line, reason: str, log: Path | None) -> None:
        if self.quarantine is not None:
            self.quarantine.write(line.data)
        if line.continued:
            return
        self.unread += 1
        self.session.tell({"bad_input": {"line": line.number, "reason": reason, **_in_log(log)}})
        self.session.say(f"{paint('not read', 'yellow')} {_line_words(line, log)}: {reason}")
        if self.stop_on_bad_input:
            raise StopOnBadInput

    def _drain(self, line: Line | None, log: Path | None) -> None:
        oracle = self.oracle
        if not (oracle.violations or oracle.broken or oracle.faults):
            return
        for verdict, found, counts in (
            ("assumption broken", oracle.broken, self.broken),
            ("violated", oracle.violations, self.violated),
        ):
            for violation in found:
                counts[violation.invariant] += 1
                number = {} if line is None else {"line": line.number}
                self.session.tell({**record(violation, verdict), **number, **_in_log(log)})
                colour: Colour = "red" if verdict == "violated" else "yellow"
                self.session.say(f"{paint(verdict, colour)} {headline(violation)}")
                place = [] if line is None else [_line_words(line, log)]
                for text in (*place, *violation.account()):
                    self.session.say(f"  {text}")
            found.clear()
        for fault in oracle.faults:
            self.faults += 1
            words = f"two writes that contradict each other: {fault}"
            self.session.tell({"specification_fault": {"position": fault.position, "message": str(fault)}})
            self.session.say(f"{paint('specification fault', 'red')} {words}")
        oracle.faults.clear()

    # ------------------------------------------------------------ at the end

    def _summary(self) -> dict[str, Any]:
        summary: dict[str, Any] = self.oracle.finish()
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
        return summary

    def _say_summary(self, summary: dict[str, Any]) -> None:
        rows = []
        for name, claim in summary["claims"].items():
            times = claim.get("exercised", claim.get("reached", 0))
            rows.append((f"  {name}", _verdict_words(claim, times), _times_words(claim, times)))
        found = [plural(summary["positions"], "event"), plural(summary["violations"], "violation")]
        found += [f"{plural(self.unread, 'line')} not read"] if self.unread else []
        found += [f"{plural(self.ignored, 'line')} ignored"] if self.ignored else []
        found += [plural(len(summary["pending"]), "obligation") + " undecided"] if summary["pending"] else []
        self.session.say(f"{summary['specification']}: {', '.join(found)}")
        for line, claim in zip(columns(rows), summary["claims"].values(), strict=True):
            colour = _colour(claim)
            self.session.say(paint(line, colour) if colour else line)
        if summary["not_monitored"]:
            self.session.say(f"  not monitored, prove only: {', '.join(summary['not_monitored'])}")


def _verdict_words(claim: dict[str, Any], times: int) -> str:
    verdict = claim["verdict"]
    if "failures" in claim:
        verdict += f" {plural(claim['failures'], 'time')}"
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
        case "assumption broken" | "pending" | "not reached":
            return "yellow"
        case _:
            return None


def _line_words(line: Line, log: Path | None) -> str:
    return f"line {line.number}" if log is None else f"{log}:{line.number}"


def _in_log(log: Path | None) -> dict[str, str]:
    return {} if log is None else {"log": str(log)}
