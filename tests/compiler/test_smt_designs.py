"""Laws over drawn designs: what is proved has no counterexample; what z3 finds, the reference meaning confirms."""

from __future__ import annotations

import time

import pytest

from honnin.compiler.product import Product, build_product
from honnin.compiler.replay import Goal, confirmed, run_of
from honnin.compiler.smt.bounded import search
from honnin.compiler.smt.induction import Inductive, prove
from honnin.compiler.smt.proof import Deadline
from honnin.compiler.smt.samples import reachable
from honnin.spec.load import check_text

from .smt_drawing import draw


def product_of(seed: int, of_design: bool) -> Product:
    """What its claim asks of the drawn design, or what its own invariant asks."""
    checked = check_text(draw(seed))
    assert checked.module is not None, checked.diagnostics
    module = checked.module
    return build_product(module, module.systems[0], () if of_design else module.main.claims)


def soon() -> Deadline:
    return Deadline(time.monotonic() + 1.5)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("of_design", [False, True])
def test_what_is_proved_has_no_counterexample(seed: int, of_design: bool) -> None:
    product = product_of(seed, of_design)
    properties = product.properties if of_design else ()
    found = search(product, properties, {"A": 2, "B": 2}, 5, soon()).counterexample
    if found is not None:
        confirmed(product, run_of(found), Goal(found.specification, found.claim))
    states = reachable(product, lambda: None)
    proved = prove(product, properties, states, soon(), lambda _: None)
    assert not (isinstance(proved, Inductive) and found is not None)
