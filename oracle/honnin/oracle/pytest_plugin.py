"""The pytest plugin: `@pytest.mark.honnin("spec.honnin")` and the fixture `honnin_oracle`.

pytest imports this module in every run where honnin is installed: nothing of honnin is imported before a test asks for it.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from honnin.oracle.testing.marked import Living, Shared
    from honnin.oracle.testing.records import Record

__tracebackhide__ = True
_MARKER = (
    'honnin(*specs, scope="function", facts=None, expect=(), pending="fail", on_violation="raise", clock=time.time, '
    "mask_key=None, reveal=False): the specifications (files, relative to the test's) that the fixture `honnin_oracle` watches; "
    "without files, settings for those of the ini file; `scope` says which tests share an oracle (function, class, module, session); "
    '`expect` names the invariants that the test must see violated, `pending="allow"` lets obligations be open at the end'
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("honnin_specs", "specifications that `honnin_oracle` watches without a marker", "paths")
    parser.addini("honnin_facts", "the file of their facts", "paths")
    parser.addini(
        "honnin_scope", "which tests share an oracle: function, class, module, session", default="function"
    )
    group = parser.getgroup("honnin")
    group.addoption(
        "--honnin-replay",
        metavar="TOKEN",
        help="run the one schedule that a failure of `explore` printed, in place of every interleaving",
    )
    group.addoption(
        "--honnin-require-exercised",
        action="store_true",
        help="fail the session where a claim of a specification was never exercised, or a cover never reached",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)
    config.pluginmanager.register(_Session(config), "honnin-session")
    token = config.getoption("--honnin-replay")
    if token is not None:
        from honnin.oracle.interleave.replay_option import Replay

        config.pluginmanager.register(Replay(token))


def _live(config: pytest.Config) -> Living | None:
    """The oracles that are live, if any test has had one."""
    if "honnin.oracle.testing.records" not in sys.modules:
        return None
    from honnin.oracle.testing.marked import living

    return living(config)


def pytest_report_collectionfinish(items: list[pytest.Item]) -> list[str]:
    """Names the specifications that the collected tests watch."""
    watching = [
        item
        for item in items
        if item.get_closest_marker("honnin") or "honnin_oracle" in getattr(item, "fixturenames", ())
    ]
    if not watching:
        return []
    from honnin.oracle.testing.marked import describe

    return list(dict.fromkeys(line for item in watching for line in describe(item)))


# ---------------------------------------------------------------- fixtures


@pytest.fixture
def honnin_oracle(request: pytest.FixtureRequest) -> Iterator[Any]:
    """An oracle of the specification that the marker `honnin`, or the ini file, names: a method per event, and `observe`.

    With several specifications a mapping of their oracles by name, which reports each event to all that have it. A violation fails
    the test, also where the code under test swallows the exception; so does an obligation that is still open when the test
    function ends, or a broken assumption (undecided is no pass).
    """
    from honnin.oracle.testing.marked import oracles

    yield from oracles(request)


@pytest.fixture(scope="session")
def honnin_session_oracle(request: pytest.FixtureRequest, _honnin_session: Shared) -> Iterator[Any]:
    """The oracle of the ini file's specifications that the whole session shares, for fixtures of a wider scope than a test's."""
    from honnin.oracle.testing.marked import session_oracles

    yield from session_oracles(request.config, _honnin_session)


def _sharing(scope: str, config: pytest.Config) -> Iterator[Any]:
    from honnin.oracle.testing.marked import sharing

    yield from sharing(scope, config)


@pytest.fixture(scope="class")
def _honnin_class(request: pytest.FixtureRequest) -> Iterator[Any]:
    yield from _sharing("class", request.config)


@pytest.fixture(scope="module")
def _honnin_module(request: pytest.FixtureRequest) -> Iterator[Any]:
    yield from _sharing("module", request.config)


@pytest.fixture(scope="session")
def _honnin_session(request: pytest.FixtureRequest) -> Iterator[Any]:
    yield from _sharing("session", request.config)


# ---------------------------------------------------------------- a test


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A test's own traces end with the test function; a test that skips itself is concluded too."""
    try:
        result = yield
    except BaseException as error:
        live = _live(item.config)
        if live is not None:
            _fail_too(live, error)
        raise
    live = _live(item.config)
    if live is not None:
        from honnin.oracle.testing.marked import conclude_test

        conclude_test(live)
    _check_marked(item)
    return result


def _check_marked(item: pytest.Item) -> None:
    """A test that is itself marked and had no oracle has checked nothing, which is no pass."""
    if any(marker.name == "honnin" and marker.args for marker in item.own_markers):
        from honnin.oracle.testing.marked import had_oracle
        from honnin.oracle.testing.problems import Undecided

        if not had_oracle(item):
            raise Undecided("nothing was checked: the test is marked, but takes no fixture `honnin_oracle`")


def _fail_too(live: Living, error: BaseException) -> None:
    """The test ends with `error`: what the oracles have to say is said with it, instead of it where it is a skip."""
    if isinstance(error, pytest.skip.Exception):
        from honnin.oracle.testing.marked import conclude_test

        conclude_test(live)
    for watched in live.watches:
        watched.note(error)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the oracles saw goes with the report of the test, to JUnit too, and through xdist."""
    live = _live(item.config)
    found: list[Record] = []
    if live is not None and call.when == "call":
        from honnin.oracle.testing.marked import record_call

        found = record_call(item, live)
    elif live is not None:
        found, live.ended = live.ended, []
    report = yield
    if found:
        report.honnin = found  # type: ignore[attr-defined]
    return report


# ---------------------------------------------------------------- a session


class _Session:
    """What the tests of a session have shown together; under xdist the controller's hears of those of all workers."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.records: list[Record] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        found = getattr(report, "honnin", None)
        if found:
            from honnin.oracle.testing.records import merged

            self.records = merged([*self.records, *found])

    def _lacking(self) -> str | None:
        """What `--honnin-require-exercised` has to complain of."""
        if not self.config.getoption("honnin_require_exercised") or hasattr(self.config, "workerinput"):
            return None
        from honnin.oracle.testing.marked import lacking

        return lacking(self.config, self.records)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.exitstatus == pytest.ExitCode.OK and self._lacking():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Per claim how often it was tried; the claims that the whole session never tried are named."""
        lacking = self._lacking()
        if not self.records and not lacking:
            return
        from honnin.oracle.testing.records import summary_lines

        terminalreporter.section("honnin")
        for line in summary_lines(self.records):
            terminalreporter.write_line(line)
        if lacking:
            terminalreporter.write_line(f"FAILED --honnin-require-exercised: {lacking}", red=True)
