"""The obligations of a proof: what is called an invariant is one, and none of its clauses can be spared."""

from __future__ import annotations

import time

import pytest

from honnin.compiler.product import Product
from honnin.compiler.proving.question import Question, question
from honnin.compiler.smt.induction import Inductive, prove
from honnin.compiler.smt.obligations import is_inductive, obligations
from honnin.compiler.smt.proof import Deadline
from honnin.compiler.smt.samples import reachable
from honnin.spec.core import Expr, Module
from honnin.spec.load import check_text

LOCK = """spec printing
entity Request, Person
output event issue(request: Request, subject: Person)
input event ask(request: Request, wanted: Person)
state wanted: Request -> Person?
after ask(r, p) { wanted[r] := p }
invariant right "the right person": on issue(r, p): wanted[r] == p
system locked implements printing "one file, under a lock" {
  var lock: Request?
  var file: Person?
  process handler(r: Request) {
    var asked: Person = any
    accept: { emit ask(r, asked) }
    acquire: { when lock == none  lock := r }
    write: { file := asked }
    print: { emit issue(r, file!)  lock := none }
  }
  invariant exclusive "one holds it": forall a, b: Request. handler[a] at print and handler[b] at print implies a == b
}
check locked satisfies printing
check locked satisfies exclusive
"""


def soon() -> Deadline:
    return Deadline(time.monotonic() + 20)


def module() -> Module:
    found = check_text(LOCK)
    assert found.module is not None, found.diagnostics
    return found.module


@pytest.fixture(scope="module", params=[0, 1], ids=["claims", "property"])
def proved(request: pytest.FixtureRequest) -> tuple[Question, tuple[Expr, ...]]:
    whole = module()
    asked = question(whole, whole.checks[request.param])
    return asked, _clauses(asked.product, asked)


def _clauses(product: Product, asked: Question) -> tuple[Expr, ...]:
    known = reachable(product, lambda: None)
    found = prove(product, asked.properties, known, soon(), lambda _: None)
    assert isinstance(found, Inductive)
    return found.clauses


def test_no_clause_can_be_spared(proved: tuple[Question, tuple[Expr, ...]]) -> None:
    asked, clauses = proved
    assert is_inductive(asked.product, asked.properties, clauses, soon())
    for clause in clauses:
        rest = tuple(other for other in clauses if other is not clause)
        assert not is_inductive(asked.product, asked.properties, rest, soon())


def test_there_is_one_for_each_path_and_clause(proved: tuple[Question, tuple[Expr, ...]]) -> None:
    asked, clauses = proved
    found = [
        (o.kind, o.path, o.target) for o in obligations(asked.product, asked.properties, clauses, soon())
    ]
    paths = range(len(asked.product.paths))
    wrong = range(len(asked.goals))
    assert len(found) == len(set(found))
    assert {f for f in found if f[0] == "initiation"} == {
        ("initiation", None, c) for c in range(len(clauses))
    }
    assert {f for f in found if f[0] == "consecution"} == {
        ("consecution", p, c) for p in paths for c in range(len(clauses))
    }
    assert {f for f in found if f[0] == "safety" and f[1] is not None} == {
        ("safety", p, g) for p in paths for g in wrong
    }


def test_a_design_that_is_wrong_has_an_obligation_that_is_not_met() -> None:
    whole = check_text(LOCK.replace("when lock == none  lock := r", "lock := r")).module
    assert whole is not None
    asked = question(whole, whole.checks[0])
    assert not is_inductive(asked.product, asked.properties, _clauses_of_the_right_one(), soon())


def _clauses_of_the_right_one() -> tuple[Expr, ...]:
    whole = module()
    asked = question(whole, whole.checks[0])
    return _clauses(asked.product, asked)
