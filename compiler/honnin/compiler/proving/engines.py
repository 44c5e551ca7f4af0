"""The engines, each asked a question in the same way. z3 is imported only here, and only when it is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from honnin.compiler.answers import Reached, Refuted, Stuck
from honnin.compiler.explicit.hunt import Hunt, Sighting
from honnin.compiler.explicit.search import OutOfTime, TooLarge
from honnin.compiler.product import build_product
from honnin.compiler.proving.question import Question
from honnin.compiler.replay import Goal, ReplayDisagrees, confirmed, run_of
from honnin.compiler.simplify import TRUE
from honnin.spec.core import Claim, Expr, Implies, Module

Progress = Callable[[str], None]


def explicit_hunt(asked: Question) -> Hunt:
    """An explicit search for the question's goals; NotApplicable when it cannot treat the design."""
    return Hunt(asked.product, asked.properties)


def seen(asked: Question, hunt: Hunt, sighting: Sighting) -> Refuted | Reached:
    """The verdict that a run found by the hunt gives, confirmed by the reference meaning."""
    shows = sighting.shows
    goal = Goal(shows.specification, shows.name, shows.is_cover)
    found = confirmed(asked.product, sighting.run, goal)
    return Reached(found, hunt.certain) if goal.is_cover else Refuted(found, hunt.certain)


@dataclass(slots=True)
class Bounds:
    """How far z3 searched: `depth` steps in `scope`."""

    scope: Mapping[str, int] = field(default_factory=dict)
    depth: int = -1
    complete: bool = False
    trouble: str = ""


def z3_search(
    asked: Question, scope: Mapping[str, int], steps: int, deadline: float, progress: Progress
) -> Refuted | Reached | Bounds:
    """The shortest run in the scope of at most so many steps, confirmed by the reference meaning; else how far there is none.

    Whether no run of another scope is shorter is for shortest.py to say.
    """
    from honnin.compiler.smt import bounded, proof
    from honnin.compiler.smt.universe import Unsupported

    try:
        found = bounded.search(
            asked.product, asked.properties, scope, steps, proof.Deadline(deadline), progress
        )
    except bounded.Disagreement as error:
        raise ReplayDisagrees("a run that z3 found is not one when it is done again") from error
    except proof.OutOfTime:
        return Bounds(scope, trouble="the time limit was reached")
    except Unsupported as reason:
        return Bounds(scope, trouble=f"z3's search does not cover {reason}")
    if found.counterexample is None:
        return Bounds(scope, found.depth, found.complete, found.stopped or "")
    run = run_of(found.counterexample)
    said = found.counterexample
    goal = next(g for g in asked.goals if (g.specification, g.claim) == (said.specification, said.claim))
    shown = confirmed(asked.product, run, goal)
    return Reached(shown) if goal.is_cover else Refuted(shown)


def z3_exercises(asked: Question, claim: Claim, deadline: float) -> bool:
    """Whether z3 finds a short run of a small scope that exercises the claim."""
    from honnin.compiler.smt import bounded, proof
    from honnin.compiler.smt.universe import Unsupported

    product = asked.product
    cover = _exercise(claim)
    specifications = tuple(
        replace(m.specification, claims=(*(c for c in m.specification.claims if c.kind == "assume"), cover))
        for m in product.machines
        if claim in m.specification.claims
    )
    others = tuple(m.specification for m in product.machines if claim not in m.specification.claims)
    module = Module((*specifications, *others), (product.system,), (), (), "")
    watching = build_product(module, product.system, (cover,))
    watching = replace(watching, entities=product.entities, givens=product.givens)
    try:
        for size in (1, 2):
            scope = dict.fromkeys(product.entities, size)
            if bounded.search(watching, (), scope, 6, proof.Deadline(deadline)).counterexample is not None:
                return True
    except (proof.OutOfTime, Unsupported):
        return False
    return False


def _exercise(claim: Claim) -> Claim:
    """The cover that is reached where the claim is exercised."""
    asks = claim.body.left if claim.form == "on" and isinstance(claim.body, Implies) else TRUE
    form: Literal["on", "sometime"] = "on" if claim.form == "on" else "sometime"
    return replace(claim, kind="cover", form=form, body=asks)


@dataclass(frozen=True, slots=True)
class Proof:
    """The clauses of an inductive invariant that excludes every goal, and the author's lemmas that are not inductive with it."""

    clauses: tuple[Expr, ...]
    unproved: tuple[Expr, ...]


def z3_proof(asked: Question, deadline: float, progress: Progress) -> Proof | str:
    """A proof for any number of everything; else what was tried."""
    from honnin.compiler.smt import induction, proof, samples

    limit = proof.Deadline(deadline)
    progress("collecting states that the design reaches")
    try:
        known = samples.reachable(asked.product, limit.check)
    except proof.OutOfTime:
        return "the time limit was reached while the states that it learns from were collected"
    result = induction.prove(asked.product, asked.properties, known, limit, progress, asked.lemmas)
    if isinstance(result, induction.Inductive):
        return Proof(result.clauses, result.unproved)
    return result.reason


def z3_impossible(asked: Question, invariant: tuple[Expr, ...]) -> tuple[str, ...]:
    """Warnings about what never happens where the invariant holds, as far as z3 says so in a short time."""
    from honnin.compiler.proving.impossible import impossible

    return impossible(asked, invariant)


def z3_stuck(asked: Question) -> Stuck | None:
    """The state from which induction does not go on, if z3 tells one in a short time."""
    from honnin.compiler.proving.stumble import stumble

    return stumble(asked)


def hunt_to(hunt: Hunt, depth: int, states: int, deadline: float, progress: Progress) -> Sighting | None:
    """Deeper, to `depth` steps at most and until there are `states` states; a sighting, if there is one.

    NotApplicable when the design turns out not to be for the explicit search.
    """
    try:
        while hunt.depth < depth and hunt.states < states and not hunt.is_over:
            progress(f"searching runs of {hunt.depth + 1} steps, {hunt.states} states")
            sighting = hunt.advance(deadline, states)
            if sighting is not None:
                return sighting
    except (OutOfTime, TooLarge):
        return None
    return None
