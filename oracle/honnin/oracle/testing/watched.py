"""An oracle under test: what it was told, which of its violations the test has failed for, what is left at the end."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from honnin.compiler.runtime.base import (
    FactsRefused,
    InvariantViolated,
    SettingRefused,
    SpecificationFault,
    Violation,
)
from honnin.oracle.account import headline
from honnin.oracle.attach.targets import listening
from honnin.oracle.several import as_one, together
from honnin.oracle.testing import records
from honnin.oracle.testing.memory import Memory, remembering
from honnin.oracle.testing.problems import NotViolated, Refused, Undecided, members
from honnin.oracle.testing.records import Record
from honnin.oracle.testing.settings import Settings, settings

__tracebackhide__ = True
_PARTS = ("honnin.", "<oracle ")


class Watched:
    """One trace. `scope`: what shares the oracle (`test`, `class`, `module`, `session`). `test`: the one that runs."""

    def __init__(self, wanted: Settings, scope: str = "test") -> None:
        """Makes the oracle, at the start of its trace. Raises Refused, and InvariantViolated where the facts violate something."""
        self.settings = wanted
        self.spec = wanted.spec
        self.scope = scope
        self.expect = wanted.expect
        self._tests: list[tuple[int, str]] = []
        self._errors: list[InvariantViolated] = []
        self._told = {"violations": 0, "broken": 0, "faults": 0}
        self._seen: set[str] = set()
        key = secrets.token_bytes(32) if wanted.mask_key is None else wanted.mask_key
        self._memory = Memory(self.spec.specification, key, bool(wanted.reveal))
        make = remembering(self.spec.namespace["Oracle"], self.spec.specification, self._memory)
        self.oracle: Any = None
        mode = wanted.on_violation
        told: Any = self._tell if mode in (None, "raise", "collect") or callable(mode) else mode
        options = {"facts": wanted.facts, "clock": wanted.clock, "mask_key": key, "reveal": wanted.reveal}
        try:
            self.oracle = make(told, **options)
        except (FactsRefused, SettingRefused) as error:
            raise Refused(str(error)) from None

    @property
    def mode(self) -> Any:
        """What is done with a violation when it happens."""
        return self.settings.on_violation or ("collect" if self.expect else "raise")

    def enter(self, test: str, expect: frozenset[str]) -> None:
        """From now on this test reports the events."""
        self._tests.append((self.oracle.position + 1, test))
        self.expect = expect
        self._seen = set()

    def heard(self, test: str) -> bool:
        """Whether the test could report events."""
        return any(name == test for _, name in self._tests)

    # ------------------------------------------------------------ while events come in

    def _tell(self, violation: Violation) -> None:
        """What the oracle calls with each violation."""
        error = self._error(violation)
        self._errors.append(error)
        if callable(self.mode):
            self.mode(violation)
        elif self.mode == "raise":
            raise error
        else:
            error.with_traceback(_outside(sys._getframe()))

    def _error(self, violation: Violation) -> InvariantViolated:
        others = 0
        if self.oracle is not None:
            at_once = [v for v in self.oracle.violations if v.position == violation.position]
            others = max(0, len(at_once) - 1 - at_once.index(violation))
        error = InvariantViolated(violation, others)
        error.add_note("\n".join(["the events that matter:", *self._memory.story(violation)]))
        reporter = self._reporter(violation.trigger)
        if self._tests and reporter != self._tests[-1][1]:
            error.add_note(f"event {violation.trigger} was reported in {reporter}")
        return error

    def _reporter(self, position: int) -> str:
        """The test that reported the event there."""
        return next((test for start, test in reversed(self._tests) if start <= position), "the set-up")

    # ------------------------------------------------------------ the end of a test

    def problems(self, *, at_end: bool) -> list[Exception]:
        """What the test must fail for and has not failed for yet; `at_end`: the trace ends here."""
        found: list[Exception] = [*self._violations(), *self._faults()]
        missing = sorted(self.expect - self._seen)
        found += [NotViolated(f"expected to be violated, but was not: {name}") for name in missing]
        found += self._broken()
        if at_end and self.settings.pending == "fail":
            found += self._pending()
        return found

    def late_problems(self) -> list[Exception]:
        """What was violated after the end of the test."""
        return [*self._violations(), *self._faults()]

    def note(self, error: BaseException) -> None:
        """The test fails with `error`: what it has not told yet is added to it."""
        own = members(error)
        for problem in self.late_problems():
            if not any(problem is one for one in own):
                error.add_note("\n".join([f"besides: {problem}", *problem.__notes__]))

    def _violations(self) -> Iterator[Exception]:
        """The errors of the violations that are new, the exceptions themselves where they were raised."""
        new = self.oracle.violations[self._told["violations"] :]
        self._told["violations"] += len(new)
        kept, self._errors = self._errors, []
        for violation in new:
            self._seen.add(violation.invariant)
            if violation.invariant not in self.expect:
                known = (error for error in kept if error.violation is violation)
                yield next(known, None) or self._error(violation)

    def _faults(self) -> Iterator[Exception]:
        new = self.oracle.faults[self._told["faults"] :]
        self._told["faults"] += len(new)
        return (SpecificationFault(fault) for fault in new)

    def _broken(self) -> Iterator[Exception]:
        new = self.oracle.broken[self._told["broken"] :]
        self._told["broken"] += len(new)
        for violation in new:
            error = Undecided(f"undecided: the assumption {headline(violation)} is broken")
            for line in violation.account():
                error.add_note(line)
            yield error

    def _pending(self) -> Iterator[Exception]:
        for name, position in self.oracle.pending:
            where = f" (in {self._reporter(position)})" if self._tests else ""
            error = Undecided(f"undecided: {name}, raised by event {position}{where}, is still open")
            error.add_note("\n".join(["raised by", *self._memory.at(position)]))
            yield error

    # ------------------------------------------------------------ what is said of it

    def record(self) -> Record:
        """What is to be said of the trace; only JSON values."""
        return records.of(self.spec, self.oracle.finish(), self.settings.pending == "allow")

    def properties(self) -> dict[str, str]:
        """For JUnit: what can be said of the test now."""
        summary = self.oracle.finish()
        claims: Mapping[str, Any] = summary["claims"]
        tried = [name for name, claim in claims.items() if claim.get("exercised") or claim.get("reached")]
        return {
            "specification": self.spec.name,
            "digest": self.spec.digest,
            "scope": self.scope,
            "verdict": records.verdict(summary, pending_allowed=self.settings.pending == "allow"),
            "violated": ", ".join(n for n, claim in claims.items() if claim["verdict"] == "violated"),
            "exercised": ", ".join(tried),
        }


def conclude(watches: list[Watched]) -> None:
    """Raises what a test under these oracles must fail for; several as an ExceptionGroup."""
    problems = [problem for watched in watches for problem in watched.problems(at_end=True)]
    if problems:
        raise as_one(problems, ", ".join(watched.spec.name for watched in watches))


def _outside(frame: FrameType | None) -> TracebackType | None:
    """A traceback to the nearest place outside honnin: where the event was reported."""
    while frame is not None and frame.f_globals.get("__name__", "").startswith(_PARTS):
        frame = frame.f_back
    return None if frame is None else TracebackType(None, frame, frame.f_lasti, frame.f_lineno)


class watching:
    """A block of code under an oracle of each specification (files): gives the oracle, or `Oracles` where there are several.

    The settings are those of the marker `honnin`. At the end of the block, what is violated or undecided is raised
    (InvariantViolated, Undecided; several as an ExceptionGroup), also where the code has swallowed it. Raises Refused.
    """

    def __init__(self, *specifications: str | Path, **given: Any) -> None:
        if not specifications:
            raise Refused("`watching` needs a specification")
        self._settings = settings(specifications, given)
        self._watches: list[Watched] = []

    def __enter__(self) -> Any:
        self._watches = [Watched(one) for one in self._settings]
        oracle = together([watched.oracle for watched in self._watches])
        self._listening = listening(oracle)
        self._listening.__enter__()
        return oracle

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        self._listening.__exit__()
        for watched in self._watches:
            records.collect(watched.record())
        if error is None:
            conclude(self._watches)
        else:
            for watched in self._watches:
                watched.note(error)
