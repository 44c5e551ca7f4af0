"""`check SPEC implies CLAIM`: whether a claim follows from the others, over all traces."""

from __future__ import annotations

from honnin.compiler.deadlines import waits
from honnin.compiler.product import Product
from honnin.compiler.smt.environment import environment
from honnin.spec.core import Claim, Specification
from honnin.spec.records import replace


def implied_product(specification: Specification, claim: Claim, *, deadlines: bool) -> Product:
    """The system in which anything happens that breaks no other claim; it breaks `claim` if and only if that does not follow.

    Without `deadlines` the other claims' deadlines are not assumed: what is proved so, follows all the more.
    """
    others = tuple(
        replace(other, kind="assume")
        for other in specification.claims
        if other.name != claim.name and other.kind != "cover" and (deadlines or not waits(other.body))
    )
    target = replace(claim, kind="invariant")
    return environment(replace(specification, claims=(*others, target)), (target,))
