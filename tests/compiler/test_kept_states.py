"""Which states an oracle keeps, and as what."""

from __future__ import annotations

from typing import Any

import pytest

from .harness import load, oracle_module

HEAD = "spec s\nentity R, P\nevent ask(r: R, p: P, n: Int)\nevent end(r: R, at_: Time)\n"


def kept(text: str, **settings: Any) -> set[str]:
    """The attributes that hold states."""
    oracle = oracle_module(load(HEAD + text).main).Oracle("collect", **settings)
    return {name for name in oracle._KEPT if "_state_" in name}


CLAIM = '\ninvariant i "": on end(r, _): who[r] != none'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "state who: R -> P?\nstate seen: R -> Int\nafter ask(r, p, _) { who[r] := p seen[r] += 1 }",
            {"_from_state_who", "_over_state_who"},
        ),
        (
            "state who: R -> P?\nstate seen: R -> Int\nafter ask(r, p, _) { if seen[r] > 0 { who[r] := p } seen[r] += 1 }",
            {"_from_state_who", "_over_state_who", "_state_seen"},
        ),
        (
            "state who: R -> P?\nstate n: R -> Int\nafter ask(r, p, x) { who[r] := p n[r] := x n[r] := 1 }",
            {"_from_state_who", "_over_state_who", "_state_n"},
        ),
        (
            "state who: R -> P?\nstate t: R -> Time?\nafter ask(r, p, _) { who[r] := p t[r] := now }",
            {"_from_state_who", "_over_state_who", "_state_t"},
        ),
        (
            "state who: R -> P?\nstate n: Int = 0\nafter ask(r, p, _) { who[r] := p if n > 1 { n += 1 } }",
            {"_from_state_who", "_over_state_who"},
        ),
    ],
    ids=["read by nobody", "read by a condition", "written twice", "needs the time", "read by itself"],
)
def test_states_that_no_claim_rests_on_are_left_out(text: str, expected: set[str]) -> None:
    assert kept(text + CLAIM) == expected


@pytest.mark.parametrize(
    ("write", "folded"),
    [
        ("after ask(r, p, _) { who[r] := p }", True),
        ("after ask(r, p, n) when n > 1 { who[r] := p }\nafter end(r, _) { who[r] := none }", True),
        ("after ask(r, p, n) { who[r] := (if n > 1 then p else none) }", False),
    ],
)
def test_a_state_is_the_event_that_wrote_it_where_that_tells_its_value(write: str, folded: bool) -> None:
    names = kept(f"state who: R -> P?\n{write}{CLAIM}")
    assert ("_state_who" not in names) is folded and "_from_state_who" in names
    assert kept(f"state who: R -> P?\n{write}{CLAIM}", explain=False) == {"_state_who"}


@pytest.mark.parametrize(
    ("write", "folded"),
    [
        ("after ask(r, _, _) { seen[r] += 2 }", True),
        ("after ask(r, _, n) { seen[r] += n }", False),
        ("after ask(r, _, n) when n > 1 { seen[r] += 1 }", False),
        ("after ask(r, _, _) { seen[r] += 1 }\nafter end(r, _) { seen[r] += 1 }", False),
        ("after ask(_, p, _) { for r: R where seen[r] > 0 { seen[r] += 1 } }", False),
    ],
)
def test_a_count_is_the_event_that_raised_it_where_one_always_does(write: str, folded: bool) -> None:
    names = kept(f'state seen: R -> Int\n{write}\ninvariant i "": on end(r, _): seen[r] < 3')
    assert ("_state_seen" not in names) is folded and "_from_state_seen" in names


def test_of_a_deadline_that_is_missed_the_fields_alone_are_told() -> None:
    """The event that is awaited has a count behind its values."""
    text = 'state seen: R -> Int\nafter ask(r, _, _) { seen[r] += 1 }\ninvariant few "": on ask(r, _, _): seen[r] < 1\n'
    text += 'invariant soon "": on ask(r, _, _): eventually[<= 5s] end(r, _)'
    oracle = oracle_module(load(HEAD + text).main).Oracle("collect")
    oracle.ask("r", "p", 7, at=1)
    oracle.ask("r", "p", 8, at=2)
    oracle.tick(9)
    told = [(one.invariant, one.event, [cause.event for cause in one.causes]) for one in oracle.violations]
    first, second = ({"event": "ask", "r": "r", "p": "p", "n": n} for n in (7, 8))
    assert told == [("few", second, [first]), ("soon", first, []), ("soon", second, [])]
