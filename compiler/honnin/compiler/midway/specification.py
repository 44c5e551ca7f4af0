"""The specification that judges a log which begins in mid-stream."""

from __future__ import annotations

from collections.abc import Iterator

from honnin.compiler.midway.formulas import BEGINS, KNOWN, LOST, NAMED, NEW, Bounds, Scope
from honnin.compiler.midway.updates import Updates, after_beginning, after_naming, lasting
from honnin.spec.core import BOOL, TIME, Binder, Claim, Lit, OptionalT, Specification, State
from honnin.spec.elaborate.whole import completed
from honnin.spec.monitorable import constant_defaults
from honnin.spec.records import replace

DOUBT = "?"
"""After the name of a claim: the claim that fails where the other might, after some past."""


def midway(specification: Specification) -> Specification:
    """Each claim fails where it fails whatever happened before the log; with DOUBT, where it may fail after something that happened.

    What broke an assumption before the log is left out of what may have happened. The claims that cannot be monitored are left out.
    """
    companions = tuple(State(s.name + KNOWN, s.keys, BOOL, Lit(False, BOOL)) for s in specification.states)
    found = lasting(specification)
    beginning = State(BEGINS, (), OptionalT(TIME), Lit(None, OptionalT(TIME)))
    horizons = {one.entity: one.horizon for one in specification.retained}
    kept = tuple(
        State(s.name + LOST, s.keys, BOOL, Lit(False, BOOL)) for s in specification.states if s.name in found
    )
    lives = tuple(
        State(entity.name + what, (entity,), BOOL, Lit(False, BOOL))
        for entity in specification.entities
        if entity.name in horizons
        for what in (NAMED, NEW)
    )
    states = (*specification.states, *companions, *kept, *lives, beginning)
    bounds = Bounds(constant_defaults(states), horizons, found)
    updates = Updates(bounds, specification.states, specification.updates)
    changed = tuple(updates.of(after) for after in specification.updates)
    monitored = [claim for claim in specification.claims if claim.prove_only is None]
    claims = tuple(made for claim in monitored for made in _claims(claim, bounds))
    changed = (*changed, *after_naming(specification.events, bounds))
    if bounds.begins:
        changed = (*changed, *after_beginning(specification.events))
    else:
        states = states[:-1]
    return completed(replace(specification, states=states, updates=changed, claims=claims))


def _claims(claim: Claim, bounds: Bounds) -> Iterator[Claim]:
    scope: Scope = tuple(
        dict.fromkeys(a for p in claim.patterns for a in p.arguments if isinstance(a, Binder))
    )
    if claim.given_only:
        yield claim
        return
    when = bounds.lower(claim.when, scope)
    if claim.kind == "cover":
        yield replace(claim, when=when, body=bounds.lower(claim.body, scope))
        return
    yield replace(claim, when=when, body=bounds.upper(claim.body, scope))
    yield replace(
        claim,
        name=claim.name + DOUBT,
        kind="invariant",
        when=bounds.upper(claim.when, scope),
        body=bounds.lower(claim.body, scope),
    )
