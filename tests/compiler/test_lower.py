"""Every temporal operator becomes registers that speak of the positions before the present one."""

from __future__ import annotations

import pytest

from honnin.compiler.lower import lower
from honnin.compiler.machine import Machine
from honnin.spec.core import Lit, StateRead, walk
from honnin.spec.load import check_text

HEAD = """
spec s
entity P
event a(x: P)
event b(x: P, y: P)
event n(k: Int)
state m: P -> Int
"""


def machine(claims: str) -> Machine:
    checked = check_text(HEAD + claims)
    assert checked.module is not None, checked.diagnostics
    return lower(checked.module.main, checked.module.main.claims)


@pytest.mark.parametrize(
    ("formula", "operator", "stores", "window"),
    [
        ("once a(p)", "since", "whether", 0),
        ("earlier a(p)", "since", "whether", 0),
        ("historically not a(p)", "since", "whether", 0),
        ("not b(p, _) since a(p)", "since", "whether", 0),
        ("once[<= 5s] a(p)", "since", "latest", 5_000_000),
        ("earlier[< 5s] a(p)", "since", "latest", 5_000_000),
        ("once[>= 5s] a(p)", "since", "earliest", 0),
        ("not b(p, _) since[> 5s] a(p)", "since", "earliest", 0),
        ("previously a(p)", "previously", "whether", 0),
        ("count[<= 5s](a(p)) < 3", "count", "times", 5_000_000),
    ],
)
def test_each_operator_has_one_register(formula: str, operator: str, stores: str, window: int) -> None:
    made = machine(f'invariant I "": on a(p): {formula}')
    (register,) = made.registers
    assert (register.name, register.phase) == ("#1", 1)
    assert (register.operator, register.stores, register.window) == (operator, stores, window)
    assert [key.name for key in register.keys] == ["p"]
    reads = [node for node in walk(made.checks[0].body) if isinstance(node, StateRead)]
    assert {read.state for read in reads} == {"#1"}


def test_equal_formulas_share_a_register_whatever_their_names() -> None:
    made = machine('invariant I "": on a(p): once a(p)\ninvariant J "": on b(q, _): earlier a(q)')
    assert len(made.registers) == 1


@pytest.mark.parametrize(
    ("one", "other", "window"),
    [("<= 5s", "<= 9s", 9_000_000), ("< 9s", "<= 5s", 9_000_000), ("<= 5s", "<= 5s", 5_000_000)],
)
def test_windows_share_the_register_of_the_longest(one: str, other: str, window: int) -> None:
    made = machine(
        f'invariant I "": on a(p): once[{one}] a(p)\ninvariant J "": on b(q, _): earlier[{other}] a(q)'
    )
    (register,) = made.registers
    assert register.window == window


def test_what_is_kept_is_told_as_the_longest() -> None:
    made = machine(
        'invariant I "": on a(p): once[<= 5s] a(p)\ninvariant J "": on b(q, _): earlier[<= 9s] a(q)'
    )
    assert [register.source for register in made.registers] == ["earlier[<= 9s] a(q)"]


def test_counts_in_different_windows_do_not_share() -> None:
    made = machine(
        'invariant I "": on a(p): count[<= 5s](a(p)) < 3\ninvariant J "": on a(p): count[<= 9s](a(p)) < 4'
    )
    assert [register.window for register in made.registers] == [5_000_000, 9_000_000]


def test_phases_do_not_share() -> None:
    made = machine('invariant I "": on a(_): once n(1)\ninvariant J "": always: not once n(1)')
    assert [register.phase for register in made.registers] == [1, 2]


def test_a_register_comes_after_those_that_it_reads() -> None:
    made = machine('invariant I "": on a(p): once (a(p) and earlier b(p, p))')
    inner, outer = made.registers
    assert any(isinstance(node, StateRead) and node.state == inner.name for node in walk(outer.set))


def test_the_interval_says_whether_the_present_counts() -> None:
    late, soon = machine(
        'invariant I "": on a(p): once[> 0s] a(p)\ninvariant J "": on a(p): once[>= 0s] a(p)'
    ).checks
    assert not any(type(node).__name__ == "Atom" for node in walk(late.body))
    assert any(type(node).__name__ == "Atom" for node in walk(soon.body))


def test_position_0_has_no_past() -> None:
    made = machine(
        'invariant I "": always: historically n(1)\ninvariant J "": always: once n(1)\ninvariant K "": on a(_): once n(1)'
    )
    initial = [check.initial for check in made.checks]
    assert isinstance(initial[0], Lit) and initial[0].value is True
    assert isinstance(initial[1], Lit) and initial[1].value is False
    assert initial[2] is None


def test_previously_says_what_a_key_never_seen_had() -> None:
    made = machine('invariant I "": on a(p): previously not a(p)\ninvariant J "": on a(p): previously a(p)')
    assert [register.fresh for register in made.registers] == [True, False]


def test_names_are_the_same_every_time() -> None:
    text = 'invariant I "": on a(p): once a(p) and not previously b(p, _) and count[<= 1s](a(p)) < 2'
    assert machine(text) == machine(text)
