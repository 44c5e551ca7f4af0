"""The logs of the examples on the command line: nothing in the clean ones, exactly the seeded faults in the others."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from honnin.oracle.cli import cli
from honnin.oracle.monitor import load

from .modules import EXAMPLES, module

SEEDED = {
    "overwritten_spool": [
        # r02 and r03 came within a second, and both got r03's paper
        (8, "right_person"),
        (8, "may_have_it"),
        (10, "right_person"),
        (10, "may_have_it"),
        # r04: from the second page on another member of the household
        (15, "right_person"),
        (15, "one_person_a_paper"),
        (16, "right_person"),
        # r05: a stranger's first page, then the right one
        (19, "right_person"),
        (19, "may_have_it"),
        (20, "one_person_a_paper"),
        # r06: another person's seal certificate, as asked for
        (23, "may_have_it"),
        # r07: the same page twice; r08: page 3 of 2; r09: never asked for
        (27, "each_page_once"),
        (32, "page_of_the_paper"),
        (33, "right_person"),
        (33, "may_have_it"),
    ],
    "stale_replica": [
        # after the owner was told; between the revocation and that
        (10, "registered_at_issue"),
        (10, "told_means_gone"),
        (13, "registered_at_issue"),
        # another's seal; one never registered; one not asked for
        (17, "own_seal"),
        (19, "registered_at_issue"),
        (19, "own_seal"),
        (20, "own_seal"),
    ],
    "mislinked_record": [
        # e2 is linked to another's number and shown to them, even after a report, then corrected but not confirmed
        (6, "right_number"),
        (8, "own_record"),
        (10, "own_record"),
        (10, "confirmed_before_view"),
        (12, "confirmed_before_view"),
        # e3 before it is confirmed, and to another; e4 was never enrolled; e1 after a report
        (17, "confirmed_before_view"),
        (19, "own_record"),
        (21, "right_number"),
        (23, "confirmed_before_view"),
    ],
    "open_session": [
        # the next person's account; a form that was left there; after logging out; no card since sitting down
        (14, "own_account"),
        (14, "card_of_this_visit"),
        (26, "own_account"),
        (34, "in_session"),
        (42, "card_of_this_visit"),
    ],
    "suspended_channel": [
        # r02 through the stopped store; r04 shows another
        (5, "none_through_suspended"),
        (9, "right_person"),
        # record1 while reported wrong, to its owner and to another; then to another
        (11, "corrected_before_view"),
        (12, "corrected_before_view"),
        (12, "own_record"),
        (15, "own_record"),
        # r06 and r07 were never asked for, r07 through the stopped counter
        (20, "right_person"),
        (22, "none_through_suspended"),
        (22, "right_person"),
    ],
}
"""(line, invariant) for each fault in faulty.jsonl."""


def watch(example: str, log: str) -> tuple[int, list[dict[str, object]]]:
    """The exit status of `honnin watch --strict`, and what it prints as JSON."""
    folder = EXAMPLES / example
    facts = folder / "logs" / "facts.json"
    options = ["--facts", str(facts)] if facts.exists() else []
    arguments = ["watch", "--format", "json", *options, str(folder / f"{example}.honnin")]
    ran = CliRunner().invoke(cli, [*arguments, str(folder / "logs" / log)], catch_exceptions=False)
    return ran.exit_code, [json.loads(line) for line in ran.stdout.splitlines()]


@pytest.mark.parametrize("example", SEEDED)
def test_exactly_the_seeded_faults_are_found(example: str) -> None:
    status, records = watch(example, "faulty.jsonl")
    found = [(r["line"], r["invariant"]) for r in records if r.get("verdict") == "violated"]
    assert (status, found) == (1, SEEDED[example])


@pytest.mark.parametrize("example", SEEDED)
def test_the_clean_log_exercises_everything_and_breaks_nothing(example: str) -> None:
    status, records = watch(example, "clean.jsonl")
    summary = records[-1]["summary"]
    assert isinstance(summary, dict)
    assert (status, summary["violations"], summary["not_read"]) == (0, 0, 0)
    assert all(claim.get("exercised", claim.get("reached")) for claim in summary["claims"].values())


@pytest.mark.parametrize("example", SEEDED)
def test_every_invariant_has_its_fault(example: str) -> None:
    claims = load(EXAMPLES / example / f"{example}.honnin").claims
    assert {claim.name for claim in claims if claim.kind == "invariant"} == {
        invariant for _, invariant in SEEDED[example]
    }


def test_exactly_the_seeded_faults_of_a_day_are_found() -> None:
    day = module("overwritten_spool", "day").make_day(requests=200)
    oracle = load(EXAMPLES / "overwritten_spool" / "overwritten_spool.honnin").oracle(
        "collect", facts=day.facts, reveal=True
    )
    for line in day.lines:
        oracle.observe_line(json.dumps(line))
    oracle.finish()
    found = {(violation.event["request"], violation.invariant) for violation in oracle.violations}
    assert found == set(day.seeded)
    assert {invariant for _, invariant in found} == {
        *("right_person", "may_have_it", "one_person_a_paper", "each_page_once")
    }
