"""Runs are confirmed by the reference meaning, or honnin is at fault."""

from __future__ import annotations

from dataclasses import replace

import pytest

from honnin.compiler.answers import Change, Choice, Initial
from honnin.compiler.product import Product
from honnin.compiler.proving.question import question
from honnin.compiler.replay import Goal, ReplayDisagrees, Run, confirmed, run_of
from honnin.spec.core import Check, Occurrence
from honnin.spec.design import Move
from honnin.spec.load import check_text

TEXT = """
spec s
entity Request, Person
event issue(request: Request, subject: Person)
state shown: Request -> Person?
after issue(r, p) { shown[r] := p }
invariant write_once "": on issue(r, p): shown[r] == none or shown[r]! == p
cover two "": sometime: exists a, b: Request. a != b and shown[a] != none and shown[b] != none
system d implements s {
  var last: Person?
  process h(r: Request) {
    var p: Person = any
    put: { last := p }
    out: { either { emit issue(r, last!) } or { emit issue(r, p) } goto put }
  }
  invariant empty: last == none
}
"""

SCOPE = {"Request": ("r1", "r2"), "Person": ("p1", "p2")}
INITIAL = (Initial("h.p", ("r1",), "p1"), Initial("h.p", ("r2",), "p2"))
PUT1, PUT2 = Move("h.put", ("r1",), (), ()), Move("h.put", ("r2",), (), ())
SHARED1, OWN1 = Move("h.out", ("r1",), (), (0,)), Move("h.out", ("r1",), (), (1,))
RUN = Run(SCOPE, (), INITIAL, (PUT1, OWN1, PUT1, PUT2, SHARED1))


def product() -> Product:
    module = check_text(TEXT).module
    assert module is not None
    return question(module, Check("d", "satisfies", "s")).product


def test_a_run_is_told_with_its_events_and_changes() -> None:
    found = confirmed(product(), RUN, Goal("s", "write_once"))
    assert [event for step in found.steps for event in step.events] == [
        Occurrence("issue", ("r1", "p1")),
        Occurrence("issue", ("r1", "p2")),
    ]
    assert found.steps[0].changes == (
        Change("last", (), None, "p1"),
        Change("@h", ("r1",), "put", "out"),
    )
    assert found.steps[0].arguments == (Choice("r", "r1"),)
    assert run_of(found) == RUN


def test_a_property_of_the_design() -> None:
    run = replace(RUN, moves=(PUT1,))
    assert confirmed(product(), run, Goal(None, "empty")).claim == "empty"


def test_a_run_that_shows_nothing_at_its_end_is_a_fault() -> None:
    for moves in (RUN.moves[:-1], (*RUN.moves, PUT1)):
        with pytest.raises(ReplayDisagrees, match="write_once is not violated at the end"):
            confirmed(product(), replace(RUN, moves=moves), Goal("s", "write_once"))


def test_a_cover_that_is_not_reached_is_a_fault() -> None:
    with pytest.raises(ReplayDisagrees, match="two is not reached"):
        confirmed(product(), RUN, Goal("s", "two", is_cover=True))


def test_a_step_that_is_not_possible_is_a_fault() -> None:
    with pytest.raises(ReplayDisagrees, match="step 1"):
        confirmed(product(), replace(RUN, moves=(SHARED1,)), Goal("s", "write_once"))
