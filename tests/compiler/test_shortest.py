"""A run is called shortest where that is known: not when a run of fewer steps may need other values."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import pytest

from honnin.compiler.answers import Answer, Refuted
from honnin.compiler.prove import prove
from honnin.compiler.proving.engines import Bounds
from honnin.compiler.proving.question import Question
from honnin.spec.load import check_text

SPEC = """
spec s
entity R
enum Colour { red, green, blue }
event b()
invariant never "": on b(): false
system d implements s {
  var n: Int
  var last: Time?
  var owner: Colour -> R = any
"""
SLOW = "action more() { n := n + 1; last := now } action slow() { when n == 3; emit b() }"
FAST = "action fast(x: R, y: R, z: R) { when x != y and y != z and x != z; emit b() }"
DISTINCT = " and ".join(f"{one} != {other}" for one, other in combinations("vwxyz", 2))
BEYOND = f"action fast(v: R, w: R, x: R, y: R, z: R) {{ when {DISTINCT}; emit b() }}"
OWNED = """
action fast() { when forall x, y: Colour. x != y implies owner[x] != owner[y]; emit b() }
"""
COUNTED = "action fast() { when count(x: R where x == x) >= %d; n := 3 }"


def answer(actions: str, bounds: str = "") -> Answer:
    checked = check_text(f"{SPEC}{actions}}}\ncheck d violates never{bounds}")
    assert checked.module is not None, checked.diagnostics
    return prove(checked.module, checked.module.checks[0], timeout=20)


def steps(found: Answer) -> tuple[int, bool]:
    assert isinstance(found.verdict, Refuted)
    assert found.verdict.shortest == (not found.warnings)
    return len(found.verdict.counterexample.steps), found.verdict.shortest


def test_a_shorter_run_that_needs_more_values_is_found() -> None:
    assert steps(answer(SLOW)) == (4, True)
    assert steps(answer(SLOW + FAST)) == (1, True)
    assert steps(answer(SLOW + BEYOND)) == (1, True)
    assert steps(answer(SLOW + FAST, " within R: 3")) == (1, True)
    assert steps(answer(SLOW + FAST, " within R: 2")) == (4, True)


@pytest.mark.parametrize("slow", [SLOW, SLOW.replace("last := now", "")])
def test_values_of_what_is_arbitrary_for_every_colour_are_counted(slow: str) -> None:
    """By z3's search, and by the explicit search, which does not treat time."""
    assert steps(answer(slow + OWNED))[0] == 1


def test_where_values_are_counted_no_number_of_them_is_enough() -> None:
    assert steps(answer(SLOW + COUNTED % 3)) == (2, False)
    assert steps(answer(SLOW + COUNTED % 30)) == (4, False)


def test_a_length_that_z3_did_not_decide_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def undecided(asked: Question, scope: Mapping[str, int], *_: object) -> Bounds:
        return Bounds(scope, 2, trouble="z3 could not decide")

    monkeypatch.setattr("honnin.compiler.proving.shortest.z3_search", undecided)
    assert steps(answer(SLOW + BEYOND)) == (4, False)
