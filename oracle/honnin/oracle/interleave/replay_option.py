"""`pytest --honnin-replay=TOKEN`: what `explore` finds is not searched for again, the one schedule is run."""

from __future__ import annotations

from typing import Any

import pytest

from honnin.oracle.interleave.exploration import REPLAYING

_USED = "honnin_replayed"


class Replay:
    """A pass needs that some test has run the schedule."""

    def __init__(self, token: str) -> None:
        REPLAYING.token, REPLAYING.used = token, False

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """A process of xdist has ended, and says whether it ran the schedule."""
        REPLAYING.used |= bool(getattr(node, "workeroutput", {}).get(_USED))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if (output := getattr(session.config, "workeroutput", None)) is not None:
            output[_USED] = REPLAYING.used
        elif not REPLAYING.used and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not REPLAYING.used:
            terminalreporter.write_line("honnin: no test ran the schedule of --honnin-replay", red=True)

    def pytest_unconfigure(self) -> None:
        REPLAYING.token = None
