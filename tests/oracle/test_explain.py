"""`honnin explain`: every construct in plain words."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Golden = Callable[[str, str], None]

HEAD = """spec words
entity Person, Request, Item, Unit
enum Kind { tax, seal }
const LIMIT: Duration = 60s
given limit: Int
given ok: Person -> Bool
event a(p: Person, n: Int, k: Kind)
event b(p: Person)
state who: Request -> Person?
state n: Int
state in_: Person -> Bool
state has: Item, Unit -> Bool
after a(p, _, _) { in_[p] := true }
"""
WORDS = [
    ("on b(p): in_[p] iff n == 0", "Whenever b(p) happens: in_[p] is true exactly when n is 0."),
    (
        "on a(p, x, tax) when x > 1: not in_[p] or n != x",
        "Whenever a(p, x, tax) happens and x is more than 1: in_[p] is false or n is not x.",
    ),
    (
        "always: forall r: Request. who[r] != none implies in_[who[r]!]",
        "At the start and after every event: for every Request r: if who[r] is not nothing, then in_[who[r]] is true.",
    ),
    ("on b(p): not earlier b(p)", "Whenever b(p) happens: b(p) never happens before this event."),
    (
        "on b(p): once[<= LIMIT] a(p, _, seal)",
        "Whenever b(p) happens: a(p, _, seal) happens at this event or an earlier one, at most 1min ago.",
    ),
    (
        "on a(p, _, _): eventually[<= 5s] b(p)",
        "Whenever a(p, _, _) happens: within 5s from this event b(p) happens.",
    ),
    (
        "on b(p): not b(p) since a(p, _, tax)",
        "Whenever b(p) happens: a(p, _, tax) happens at this event or an earlier one, and since then b(p) does not happen.",
    ),
    (
        "on b(p): (not b(p) and not a(p, _, seal)) since a(p, _, tax)",
        "Whenever b(p) happens: a(p, _, tax) happens at this event or an earlier one, and since then b(p) does not happen "
        + "and a(p, _, seal) does not happen.",
    ),
    (
        "on b(p): n == 0 since a(p, _, tax)",
        "Whenever b(p) happens: a(p, _, tax) happens at this event or an earlier one, and at every event since then n is 0.",
    ),
    (
        "on b(p): exists e: Item, u: Unit. has[e, u]",
        "Whenever b(p) happens: there is an Item e and a Unit u such that has[e, u] is true.",
    ),
    (
        "always: old(n) <= n",
        "At the start and after every event: n as it was before the event is at most n.",
    ),
    (
        "on b(_): count(p: Person where in_[p]) < limit",
        "Whenever b(_) happens: the number of Person p such that in_[p] is true is less than limit.",
    ),
    (
        "on b(p) or a(p, _, _): ok[p] and (n == 0 or n == 1)",
        "Whenever b(p) or a(p, _, _) happens: ok[p] is true and (n is 0 or n is 1).",
    ),
    ("always: limit > 0", "Once, of the facts of the deployment: limit is more than 0."),
]


@pytest.mark.parametrize(("claim", "words"), WORDS)
def test_a_claim_in_plain_words(honnin: Run, tmp_path: Path, claim: str, words: str) -> None:
    file = tmp_path / "words.honnin"
    file.write_text(HEAD + f'invariant i "i": {claim}\n')
    ran = honnin("explain", "--format", "json", file)
    assert ran.status == 0, ran.out
    assert [r["claim"]["words"] for r in ran.records if "claim" in r] == [words]


def test_a_whole_specification(golden: Golden) -> None:
    """In a process of its own, as a user runs it: what z3 finds first hangs on what it was asked before."""
    command = [sys.executable, "-m", "honnin", "explain", "certificate_issuance.honnin"]
    ran = subprocess.run(
        command,
        cwd=Path(__file__).parent / "data",
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    golden("explain.txt", ran.stdout + ran.stderr)


def test_when_state_is_read_and_which_examples_show_it(honnin: Run) -> None:
    ran = honnin("explain", "--format", "json", "--claim", "right_person", "certificate_issuance.honnin")
    (record,) = [record["claim"] for record in ran.records]
    assert record["reads"] == "State is read as it was before the event."
    assert (record["accepted"]["from"], record["rejected"]["from"]) == ("shortest", "shortest")
    assert [event["event"] for event in record["accepted"]["events"]] == ["request", "issue"]
    assert [event["event"] for event in record["rejected"]["events"]] == ["issue"]


def _traces(ran: Any) -> dict[str, tuple[Any, Any]]:
    claims = [record["claim"] for record in ran.records if "claim" in record]
    return {claim["name"]: (claim["accepted"], claim["rejected"]) for claim in claims}


def test_an_accepted_trace_leaves_nothing_pending(honnin: Run) -> None:
    found = _traces(honnin("explain", "--format", "json", "bounded.honnin"))
    accepted, rejected = found["in_time"]
    assert accepted["from"] == "search"
    assert [event["event"] for event in accepted["events"]] == ["ask", "answer"]
    late = rejected["events"]
    assert (rejected["from"], [late[0]["event"], len(late)]) == ("shortest", ["ask", 2])
    assert late[1]["at"] > late[0]["at"] + 5
    assert found["answered"][1] is None


def test_where_the_search_finds_nothing_examples_stand_in(
    honnin: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("honnin.oracle.traces.verdict", lambda *_: None)
    accepted, rejected = _traces(honnin("explain", "--format", "json", "certificate_issuance.honnin"))[
        "right_person"
    ]
    assert (accepted["from"], accepted["name"]) == ("example", "served_once")
    assert (rejected["from"], rejected["name"]) == ("example", "swapped")
    ran = honnin("explain", "bounded.honnin")
    assert ran.out.count("No trace that is accepted was found, and no example of this file shows one.") == 2


def test_a_trace_that_the_reference_does_not_confirm_is_not_shown(
    honnin: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("honnin.oracle.traces._fits", lambda *_: False)
    accepted, rejected = _traces(honnin("explain", "--format", "json", "certificate_issuance.honnin"))[
        "right_person"
    ]
    assert (accepted["from"], rejected["from"]) == ("example", "example")


def test_an_unknown_claim_is_wrong_usage(honnin: Run) -> None:
    ran = honnin("explain", "--claim", "nosuch", "certificate_issuance.honnin")
    assert ran.status == 2
    assert "right_person" in ran.err


def test_what_claims_say_of_each_other(honnin: Run, golden: Golden) -> None:
    ran = honnin("explain", "related.honnin")
    assert ran.status == 0
    golden("explain_related.txt", ran.out + ran.err)


def test_what_claims_say_of_each_other_as_json(honnin: Run) -> None:
    ran = honnin("explain", "--format", "json", "related.honnin")
    claims = {record["claim"]["name"]: record["claim"] for record in ran.records if "claim" in record}
    assert (claims["adults"]["implied_by"], claims["adults"]["excluded_by"]) == (None, None)
    assert claims["no_children"]["implied_by"] == ["adults"]
    assert claims["same"]["implied_by"] == []
    assert claims["warned_in"]["excluded_by"] == ["warned_in", "warned_out"]
    assert claims["nobody_expelled"]["excluded_by"] == ["nobody_expelled"]
    assert len(claims["a_child"]["excluded_by"]) == 1
    assert all(claim["searched"] for claim in claims.values())
    events = [record["event"] for record in ran.records if "event" in record]
    assert events == [
        {"name": "warn", "excluded_by": ["warned_in", "warned_out"]},
        {"name": "expel", "excluded_by": ["nobody_expelled"]},
    ]


def test_what_is_not_searched_in_time_is_said(honnin: Run) -> None:
    ran = honnin("explain", "--timeout", "0.01", "certificate_issuance.honnin")
    assert ran.status == 0
    assert ran.out.count("Not searched to the end: there was not enough time.") == 3
    assert "the shortest of this file's examples" in ran.out
    assert "--timeout gives more" in ran.err


MANY_QUANTIFIERS = """spec deep "Many quantifiers"
entity P
event e(p: P)
state s: P -> Bool
after e(p) {{ s[p] := true }}
invariant deepest "Deep": always: {}
example one accepted {{ e(p1) e(p2) e(p3) e(p4) }}
"""


def test_a_claim_that_takes_for_ever_does_not_keep_anybody_waiting(
    honnin: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("honnin.oracle.commands.explain.SECONDS", 0.5)
    names = [f"x{number}" for number in range(14)]
    formula = " ".join(f"forall {name}: P." for name in names) + " " + " or ".join(f"s[{n}]" for n in names)
    file = tmp_path / "deep.honnin"
    file.write_text(MANY_QUANTIFIERS.format(formula + " or not s[x0]"))
    began = time.monotonic()
    ran = honnin("explain", "--timeout", "2", file)
    assert time.monotonic() - began < 20
    assert ran.status == 0
    assert "1 example left out: there was no time to judge it" in ran.err


def test_a_claim_that_is_false_before_any_event(honnin: Run, tmp_path: Path) -> None:
    file = tmp_path / "contra.honnin"
    file.write_text(
        'spec contra\nevent a()\nstate n: Int\nafter a() { n += 1 }\ninvariant some "one at least": always: n >= 1\n'
    )
    ran = honnin("explain", file, "--claim", "some")
    assert "  It is false before any event: no trace satisfies it.\n" in ran.out
    assert ran.out.endswith("  Rejected, as short as can be:\n    no event at all\n\n")
