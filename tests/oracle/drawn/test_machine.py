"""Stateful tests made from a specification."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from honnin.oracle import InvariantViolated
from honnin.oracle.attach import observe
from honnin.oracle.hypothesis import Clock, as_state_machine
from honnin.oracle.testing import Undecided
from honnin.oracle.testing.records import collected

SPOOL = """spec spool "A printer's spool"
entity Person, Request
input event request(request: Request, wanted: Person)
input event fetch(request: Request)
output event issue(request: Request, subject: Person)
state wanted: Request -> Person?
after request(r, p) { wanted[r] := p }
assume once_each "A request comes once": on request(r, _): not earlier request(r, _)
assume asked_for "What is fetched was asked for": on fetch(r): wanted[r] != none
invariant right_person "It shows the person it was requested for": on issue(r, s): wanted[r] == s
cover served "Something is issued": on issue(_, _): true
"""
TIMED = """spec timed "An answer in time"
entity Request
input event ask(request: Request)
output event answer(request: Request)
invariant in_time "Every question is answered within five seconds": on ask(r): eventually[<= 5s] answer(r)
"""
FEW = settings(max_examples=25, stateful_step_count=8, derandomize=True, database=None, deadline=None)


class OneSlot:
    """The fault: one slot for every request."""

    def __init__(self, oracle: Any) -> None:
        self.oracle = oracle
        self.slots: dict[str, str] = {}

    def slot(self, request: str) -> str:
        return "slot"

    def request(self, request: str, wanted: str) -> None:
        assert self.slot(request) == "slot" or request not in self.slots
        self.slots[self.slot(request)] = wanted

    def fetch(self, request: str) -> None:
        self.oracle.issue(request=request, subject=self.slots[self.slot(request)])


class SlotEach(OneSlot):
    """The fix."""

    def slot(self, request: str) -> str:
        return request


class Swallowing(OneSlot):
    """The fault, and what the oracle raises is swallowed; the event is reported by attached code."""

    def fetch(self, request: str) -> None:
        with contextlib.suppress(AssertionError):
            observe("issue", request=request, subject=self.slots["slot"])


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "spool.honnin").write_text(SPOOL)
    (tmp_path / "timed.honnin").write_text(TIMED)
    return tmp_path


@pytest.mark.parametrize("driver", [OneSlot, Swallowing])
def test_a_fault_is_found_and_told_shortly(
    files: Path, driver: type, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = as_state_machine(files / "spool.honnin", driver)
    with pytest.raises(InvariantViolated) as raised:
        run_state_machine_as_test(machine, settings=FEW)
    notes = "\n".join(raised.value.__notes__)
    assert "with r = r1, s = p2" in notes
    steps = [line.strip() for line in notes.splitlines() if line.strip().startswith("state.")]
    assert steps == [
        "state.request(request='r1', wanted='p1')",
        "state.request(request='r2', wanted='p2')",
        "state.fetch(request='r1')",
        "state.teardown()",
    ]


def test_the_fixed_system_passes_and_what_it_exercised_is_told(files: Path) -> None:
    collected()
    run_state_machine_as_test(as_state_machine(files / "spool.honnin", SlotEach), settings=FEW)
    (record,) = collected()
    counts = {name: claim["count"] for name, claim in record["claims"].items()}
    assert all(counts.values()), counts
    assert not any(claim["violated"] or claim["undecided"] for claim in record["claims"].values())
    assert record["traces"] >= 10


class Answering:
    """Answers after so many seconds; its time is that of the run."""

    after = 5.0

    def __init__(self, oracle: Any, clock: Clock) -> None:
        self.oracle, self.clock = oracle, clock
        self.open: dict[str, float] = {}

    def ask(self, request: str) -> None:
        self.open.setdefault(request, self.clock())

    def wait(self, seconds: float) -> None:
        for request, since in list(self.open.items()):
            if round(self.clock() - since, 6) >= self.after:
                self.oracle.answer(request=request)
                del self.open[request]


class TooLate(Answering):
    after = 5.000001


class Never(Answering):
    after = 1e9


def test_deadlines_on_a_controlled_clock(files: Path) -> None:
    run_state_machine_as_test(as_state_machine(files / "timed.honnin", Answering), settings=FEW)
    for driver in (TooLate, Never):
        with pytest.raises(InvariantViolated, match="in_time"):
            run_state_machine_as_test(as_state_machine(files / "timed.honnin", driver), settings=FEW)


def test_what_is_open_at_the_end(files: Path) -> None:
    class Silent:
        def __init__(self, oracle: Any) -> None: ...
        def ask(self, request: str) -> None: ...

    with pytest.raises(InvariantViolated, match="by the clock"):
        run_state_machine_as_test(as_state_machine(files / "timed.honnin", Silent), settings=FEW)


def test_a_broken_assumption_is_undecided(files: Path) -> None:
    class Doubling(SlotEach):
        def request(self, request: str, wanted: str) -> None:
            self.oracle.request(request=request, wanted=wanted)
            self.oracle.request(request=request, wanted=wanted)

    machine = as_state_machine(files / "spool.honnin", Doubling, reports_inputs=True)
    with pytest.raises(Undecided, match="once_each"):
        run_state_machine_as_test(machine, settings=FEW)


def test_a_system_that_reports_its_inputs_itself(files: Path) -> None:
    class Reporting(SlotEach):
        def request(self, request: str, wanted: str) -> None:
            self.oracle.request(request=request, wanted=wanted)
            super().request(request, wanted)

        def fetch(self, request: str) -> None:
            self.oracle.fetch(request=request)
            super().fetch(request)

    run_state_machine_as_test(
        as_state_machine(files / "spool.honnin", Reporting, reports_inputs=True), settings=FEW
    )


def test_a_driver_that_cannot_drive(files: Path) -> None:
    with pytest.raises(
        TypeError, match="HN0677: the driver has no method for the input event request, fetch"
    ):
        as_state_machine(files / "spool.honnin", Answering)
    with pytest.raises(ValueError, match="HN0673: pending is"):
        as_state_machine(files / "spool.honnin", OneSlot, pending="never")  # type: ignore[arg-type]


def test_pytest_collects_the_test_case(files: Path, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        f"""
        from hypothesis import settings
        from honnin.oracle.hypothesis import as_state_machine

        class Driver:
            def __init__(self, oracle):
                self.oracle, self.slots = oracle, {{}}
            def request(self, request, wanted):
                self.slots[request] = wanted
            def fetch(self, request):
                self.oracle.issue(request=request, subject=self.slots[request])

        Machine = as_state_machine({str(files / "spool.honnin")!r}, Driver)
        TestSpool = Machine.TestCase
        TestSpool.settings = settings(
            max_examples=5, stateful_step_count=10, derandomize=True, deadline=None, database=None
        )
        """
    )
    result = pytester.runpytest(
        *(
            "-p",
            "no:cacheprovider",
            "-p",
            "no:schemathesis",
            "-p",
            "no:asyncio",
            "--hypothesis-show-statistics",
        )
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["spool (*), * traces of * events"])
    result.stdout.fnmatch_lines(["*, exercised right_person"])
