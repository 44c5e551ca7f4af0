"""A folder with specifications, in which tests are run."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import pytest

import honnin.oracle.testing.marked  # noqa: F401 - see `run`
from honnin.oracle import load
from tests.oracle.testing.inner import HEAD, Run

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs tests in a folder that has the specifications. pytest shortens its summary except under CI: here it always does."""
    for variable in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(variable, raising=False)
    for name in (
        "certificate_issuance.honnin",
        "bounded.honnin",
        "wrong.honnin",
        "untried.honnin",
        "site.json",
    ):
        (pytester.path / name).write_bytes((DATA / name).read_bytes())
    # pytester forgets the modules that an inner run imports, but not all that hold them: so they are imported before
    load(DATA / "certificate_issuance.honnin")
    installed = any(point.name == "honnin" for point in entry_points(group="pytest11"))
    plugin = [] if installed else ["-p", "honnin.oracle.pytest_plugin"]

    def go(body: str, *arguments: str, asyncio: bool = False) -> pytest.RunResult:
        pytester.makepyfile(HEAD + body)
        usual = ["--strict-markers", "-p", "no:cacheprovider", "-p", "no:schemathesis"]
        usual += ["-o", "asyncio_default_fixture_loop_scope=function"] if asyncio else ["-p", "no:asyncio"]
        return pytester.runpytest(*usual, *plugin, *arguments)

    return go
