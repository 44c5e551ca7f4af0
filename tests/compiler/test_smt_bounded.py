"""Bounded search: the shortest run to something wrong, with few values."""

from __future__ import annotations

import time

from honnin.compiler.smt.bounded import search
from honnin.compiler.smt.proof import Deadline

from .smt_designs import buffer_product


def soon() -> Deadline:
    return Deadline(time.monotonic() + 10)


def test_the_shared_buffer_hands_out_anothers_paper() -> None:
    found = search(buffer_product(keyed=False), (), {"Request": 3, "Person": 3}, 8, soon()).counterexample
    assert found is not None
    assert sorted(step.step for step in found.steps) == [
        *["handler.accept"] * 2,
        "handler.print",
        *["handler.render"] * 2,
    ]
    assert {entity: len(values) for entity, values in found.scope.items()} == {"Request": 2, "Person": 2}
    assert found.claim == "right_person"


def test_the_keyed_buffer_is_covered_completely() -> None:
    found = search(buffer_product(keyed=True), (), {"Request": 2, "Person": 2}, 10, soon())
    assert (found.counterexample, found.complete) == (None, True)
