"""Which mutants a design has, and what is not made: mutants that say the same, and steps that the language forbids."""

from __future__ import annotations

from honnin.compiler.guarded import well_guarded
from honnin.compiler.mutants import OWN, mutants
from honnin.compiler.mutation import mutated
from honnin.compiler.premises import premise_mutants
from honnin.spec.core import Module
from honnin.spec.load import check_text

HEAD = """spec s "drawn"
entity R, P
event a(r: R, p: P)
event b(r: R)
invariant i "i": on b(_): true
system d implements s "d" {{
  var m: R -> P?
  var other: R -> P?
  var k: Int
  process h(r: R) {{
    var mine: P = any
    var yours: P = any
    one: {{ {one} }}
    two: {{ {two} }}
  }}
}}
"""


def module(one: str, two: str = "emit b(r)") -> Module:
    checked = check_text(HEAD.format(one=one, two=two))
    assert checked.module is not None, checked.diagnostics
    return checked.module


def words(one: str, two: str = "emit b(r)", kind: str = "") -> list[str]:
    made = mutants(module(one, two).system("d"))
    return [f"{m.step}: {m.words}" for m in made if kind in ("", m.kind)]


def test_each_condition_of_a_guard_is_dropped() -> None:
    assert words("when m[r] == none and k == 0 emit b(r)", kind="guard dropped") == [
        "h.one: without `m[r] == none` in `when`",
        "h.one: without `k == 0` in `when`",
    ]
    assert words("when k == 0 emit b(r)", kind="guard dropped") == ["h.one: without `when k == 0`"]
    assert words("pick p: P where p != mine emit a(r, p)", kind="guard dropped") == [
        "h.one: without `p != mine` in `pick p`"
    ]
    loop = "for q: R where m[q] == none { other[q] := mine } emit b(r)"
    assert words(loop, kind="guard dropped") == ["h.one: without `m[q] == none` in `for`"]


def test_conditions_are_taken_for_true_and_for_false() -> None:
    body = "if k == 0 { m[r] := mine } else { m[r] := yours } emit b(r)"
    assert words(body, kind="condition fixed") == [
        "h.one: `if k == 0` taken as if it were true",
        "h.one: `if k == 0` taken as if it were false",
    ]


def test_updates_and_resets_are_forgotten() -> None:
    body = "m[r] := mine m[r] := none k += 1 for q: R { other[q] := none } emit b(r)"
    assert words(body, kind="update forgotten") == [
        "h.one: without `m[r] := mine`",
        "h.one: without `k += 1`",
    ]
    assert words(body, kind="reset forgotten") == [
        "h.one: without `m[r] := none`",
        "h.one: without `for q: R`",
    ]


def test_jumps_are_forgotten_but_not_one_to_where_it_goes_anyway() -> None:
    assert words("emit b(r) stop", kind="jump forgotten") == ["h.one: without `stop`"]
    assert words("emit b(r) goto two", kind="jump forgotten") == []
    assert words("emit b(r)", "if k == 0 { emit b(r) goto one } emit b(r)", kind="jump forgotten") == [
        "h.two: without `goto one`"
    ]


def test_a_way_to_do_nothing_is_added() -> None:
    assert len(words("either { k += 1 } or { k -= 1 }", kind="branch added")) == 1
    assert words("either { k += 1 } or { }", kind="branch added") == []


def test_names_of_one_type_are_swapped() -> None:
    assert words("m[r] := mine emit b(r)", kind="swapped") == [
        "h.one: `m[r] := yours` in place of `m[r] := mine`",
        "h.one: `other[r] := mine` in place of `m[r] := mine`",
    ]
    assert words("emit a(r, mine)", kind="swapped") == [
        "h.one: `emit a(r, yours)` in place of `emit a(r, mine)`"
    ]


def test_a_swap_that_says_no_more_than_a_dropped_guard_is_not_made() -> None:
    assert words("when m[r] == none and other[r] == none emit b(r)", kind="swapped") == []


def test_no_mutant_reads_what_may_be_none_under_a_quantifier() -> None:
    """`m[r] != none` guards `m[r]!` there: without it the step would be none of the language."""
    body = "when m[r] != none and forall q: R. other[q] != m[r]! emit b(r)"
    assert words(body, kind="guard dropped") == ["h.one: without `forall q: R. other[q] != m[r]!` in `when`"]
    for mutant in mutants(module(body).system("d")):
        steps = [step for process in mutant.system.processes for step in process.steps]
        assert all(well_guarded(step.body) for step in steps)


def test_a_mutant_differs_in_one_step_and_its_mark_in_one_variable() -> None:
    design = module("when k == 0 m[r] := mine emit b(r)").system("d")
    for mutant in mutants(design):
        before = [step for process in design.processes for step in process.steps]
        after = [step for process in mutant.system.processes for step in process.steps]
        assert sum(a != b for a, b in zip(before, after, strict=True)) == 1
        assert {v.name for v in mutant.marked.variables} - {v.name for v in design.variables} == {OWN}
        assert mutant.span.line > 0


def test_bounds_are_widened() -> None:
    assert words("when k < 3 and (k > 0 or m[r] == none) emit b(r)", kind="bound widened") == [
        "h.one: `when k <= 3 and (k > 0 or m[r] == none)` in place of `when k < 3 and (k > 0 or m[r] == none)`",
        "h.one: `when k < 3 and (k >= 0 or m[r] == none)` in place of `when k < 3 and (k > 0 or m[r] == none)`",
    ]
    assert words("when k <= 3 emit b(r)", kind="bound widened") == []


def test_events_are_forgotten() -> None:
    assert words("emit b(r)  emit a(r, mine)", "", kind="event forgotten") == [
        "h.one: without `emit b(r)`",
        "h.one: without `emit a(r, mine)`",
    ]


PREMISES = """spec s "premises"
entity P
given ok: P -> Bool
input event ask(p: P)
assume allowed "only those": on ask(p): ok[p]
invariant i "i": on ask(_): true
system d implements s "d" {
  var x: Bool = any
  var y: Int = any
  init: x and y > 0
  init: y < 9
  assume small: y < 100
  action go(p: P) { emit ask(p) }
}
"""


def test_each_premise_is_left_out() -> None:
    checked = check_text(PREMISES).module
    assert checked is not None
    made = premise_mutants(checked, checked.system("d"))
    assert [f"{m.step}, line {m.span.line}: {m.words}" for m in made] == [
        "init, line 10: without `init: x`",
        "init, line 10: without `init: y > 0`",
        "init, line 11: without `init: y < 9`",
        "assume, line 12: without `assume small`",
        "assume, line 5: without `assume allowed` of s",
    ]
    assert all(mutant.kind == "premise dropped" for mutant in made)
    assert [claim.name for claim in mutated(checked, made[-1]).main.claims] == ["i"]
    marked = mutated(checked, made[-1], marked=True).main
    assert [(claim.kind, claim.name) for claim in marked.claims] == [
        ("invariant", "i"),
        ("invariant", "allowed"),
    ]
