"""What z3 proves to be impossible in a design: any initial state, or a step from any state in which an invariant holds."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Final

from honnin.compiler.limit import Exhausted, limited
from honnin.compiler.proving.question import Question
from honnin.compiler.smt.proof import Deadline, Induction
from honnin.compiler.smt.terms import holds
from honnin.compiler.smt.universe import Unsupported
from honnin.spec.core import Expr

SECONDS: Final = 0.5


def impossible(asked: Question, invariant: Sequence[Expr]) -> tuple[str, ...]:
    """Warnings, for any number of everything; what z3 cannot say in a short time is not warned of."""
    deadline = Deadline(time.monotonic() + SECONDS, query=0.1)

    def found() -> tuple[str, ...]:
        induction = Induction(asked.product, asked.properties, deadline)
        if induction.model(None, []) is False:
            return ("the assumptions and `init` leave no initial state: nothing can happen",)
        return tuple(f"{step} is never possible" for step in _never(asked, induction, invariant))

    try:
        return limited(deadline.at, found)
    except (Exhausted, Unsupported):
        return ()


def _never(asked: Question, induction: Induction, invariant: Sequence[Expr]) -> Iterator[str]:
    at = induction.encoding.design(induction.before)
    known = [holds(clause, at, {}) for clause in invariant]
    for step in dict.fromkeys(path.step for path in asked.product.paths):
        ways = [n for n, path in enumerate(asked.product.paths) if path.step == step]
        if all(induction.model(way, known) is False for way in ways):
            yield step
