"""The property-directed search by itself: right designs are proved, and what it finds is an invariant that has no counterexample."""

from __future__ import annotations

import time
from functools import partial

import pytest

from honnin.compiler.limit import OutOfTime
from honnin.compiler.product import Product, build_product
from honnin.compiler.smt.bounded import search
from honnin.compiler.smt.directed.search import Directed
from honnin.compiler.smt.few.twin import twin_of
from honnin.compiler.smt.obligations import is_inductive
from honnin.compiler.smt.proof import Deadline, Induction
from honnin.compiler.smt.samples import reachable
from honnin.compiler.smt.splitting import stronger
from honnin.compiler.smt.universe import Unsupported
from honnin.compiler.smt.vocabulary import by_place, vocabulary
from honnin.spec.core import Expr, Property
from honnin.spec.load import check_text

from .smt_drawing import draw

STORE = """spec store
entity Node, Key, Value
system handed_over "a key is a message while it moves" {
  var table: Node, Key, Value -> Bool
  var owner: Node, Key -> Bool = any
  var moving: Node, Key, Value -> Bool
  init: forall n, m: Node, k: Key. owner[n, k] and owner[m, k] implies n == m
  action give(from: Node, to: Node, k: Key, v: Value) {
    when owner[from, k] and table[from, k, v]
    table[from, k, v] := false
    owner[from, k] := false
    moving[to, k, v] := true
  }
  action take(n: Node, k: Key, v: Value) {
    when moving[n, k, v]
    moving[n, k, v] := false
    table[n, k, v] := true
    owner[n, k] := true
  }
  action put(n: Node, k: Key, v: Value) { when owner[n, k]  for w: Value { table[n, k, w] := w == v } }
  invariant one_value: forall n, m: Node, k: Key, v, w: Value. table[n, k, v] and table[m, k, w] implies n == m and v == w
}
system copied extends handed_over "the giver keeps it" {
  action give(from: Node, to: Node, k: Key, v: Value) { when owner[from, k] and table[from, k, v]  moving[to, k, v] := true }
}
"""

CONSENSUS = """spec consensus
entity Node, Quorum, Value
given member: Node, Quorum -> Bool
assume quorums_meet: always: forall q, r: Quorum. exists n: Node. member[n, q] and member[n, r]
system vote_once "each node votes once" {
  var votes: Node, Value -> Bool
  var decided: Value -> Bool
  action cast(n: Node, v: Value) { when forall w: Value. not votes[n, w]  votes[n, v] := true }
  action conclude(v: Value, q: Quorum) { when forall n: Node. member[n, q] implies votes[n, v]  decided[v] := true }
  invariant one_value: forall v, w: Value. decided[v] and decided[w] implies v == w
}
system vote_again extends vote_once "nodes vote again" {
  action cast(n: Node, v: Value) { votes[n, v] := true }
}
"""


VOTES = """spec votes
entity Node
system single "a node votes for one" {
  var voted: Node -> Bool
  var vote: Node, Node -> Bool
  action cast(n: Node, m: Node) { when not voted[n]  vote[n, m] := true  voted[n] := true }
  lemma voted_who_votes: forall n, m: Node. vote[n, m] implies voted[n]
  lemma itself_or_another: forall n, m: Node. vote[n, n] and vote[n, m] implies n == m
}
"""


def invariant(
    product: Product, properties: tuple[Property, ...], seconds: float, *, quantified: bool
) -> list[Expr] | None:
    """The clauses that the search finds, if it does."""
    deadline = Deadline(time.monotonic() + seconds)
    samples = reachable(product, lambda: None)
    try:
        twin = partial(twin_of, product, properties, deadline)
        induction = Induction(product, properties, deadline, small=True, twin=twin)
        if induction.initial_violation() is not False:
            return None
        found = Directed(induction, vocabulary(product, product.properties), samples, quantified=quantified)
        for _ in found.run():
            pass
    except (OutOfTime, Unsupported):
        return None
    return None if found.invariant is None else [clause.formula for clause in found.invariant]


def design(text: str, name: str) -> tuple[Product, tuple[Property, ...]]:
    module = check_text(text).module
    assert module is not None
    product = build_product(module, module.system(name), ())
    return product, product.properties


def test_clauses_of_many_variables_come_from_the_states_that_go_wrong() -> None:
    product, properties = design(STORE, "handed_over")
    clauses = invariant(product, properties, 30, quantified=False)
    assert clauses is not None
    assert is_inductive(product, properties, clauses, Deadline(time.monotonic() + 10))


def test_a_proved_clause_becomes_one_of_more_variables() -> None:
    product, properties = design(VOTES, "single")
    lemmas = [stated.condition for stated in properties]
    induction = Induction(product, (), Deadline(time.monotonic() + 30))
    proved = [induction.clause(by_place(lemma, str)) for lemma in lemmas]
    for clause in proved:
        induction.assume(clause)
    news = [clause.formula for clause in proved]
    found = list(stronger(induction, proved, news, reachable(product, lambda: None)))
    assert [len(clause.names) for clause in found] == [3]
    assert is_inductive(product, (), [*news, *(clause.formula for clause in found)], induction.deadline)


LAMPS = """spec lamps
enum Colour { red, green }
system crossing "no entities" {
  var north: Colour = red
  var east: Colour = red
  action go_north() { when east == red  north := green }
  action go_east() { when north == red  east := green }
  action stop_north() { north := red }
  invariant apart: north == red or east == red
}
system crash extends crossing "nobody looks north" { action go_east() { east := green } }
"""


def test_designs_without_entities() -> None:
    product, properties = design(LAMPS, "crossing")
    clauses = invariant(product, properties, 20, quantified=False)
    assert clauses is not None
    product, properties = design(LAMPS, "crash")
    assert invariant(product, properties, 20, quantified=False) is None


@pytest.mark.parametrize(("text", "name"), [(STORE, "copied"), (CONSENSUS, "vote_again")])
def test_nothing_is_found_of_a_faulty_design(text: str, name: str) -> None:
    product, properties = design(text, name)
    for quantified in (False, True):
        assert invariant(product, properties, 2, quantified=quantified) is None


@pytest.mark.parametrize("seed", range(20, 32))
@pytest.mark.parametrize("of_design", [False, True])
def test_what_is_found_has_no_counterexample(seed: int, of_design: bool) -> None:
    module = check_text(draw(seed)).module
    assert module is not None
    product = build_product(module, module.systems[0], () if of_design else module.main.claims)
    properties = product.properties if of_design else ()
    clauses = invariant(product, properties, 1.5, quantified=True)
    if clauses is None:
        return
    soon = Deadline(time.monotonic() + 2)
    proved = is_inductive(product, properties, clauses, soon)
    found = search(product, properties, {"A": 2, "B": 2}, 5, soon).counterexample
    assert not (proved and found is not None)
