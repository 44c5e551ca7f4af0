"""Runs are told plainly: as little time as will do, small numbers, names in the order in which they are met."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from honnin.compiler.answers import Counterexample, GivenValue, Initial, Reached, Refuted, TakenStep
from honnin.compiler.plain import plain
from honnin.compiler.prove import prove
from honnin.compiler.proving.question import Question, question
from honnin.compiler.replay import Goal, Run, confirmed
from honnin.spec.core import Module, Value
from honnin.spec.design import Move
from honnin.spec.load import check_text

LEASE = """
spec lease
entity Node
const LEASE: Duration = 10s
event grant(node: Node)
event write(node: Node)
state given_at: Time?
after grant(n) { given_at := now }
invariant in_lease "": on write(_) when given_at != none: now <= given_at! + LEASE
cover long "": on write(_): once[>= 2d] grant(_)
system free implements lease {
  action give(n: Node) { emit grant(n) }
  action put(n: Node) { emit write(n) }
}
check free violates in_lease
check free reaches long
"""

BANK = """
spec bank
entity Account
given fee: Int
event pay(account: Account, amount: 2..9)
event take(account: Account, amount: 2..9)
state balance: Account -> Int = 0
after pay(a, n) { balance[a] += n }
after take(a, n) { balance[a] -= n }
invariant covered "": on take(a, n): balance[a] >= n + fee
system careless implements bank {
  var usual: Int = any
  action bring(a: Account, n: 2..9) { emit pay(a, n) }
  action get(a: Account, n: 2..9) { when n > usual; emit take(a, n) }
}
check careless violates covered
"""


def asked(text: str, index: int = 0) -> tuple[Module, Question]:
    checked = check_text(text)
    assert checked.module is not None, checked.diagnostics
    return checked.module, question(checked.module, checked.module.checks[index])


def run(
    moves: list[tuple[str, tuple[Value, ...], int]],
    scope: Mapping[str, tuple[Value, ...]],
    givens: tuple[GivenValue, ...] = (),
    initial: tuple[Initial, ...] = (),
) -> Run:
    return Run(scope, givens, initial, tuple(Move(s, a, (), (), now) for s, a, now in moves))


def told(text: str, found: Run, goal: Goal, index: int = 0) -> Counterexample:
    _, question = asked(text, index)
    return plain(question.product, confirmed(question.product, found, goal), goal)


def moments(steps: tuple[TakenStep, ...]) -> list[int]:
    return [(step.now or 0) // 1_000_000 for step in steps]


NODES: Mapping[str, tuple[Value, ...]] = {"Node": ("n1", "n2")}
ACCOUNTS: Mapping[str, tuple[Value, ...]] = {"Account": ("a1", "a2")}


def test_no_more_time_passes_than_has_to() -> None:
    moves: list[tuple[str, tuple[Value, ...], int]] = [
        ("give", ("n2",), 19_200_000_001),
        ("put", ("n1",), 19_300_500_000),
    ]
    found = told(LEASE, run(moves, NODES), Goal("lease", "in_lease"))
    assert moments(found.steps) == [0, 11]
    assert [step.arguments[0].value for step in found.steps] == ["n1", "n2"]


@pytest.mark.parametrize("index, expected", [(0, [0, 11]), (1, [0, 2 * 86_400])])
def test_so_are_the_runs_that_the_prover_finds(index: int, expected: list[int]) -> None:
    module, question = asked(LEASE, index)
    match prove(module, question.check, timeout=20).verdict:
        case Refuted(counterexample=found) | Reached(witness=found):
            assert moments(found.steps) == expected
        case other:
            pytest.fail(repr(other))


def test_numbers_are_small_and_within_their_ranges() -> None:
    moves: list[tuple[str, tuple[Value, ...], int]] = [("bring", ("a2", 6), 0), ("get", ("a2", 8), 0)]
    givens = (GivenValue("fee", (), 40),)
    initial = (Initial("usual", (), 7),)
    found = told(BANK, run(moves, ACCOUNTS, givens, initial), Goal("bank", "covered"))
    assert [[choice.value for choice in step.arguments] for step in found.steps] == [["a1", 2], ["a1", 2]]
    assert (found.givens[0].value, found.initial[0].value) == (1, 0)


def test_the_run_is_left_as_it_is_where_nothing_is_simpler() -> None:
    found = run([("give", ("n1",), 0), ("put", ("n1",), 11_000_000)], NODES)
    _, question = asked(LEASE)
    goal = Goal("lease", "in_lease")
    shown = confirmed(question.product, found, goal)
    assert plain(question.product, shown, goal) == shown


def test_a_number_above_zero_is_plainer_than_one_below() -> None:
    moves: list[tuple[str, tuple[Value, ...], int]] = [("get", ("a1", 3), 0)]
    initial = (Initial("usual", (), -4),)
    text = BANK.replace("n > usual;", "n > usual and usual != 0;")
    found = told(text, run(moves, ACCOUNTS, (), initial), Goal("bank", "covered"))
    assert found.initial[0].value == 1
