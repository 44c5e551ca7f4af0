"""Printed invariants mean what they say: they are lemmas of the design, and true of what the reference meaning reaches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from honnin.compiler.answers import Proved
from honnin.compiler.product import Product
from honnin.compiler.prove import prove
from honnin.compiler.smt.proof import Deadline, Induction
from honnin.compiler.smt.shrinking import can_be_false
from honnin.spec.core import Check, Expr
from honnin.spec.design import broken_properties
from honnin.spec.load import check_file
from honnin.spec.records import replace
from tests.compiler import integer_designs

from .feeding import FED, Walks, asked_again, fed, is_used

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("examples/*/*.honnin"), *ROOT.glob("tests/protocols/*.honnin")])
QUICK = (
    "lock_server_sync",
    "lock_server_async",
    "peterson",
    "primary_backup",
    "stale_replica",
    "suspended_channel",
)
TIMEOUT = 60.0


@cache
def proofs(file: Path) -> tuple[tuple[Check, Proved], ...]:
    """The checks of the file that are proved, and how."""
    module = check_file(file).module
    assert module is not None
    answers = [(c, prove(module, c, timeout=TIMEOUT)) for c in module.checks if c.relation == "satisfies"]
    return tuple((c, a.verdict) for c, a in answers if isinstance(a.verdict, Proved))


def invariants(file: Path) -> Iterator[tuple[Check, tuple[str, ...]]]:
    return ((check, proved.invariant) for check, proved in proofs(file))


files = pytest.mark.parametrize(
    "file",
    [pytest.param(f, id=f.stem, marks=() if f.stem in QUICK else (pytest.mark.long,)) for f in FILES],
)


@files
def test_each_clause_is_a_lemma_that_is_proved(file: Path) -> None:
    for check, invariant in invariants(file):
        module = fed(file.read_text(encoding="utf-8"), check, invariant, file)
        answer = asked_again(module, check, TIMEOUT)
        assert is_used(answer), (check.subject, check.target, answer)


@files
def test_each_clause_is_true_where_the_reference_meaning_gets(file: Path) -> None:
    for check, invariant in invariants(file):
        module = fed(file.read_text(encoding="utf-8"), check, invariant, file)
        seen = 0
        for state in Walks(module, check.subject).states(seeds=12, length=14):
            broken = [name for name in broken_properties(state) if name.startswith(FED)]
            assert not broken, (check.subject, broken, state.trace)
            seen += 1
        assert seen >= 20, (check.subject, seen)


def says_something(product: Product, clause: Expr) -> bool:
    """Whether z3 has a state in which the clause is false, where all that is known of it is the types of what it holds."""
    induction = Induction(replace(product, paths=()), (), Deadline(time.monotonic() + TIMEOUT))
    return can_be_false(induction, induction.clause(clause))


def needless(file: Path) -> list[str]:
    """The printed clauses that cannot be false."""
    return [
        text
        for _, proved in proofs(file)
        if proved.evidence is not None and proved.evidence.clauses is not None
        for text, clause in zip(proved.invariant, proved.evidence.clauses, strict=True)
        if not says_something(proved.evidence.proved.product, clause)
    ]


@files
def test_each_clause_says_more_than_the_types(file: Path) -> None:
    assert needless(file) == []


TIMED = """spec paced
entity Card
output event attempt(card: Card)
event answered(card: Card)
invariant apart "a minute between": on attempt(c): not earlier[<= 60s] attempt(c)
invariant soon "answered in time": on attempt(c): eventually[<= 5s] answered(c)
invariant fresh "no old answers": on answered(c): not earlier[>= 5s] attempt(c)
system patient implements paced {
  var last: Card -> Time?
  action go(c: Card) { when last[c] == none or now - last[c]! > 60s  last[c] := now  emit attempt(c) }
}
system at_once implements paced {
  action go(c: Card) { emit attempt(c)  emit answered(c) }
}
system once_only implements paced {
  var first: Time?
  action go(c: Card) { when first == none  first := now  emit attempt(c) }
  action answer(c: Card) { when first != none and now <= first! + 4s  emit answered(c) }
}
check patient satisfies apart
check at_once satisfies soon
check once_only satisfies fresh
"""
OF_NUMBERS = (
    (integer_designs.NUMBERS, "check counter satisfies ids"),
    (integer_designs.TOKENS, "check fenced satisfies fence"),
    (integer_designs.SEMAPHORE, "check permits satisfies semaphore"),
    (integer_designs.MONEY, "check in_flight satisfies bank2"),
    *((TIMED, line) for line in TIMED.splitlines() if line.startswith("check")),
)
PICKS_ANY_NUMBER = ("in_flight",)
"""Designs whose steps the reference meaning cannot list."""


@pytest.mark.parametrize(("text", "check"), [pytest.param(*each, id=each[1]) for each in OF_NUMBERS])
def test_numbers_and_times_are_said_in_the_language_too(text: str, check: str, tmp_path: Path) -> None:
    file = tmp_path / "numbers.honnin"
    kept = [line for line in text.splitlines() if not line.startswith("check")]
    file.write_text("\n".join((*kept, check, "")))
    [(asked, invariant)] = invariants(file)
    assert invariant
    assert needless(file) == []
    module = fed(file.read_text(), asked, invariant, file)
    answer = asked_again(module, asked, TIMEOUT)
    assert is_used(answer), answer
    if asked.subject not in PICKS_ANY_NUMBER:
        for state in Walks(module, asked.subject).states(seeds=6, length=8):
            assert not [name for name in broken_properties(state) if name.startswith(FED)]


def test_a_clause_that_is_not_so_is_found_out() -> None:
    file = ROOT / "tests" / "protocols" / "lock_server_sync.honnin"
    check, _ = next(invariants(file))
    module = fed(
        file.read_text(encoding="utf-8"), check, ["forall c: Client, s: Server. not linked[c, s]"], file
    )
    states = Walks(module, check.subject).states(seeds=5, length=10)
    assert any(f"{FED}0" in broken_properties(state) for state in states)


SAYS_NOTHING = """spec ranged
entity R
event e(r: R)
invariant one "No second": on e(r): not earlier e(r)
system s implements ranged {
  var level: R -> 0..9
  var told: R -> Bool
  LEMMA
  action go(r: R) { when not told[r] told[r] := true level[r] := 3 emit e(r) }
}
check s satisfies one
"""


@pytest.mark.parametrize(
    ("lemma", "is_printed"),
    [
        ("forall r: R. level[r] <= 9", False),
        ("forall r: R. told[r] or not told[r]", False),
        ("forall r: R. level[r] <= 3", True),
        ("forall r: R. told[r] implies level[r] == 3", True),
    ],
)
def test_a_lemma_that_follows_from_the_types_is_no_clause(
    lemma: str, is_printed: bool, tmp_path: Path
) -> None:
    file = tmp_path / "ranged.honnin"
    file.write_text(SAYS_NOTHING.replace("LEMMA", f"lemma said: {lemma}"))
    module = check_file(file).module
    assert module is not None
    answer = prove(module, module.checks[0], timeout=TIMEOUT)
    assert isinstance(answer.verdict, Proved)
    assert (lemma in answer.verdict.invariant) == is_printed
    assert needless(file) == []
    assert is_used(answer), answer.warnings
