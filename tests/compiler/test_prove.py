"""Answers to check statements: the verdict, whether it is the expected one, the warnings."""

from __future__ import annotations

import gc
import subprocess
import sys
import time

import pytest

from honnin.compiler.answers import (
    Answer,
    Bounded,
    Proved,
    Reached,
    Refuted,
    Unknown,
    Unreachable,
)
from honnin.compiler.prove import prove
from honnin.compiler.proving.deepening import Deepening
from honnin.compiler.proving.question import question
from honnin.compiler.smt.bounded import Searched
from honnin.spec.core import Module
from honnin.spec.load import check_text

SPEC = """
spec s
entity R, P
input event a(x: Int)
event b()
event p(who: P)
event tock()
event set(u: Int, v: Int)
state n: Int
state two: Int
after a(x) { n := x }
after set(u, v) { two := u }
after set(u, v) { two := v }
given limit: Int
assume small "": on a(x): x < 1000
invariant not_two "": always: n != 2
invariant below "": on a(x): x < 2000
invariant far_below "": on a(x): x < 500
invariant soon "": on b(): eventually[<= 5s] tock()
invariant seldom "": on b(): count[<= 10s](b()) < 3
invariant once_only "": on b(): not earlier b()
invariant both "": always: two >= 0
cover some "": on a(_): true
cover none_ever "": sometime: n == 77
"""


def module(system: str, *checks: str) -> Module:
    checked = check_text(f"{SPEC}\n{system}\n{chr(10).join(f'check {check}' for check in checks)}")
    assert checked.module is not None, checked.diagnostics
    return checked.module


def answers(system: str, *checks: str, timeout: float = 20) -> list[Answer]:
    made = module(system, *checks)
    return [prove(made, check, timeout=timeout) for check in made.checks]


def answer(system: str, check: str, timeout: float = 20) -> Answer:
    return answers(system, check, timeout=timeout)[0]


TIMED = "system d implements s { action go() { emit b() } action t() { emit tock() } }"
LOOP = """
system d implements s {
  var w: R -> Int
  process h(r: R) { l: { emit a(1); goto l } }
  action turn() { for q: R { w[q] := w[q] + 1 } }
  invariant positive: forall q: R. w[q] >= 0
  invariant waits: forall q: R. not (h[q] at done)
  invariant few: forall q: R. w[q] < 3
  lemma same: forall q: R. w[q] >= 0
}
"""


def test_claims_properties_and_lemmas_are_proved_or_refuted() -> None:
    found = answers(
        LOOP,
        "d satisfies not_two",
        "d satisfies positive",
        "d satisfies waits",
        "d satisfies same",
        "d satisfies few",
        "d violates few",
    )
    assert [type(one.verdict) for one in found] == [Proved, Proved, Proved, Proved, Refuted, Refuted]
    assert [one.expected for one in found] == [True, True, True, True, False, True]
    refuted = found[-1].verdict
    assert isinstance(refuted, Refuted)
    assert len(refuted.counterexample.steps) == 3
    assert refuted.counterexample.specification is None


def test_a_proof_tells_its_premises_and_what_was_exercised() -> None:
    verdict = answer(LOOP, "d satisfies not_two").verdict
    assert isinstance(verdict, Proved)
    assert [premise.name for premise in verdict.premises] == ["small"]
    assert verdict.premises[0].text == "on a(x): x < 1000"
    assert verdict.exercised == {"not_two": True}


def test_a_cover_is_reached_or_proved_unreachable() -> None:
    found = answers(LOOP, "d reaches some", "d reaches none_ever")
    assert [type(one.verdict) for one in found] == [Reached, Unreachable]
    assert [one.expected for one in found] == [True, False]


def test_a_step_that_is_never_possible_is_told() -> None:
    design = "system d implements s { var v: P? action go() { emit a(1); emit p(v!) } }"
    found = answer(design, "d reaches some")
    assert isinstance(found.verdict, Unreachable)
    assert any("go was never possible" in warning for warning in found.warnings)


def test_premises_that_leave_nothing_are_told() -> None:
    design = "system d implements s { var z: Bool init: z and not z action go() { emit a(2) } }"
    found = answer(design, "d satisfies not_two")
    assert isinstance(found.verdict, Proved)
    assert found.verdict.exercised == {"not_two": False}
    assert any("no initial state" in warning for warning in found.warnings)


def test_an_integer_without_end_is_chosen() -> None:
    design = "system d implements s { action go(x: Int) { when x * x == 250000 emit a(x) } }"
    found = answers(design, "d violates far_below", "d satisfies below")
    assert [type(one.verdict) for one in found] == [Refuted, Proved]


@pytest.mark.parametrize(("claim", "steps"), [("soon", 2), ("seldom", 3), ("once_only", 2)])
def test_deadlines_and_windows(claim: str, steps: int) -> None:
    verdict = answer(TIMED, f"d violates {claim}").verdict
    assert isinstance(verdict, Refuted)
    assert len(verdict.counterexample.steps) == steps


def test_a_write_conflict_fails_any_check_with_its_trace() -> None:
    design = "system d implements s { action same() { emit set(1, 1) } action other() { emit set(1, 2) } }"
    found = answers(design, "d satisfies both", "d violates both")
    for one in found:
        assert isinstance(one.verdict, Refuted)
        assert one.verdict.counterexample.claim == "write conflict"
        assert not one.expected


def test_within_bounds() -> None:
    found = answers(
        LOOP,
        "d satisfies few within R: 2, P: 1, steps: 2",
        "d satisfies few within R: 2, P: 1, steps: 3",
        "d satisfies waits within R: 2, P: 1",
    )
    assert isinstance(found[0].verdict, Bounded)
    assert (found[0].verdict.steps, found[0].expected) == (2, True)
    assert isinstance(found[1].verdict, Refuted)
    assert isinstance(found[2].verdict, Bounded)
    assert found[2].verdict.steps is None


def test_within_bounds_smaller_scopes_count_too() -> None:
    design = """
    system d implements s {
      action alone(r: R) { when forall q: R. q == r emit a(2) }
    }
    """
    found = answer(design, "d satisfies not_two within R: 3, P: 1")
    assert isinstance(found.verdict, Refuted)
    assert len(found.verdict.counterexample.scope["R"]) == 1


def test_within_bounds_with_time() -> None:
    found = answers(
        TIMED, "d satisfies soon within R: 1, P: 1, steps: 1", "d satisfies soon within R: 1, P: 1, steps: 3"
    )
    assert [type(one.verdict) for one in found] == [Bounded, Refuted]


def test_what_follows_from_the_other_claims() -> None:
    spec = SPEC.replace("after set(u, v) { two := v }", "")
    checked = check_text(f"{spec}\ncheck s implies below\ncheck s implies once_only")
    assert checked.module is not None, checked.diagnostics
    found = [prove(checked.module, check, timeout=20) for check in checked.module.checks]
    assert [type(one.verdict) for one in found] == [Proved, Refuted]


def test_nothing_runs_for_longer_than_it_may() -> None:
    design = """
    system d implements s {
      var x: Int var y: Int
      action up() { x := x + y + 1 y := x * x - y }
      action go() { when x * x * x == y * y + 17 and x > 5 emit a(2) }
    }
    """
    started = time.monotonic()
    found = answer(design, "d satisfies not_two", timeout=2)
    assert time.monotonic() - started < 12
    if isinstance(found.verdict, Unknown):
        assert found.verdict.tried
        assert not found.expected


def test_specification_state_read_by_the_design_is_told() -> None:
    found = answer("system d implements s { action go() { when n == 0 emit a(1) } }", "d satisfies not_two")
    assert any("n" in warning and "bookkeeping" in warning for warning in found.warnings)


def test_z3_is_not_imported_where_a_search_is_enough() -> None:
    program = (
        "import sys\n"
        "from honnin.compiler.prove import prove\n"
        "from honnin.spec.load import check_text\n"
        f"made = check_text({SPEC + LOOP + 'check d violates few'!r}).module\n"
        "prove(made, made.checks[0], timeout=5)\n"
        "print('z3' in sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


def test_progress_is_reported() -> None:
    said: list[str] = []
    made = module(LOOP, "d satisfies positive")
    prove(made, made.checks[0], timeout=20, progress=said.append)
    assert said


def test_an_interrupt_is_not_swallowed() -> None:
    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    made = module(LOOP, "d satisfies positive")
    with pytest.raises(KeyboardInterrupt):
        prove(made, made.checks[0], timeout=20, progress=interrupt)


@pytest.mark.parametrize("bounds", ["", " within steps: 3"])
def test_a_design_without_entities_may_have_very_large_maps(bounds: str) -> None:
    checked = check_text(
        f"""spec s
event go(n: 0..4000)
state seen: 0..4000 -> Int
after go(n) {{ seen[n] += 1 }}
invariant once_each "": on go(n): seen[n] == 0
system d implements s {{ action x(n: 0..4000) {{ when n < 3 emit go(n) }} }}
check d violates once_each{bounds}
"""
    )
    assert checked.module is not None, checked.diagnostics
    answer = prove(checked.module, checked.module.checks[0], timeout=10)
    assert isinstance(answer.verdict, Refuted)
    assert len(answer.verdict.counterexample.steps) == 2


def test_a_design_that_implements_nothing_has_the_entities_and_the_facts_of_its_file() -> None:
    text = """
    spec s
    entity R
    enum E { e, f }
    given inside: R -> Bool
    given chosen: R
    assume there "": always: inside[chosen]
    system d {
      var seen: R -> E = e
      action a(r: R) { when not inside[r] seen[r] := f }
      invariant not_the_chosen: seen[chosen] == e
      invariant nobody: forall r: R. seen[r] == e
    }
    check d satisfies not_the_chosen
    check d violates nobody
    """
    made = check_text(text).module
    assert made is not None
    proved, refuted = (prove(made, check, timeout=20) for check in made.checks)
    assert isinstance(proved.verdict, Proved)
    assert [premise.name for premise in proved.verdict.premises] == ["there"]
    assert isinstance(refuted.verdict, Refuted)
    assert len(refuted.verdict.counterexample.scope["R"]) == 2


@pytest.mark.parametrize(
    "asked, expected", [("reaches some", True), ("violates both", False), ("violates not_two", False)]
)
def test_what_no_step_reports_is_rather_proved_than_searched_for(asked: str, expected: bool) -> None:
    made = module("system free implements s { action see() { emit b() } }", f"free {asked}")
    assert question(made, made.checks[0]).expects_proof == expected


def test_a_bounded_search_that_is_broken_off_is_begun_anew_when_nothing_else_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = """
    spec tick event tock() state n: Int after tock() { n += 1 }
    invariant small "": always: n < 9
    system clock implements tick { action strike() { emit tock() } }
    check clock violates small"""
    made = check_text(text).module
    assert made is not None
    deepening, given = Deepening(question(made, made.checks[0])), list[float]()

    def never_ends(self: Deepening, which: object, deadline: float, progress: object) -> Searched:
        given.append(deadline - time.monotonic())
        monkeypatch.setattr(time, "monotonic", lambda: deadline)
        return Searched(None, 3, stopped="the time limit was reached")

    monkeypatch.setattr(Deepening, "_step", never_ends)
    for last in (False, False, True):
        monkeypatch.setattr(time, "monotonic", lambda: 0.0)
        deepening.turn(1.0, 1_000.0, print, last)
    assert given == [300.0, 1_000.0]
    assert deepening.troubles == ["bounded search with no entities: the time limit was reached"]


def test_what_an_answer_takes_does_not_hang_on_what_the_program_did_before() -> None:
    """Garbage is collected at moments of the prover's own, and as before when there is an answer."""
    made = module("system free implements s { action see() { emit b() } }", "free satisfies once_only")
    enabled = list[bool]()
    prove(made, made.checks[0], timeout=20, progress=lambda _: enabled.append(gc.isenabled()))
    assert set(enabled) == {False}
    assert gc.isenabled()
