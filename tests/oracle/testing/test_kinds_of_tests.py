"""unittest, asyncio, skips, tests that fail for another reason, pickling, blocks of code; what the plugin imports."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from honnin.oracle import InvariantViolated, load
from honnin.oracle.testing import NotViolated, Undecided, watching
from honnin.oracle.testing.records import collected
from tests.oracle.testing.inner import BOUNDED, CERTIFICATE, Run

BOUNDED_FILE = Path(__file__).parents[1] / "data" / "bounded.honnin"
CASES = """
import unittest
from honnin.oracle.testing import OracleTestCase

class TestBounded(OracleTestCase):
    honnin_specs = "bounded.honnin"

    def test_well(self):
        self.oracle.ask(request="r1", delay=0, at=0)
        self.oracle.answer(request="r1", at=1)

    def test_violated(self):
        self.oracle.ask(request="r1", delay=0, at=0)
        self.oracle.answer(request="r1", at=9)

    def test_swallowed(self):
        self.oracle.ask(request="r1", delay=0, at=0)
        try: self.oracle.answer(request="r1", at=9)
        except AssertionError: pass

    def test_undecided(self):
        self.oracle.ask(request="r1", delay=0, at=0)

    def test_skipped(self):
        self.oracle.ask(request="r1", delay=0, at=0)
        self.skipTest("not today")

class TestAsync(OracleTestCase, unittest.IsolatedAsyncioTestCase):
    honnin_specs = "bounded.honnin"

    async def test_undecided(self):
        self.oracle.ask(request="r1", delay=0, at=0)

    async def test_nothing(self): pass
"""


def test_unittest_cases_under_pytest(run: Run) -> None:
    result = run(CASES)
    result.assert_outcomes(passed=2, failed=5)
    result.stdout.fnmatch_lines(["E *in_time is violated at event 2*", "E *raised by event 1*is still open"])
    result.stdout.fnmatch_lines(["bounded (*), 7 traces of 9 events"])


def test_unittest_cases_alone(run: Run, pytester: pytest.Pytester) -> None:
    run("")
    (pytester.path / "test_cases.py").write_text(CASES)
    done = subprocess.run(
        [sys.executable, "-m", "unittest", "test_cases"],
        cwd=pytester.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "FAILED (failures=5)" in done.stderr, done.stderr
    assert "with r = r1" in done.stderr
    assert "raised by\n   1  ask(request = r1, delay = 0)" in done.stderr


def test_unittest_cases_with_the_fixture(run: Run) -> None:
    body = """
import unittest
@pytest.mark.honnin("bounded.honnin")
class TestA(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _oracle(self, honnin_oracle):
        self.oracle = honnin_oracle
    def test_a(self):
        self.oracle.ask(request="r1", delay=0, at=0)
"""
    run(body).assert_outcomes(failed=1)


def test_asyncio_tests(run: Run) -> None:
    body = "import asyncio\n"
    for name, late in (("a", 1), ("b", 9)):
        body += "@pytest.mark.asyncio\n" + BOUNDED.format("")
        body += f"""async def test_{name}(honnin_oracle):
    honnin_oracle.ask(request='r1', delay=0, at=0)
    await asyncio.sleep(0)
    honnin_oracle.answer(request='r1', at={late})
"""
    result = run(body, asyncio=True)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["> *honnin_oracle.answer(request='r1', at=9)", "E *in_time is violated*"])


def test_what_is_undecided_is_no_skip(run: Run) -> None:
    ask = "def test_a(honnin_oracle):\n    honnin_oracle.ask(request='r1', delay=0, at=0)\n    pytest.skip('not today')\n"
    run(BOUNDED.format("") + ask).assert_outcomes(failed=1)
    run(BOUNDED.format(', pending="allow"') + ask).assert_outcomes(skipped=1)


def test_a_test_that_fails_for_another_reason_tells_of_the_violation_too(run: Run) -> None:
    body = """def test_a(honnin_oracle):
    request(honnin_oracle, 'r1', 'alice')
    try: issue(honnin_oracle, 'r1', 'bob')
    except AssertionError: pass
    assert 500 == 200
"""
    result = run(CERTIFICATE + body)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *assert 500 == 200", "E *besides: right_person is violated at event 2*"])


def test_a_violation_that_another_error_came_from_is_told_once(run: Run) -> None:
    body = """def test_a(honnin_oracle):
    request(honnin_oracle, 'r1', 'alice')
    try: issue(honnin_oracle, 'r1', 'bob')
    except AssertionError as error: raise RuntimeError("HTTP 500") from error
"""
    result = run(CERTIFICATE + body)
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*besides*")


def test_a_block_of_code_under_an_oracle() -> None:
    collected()
    with watching(BOUNDED_FILE) as oracle:
        oracle.ask(request="r1", delay=0, at=0)
        oracle.answer(request="r1", at=1)
    with (
        pytest.raises(Undecided, match="in_time, raised by event 1, is still open"),
        watching(BOUNDED_FILE) as oracle,
    ):
        oracle.ask(request="r1", delay=0, at=0)
    with pytest.raises(NotViolated), watching(BOUNDED_FILE, expect="in_time"):
        pass
    with (
        pytest.raises(ExceptionGroup, match="2 problems in bounded") as group,
        watching(BOUNDED_FILE) as oracle,
    ):
        oracle.ask(request="r1", delay=-1, at=0)
    assert all(isinstance(error, Undecided) for error in group.value.exceptions)
    assert sum(record["traces"] for record in collected()) == 4


def test_a_violation_survives_pickling() -> None:
    oracle = load(BOUNDED_FILE).oracle()
    oracle.ask(request="r1", delay=0, at=0)
    with pytest.raises(InvariantViolated) as raised:
        oracle.answer(request="r1", at=9)
    raised.value.add_note("and a note of the caller's")
    copy = pickle.loads(pickle.dumps(raised.value))
    assert (str(copy), copy.violation, copy.__notes__) == (
        str(raised.value),
        raised.value.violation,
        raised.value.__notes__,
    )


def test_a_run_without_oracles_imports_nothing_of_honnin(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import subprocess, sys
        def test_a():
            found = sorted(name for name in sys.modules if name.startswith(("honnin", "hypothesis.strategies", "click")))
            assert found == ["honnin", "honnin.oracle", "honnin.oracle.pytest_plugin"], found
        """
    )
    pytester.runpytest_subprocess("-p", "no:schemathesis", "-p", "no:hypothesispytest").assert_outcomes(
        passed=1
    )
