"""The twin of few elements: it finds no step that there is none of, and misses none among few elements."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from honnin.compiler.product import Product, build_product
from honnin.compiler.simplify import negation
from honnin.compiler.smt.atoms import Budget, atoms, binder
from honnin.compiler.smt.few.twin import twin_of
from honnin.compiler.smt.mining import clause_of, literal
from honnin.compiler.smt.proof import FEW, Deadline, Found, Induction
from honnin.compiler.smt.vocabulary import vocabulary
from honnin.spec.core import EntityT, Expr
from honnin.spec.load import check_text

from .smt_drawing import draw

MOST_CLAUSES = 6

VOTES = """spec votes
entity Node, Quorum
given member: Node, Quorum -> Bool
assume quorums_meet: always: forall q, r: Quorum. exists n: Node. member[n, q] and member[n, r]
system single "each node votes for one, and a leader has a quorum" {
  var vote: Node, Node -> Bool
  var leads: Node -> Bool
  action cast(n: Node, m: Node) { when forall o: Node. not vote[n, o]  vote[n, m] := true }
  action win(n: Node, q: Quorum) { when forall m: Node. member[m, q] implies vote[m, n]  leads[n] := true }
  invariant one_leader: forall n, m: Node. leads[n] and leads[m] implies n == m
}
"""


def clauses(product: Product) -> Iterator[Expr]:
    """Clauses of one literal over at most one value of each entity, true or not."""
    words = vocabulary(product, product.properties)
    budget = Budget(tuple(binder(EntityT(name), 1) for name in product.entities))
    for atom in atoms(words, budget, quantified=True)[:MOST_CLAUSES]:
        yield clause_of(budget, [literal(atom)]).formula
        yield clause_of(budget, [literal(negation(atom))]).formula


@pytest.mark.parametrize("seed", range(6))
def test_the_twin_says_the_same_of_few_elements(seed: int) -> None:
    module = check_text(draw(seed)).module
    assert module is not None
    assert_alike(build_product(module, module.systems[0], ()))


def test_the_twin_says_the_same_of_quorums() -> None:
    module = check_text(VOTES).module
    assert module is not None
    product = build_product(module, module.systems[0], ())
    assert assert_alike(product) >= 3


def assert_alike(product: Product) -> int:
    """Asks both about each clause and step; how many steps both found."""
    deadline = Deadline(time.monotonic() + 60)
    induction = Induction(product, product.properties, deadline, small=True)
    twin = twin_of(product, product.properties, deadline)
    assert twin is not None
    found = 0
    for clause in map(induction.clause, clauses(product)):
        induction.assume(clause)
        for path in range(len(product.paths)):
            answer, there = induction.broken(path, clause, ()), twin.broken_there(path, clause, ())
            assert not (answer is False and isinstance(there, Found))
            is_small = isinstance(answer, Found) and all(
                len(answer.before.domain(EntityT(name))) <= FEW for name in product.entities
            )
            assert not (is_small and there is False)
            found += is_small and isinstance(there, Found)
    return found
