"""Integers and time in proofs: right designs are proved without a lemma, in a few seconds; their wrong twins are refuted."""

from __future__ import annotations

import pytest

from honnin.compiler.answers import Proved, Refuted, Unknown
from honnin.compiler.conjuncts import failing
from honnin.compiler.prove import prove
from honnin.spec.core import Check
from honnin.spec.load import check_text

from . import integer_designs as designs

RIGHT = [
    (designs.SEMAPHORE, "permits", "capped"),
    (designs.SEMAPHORE, "counted", "capped"),
    (designs.SEMAPHORE, "used", "capped"),
    (designs.SEMAPHORE, "two", "capped"),
    (designs.SITES, "permits", "capped"),
    (designs.SITES, "used", "capped"),
    (designs.STOCK, "shelf", "never_oversold"),
    (designs.STOCK, "reserve", "never_oversold"),
    (designs.MONEY, "ledger", "bank2"),
    (designs.MONEY, "in_flight", "money.conserved"),
    (designs.MONEY, "in_flight", "money.not_overdrawn"),
    (designs.READERS, "lock", "alone"),
    (designs.NUMBERS, "counter", "ids"),
    (designs.VERSIONS, "checked", "occ"),
    (designs.TOKENS, "fenced", "fence"),
    (designs.LEASES, "clocked", "alone"),
    (designs.RING, "buffer", "bounded"),
    (designs.RING, "ranged", "bounded"),
    (designs.RECEIPTS, "atomic", "unique"),
    (designs.RECEIPTS, "atomic", "next_one"),
]

WRONG = [
    (designs.SEMAPHORE, "late", "capped"),
    (designs.SITES, "torn", "capped"),
    (designs.STOCK, "reserve_wrong", "never_oversold"),
    (designs.MONEY, "wrong", "money.conserved"),
    (designs.READERS, "twice", "alone"),
    (designs.NUMBERS, "read_then_write", "ids"),
    (designs.VERSIONS, "blind", "no_lost_update"),
    (designs.TOKENS, "open_", "in_order"),
    (designs.LEASES, "careless", "alone"),
    (designs.RING, "off", "bounded"),
    (designs.VOTES, "half", "one"),
    (designs.WINDOW, "hasty", "two"),
    (designs.RECEIPTS, "read_then_write", "unique"),
    (designs.RECEIPTS, "read_then_write", "next_one"),
]


@pytest.mark.parametrize(("text", "design", "claim"), RIGHT)
def test_right_designs_are_proved_without_a_lemma(text: str, design: str, claim: str) -> None:
    assert "lemma" not in text
    module = check_text(text).module
    assert module is not None
    answer = prove(module, Check(design, "satisfies", claim), timeout=20)
    assert isinstance(answer.verdict, Proved), answer.verdict
    assert answer.seconds < 6


@pytest.mark.parametrize(("text", "design", "claim"), WRONG)
def test_wrong_designs_are_refuted(text: str, design: str, claim: str) -> None:
    module = check_text(text).module
    assert module is not None
    answer = prove(module, Check(design, "violates", claim), timeout=20)
    assert isinstance(answer.verdict, Refuted), answer.verdict


def test_unknown_tells_where_induction_stops() -> None:
    module = check_text(designs.WINDOW).module
    assert module is not None
    verdict = prove(module, Check("ring", "satisfies", "two"), timeout=3).verdict
    assert isinstance(verdict, Unknown) and verdict.stuck is not None
    assert (verdict.stuck.step, verdict.stuck.breaks) == ("go", "two")
    assert verdict.stuck.before


PRODUCTS = """spec products
entity Quorum
given leads: Quorum -> Bool
event told(amount: Int)
invariant odd "A number that never comes": on told(n): n != 1000
system s implements products {
  var n: Int = 3
  var m: Int = 3
  action go(q: Quorum) { when leads[q]  n := n * m + 1  m := m * n - n }
  action tell(q: Quorum) { when leads[q]  emit told(n * n - m) }
}
check s satisfies products
"""


def test_what_only_a_step_speaks_of_has_a_name_too() -> None:
    module = check_text(PRODUCTS).module
    assert module is not None
    verdict = prove(module, module.checks[0], timeout=3).verdict
    assert isinstance(verdict, Unknown) and verdict.stuck is not None
    assert [(choice.name, choice.value) for choice in verdict.stuck.arguments] == [("q", "q1")]


@pytest.mark.parametrize(
    ("more", "warning"),
    [
        (
            "action never(c: Card) { when last[c] != none and last[c]! > now  emit attempt(c) }",
            "never is never possible",
        ),
        (
            "assume nothing: forall c: Card. last[c] != none",
            "the assumptions and `init` leave no initial state: nothing can happen",
        ),
    ],
)
def test_what_never_happens_in_a_timed_design_is_warned_of(more: str, warning: str) -> None:
    timed = f"""spec paced
entity Card
output event attempt(card: Card)
invariant apart "a minute between": on attempt(c): not earlier[<= 60s] attempt(c)
system patient implements paced "waits" {{
  var last: Card -> Time?
  action go(c: Card) {{ when last[c] == none or now - last[c]! > 60s  last[c] := now  emit attempt(c) }}
  {more}
}}
"""
    module = check_text(timed).module
    assert module is not None
    answer = prove(module, Check("patient", "satisfies", "apart"), timeout=10)
    assert isinstance(answer.verdict, Proved), answer.verdict
    assert warning in answer.warnings


def test_which_part_of_a_claim_fails() -> None:
    module = check_text(designs.READERS).module
    assert module is not None
    verdict = prove(module, Check("twice", "violates", "alone"), timeout=10).verdict
    assert isinstance(verdict, Refuted)
    assert failing(verdict.counterexample, module, "twice") == ("not reading[b]",)
