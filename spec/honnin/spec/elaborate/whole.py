"""What is known of a claim only when the whole specification is: time, givens alone, monitorability, personal data."""

from __future__ import annotations

from collections.abc import Iterator

from honnin.spec import core
from honnin.spec.core import Claim, Expr, Specification
from honnin.spec.monitorable import prove_only
from honnin.spec.personal import personal
from honnin.spec.records import replace


def completed(specification: Specification) -> Specification:
    """The specification with every fact about its claims and its personal data filled in."""
    timed = timed_states(specification)
    claims = tuple(_completed(claim, specification, timed) for claim in specification.claims)
    entities, places = personal(specification)
    return replace(specification, claims=claims, personal_entities=entities, personal_places=places)


def _completed(claim: Claim, specification: Specification, timed: frozenset[str]) -> Claim:
    formulas = (claim.when, claim.body)
    known = replace(
        claim,
        given_only=claim.form == "always" and _of_givens_alone(claim.body),
        needs_time=any(_timed(node, timed) for formula in formulas for node in core.walk(formula)),
    )
    return replace(known, prove_only=prove_only(known, specification))


def _of_givens_alone(body: Expr) -> bool:
    nodes = list(core.walk(body))
    of_the_run = core.StateRead, core.Atom, core.Now, core.Old, *core.TEMPORAL
    return any(isinstance(n, core.GivenRead) for n in nodes) and not any(
        isinstance(n, of_the_run) for n in nodes
    )


def _timed(node: Expr, timed: frozenset[str]) -> bool:
    match node:
        case core.Now() | core.Eventually() | core.CountPast():
            return True
        case core.StateRead(state=state):
            return state in timed
        case (
            core.Once(interval=interval)
            | core.Earlier(interval=interval)
            | core.Historically(interval=interval)
            | core.Previously(interval=interval)
            | core.Since(interval=interval)
        ):
            return interval is not None
        case _:
            return False


def timed_states(specification: Specification) -> frozenset[str]:
    """The states whose values depend on the times of events: what is written reads `now`, or such a state."""
    timed: frozenset[str] = frozenset()
    while True:
        found = timed | {
            assign.place
            for after in specification.updates
            for assign, read in _assignments(after.body, (after.when,))
            if any(_timed(node, timed) for expr in read for node in core.walk(expr))
        }
        if found == timed:
            return timed
        timed = found


def _assignments(
    body: tuple[core.Statement, ...], above: tuple[Expr, ...]
) -> Iterator[tuple[core.Assign, tuple[Expr, ...]]]:
    """Every assignment with all the expressions that decide what it does."""
    for statement in body:
        match statement:
            case core.Assign(keys=keys, value=value):
                yield statement, (*above, *keys, value)
            case core.IfStatement(condition=condition, then=then, otherwise=otherwise):
                yield from _assignments(then, (*above, condition))
                yield from _assignments(otherwise, (*above, condition))
            case core.For(where=where, body=inner):
                yield from _assignments(inner, (*above, where))
            case _:
                pass
