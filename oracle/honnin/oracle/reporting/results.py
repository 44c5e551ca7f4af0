"""What commands told with `--format json`, read back and put together by what it is about."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from honnin.oracle.status import Status, worst
from honnin.spec.records import dataclass, field

Record = dict[str, Any]
_VERDICTS = {
    "well": Status.WELL,
    "undecided": Status.UNDECIDED,
    "example fails": Status.NO,
    "wrong": Status.WRONG,
}


UNLIKE = (LookupError, TypeError, AttributeError, ValueError)
"""What reading an object raises that is not made as this version makes it."""


class NoResults(ValueError):
    """A file is not what a command told. The message says where."""


@dataclass(slots=True)
class Trace:
    """A run of `watch` or `audit`: what it told at its start, as it went on, and at its end (None where it did not come to one)."""

    start: Record
    found: list[Record] = field(default_factory=list)
    unread: list[Record] = field(default_factory=list)
    proofs: list[Record] = field(default_factory=list)
    summary: Record | None = None

    @property
    def status(self) -> Status:
        """That of the run, `--strict` not considered."""
        summary = self.summary
        if summary is None:
            return Status.UNDECIDED
        return worst(
            Status.WRONG if summary["faults"] else Status.WELL,
            Status.NO if summary["violations"] else Status.WELL,
            Status.UNREADABLE if summary["not_read"] else Status.WELL,
            Status.UNDECIDED
            if summary["broken"] or summary["pending"] or summary.get("undecided")
            else Status.WELL,
            Status.WELL
            if all(proof["same_digest"] and proof["proved"] for proof in self.proofs)
            else Status.UNDECIDED,
        )


@dataclass(slots=True)
class Results:
    """`digests`: of the specifications that were spoken of, with their names. `others`: how many objects of other kinds there were."""

    digests: dict[str, str] = field(default_factory=dict)
    about: Record | None = None
    claims: list[Record] = field(default_factory=list)
    checked: list[Record] = field(default_factory=list)
    designs: list[Record] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    problems: list[Record] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)

    def read(self, name: str, lines: Iterable[bytes]) -> None:
        """What one file tells. Raises NoResults."""
        for number, line in enumerate(lines, 1):
            try:
                record = json.loads(line)
            except ValueError:
                record = None
            if not isinstance(record, dict):
                raise NoResults(f"line {number} of `{name}` is not what a command tells with --format json")
            try:
                self._take(record)
            except UNLIKE as error:
                raise NoResults(
                    f"line {number} of `{name}` is not what this version of honnin tells"
                ) from error

    def _take(self, record: Record) -> None:
        match record:
            case {"specification": {"verdict": _} as checked}:
                self.checked.append(checked)
                self._speaks_of(checked.get("name"), checked.get("digest"))
            case {"specification": about}:
                self.about = about
                self._speaks_of(about["name"], about["digest"])
            case {"claim": claim}:
                self.claims.append(claim)
            case {"check": design}:
                self.designs.append(design)
                self._speaks_of(design["specification"], design["digest"])
            case {"start": start}:
                self.traces.append(Trace(start))
                self._speaks_of(start["specification"], start["digest"])
            case {"diagnostic": problem} | {"fault": problem} | {"specification_fault": problem}:
                self.problems.append(problem)
            case {"verdict": _, "invariant": _}:
                self.traces[-1].found.append(record)
            case {"bad_input": unread}:
                self.traces[-1].unread.append(unread)
            case {"proof": proof}:
                self.traces[-1].proofs.append(proof)
            case {"summary": summary}:
                self.traces[-1].summary = summary
            case _:
                self.others.update(record.keys() - {"example", "cost"})

    def _speaks_of(self, name: str | None, digest: str | None) -> None:
        if digest is not None:
            self.digests[digest] = name or ""

    @property
    def of_one(self) -> bool:
        """Whether all results are of one specification, as it was at one time."""
        return len(self.digests) == 1

    @property
    def status(self) -> Status:
        """The worst of what the results say; undecided where they are not of one specification."""
        faults = [Status.FAULT if "digest" in problem else _severity(problem) for problem in self.problems]
        return worst(
            Status.WELL if self.of_one else Status.UNDECIDED,
            *(_VERDICTS[checked["verdict"]] for checked in self.checked),
            *(Status(design["status"]) for design in self.designs),
            *(trace.status for trace in self.traces),
            *faults,
        )


def _severity(problem: Record) -> Status:
    return Status.WELL if problem.get("severity") == "warning" else Status.WRONG
