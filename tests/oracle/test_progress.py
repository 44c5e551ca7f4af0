"""Progress is for somebody who looks on, and never in the way of the output."""

from __future__ import annotations

import io
import sys
import time

import pytest

from honnin.oracle import progress as module
from honnin.oracle.progress import Progress


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    monkeypatch.setattr(module, "REFRESH", 0.01)
    monkeypatch.setenv("TERM", "xterm")


def _until(stream: io.StringIO, text: str) -> None:
    deadline = time.monotonic() + 10
    while text not in stream.getvalue():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.usefixtures("quick")
def test_a_terminal_sees_one_line_that_is_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = _Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress("first") as progress:
        _until(stream, "first")
        progress.update("second")
        _until(stream, "second")
    assert stream.getvalue().endswith("\r\x1b[2K")
    assert "\n" not in stream.getvalue()


@pytest.mark.usefixtures("quick")
def test_nothing_is_shown_where_nobody_looks_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, term in ((io.StringIO(), "xterm"), (_Terminal(), "dumb")):
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("TERM", term)
        with Progress("first"):
            time.sleep(0.05)
        assert stream.getvalue() == ""


def test_what_is_quick_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = _Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress("first"):
        pass
    assert stream.getvalue() == ""
