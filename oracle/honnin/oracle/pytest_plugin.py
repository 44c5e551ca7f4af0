"""The pytest plugin: `@pytest.mark.honnin("spec.honnin")` and the fixture `honnin_oracle`.

pytest imports this module in every run where honnin is installed: nothing of honnin is imported before a test asks for it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from honnin.oracle.pytest_oracle import WatchedTest

_MARKER = (
    'honnin(spec, *, facts=None, expect=(), pending="fail", on_violation="raise", clock=time.time, mask_key=None, '
    "reveal=False): the specification (a file, relative to the test's) that the fixture `honnin_oracle` watches; `expect` "
    'names the invariants that the test must see violated, `pending="allow"` lets obligations be open at the end'
)
_ORACLE: pytest.StashKey[WatchedTest] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)


def pytest_report_collectionfinish(items: list[pytest.Item]) -> list[str]:
    """Names the specifications that the collected tests watch."""
    marked = [(item, marker) for item in items if (marker := item.get_closest_marker("honnin"))]
    if not marked:
        return []
    from honnin.oracle.pytest_oracle import describe

    return list(dict.fromkeys(describe(item, marker) for item, marker in marked))


@pytest.fixture
def honnin_oracle(request: pytest.FixtureRequest) -> Iterator[Any]:
    """An oracle of the specification that `@pytest.mark.honnin` names: a method per event, and `observe`.

    A violation fails the test, also where the code under test swallows the exception; so does an obligation that is still open
    when the test function ends, or a broken assumption (undecided is no pass).
    """
    from honnin.oracle import pytest_oracle

    watched = pytest_oracle.WatchedTest.of(request.node)
    request.node.stash[_ORACLE] = watched
    yield watched.oracle
    watched.conclude_late()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """The trace ends with the test function."""
    yield
    watched = item.stash.get(_ORACLE, None)
    if watched is not None:
        watched.conclude()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the oracle saw goes with the report of the test, to JUnit too, and through xdist."""
    watched = item.stash.get(_ORACLE, None)
    record = watched.record() if watched is not None and call.when == "call" else None
    if record is not None:
        item.user_properties += [(f"honnin.{name}", text) for name, text in record["properties"].items()]
    report = yield
    if record is not None:
        report.honnin = record  # type: ignore[attr-defined]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Which invariants the whole session never exercised."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    records = [report.honnin for report in reports if hasattr(report, "honnin")]
    if not records:
        return
    from honnin.oracle.pytest_oracle import summary_lines

    terminalreporter.section("honnin")
    for line in summary_lines(records):
        terminalreporter.write_line(line)
