"""What clauses are looked for, in what order, and that none of them is denied by a sample."""

from __future__ import annotations

import pytest

from honnin.compiler.product import Product, build_product
from honnin.compiler.simplify import negation
from honnin.compiler.smt.atoms import atoms
from honnin.compiler.smt.mining import Tables, Template
from honnin.compiler.smt.plans import Layer, Plan, budget_of, plans
from honnin.compiler.smt.samples import Explored, explored, more
from honnin.compiler.smt.structures import satisfiable
from honnin.compiler.smt.vocabulary import Vocabulary, vocabulary
from honnin.spec.core import EntityT
from honnin.spec.load import check_text

RING = """spec ring
entity Node, Id
given id: Node -> Id
given le: Id, Id -> Bool
system messages "a node sends its identifier" {
  var pending: Id, Node -> Bool
  var leads: Node -> Bool
  action send(n: Node, m: Node) { pending[id[n], m] := true }
  action receive(n: Node, x: Id) { when pending[x, n] and x == id[n] and le[x, x]  leads[n] := true }
  invariant pointless: forall n: Node. leads[n] implies le[id[n], id[n]]
}
"""


@pytest.fixture(name="design")
def make_design() -> tuple[Product, Vocabulary]:
    found = check_text(RING)
    assert found.module is not None, found.diagnostics
    product = build_product(found.module, found.module.systems[0], ())
    return product, vocabulary(product, product.properties)


def test_what_a_given_gives_stands_for_a_sort_without_a_variable(design: tuple[Product, Vocabulary]) -> None:
    _, words = design
    nodes = (EntityT("Node"), EntityT("Node"))
    read = {str(term) for term in budget_of(nodes, words).of(EntityT("Id"))}
    assert len(read) == 2 and all("'id'" in term for term in read)
    budget = budget_of((*nodes, EntityT("Id")), words)
    assert len(budget.of(EntityT("Id"))) == 1
    spoken = [str(atom) for atom in atoms(words, budget_of(nodes, words), quantified=False)]
    assert any("'pending'" in atom and "'id'" in atom for atom in spoken)


def test_a_later_plan_has_what_the_first_has(design: tuple[Product, Vocabulary]) -> None:
    first, *others = plans(design[1])
    assert all(plan.has(first) for plan in others)
    wide = Plan((Layer(0, 2, 4), Layer(3, 4, 3)))
    assert not first.has(wide) and not wide.has(Plan((Layer(0, 2, 4, quantified=True),)))


def test_no_clause_is_denied_by_a_sample(design: tuple[Product, Vocabulary]) -> None:
    """Though tables begin with few samples: each state with a leader is in turn what has to be excluded by what those without allow."""
    product, words = design
    seen = explored(product, product.properties, lambda: None)
    samples = [state for state in seen.states if not any(state.table("leads").values())]
    others = [state for state in seen.states if any(state.table("leads").values())]
    template = Template(Tables(words, samples, tuple), Plan((Layer(0, 2, 3),)))
    tried = 0
    for state in others[:40]:
        for clauses in template.clauses(state, 10):
            for clause in clauses[:10]:
                denied = satisfiable(clause.variables, [negation(literal) for literal in clause.literals])
                assert denied(state) and not any(map(denied, samples))
                tried += 1
    assert tried


def test_more_samples_are_others(design: tuple[Product, Vocabulary]) -> None:
    product, _ = design
    seen = explored(product, product.properties, lambda: None)
    assert len(list(more(seen, lambda: None))) > 100
    assert not list(more(Explored(), lambda: None))
