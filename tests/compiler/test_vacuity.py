"""What an answer tells of what never happens: claims without their event, steps that are never possible, nothing at all."""

from __future__ import annotations

import pytest

from honnin.compiler.answers import Answer, Bounded, Proved
from honnin.compiler.prove import prove
from honnin.spec.core import Check
from honnin.spec.load import check_text

SPEC = """spec vac
entity R, P
given ok: P -> Bool
input event ask(r: R, p: P)
event unheard(r: R)
event give(r: R, p: P)
state w: R -> P?
after ask(r, p) { w[r] := p }
assume allowed "only those": on ask(_, p): ok[p]
invariant right "right": on give(r, p): w[r] == p
invariant silent "never happens": on unheard(r): w[r] != none
system plain implements vac {
  var f: R -> P?
  process h(r: R) {
    a: { pick p: P  when f[r] == none  emit ask(r, p)  f[r] := p }
    b: { emit give(r, f[r]!)  goto a }
    c: { emit unheard(r) }
  }
}
system nobody extends plain implements vac { assume none_: forall p: P. not ok[p] }
system impossible extends plain implements vac { assume no: forall r: R. h[r] at c }
system timed extends plain implements vac {
  var last: Time?
  action tick() { when last == none or now - last! > 60s  last := now }
}
"""
NO_STATE = "the assumptions and `init` leave no initial state: nothing can happen"


def answer(subject: str, within: tuple[tuple[str, int], ...] = ()) -> Answer:
    module = check_text(SPEC).module
    assert module is not None
    return prove(module, Check(subject, "satisfies", "vac", bool(within), within), timeout=20)


def exercised(found: Answer) -> dict[str, bool]:
    assert isinstance(found.verdict, Proved | Bounded), found.verdict
    return dict(found.verdict.exercised)


def never(found: Answer) -> list[str]:
    return [warning.split(" ")[0] for warning in found.warnings if "never possible" in warning]


@pytest.mark.parametrize("within", [(), (("R", 2), ("P", 2))], ids=["any number", "bounded"])
def test_an_invariant_whose_event_never_happens(within: tuple[tuple[str, int], ...]) -> None:
    found = answer("plain", within)
    assert exercised(found) == {"right": True, "silent": False}
    assert never(found) == ["h.c"]


@pytest.mark.parametrize("within", [(), (("R", 2), ("P", 2))], ids=["any number", "bounded"])
def test_an_assumption_that_no_step_survives(within: tuple[tuple[str, int], ...]) -> None:
    found = answer("nobody", within)
    assert exercised(found) == {"right": False, "silent": False}
    assert never(found) == ["h.a", "h.b", "h.c"]


@pytest.mark.parametrize("within", [(), (("R", 2), ("P", 2))], ids=["any number", "bounded"])
def test_an_assumption_that_excludes_everything(within: tuple[tuple[str, int], ...]) -> None:
    found = answer("impossible", within)
    assert exercised(found) == {"right": False, "silent": False}
    assert NO_STATE in found.warnings


def test_the_same_where_only_z3_treats_the_design() -> None:
    found = answer("timed")
    assert exercised(found) == {"right": True, "silent": False}
    assert never(found) == ["h.c"]


LARGE = """spec s
entity A
event e(a: A)
event late(a: A)
invariant known "late ones are": on late(a): once e(a)
system d implements s {
  var x: A -> 0..6
  var y: A -> 0..6
  process p(a: A) {
    one: { emit e(a) }
    two: { x[a] := 1 }
    three: { y[a] := 1 }
    four: { x[a] := 2 }
    five: { emit late(a) }
  }
  action any_(a: A) { pick n: 0..6  x[a] := n }
  action other(a: A) { pick n: 0..6  y[a] := n }
}
"""


def test_a_step_that_is_possible_after_many_others_is_not_called_impossible() -> None:
    module = check_text(LARGE).module
    assert module is not None
    found = prove(module, Check("d", "satisfies", "s"), timeout=20)
    assert isinstance(found.verdict, Proved)
    assert never(found) == []
