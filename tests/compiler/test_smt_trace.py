"""z3's encoding judges traces as the reference meaning does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from honnin.compiler.smt.trace import report
from honnin.spec.meaning import evaluate
from honnin.spec.verdicts import Fault, Report

from .drawing import Drawing
from .drawing_formulas import SECOND


def comparable(found: Report) -> Report:
    """The report with the positions of its faults only."""
    return replace(found, faults=tuple(Fault(p, "") for p in dict.fromkeys(f.position for f in found.faults)))


@pytest.mark.parametrize("opaque", [False, True])
@pytest.mark.parametrize("seed", range(1000, 1100))
def test_drawn_specifications_have_the_verdicts_of_the_reference(seed: int, opaque: bool) -> None:
    drawing = Drawing(seed)
    specification = drawing.specification()
    for _ in range(3):
        trace, facts = drawing.trace(), drawing.facts()
        end = (trace[-1].at or 0) + drawing.random.randint(0, 4) * SECOND if trace else None
        expected = evaluate(specification, trace, facts, end=end)
        found = report(specification, trace, facts, end=end, opaque=opaque)
        assert comparable(found) == comparable(expected)
