"""What a claim that is one `eventually` awaits, against a list of all that is open."""

from __future__ import annotations

from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .harness import load, oracle_module

DEADLINE = """spec deadline
entity R, P
event ask(r: R, p: P)
event prompt(p: P, r: R)
event answer(r: R, p: P)
"""
ONE_KEY = DEADLINE + 'invariant I "": on ask(r, _) or prompt(_, r): eventually[<= 5s] answer(r, _)'
TWO_KEYS = DEADLINE + 'invariant I "": on ask(r, p) or prompt(p, r): eventually[<= 5s] answer(r, p)'
ONE_EVENT = DEADLINE + 'invariant I "": on ask(r, _): eventually[<= 5s] answer(r, _)'
Move: TypeAlias = tuple[str, str, str, int]
MOVES = st.lists(
    st.tuples(
        st.sampled_from(("ask", "prompt", "answer", "tick", "again")),
        st.sampled_from("ab"),
        st.sampled_from("xy"),
        st.integers(0, 3),
    ),
    max_size=60,
)


def by_list(moves: list[Move], raising: set[str], by_both: bool) -> tuple[list[int], list[int]]:
    """The triggers whose deadlines are missed, as they are found; those that are open at the end."""
    now = position = 0
    missed: list[int] = []
    waiting: list[tuple[int, tuple[str, str], int]] = []
    for name, r, p, pause in moves:
        now += pause
        missed += [trigger for trigger, _, at in waiting if at + 5 < now]
        waiting = [one for one in waiting if one[2] + 5 >= now]
        position += name in ("ask", "prompt", "answer")
        key = (r, p if by_both else "")
        if name in raising:
            waiting.append((position, key, now))
        elif name == "answer":
            waiting = [one for one in waiting if one[1] != key]
    return missed, [trigger for trigger, _, _ in waiting]


def by_oracle(made: Any, moves: list[Move]) -> tuple[list[int], list[int]]:
    oracle = made.Oracle("collect", reveal=True)
    now = 0
    for name, r, p, pause in moves:
        now += pause
        match name:
            case "tick":
                oracle.tick(now)
            case "again":
                oracle.tick(now)
                kept = oracle.snapshot()
                oracle = made.Oracle("collect", reveal=True)
                oracle.restore(kept)
            case _:
                getattr(oracle, name)(r=r, p=p, at=now)
    return [v.trigger for v in oracle.violations], [trigger for _, trigger in oracle.pending]


@pytest.mark.parametrize(
    ("text", "raising", "by_both"),
    [
        (ONE_KEY, {"ask", "prompt"}, False),
        (TWO_KEYS, {"ask", "prompt"}, True),
        (ONE_EVENT, {"ask"}, False),
    ],
)
def test_every_deadline_is_missed_in_its_time(text: str, raising: set[str], by_both: bool) -> None:
    made = oracle_module(load(text).main)

    @settings(max_examples=300)
    @given(MOVES)
    def check(moves: list[Move]) -> None:
        assert by_oracle(made, moves) == by_list(moves, raising, by_both)

    check()


def test_what_waits_is_lined_up_once() -> None:
    """A table that was large, and of which all is missed one by one, is looked through once."""
    oracle = oracle_module(load(ONE_EVENT).main).Oracle("collect")
    oracle._judge = lambda failures: None
    queue = oracle._waiting[0]
    line_up, lines = queue._line_up, []

    def counted(_: object) -> bool:
        lines.append(len(queue.first))
        return bool(line_up())

    for number in range(1_000):
        oracle.ask(r=number, p="p", at=number / 1_000)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(type(queue), "_line_up", counted)
        for number in range(1_200):
            oracle.tick(5 + number / 1_000)
    assert lines[0] == 1_000 and sum(lines[1:]) == 0
    assert not queue.first and not queue.line
