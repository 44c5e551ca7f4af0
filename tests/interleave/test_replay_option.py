"""`pytest --honnin-replay=TOKEN`, from the outside."""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from typing import Any

import pytest

RACE = """
    from honnin.oracle.interleave import explore, point

    def counter(run):
        box = [0]
        def add():
            before = box[0]
            {point}
            box[0] = before + 1
        def check():
            assert box[0] == 2, f"{{box[0]}} is not 2"
        run.thread("a", add)
        run.thread("b", add)
        run.check(check)

    def test_counter():
        explore(counter)
"""


@pytest.fixture
def run(pytester: pytest.Pytester) -> Any:
    installed = any(entry.name == "honnin" for entry in entry_points(group="pytest11"))
    plugin = [] if installed else ["-p", "honnin.oracle.pytest_plugin"]

    def go(point: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(test_race=RACE.format(point=point))
        return pytester.runpytest("-p", "no:cacheprovider", "--assert=plain", *plugin, *arguments)

    return go


def token_of(result: pytest.RunResult) -> str:
    found = re.search(
        r"replay it: pytest 'test_race\.py::test_counter' --honnin-replay=(\S+)", str(result.stdout)
    )
    assert found is not None
    return found[1]


def test_a_failure_shows_the_schedule_and_is_replayed_by_its_token(run: Any) -> None:
    first = run('point("read")')
    first.assert_outcomes(failed=1)
    first.stdout.fnmatch_lines(["*InterleavingFailed: at the end: AssertionError: 1 is not 2", "E * a * b"])
    again = run('point("read")', f"--honnin-replay={token_of(first)}")
    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(["*InterleavingFailed: at the end: AssertionError: 1 is not 2"])


def test_a_schedule_that_the_code_no_longer_has_is_no_pass(run: Any) -> None:
    token = token_of(run('point("read")'))
    changed = run("pass", f"--honnin-replay={token}")
    changed.assert_outcomes(failed=1)
    changed.stdout.fnmatch_lines(["*ScheduleDiverged*"])


def test_a_token_that_no_test_runs_is_no_pass(run: Any) -> None:
    token = token_of(run('point("read")'))
    unused = run('point("read")', f"--honnin-replay={token}", "-k", "no_such_test or test_nothing")
    assert unused.ret != pytest.ExitCode.OK
    unused.stdout.fnmatch_lines(["honnin: no test ran the schedule of --honnin-replay"])
