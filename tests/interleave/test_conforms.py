"""`honnin conforms`: logs of implementations held against designs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from honnin.oracle.cli import cli

SPEC = Path(__file__).with_name("spool.honnin")
FACTS = {"entitled": {"table": [["alice", "alice", True], ["bob", "bob", True]], "default": False}}
FILE_EACH = """
system file_each extends one_file implements spool "A file for each request" {
  var file: Request -> Person?
  process handler(r: Request) {
    var asked: Person = any
    accept: {
      pick h: Person where entitled[h, asked]
      emit request(r, h, asked)
    }
    write: { file[r] := asked }
    print: { emit issue(r, file[r]!) }
  }
}
"""


def request(name: str, who: str) -> dict[str, Any]:
    return {"event": "request", "request": name, "holder": who, "wanted": who}


def issue(name: str, who: str) -> dict[str, Any]:
    return {"event": "issue", "request": name, "subject": who}


def step(name: str, instance: str) -> dict[str, Any]:
    return {"step": f"handler.{name}", "arguments": [instance]}


BOTH = [request("r1", "alice"), request("r2", "bob")]
SWAPPED = [*BOTH, issue("r1", "bob")]
Hold = Callable[..., Result]


@pytest.fixture
def hold(tmp_path: Path) -> Hold:
    """The command on lines of a log."""
    (tmp_path / "spool.honnin").write_text(SPEC.read_text(encoding="utf-8") + FILE_EACH, encoding="utf-8")
    (tmp_path / "site.json").write_text(json.dumps(FACTS))

    def go(system: str, lines: Sequence[Any], *options: str) -> Result:
        log = tmp_path / "log.jsonl"
        log.write_text("".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in lines))
        arguments = ["conforms", str(tmp_path / "spool.honnin"), str(log), "--system", system]
        return CliRunner().invoke(
            cli, [*arguments, "--facts", str(tmp_path / "site.json"), "--reveal", *options]
        )

    return go


def test_the_fault_is_a_behaviour_of_the_faulty_design_only(hold: Hold) -> None:
    allowed = hold("one_file", SWAPPED)
    assert allowed.exit_code == 0
    assert allowed.output.endswith("allowed: 3 observations by 5 steps of one_file\n")
    refused = hold("file_each", SWAPPED)
    assert refused.exit_code == 1
    assert refused.output.splitlines()[0].endswith(
        "log.jsonl:3: not allowed by file_each: issue(request = r1, subject = bob)"
    )
    assert sorted(refused.output.splitlines()[1:]) == [
        "  allowed here: issue(request = r1, subject = alice)",
        "  allowed here: issue(request = r2, subject = bob)",
    ]


def test_personal_values_are_tokens_unless_asked_for(hold: Hold, tmp_path: Path) -> None:
    hold("file_each", SWAPPED)
    arguments = [
        "conforms",
        str(tmp_path / "spool.honnin"),
        str(tmp_path / "log.jsonl"),
        "--system",
        "file_each",
    ]
    said = CliRunner().invoke(cli, [*arguments, "--facts", str(tmp_path / "site.json")]).output
    assert "bob" not in said
    assert "alice" not in said


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([], 0),
        (BOTH, 0),
        ([issue("r1", "alice")], 1),
        ([request("r1", "alice"), request("r1", "alice")], 1),
        ([*BOTH, step("write", "r1"), step("write", "r2"), issue("r1", "bob")], 0),
        ([*BOTH, step("write", "r2"), step("write", "r1"), issue("r1", "bob")], 1),
        ([*BOTH, step("write", "r1"), issue("r1", "alice"), issue("r2", "bob")], 1),
        ([request("r1", "bob"), step("accept", "r1")], 1),
        ([step("accept", "r1"), request("r1", "bob")], 0),
    ],
)
def test_events_and_steps(hold: Hold, lines: list[Any], status: int) -> None:
    assert hold("one_file", lines).exit_code == status


def test_events_that_the_log_does_not_have_are_searched_for(hold: Hold) -> None:
    assert hold("one_file", [issue("r1", "alice")], "--hidden", "request").exit_code == 0


def test_the_run_as_json(hold: Hold) -> None:
    record = json.loads(hold("one_file", [*BOTH, issue("r2", "bob")], "--format", "json").output)["conforms"]
    assert record["answer"] == "allowed"
    steps = [(one["step"], one["arguments"]) for one in record["run"]]
    assert steps[-2:] == [("handler.write", ["r2"]), ("handler.print", ["r2"])]


def test_a_limit_is_undecided(hold: Hold) -> None:
    result = hold("one_file", SWAPPED, "--timeout", "0.000001")
    assert result.exit_code == 3
    assert "undecided: out of time" in result.output


def test_a_line_that_cannot_be_read_is_told_and_is_no_pass(hold: Hold) -> None:
    result = hold("one_file", [*BOTH, "{", step("nowhere", "r1")])
    assert result.exit_code == 4
    assert "error[HN0601]" in result.output
    assert "error[HN0661]: `step` names no step of the design" in result.output


def test_a_design_that_is_not_there(hold: Hold) -> None:
    result = hold("two_files", SWAPPED)
    assert result.exit_code == 2
    assert "error[HN0660]: there is no system `two_files`" in result.output


def test_an_entity_that_the_log_does_not_show_has_a_size_of_its_own(hold: Hold) -> None:
    result = hold("one_file", [], "--scope", "Request=1", "--format", "json")
    assert json.loads(result.output)["conforms"]["scope"] == {"Request": 1}
    assert hold("one_file", [], "--scope", "Request").exit_code == 2


# ---------------------------------------------------------------- many requests, and time


def busy(requests: int, at_once: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """A log of `file_each` with so many requests, so many of them at work at a time, and its facts."""
    people = [f"person {number}" for number in range(20)]
    lines: list[dict[str, Any]] = []
    for number in range(requests + at_once):
        if number < requests:
            lines.append(request(f"r{number}", people[number % 20]))
        if number >= at_once:
            lines.append(issue(f"r{number - at_once}", people[(number - at_once) % 20]))
    return lines, {"entitled": {"table": [[who, who, True] for who in people], "default": False}}


def test_hundreds_of_requests(hold: Hold, tmp_path: Path) -> None:
    lines, facts = busy(300, 6)
    hold("file_each", [])
    (tmp_path / "site.json").write_text(json.dumps(facts))
    arguments = [str(tmp_path / "spool.honnin"), str(tmp_path / "busy.jsonl"), "--system", "file_each"]
    (tmp_path / "busy.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    result = CliRunner().invoke(cli, ["conforms", *arguments, "--facts", str(tmp_path / "site.json")])
    assert result.output.endswith("allowed: 600 observations by 900 steps of file_each\n")

    swapped = [issue(one["request"], "person 0") if one is lines[-1] else one for one in lines]
    (tmp_path / "busy.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in swapped))
    result = CliRunner().invoke(
        cli, ["conforms", *arguments, "--facts", str(tmp_path / "site.json"), "--reveal"]
    )
    assert result.exit_code == 1
    first, nearest = result.output.splitlines()[:2]
    assert first.endswith(":600: not allowed by file_each: issue(request = r299, subject = person 0)")
    assert nearest == "  allowed here: issue(request = r299, subject = person 19)"


def test_hundreds_of_requests_of_which_the_log_has_a_part(hold: Hold) -> None:
    part = [issue(f"r{number}", ("alice", "bob")[number % 2]) for number in range(300)]
    assert hold("one_file", part, "--hidden", "request").exit_code == 0
    assert hold("file_each", [*part, issue("r0", "alice")], "--hidden", "request").exit_code == 1


TIMED = """
spec doors "Doors that stay open for a minute"

entity Door
event unlock(door: Door)
event enter(door: Door)

system a_minute implements doors "A door locks itself" {
  var opened: Door -> Time?
  action open(d: Door) { opened[d] := now emit unlock(d) }
  action walk(d: Door) { when opened[d] != none and now - opened[d]! <= 60s emit enter(d) }
  action lock(d: Door) { when opened[d] != none and now - opened[d]! >= 60s opened[d] := none }
}
"""


@pytest.mark.parametrize(
    ("times", "status", "said"),
    [
        ((0, 59), 0, "allowed: 2 observations"),
        ((0, 60), 0, "allowed: 2 observations"),
        ((0, 61), 1, ":2: not allowed by a_minute: enter(door = east)\n  allowed here: unlock(door = east)"),
        ((5, 4), 4, "error[HN0608]: `at` is before the time of the event before"),
        ((0, None), 4, "error[HN0606]: `at` is missing, and what the design may do depends on the time"),
    ],
)
def test_time_where_the_design_speaks_of_it(
    tmp_path: Path, times: tuple[int, int | None], status: int, said: str
) -> None:
    (tmp_path / "doors.honnin").write_text(TIMED)
    lines = [
        {"event": event, "door": "east", **({} if at is None else {"at": at})}
        for event, at in zip(("unlock", "enter"), times, strict=True)
    ]
    (tmp_path / "log.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    result = CliRunner().invoke(
        cli, ["conforms", str(tmp_path / "doors.honnin"), str(tmp_path / "log.jsonl"), "--system", "a_minute"]
    )
    assert said in result.output
    assert result.exit_code == status
