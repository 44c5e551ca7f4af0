"""`honnin watch` and `honnin audit`: violations as they happen, bad lines, masking, statuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Golden = Callable[[str, str], None]
SPEC = "certificate_issuance.honnin"
FACTS = ("--facts", "site.json")
KEYED = (*FACTS, "--key", "test.key")


def line(event: str, **fields: Any) -> str:
    return json.dumps({"event": event, **fields}) + "\n"


def ask(at: float, request: str, delay: int = 0) -> str:
    return line("ask", at=at, request=request, delay=delay)


def answer(at: float, request: str) -> str:
    return line("answer", at=at, request=request)


def test_the_swap_is_told_at_its_line_without_personal_values(honnin: Run, golden: Golden) -> None:
    ran = honnin("watch", *KEYED, SPEC, "swapped.jsonl")
    assert ran.status == 1
    assert "alice" not in ran.out + ran.err
    assert "bob" not in ran.out + ran.err
    golden("watch_swapped.txt", ran.out + ran.err)


def test_the_swap_as_json(honnin: Run) -> None:
    ran = honnin("watch", *KEYED, "--format", "json", SPEC, "swapped.jsonl")
    start, violation, summary = ran.records
    assert start["start"]["specification"] == "certificate_issuance"
    assert (violation["verdict"], violation["invariant"]) == ("violated", "right_person")
    assert (violation["position"], violation["line"], violation["at"]) == (3, 3, 3.5)
    assert violation["event"]["event"] == "issue"
    assert violation["bindings"]["r"] == "r1"
    assert violation["bindings"]["s"] == violation["event"]["subject"]
    assert list(violation["why"].values()) != [violation["bindings"]["s"]]
    claims = summary["summary"]["claims"]
    assert claims["right_person"]["verdict"] == "violated"
    assert claims["right_person"]["exercised"] == 2
    assert claims["may_have_it"]["verdict"] == "satisfied so far"
    assert claims["served"]["reached"] == 2
    assert "alice" not in ran.out


def test_reveal_shows_what_the_user_asks_to_see(honnin: Run) -> None:
    ran = honnin("watch", *FACTS, "--reveal", "--format", "json", SPEC, "swapped.jsonl")
    assert ran.records[1]["bindings"]["s"] == "bob"


def test_without_a_key_the_tokens_of_two_runs_differ(honnin: Run) -> None:
    tokens = {
        honnin("watch", *FACTS, "--format", "json", SPEC, "swapped.jsonl").records[1]["bindings"]["s"]
        for _ in range(2)
    }
    assert len(tokens) == 2


def test_standard_input_is_the_log_by_default(honnin: Run) -> None:
    text = (Path("certificate_issuance.honnin").parent / "swapped.jsonl").read_text()
    for arguments in ([SPEC], [SPEC, "-"]):
        assert honnin("watch", *FACTS, *arguments, input=text).status == 1


def test_facts_are_needed_where_something_is_given(honnin: Run) -> None:
    ran = honnin("watch", SPEC, "swapped.jsonl")
    assert ran.status == 2
    assert "entitled" in ran.err


@pytest.mark.parametrize("facts", ["{", "[]", '{"entitled": 1}', "\ufeff", ""])
def test_wrong_facts_are_refused_without_quoting_them(honnin: Run, tmp_path: Path, facts: str) -> None:
    file = tmp_path / "facts.json"
    file.write_text(facts)
    ran = honnin("watch", "--facts", file, SPEC, "swapped.jsonl")
    assert ran.status == 2
    assert "error[HN06" in ran.err


def test_a_short_key_is_refused(honnin: Run, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short\n")
    ran = honnin("watch", *FACTS, "--key", tmp_path / "key", SPEC, "swapped.jsonl")
    assert ran.status == 2
    assert "error[HN0806]" in ran.err


BAD_LINES: Mapping[str, bytes] = {
    "no JSON": b"{",
    "NUL": b"\x00",
    "invalid UTF-8": b'{"event": "answer", "request": "\xff", "at": 1}',
    "unknown event": b'{"event": "nosuch"}',
    "missing field": b'{"event": "answer", "at": 1}',
    "wrong type": b'{"event": "answer", "at": 1, "request": true}',
    "no time": b'{"event": "answer", "request": "r1"}',
    "huge": b"x" * 100_000,
}


@pytest.mark.parametrize("bad", BAD_LINES.values(), ids=BAD_LINES.keys())
def test_a_bad_line_is_told_kept_unchanged_and_changes_nothing(
    honnin: Run, tmp_path: Path, bad: bytes
) -> None:
    log, quarantine = tmp_path / "log", tmp_path / "bad"
    log.write_bytes(ask(1, "r1").encode() + bad + b"\r\n\n" + answer(2, "r1").encode().rstrip(b"\n"))
    ran = honnin("watch", "--format", "json", "--quarantine", quarantine, "bounded.honnin", log)
    assert ran.status == 4
    told = [record["bad_input"] for record in ran.records if "bad_input" in record]
    assert [record["line"] for record in told] == [2]
    assert quarantine.read_bytes() == bad + b"\r\n"
    summary = ran.records[-1]["summary"]
    assert (summary["positions"], summary["not_read"]) == (2, 1)
    assert summary["claims"]["in_time"]["verdict"] == "satisfied so far"


def test_the_reason_quotes_nothing_of_the_line(honnin: Run) -> None:
    ran = honnin("watch", *FACTS, SPEC, input=line("request", request="r1", holder="alice", wanted=["carol"]))
    assert ran.status == 4
    assert "alice" not in ran.out + ran.err
    assert "carol" not in ran.out + ran.err


def test_stop_on_bad_input(honnin: Run) -> None:
    ran = honnin("watch", "--stop-on-bad-input", "bounded.honnin", input="{\n" + ask(1, "r1"))
    assert ran.status == 4
    assert "bounded: 0 events" in ran.out


def test_time_going_back_is_bad_input(honnin: Run) -> None:
    ran = honnin("watch", "bounded.honnin", input=ask(5, "r1") + answer(4, "r1") + answer(5, "r1"))
    assert ran.status == 4


def test_a_missed_deadline_is_a_violation_at_the_later_event(honnin: Run, golden: Golden) -> None:
    ran = honnin("watch", "bounded.honnin", input=ask(0, "r1") + ask(1, "r2") + answer(5.000001, "r2"))
    assert ran.status == 1
    golden("watch_deadline.txt", ran.out + ran.err)


def test_what_is_pending_at_the_end_is_undecided(honnin: Run, golden: Golden) -> None:
    ran = honnin("watch", "bounded.honnin", input=ask(0, "r1"))
    assert ran.status == 3
    golden("watch_pending.txt", ran.out + ran.err)


def test_a_broken_assumption_is_undecided_and_later_failures_unjudged(honnin: Run, golden: Golden) -> None:
    ran = honnin("watch", "bounded.honnin", input=ask(0, "r1", -1) + ask(9, "r2") + answer(10, "r2"))
    assert ran.status == 3
    golden("watch_broken.txt", ran.out + ran.err)


def test_unreadable_input_comes_before_undecided_and_after_a_violation(honnin: Run) -> None:
    assert honnin("watch", "bounded.honnin", input=ask(0, "r1") + "{\n").status == 4
    assert honnin("watch", "bounded.honnin", input=ask(0, "r1") + "{\n" + ask(9, "r2")).status == 1


def test_strict_asks_for_every_claim_to_be_exercised(honnin: Run) -> None:
    assert honnin("watch", "bounded.honnin", input="").status == 0
    assert honnin("watch", "--strict", "bounded.honnin", input="").status == 3
    assert honnin("watch", "--strict", "bounded.honnin", input=ask(0, "r1") + answer(1, "r1")).status == 0


def test_two_writes_that_contradict_each_other_are_a_fault_of_the_specification(honnin: Run) -> None:
    log = line("a", x=1) + line("a", x=2) + line("a", x=1)
    ran = honnin("watch", "conflict.honnin", input=log)
    assert ran.status == 2
    assert "specification fault" in ran.out
    assert "conflict: 3 events" in ran.out


def test_what_is_not_monitored_is_said_at_the_start_and_at_the_end(honnin: Run) -> None:
    ran = honnin("watch", "untried.honnin", input=line("a", x=1))
    assert ran.status == 0
    assert "not monitored" in ran.err
    assert "other" in ran.err
    assert "not monitored, prove only: other" in ran.out
    assert honnin("watch", "--strict", "untried.honnin", input=line("a", x=9)).status == 3


def test_the_oracle_keeps_no_violation_that_was_told(honnin: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from honnin.oracle.watching import Watching

    kept: list[int] = []
    end = Watching.end

    def noting(self: Watching) -> Any:
        kept.append(len(self.oracle.violations))
        return end(self)

    monkeypatch.setattr(Watching, "end", noting)
    ran = honnin("watch", "--format", "json", "untried.honnin", input=line("a", x=99) * 50)
    assert kept == [0]
    summary = ran.records[-1]["summary"]
    assert (summary["violations"], summary["claims"]["small"]["failures"]) == (50, 50)


def test_audit_reads_several_logs_as_one_trace(
    honnin: Run, tmp_path: Path, golden: Golden, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    spec = tmp_path / "bounded.honnin"
    spec.write_bytes((Path(__file__).parent / "data" / "bounded.honnin").read_bytes())
    (tmp_path / "monday.jsonl").write_text(ask(0, "r1") + answer(1, "r1") + ask(2, "r2"))
    (tmp_path / "tuesday.jsonl").write_text("{\n" + answer(3, "r2") + ask(4, "r3") + ask(99, "r4"))
    ran = honnin("audit", "bounded.honnin", "monday.jsonl", "tuesday.jsonl")
    assert ran.status == 1
    golden("audit.txt", ran.out + ran.err)


def test_a_missing_log_is_status_2_before_anything_is_read(honnin: Run) -> None:
    ran = honnin("audit", "bounded.honnin", "swapped.jsonl", "nosuch.jsonl")
    assert (ran.status, ran.out) == (2, "")
    assert "error[HN0801]" in ran.err


def test_words_of_the_author_stay_on_their_line(honnin: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.honnin"
    file.write_text('spec a\nevent e(x: Int)\ninvariant i "one\\ntwo \\u001b[31m": on e(x): x > 0\n')
    ran = honnin("watch", file, input=line("e", x=0))
    assert ran.out.splitlines()[0] == 'violated i "one\\ntwo \\x1b[31m"'
    assert "\x1b" not in honnin("explain", file).out


def test_bad_lines_of_one_number_are_told_each(honnin: Run, tmp_path: Path) -> None:
    logs, kept = (tmp_path / "log.jsonl", tmp_path / "next.jsonl"), tmp_path / "kept"
    for log in logs:
        log.write_text("{\n")
    ran = honnin("audit", "--format", "json", "--quarantine", kept, "bounded.honnin", *logs)
    assert ran.status == 4
    assert [record["bad_input"]["line"] for record in ran.records if "bad_input" in record] == [1, 1]
    assert ran.records[-1]["summary"]["not_read"] == 2
    assert kept.read_text() == "{\n{\n"


def test_times_are_told_as_they_came(honnin: Run) -> None:
    """In UTC, where they came with their dates; as JSON in seconds all the same."""
    at = ("2026-11-24T09:00:00+09:00", "2026-11-24T09:00:07.5+09:00")
    log = line("ask", at=at[0], request="r1", delay=0) + line("answer", at=at[1], request="r1")
    ran = honnin("watch", "bounded.honnin", input=log)
    assert "found at event 2 at 2026-11-24T00:00:07.5Z; raised by event 1" in ran.out
    assert "because due by = 2026-11-24T00:00:05Z" in ran.out
    ran = honnin("watch", "bounded.honnin", "--format", "json", input=log)
    (violation,) = [record for record in ran.records if record.get("verdict") == "violated"]
    assert (violation["at"], violation["why"]) == (1795478407.5, {"due by": 1795478405.0})
    ran = honnin("watch", "bounded.honnin", input=ask(0, "r1") + answer(9, "r1"))
    assert "found at event 2 at 9 s" in ran.out
