"""What an exploration says of the claims that it tried, and what a pytest session makes of it."""

from __future__ import annotations

import warnings
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import honnin.oracle.testing.marked  # noqa: F401 - pytester forgets what an inner run imports first
from honnin.oracle.interleave import InterleavingFailed, Run, explore
from honnin.oracle.interleave.tried import NothingTried
from honnin.oracle.interleave.unmodified import Report, explore_unmodified
from honnin.oracle.misuse import Misuse
from honnin.oracle.testing import records

SPEC = Path(__file__).with_name("certificates.honnin")
UNTRIED = "HN0681: no claim of certificates was exercised in 10 schedules: nothing was tried"
TESTS = """
from honnin.oracle.interleave import explore

def server(asked, printed):
    def scenario(run):
        run.oracle.request(request="r1", wanted="p1")
        run.oracle.request(request="r2", wanted="p2")
        for number in (1, 2):
            if asked:
                run.thread(f"t{number}", run.oracle.request, f"r{number}", f"p{number}")
            else:
                run.thread(f"t{number}", run.oracle.issue, f"r{number}", printed or f"p{number}")
    return scenario

def test_tried(): explore(server(False, None), oracle="certificates.honnin")
def test_untried(): explore(server(True, None), oracle="certificates.honnin")
def test_swapped(): explore(server(False, "p1"), oracle="certificates.honnin")
"""


def two_requests(run: Run) -> None:
    run.thread("a", run.oracle.request, "r1", "p1")
    run.thread("b", run.oracle.request, "r2", "p2")


def two_certificates(run: Run) -> None:
    run.oracle.request("r1", "p1")
    run.thread("a", run.oracle.issue, "r1", "p1")
    run.thread("b", run.oracle.issue, "r1", "p1")


def test_an_exploration_that_exercises_nothing_says_so() -> None:
    with pytest.warns(NothingTried) as caught:
        explored = explore(two_requests, oracle=SPEC)
    assert [str(warning.message) for warning in caught] == [UNTRIED]
    assert caught[0].filename == __file__
    assert explored.exercised is not None and not any(explored.exercised.values())
    assert str(explored) == "every schedule: 10 schedules, 40 steps; no claim was exercised"


def test_what_was_exercised_is_counted_over_all_schedules() -> None:
    records.collected()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        explored = explore(two_certificates, oracle=SPEC)
    assert explored.exercised == {"right_person": 2 * explored.schedules}
    assert "no claim" not in str(explored)
    (record,) = records.collected()
    assert (record["traces"], record["events"]) == (explored.schedules, 3 * explored.schedules)
    assert explore(lambda run: run.thread("a", int)).exercised is None


def test_a_failing_exploration_is_counted_up_to_its_failure() -> None:
    def swapped(run: Run) -> None:
        run.oracle.request("r1", "p1")
        run.thread("a", run.oracle.issue, "r1", "p2")

    records.collected()
    with pytest.raises(InterleavingFailed):
        explore(swapped, oracle=SPEC)
    (record,) = records.collected()
    assert record["traces"] == record["claims"]["right_person"]["violated"] == 1


def test_code_without_points_is_counted_too() -> None:
    def setup(report: Report) -> Report:
        return report

    worker = [lambda report: report("request", request="r1", wanted="p1")]
    with pytest.warns(NothingTried, match="HN0681: no claim of certificates was exercised"):
        explored = explore_unmodified(setup, worker * 2, oracle=SPEC)
    assert explored.exercised == {"right_person": 0}


def test_wrong_settings_have_codes() -> None:
    with pytest.raises(ValueError, match="HN0673: accesses is") as found:
        explore(two_requests, accesses="known")  # type: ignore[arg-type]
    assert isinstance(found.value, Misuse)
    with pytest.raises(Misuse, match="HN0680: an exploration has either"):
        explore(two_requests, preemptions=1, random=1)


@pytest.mark.parametrize(
    ("chosen", "lacking", "traces"),
    [("test_tried", False, "10"), ("test_untried", True, "10"), ("tried", False, "20")],
)
def test_the_summary_of_a_session_counts_schedules(
    pytester: pytest.Pytester, chosen: str, lacking: bool, traces: str
) -> None:
    result = _session(pytester, "-k", chosen, "--honnin-require-exercised")
    result.stdout.fnmatch_lines([f"certificates (*), {traces} traces of *"])
    assert ("HN0681" in str(result.stdout)) == ("untried" in str(result.stdout))
    assert ("FAILED --honnin-require-exercised" in str(result.stdout)) == lacking
    assert result.ret == (pytest.ExitCode.TESTS_FAILED if lacking else pytest.ExitCode.OK)


def test_the_summary_counts_a_failing_schedule(pytester: pytest.Pytester) -> None:
    result = _session(pytester, "-k", "swapped")
    result.assert_outcomes(failed=1, deselected=2)
    result.stdout.fnmatch_lines(["  right_person  exercised * violated in 1 trace *"])


def _session(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    (pytester.path / "certificates.honnin").write_bytes(SPEC.read_bytes())
    pytester.makepyfile(TESTS)
    installed = any(point.name == "honnin" for point in entry_points(group="pytest11"))
    plugin = [] if installed else ["-p", "honnin.oracle.pytest_plugin"]
    usual = ["-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:asyncio"]
    return pytester.runpytest(*usual, *plugin, *arguments)
