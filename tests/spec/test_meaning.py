"""The reference meaning where the corpus (tests/corpus) leaves it open."""

from __future__ import annotations

import pytest

from honnin.spec.core import (
    BOOL,
    INT,
    After,
    Assign,
    Binder,
    Claim,
    Compare,
    EntityT,
    Event,
    For,
    Forall,
    Lit,
    Module,
    Occurrence,
    Pattern,
    Specification,
    State,
    StateRead,
    Var,
)
from honnin.spec.evaluation import MissingTime
from honnin.spec.examples import example_facts
from honnin.spec.load import check_text
from honnin.spec.meaning import evaluate
from honnin.spec.verdicts import Failure, Report


def load(text: str) -> Module:
    checked = check_text(text)
    assert checked.module is not None, checked.diagnostics
    return checked.module


def judge(specification: str, trace: str, *, end: int | None = None) -> Report:
    """The report on a trace written as the body of an example."""
    module = load(f"{specification}\nexample trace accepted {{ {trace} }}")
    example = module.examples[0]
    return evaluate(module.main, example.occurrences, example_facts(example, module.main), end=end)


def words(failure: Failure) -> str:
    """`I@2`, `I@2<1` for a missed deadline, `I@end<1` at the end."""
    place = "end" if failure.position is None else str(failure.position)
    since = "" if failure.trigger == failure.position else f"<{failure.trigger}"
    return f"{failure.claim}@{place}{since}"


def test_a_value_never_seen_counts() -> None:
    """`after reset() { for p: P { m[p] := 1 } }` is refused by the checker; here is why."""
    person = EntityT("P")
    p, q = Binder("p", 1, person), Binder("q", 2, person)
    true = Lit(True, BOOL)
    write = For((p,), true, (Assign("m", (Var(p, person),), ":=", Lit(1, INT)),))
    claim = Claim(
        "I",
        "invariant",
        "always",
        (),
        true,
        Forall(q, Compare("==", StateRead("m", (Var(q, person),), INT), Lit(0, INT))),
    )
    specification = Specification(
        "s",
        None,
        (person,),
        (),
        (),
        (Event("reset", "both", ()),),
        (State("m", (person,), INT, Lit(0, INT)),),
        (After((Pattern("reset", ()),), true, (write,)),),
        (claim,),
    )
    report = evaluate(specification, [Occurrence("reset", ())], {})
    assert report.violated == (Failure("I", 1, 1),)
    assert report.violated[0].bindings == (("q", "a P never seen"),)
    assert evaluate(specification, [Occurrence("reset", ())], {}, scope={"P": ()}).violated == ()


ISSUE = """
spec s
entity R, P
event ask(r: R, p: P)
event issue(r: R, p: P)
state wanted: R -> P?
after ask(r, p) { wanted[r] := p }
"""


def test_bindings_are_the_names_of_the_pattern_then_the_witnesses() -> None:
    text = ISSUE + 'invariant I "": on issue(r, _): forall p: P. wanted[r] == p implies not issue(r, p)'
    report = judge(text, "ask(r1, a) ask(r2, b) issue(r2, b)")
    assert [failure.bindings for failure in report.violated] == [(("r", "r2"), ("p", "b"))]


def test_exercised_counts_matches_where_the_left_side_holds() -> None:
    text = ISSUE + (
        'invariant I "": on issue(r, p): wanted[r] != none implies wanted[r] == p\n'
        'invariant J "": on issue(r, p) when wanted[r] == none: true\n'
        'invariant K "": always: true'
    )
    report = judge(text, "issue(r1, a) ask(r1, a) issue(r1, a)")
    assert report.exercised == {"I": 1, "J": 1, "K": 3}


def test_alternatives_of_one_claim_bind_the_same_names() -> None:
    text = ISSUE + 'invariant I "": on ask(r, p) or issue(r, p): not (exists q: P. wanted[r] == q and q != p)'
    report = judge(text, "ask(r1, a) issue(r1, a) ask(r1, b)")
    assert [words(failure) for failure in report.violated] == ["I@3"]
    assert report.violated[0].bindings == (("r", "r1"), ("p", "b"), ("q", "a"))


def test_a_conflict_names_the_place_and_both_writes() -> None:
    text = ISSUE + "after ask(r, p) when p == p { wanted[r] := none }"
    fault = judge(text, "ask(r1, a)").faults[0]
    assert (fault.place, fault.keys) == ("wanted", ("r1",))
    assert all("`wanted :=` at" in write for write in fault.writes)


def test_a_claim_that_needs_a_time_refuses_events_without_one() -> None:
    text = ISSUE + 'invariant I "": on issue(r, p): once[<= 5s] ask(r, p)'
    specification = load(text).main
    events = [Occurrence("ask", ("r1", "a")), Occurrence("issue", ("r1", "a"))]
    with pytest.raises(MissingTime):
        evaluate(specification, events, {})


def test_the_integer_one_and_the_text_one_differ() -> None:
    specification = load(ISSUE + 'invariant I "": on issue(r, p): wanted[r] == p').main
    events = [Occurrence("ask", (1, "a")), Occurrence("issue", ("1", "a")), Occurrence("issue", (1, "a"))]
    assert [failure.position for failure in evaluate(specification, events, {}).violated] == [2]
