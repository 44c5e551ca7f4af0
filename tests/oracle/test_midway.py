"""Logs without their beginning: what is violated whatever happened before, what is undecided, and that undecided is never a pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
KEY = ("--key", Path(__file__).parent / "data" / "test.key")
DESK = """spec desk
entity Person, Request
input event ask(request: Request, personal person: Person)
output event give(request: Request, personal person: Person)
input event close()
state asked: Request -> Person?
state closed: Bool
after ask(r, p) { asked[r] := p }
after close() { closed := true }
assume open_hours "Nobody asks when it is closed": on ask(_, _): not closed
invariant right_person "What is given is for who asked": on give(r, p): asked[r] == p
invariant once_only "Nothing is given twice": on give(r, _): not earlier give(r, _)
invariant calm "Not too many at once": on ask(_, _): count[<= 60s](ask(_, _)) <= 1
invariant in_time "Served in a minute": on ask(r, _): eventually[<= 60s] give(r, _)
cover gone "It closes": on close(): true
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    file = tmp_path / "desk.honnin"
    file.write_text(DESK)
    return file


def ask(at: int, request: str, person: str = "alice") -> str:
    return json.dumps({"event": "ask", "at": at, "request": request, "person": person}) + "\n"


def give(at: int, request: str, person: str = "alice") -> str:
    return json.dumps({"event": "give", "at": at, "request": request, "person": person}) + "\n"


def found(ran: Any) -> list[tuple[str, str, int]]:
    return [(r["verdict"], r["invariant"], r["trigger"]) for r in ran.records if "verdict" in r]


def watch(honnin: Run, desk: Path, log: str, *wishes: str | Path) -> Any:
    return honnin("watch", "--begins-midway", "--format", "json", *wishes, desk, input=log)


def test_what_is_unknown_is_undecided_and_what_is_known_is_not(honnin: Run, desk: Path) -> None:
    log = give(0, "r1") + '{"event": "close", "at": 0}\n' + give(1, "r1")
    ran = watch(honnin, desk, log)
    assert found(ran) == [
        ("undecided", "right_person", 1),
        ("undecided", "once_only", 1),
        ("violated", "once_only", 3),
    ]
    assert ran.status == 1
    claims = ran.records[-1]["summary"]["claims"]
    assert (claims["right_person"]["verdict"], claims["right_person"]["undecided"]) == ("undecided", 2)
    assert (claims["once_only"]["verdict"], claims["once_only"]["failures"]) == ("violated", 1)
    assert claims["gone"]["reached"] == 1
    assert set(claims) == {"open_hours", "right_person", "once_only", "calm", "in_time", "gone"}


def test_undecided_is_no_pass(honnin: Run, desk: Path) -> None:
    ran = watch(honnin, desk, give(0, "r1"))
    assert ran.status == 3 and ran.records[-1]["summary"]["undecided"] == 2
    text = honnin("watch", "--begins-midway", desk, input=give(0, "r1"))
    assert "undecided 1 time, as the log begins midway" in text.out
    assert "because the log begins in mid-stream" in text.out
    assert "@known" not in text.out


def test_after_an_assumption_that_may_be_broken_nothing_is_sure(honnin: Run, desk: Path) -> None:
    """It may have been closed before the log: then no violation after the first `ask` would count."""
    log = ask(0, "r1", "alice") + give(1, "r1", "bob")
    assert ("undecided", "right_person", 2) in found(watch(honnin, desk, log))
    opened = DESK.replace(
        "after close() { closed := true }",
        "after close() { closed := true } after give(_, _) { closed := false }",
    )
    desk.write_text(opened)
    assert ("violated", "right_person", 3) in found(watch(honnin, desk, give(0, "r0") + log))


def test_windows_are_known_when_the_log_is_older(honnin: Run, desk: Path) -> None:
    desk.write_text(DESK.replace("assume open_hours", "invariant open_hours"))
    calm = [
        one
        for one in found(watch(honnin, desk, ask(0, "a") + ask(100, "b") + ask(101, "c")))
        if one[1] == "calm"
    ]
    assert calm == [("undecided", "calm", 1), ("violated", "calm", 3)]


def test_a_checkpoint_of_the_log_before_is_a_beginning(honnin: Run, desk: Path, tmp_path: Path) -> None:
    kept, log = tmp_path / "kept", tmp_path / "morning"
    log.write_text(ask(0, "r1", "alice"))
    assert honnin("watch", "--checkpoint", kept, *KEY, desk, log).status == 3
    ran = honnin("watch", "--begin-with", kept, *KEY, "--format", "json", desk, input=give(5, "r1", "bob"))
    assert found(ran) == [("violated", "right_person", 2)]
    assert ran.records[-1]["summary"]["positions"] == 2
    for wishes, code in (
        ([], "HN0692"),
        ([*KEY, "--begin-with", desk], "HN0691"),
        ([*KEY, "--begin-with", "nosuch"], "HN0801"),
    ):
        ran = honnin("watch", "--begin-with", kept, *wishes, desk, input="")
        assert ran.status == 2 and code in ran.err
    assert honnin("watch", "--begin-with", kept, "--begins-midway", desk, input="").status == 2


def test_a_run_that_begins_midway_goes_on_from_its_checkpoint(
    honnin: Run, desk: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    kept = (
        "--checkpoint",
        tmp_path / "kept",
        "--output",
        tmp_path / "found",
        *KEY,
        "--format",
        "json",
        "--begins-midway",
    )
    log.write_text(give(0, "r1"))
    honnin("watch", *kept, desk, log)
    with log.open("a") as more:
        more.write(give(1, "r1") + ask(2, "r2"))
    ran = honnin("watch", *kept, desk, log)
    whole = honnin("watch", "--begins-midway", "--format", "json", *KEY, desk, log)
    assert ran.records[-1] == whole.records[-1]
    told = [json.loads(line) for line in (tmp_path / "found").read_text().splitlines()]
    assert told == whole.records
