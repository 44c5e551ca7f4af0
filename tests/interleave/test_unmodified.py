"""Code without points, by frontrun: what it finds fails, what it leaves undecided fails too, and nothing is skipped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import frontrun
import pytest

from honnin.oracle.interleave import ExplorationUnfinished, InterleavingFailed
from honnin.oracle.interleave.unmodified import Report, explore_unmodified

SPEC = Path(__file__).with_name("certificates.honnin")


class Server:
    """One slot for every certificate, and not a word about honnin."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.slot = ""

    def handle(self, request: str, person: str) -> None:
        self.report("request", request=request, wanted=person)
        self.slot = person
        self.report("issue", request=request, subject=self.slot)


class Locked(Server):
    def __init__(self, report: Report) -> None:
        super().__init__(report)
        self.lock = threading.Lock()

    def handle(self, request: str, person: str) -> None:
        with self.lock:
            super().handle(request, person)


WORKERS: list[Callable[[Server], None]] = [
    lambda server: server.handle("r1", "alice"),
    lambda server: server.handle("r2", "bob"),
]


def test_the_race_is_found_without_any_point() -> None:
    with pytest.raises(InterleavingFailed, match="right_person is violated") as found:
        explore_unmodified(Server, WORKERS, oracle=SPEC)
    assert found.value.found <= 30
    assert "slot" in "\n".join(found.value.__notes__)


def test_the_safe_twin_holds() -> None:
    assert "frontrun" in str(explore_unmodified(Locked, WORKERS, oracle=SPEC))


def test_no_verdict_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = SimpleNamespace(property_holds=None, inconclusive_reason="no time")
    monkeypatch.setattr(frontrun, "explore", lambda **settings: nothing)
    with pytest.raises(ExplorationUnfinished, match="unfinished: no time"):
        explore_unmodified(Server, WORKERS, oracle=SPEC)
