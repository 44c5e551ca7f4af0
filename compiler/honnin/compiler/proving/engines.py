"""The engines, each asked a question in the same way. z3 is imported only here, and only when it is asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Literal

from honnin.compiler.answers import Counterexample, Reached, Refuted, Stuck
from honnin.compiler.explicit.applicable import NotApplicable
from honnin.compiler.explicit.hunt import Hunt, Sighting
from honnin.compiler.explicit.search import TooLarge
from honnin.compiler.limit import Exhausted, Expired, OutOfMemory, OutOfTime, limited
from honnin.compiler.plain import plain
from honnin.compiler.product import build_product
from honnin.compiler.proving.question import Question
from honnin.compiler.replay import Goal, ReplayDisagrees, confirmed, run_of
from honnin.compiler.simplify import TRUE
from honnin.spec.core import Claim, Expr, Implies, Module
from honnin.spec.records import dataclass, field, replace

if TYPE_CHECKING:
    from honnin.compiler.smt.bounded import Searched

Progress = Callable[[str], None]

SAMPLES_SHARE: Final = 0.5
"""Of the time of a proof, what the collection of the states that it learns from may take; without them it can still succeed."""

TOO_MUCH: Final = "single formulas have too many values to go through"
"""Why the explicit search is not for a design whose time was over in the midst of one formula."""


def explicit_hunt(asked: Question, deadline: float) -> Hunt:
    """An explicit search for the question's goals; NotApplicable when it cannot treat the design."""
    try:
        return limited(deadline, lambda: Hunt(asked.product, asked.properties))
    except Expired as error:
        raise NotApplicable("the time limit was reached before it began") from error


def seen(asked: Question, hunt: Hunt, sighting: Sighting) -> Refuted | Reached:
    """The verdict that a run found by the hunt gives, confirmed by the reference meaning."""
    shows = sighting.shows
    goal = Goal(shows.specification, shows.name, shows.is_cover)
    found = plain(asked.product, confirmed(asked.product, sighting.run, goal), goal)
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

    limit = proof.Deadline(deadline)
    found = z3_searched(
        deadline, lambda: bounded.search(asked.product, asked.properties, scope, steps, limit, progress)
    )
    if isinstance(found, str):
        return Bounds(scope, trouble=found)
    return bounds_of(scope, found) if found.counterexample is None else z3_seen(asked, found.counterexample)


def z3_searched(deadline: float, search: Callable[[], Searched]) -> Searched | str:
    """What z3's search finds; else why it found nothing."""
    from honnin.compiler.smt.bounded import Disagreement
    from honnin.compiler.smt.universe import Unsupported

    try:
        return limited(deadline, search)
    except Disagreement as error:
        raise ReplayDisagrees("a run that z3 found is not one when it is done again") from error
    except OutOfTime:
        return "the time limit was reached"
    except OutOfMemory:
        return "z3 reached its limit of memory"
    except Unsupported as reason:
        return f"z3's search does not cover {reason}"
    except RecursionError:
        # A map without end is read through the writes of every step before.
        return "so many steps need deeper formulas than Python can follow"


def bounds_of(scope: Mapping[str, int], found: Searched) -> Bounds:
    """How far a search went that found nothing."""
    return Bounds(scope, found.depth, found.complete, found.stopped or "")


def z3_seen(asked: Question, said: Counterexample) -> Refuted | Reached:
    """The verdict that a run found by z3 gives, confirmed by the reference meaning."""
    goal = next(g for g in asked.goals if (g.specification, g.claim) == (said.specification, said.claim))
    shown = plain(asked.product, confirmed(asked.product, run_of(said), goal), goal)
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
    limit = proof.Deadline(deadline)

    def is_exercised() -> bool:
        scopes = (dict.fromkeys(product.entities, size) for size in (1, 2))
        return any(bounded.search(watching, (), scope, 6, limit).counterexample for scope in scopes)

    try:
        return limited(deadline, is_exercised)
    except (Exhausted, Unsupported):
        return False


def _exercise(claim: Claim) -> Claim:
    """The cover that is reached where the claim is exercised."""
    asks = claim.body.left if claim.form == "on" and isinstance(claim.body, Implies) else TRUE
    form: Literal["on", "sometime"] = "on" if claim.form == "on" else "sometime"
    return replace(claim, kind="cover", form=form, body=asks)


@dataclass(frozen=True, slots=True)
class Proof:
    """The clauses of an inductive invariant that excludes every goal, and the author's lemmas that are not inductive with it.

    On the way `possible` paths of the design were seen, by number, and the bits `done` of what its claims watch.
    """

    clauses: tuple[Expr, ...]
    unproved: tuple[Expr, ...]
    possible: frozenset[int]
    done: int


def z3_proof(asked: Question, deadline: float, progress: Progress) -> Proof | str:
    """A proof for any number of everything; else what was tried."""
    turns = z3_proof_by_turns(asked, deadline, progress)
    return next(result for result in turns if result is not None)


def z3_proof_by_turns(asked: Question, deadline: float, progress: Progress) -> Iterator[Proof | str | None]:
    """The same; None after each turn of a search, which goes on when it is asked for more."""
    from honnin.compiler.smt import induction, proof, samples

    limit = proof.Deadline(deadline)
    progress("collecting states that the design reaches")
    known = samples.Explored()
    with suppress(Exhausted):
        until = proof.Deadline(time.monotonic() + SAMPLES_SHARE * limit.check())
        known = limited(until.at, lambda: samples.explored(asked.product, asked.properties, until.check))
    try:
        turns = induction.by_turns(
            asked.product,
            asked.properties,
            known.states,
            limit,
            progress,
            asked.lemmas,
            more=lambda: samples.more(known, limit.check),
        )
        while True:
            result = limited(deadline, lambda: next(turns))
            if isinstance(result, induction.Inductive):
                yield Proof(result.clauses, result.unproved, frozenset(known.possible), known.done)
            else:
                yield None if result is None else result.reason
    except StopIteration:
        return
    except Expired:
        yield "the time limit was reached while an invariant was looked for"
    except OutOfMemory:
        yield "z3 reached its limit of memory while an invariant was looked for"


def z3_impossible(asked: Question, invariant: tuple[Expr, ...]) -> tuple[str, ...]:
    """Warnings about what never happens where the invariant holds, as far as z3 says so in a short time."""
    from honnin.compiler.proving.impossible import impossible

    return impossible(asked, invariant)


def z3_stuck(asked: Question) -> Stuck | None:
    """The state from which induction does not go on, if z3 tells one in a short time."""
    from honnin.compiler.proving.stumble import stumble

    return stumble(asked)


def hunt_to(
    hunt: Hunt, depth: int, states: int, deadline: float, progress: Progress, *, wary: bool = False
) -> Sighting | None:
    """Deeper, to `depth` steps at most and until there are `states` states; a sighting, if there is one.

    `wary`: no level is begun that will likely have so many states that scopes have to be narrowed. NotApplicable when the design
    turns out not to be for the explicit search.
    """

    def deeper() -> Sighting | None:
        before = hunt.states
        while hunt.depth < depth and hunt.states < states and not hunt.is_over:
            if wary and hunt.states**2 > max(1, before) * FEWEST_STATES:
                return None
            before = hunt.states
            progress(f"searching runs of {hunt.depth + 1} steps, {hunt.states} states")
            sighting = hunt.advance(deadline, max(states, FEWEST_STATES))
            if sighting is not None:
                return sighting
        return None

    try:
        return limited(deadline, deeper)
    except Expired as error:
        raise NotApplicable(TOO_MUCH) from error
    except (OutOfTime, TooLarge):
        return None


FEWEST_STATES: Final = 1_000
"""No scope is narrowed for having fewer states than these."""
