"""Mappings at work: `--from` on the command line, and in Python."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from honnin.oracle import BadInput, InvariantViolated, load

Run = Callable[..., Any]
Golden = Callable[[str, str], None]
SPEC = """spec printing
entity Person, Request
event request(request: Request, personal wanted: Person)
event issue(request: Request, personal subject: Person)
state wanted: Request -> Person?
after request(r, w) { wanted[r] := w }
invariant right_person "the right person": on issue(r, s): wanted[r] == s
from json "audit" {
  at .time
  when .action == "BOTH" => request(.id, .wanted), issue(.id, .subject)
  when .action == "PING" => ignore
}
"""
LINES = (
    {"time": "2026-11-26T09:00:00+09:00", "action": "BOTH", "id": "r1", "wanted": "花子", "subject": "花子"},
    {"action": "PING"},
    {"action": "REBOOT"},
    {"time": 1795651201, "action": "BOTH", "id": "r2", "wanted": "花子", "subject": "太郎"},
    {"time": 1795651201, "action": "BOTH", "id": "r3", "wanted": "花子"},
    {"time": 1, "action": "BOTH", "id": "r4", "wanted": "花子", "subject": "花子"},
)


@pytest.fixture
def printing(tmp_path: Path) -> Path:
    file = tmp_path / "printing.honnin"
    file.write_text(SPEC, encoding="utf-8")
    (tmp_path / "day.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LINES), encoding="utf-8")
    return file


def test_watch_reads_a_log_by_a_mapping(honnin: Run, golden: Golden, printing: Path) -> None:
    ran = honnin("watch", printing, printing.with_name("day.jsonl"), "--from", "audit", "--key", "test.key")
    assert ran.status == 1
    assert "花子" not in ran.out + ran.err
    golden("watch_mapped.txt", ran.out + ran.err)


def test_audit_counts_what_it_ignores(honnin: Run, printing: Path) -> None:
    ran = honnin("audit", printing, printing.with_name("day.jsonl"), "--from", "audit", "--format", "json")
    summary = ran.records[-1]["summary"]
    assert (summary["positions"], summary["ignored"], summary["not_read"]) == (4, 1, 3)
    assert [r["bad_input"]["line"] for r in ran.records if "bad_input" in r] == [3, 5, 6]


def test_who_forgets_the_mapping_is_told_its_name(honnin: Run, printing: Path) -> None:
    ran = honnin("watch", printing, printing.with_name("day.jsonl"))
    assert ran.status == 4
    assert "no line is an event of the specification; it has a mapping: --from audit\n" in ran.err
    own = json.dumps({"event": "request", "request": "r1", "wanted": "花子"}) + "\n{}\n"
    assert "mapping" not in honnin("watch", printing, input=own).err


def test_a_mapping_that_is_not_there(honnin: Run, printing: Path) -> None:
    ran = honnin("watch", printing, "-", "--from", "adit", input="")
    assert ran.status == 2
    assert 'the specification has no mapping "adit" (it has: "audit")' in ran.err


def test_every_event_of_a_line_is_reported_before_the_oracle_raises(printing: Path) -> None:
    spec = load(printing)
    assert spec.mappings == ("audit",)
    audit, oracle = spec.mapping("audit"), spec.oracle(reveal=True)
    text = SPEC.replace(
        "request(.id, .wanted), issue(.id, .subject)", "issue(.id, .subject), request(.id, .wanted)"
    )
    printing.with_name("other.honnin").write_text(text, encoding="utf-8")
    turned = load(printing.with_name("other.honnin"))
    raising = turned.oracle()
    with pytest.raises(InvariantViolated, match="right_person"):
        turned.mapping("audit").observe(raising, LINES[0])
    assert raising.position == 2
    assert audit.observe(oracle, json.dumps(LINES[0])) == 2
    assert audit.observe(oracle, LINES[1]) == 0
    with pytest.raises(BadInput, match="nothing is there"):
        audit.observe(oracle, json.dumps(LINES[4]).encode())
    assert oracle.position == 2
    with pytest.raises(KeyError):
        spec.mapping("nothing")
