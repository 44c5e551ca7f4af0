"""`check SPEC implies CLAIM`: whether the claim follows from the others, over all traces."""

from __future__ import annotations

from honnin.compiler.answers import Verdict
from honnin.compiler.proving.engines import Progress
from honnin.compiler.proving.question import Question
from honnin.compiler.proving.unbounded import unbounded
from honnin.spec.core import Check, Module


def implied(
    module: Module, check: Check, deadline: float, progress: Progress
) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict, and warnings. The design is one in which anything may happen that breaks no other claim."""
    from honnin.compiler.smt.implied import implied_product

    specification = module.specification(check.subject)
    claim = specification.claim(check.target)
    sought = Question(check, implied_product(specification, claim, deadlines=True), (), ())
    proved = Question(check, implied_product(specification, claim, deadlines=False), (), ())
    return unbounded(sought, deadline, progress, to_prove=proved)
