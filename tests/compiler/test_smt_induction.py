"""Proofs for any number: right designs are proved, their faulty twins are not."""

from __future__ import annotations

import time

import pytest

from honnin.compiler.product import Product
from honnin.compiler.smt.induction import Inductive, NotFound, prove
from honnin.compiler.smt.proof import Deadline
from honnin.compiler.smt.samples import Walker
from honnin.compiler.smt.structures import Sample

from .smt_designs import buffer_product


def samples(product: Product) -> list[Sample]:
    return [
        state for seed in range(40) for state in Walker(product, {"Person": 2, "Request": 2}, seed).walk(10)
    ]


@pytest.mark.parametrize(("keyed", "answer"), [(True, Inductive), (False, NotFound)])
def test_buffer(keyed: bool, answer: type) -> None:
    product = buffer_product(keyed)
    deadline = Deadline(time.monotonic() + 10)
    assert isinstance(prove(product, (), samples(product), deadline, lambda _: None), answer)
