"""Checks without bounds: search, prove, search on."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Final

from honnin.compiler.answers import Evidence, Proved, Reached, Refuted, Unknown, Unreachable, Verdict
from honnin.compiler.explicit.applicable import NotApplicable
from honnin.compiler.explicit.hunt import Hunt
from honnin.compiler.proving.engines import (
    Bounds,
    Progress,
    Proof,
    explicit_hunt,
    hunt_to,
    seen,
    z3_impossible,
    z3_proof_by_turns,
    z3_search,
    z3_stuck,
)
from honnin.compiler.proving.question import Question
from honnin.compiler.proving.shortest import Covered, shortest, telling_apart
from honnin.compiler.proving.spoken import spoken
from honnin.compiler.proving.vacuity import exercised, vacuity
from honnin.spec.core import Expr
from honnin.spec.records import dataclass, field

FIRST_DEPTH: Final = 10
FIRST_STATES: Final = {"satisfies": 150, "implies": 150, "violates": 12_000, "reaches": 12_000}
"""How far the explicit search goes before a proof is tried: further where a run is expected."""

FIRST_SHARE: Final = {"satisfies": 0.1, "implies": 0.1, "violates": 0.4, "reaches": 0.4}
"""Of the time, what that search may take."""

FIRST_SECONDS: Final = 1.0
"""What it may take at most where a proof is expected; after each turn of the proof twice as much as before."""

MORE_STATES: Final = 6
"""So many times as many states are searched after each turn of a proof that did not come to an end."""

DEPTHS: Final = (6, 12, 24, 40)
"""How many steps z3's search goes in every scope before it goes further in any."""

MOST_STATES: Final = 400_000
PROOF_SHARE: Final = 0.8
"""Of the time that is left, what a proof gets."""


@dataclass(slots=True)
class _Work:
    """One question being worked on. `tried` tells what was done, one line each."""

    asked: Question
    to_prove: Question
    deadline: float
    progress: Progress
    hunt: Hunt | None = None
    bounds: Bounds = field(default_factory=Bounds)
    states: int = 0
    seconds: float = FIRST_SECONDS
    covered: Covered = field(default_factory=Covered)
    tried: list[str] = field(default_factory=list)
    unproved: tuple[Expr, ...] = ()
    impossible: tuple[str, ...] = ()

    @property
    def time_left(self) -> float:
        return self.deadline - time.monotonic()


def unbounded(
    asked: Question, deadline: float, progress: Progress, to_prove: Question | None = None
) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict, and warnings: about what never happens in the design.

    `to_prove`: a question whose proof answers the one asked, where that is not itself what is proved.
    """
    work = _Work(asked, to_prove or asked, deadline, progress)
    verdict = _first_search(work) or _proof(work) or _search_on(work)
    return verdict, (*vacuity(asked, work.hunt, verdict), *work.impossible, *_unproved_lemmas(work))


def _first_search(work: _Work) -> Verdict | None:
    share = FIRST_SHARE[work.asked.check.relation]
    try:
        work.hunt = explicit_hunt(work.asked, time.monotonic() + share * work.time_left)
        return _first_hunt(work, work.hunt)
    except NotApplicable as reason:
        work.hunt = None
        work.tried.append(f"explicit search does not apply: {reason}")
        return _z3_search(work, steps=6, until=time.monotonic() + share * work.time_left)


def _first_hunt(work: _Work, hunt: Hunt) -> Verdict | None:
    work.states = FIRST_STATES[work.asked.check.relation]
    return _hunt(work, hunt, work.states)


def _hunt(work: _Work, hunt: Hunt, states: int) -> Verdict | None:
    """A verdict, if searching until there are so many states gives one."""
    share = FIRST_SHARE[work.asked.check.relation] * work.time_left
    until = time.monotonic() + (min(work.seconds, share) if work.asked.expects_proof else share)
    sighting = hunt_to(hunt, FIRST_DEPTH, states, until, work.progress)
    if sighting is not None:
        return _shortest(work, seen(work.asked, hunt, sighting))
    if not (hunt.is_over and hunt.certain):
        return None
    evidence = Evidence(work.to_prove, None)
    if work.asked.is_cover:
        return Unreachable(_EXHAUSTED, evidence)
    able = exercised(work.asked, hunt, work.deadline)
    return Proved((), work.asked.premises, able, _EXHAUSTED, evidence)


_EXHAUSTED: Final = "every state that the design can reach was visited"


def _proof(work: _Work) -> Verdict | None:
    """A proof, or what the search for a run finds between its turns."""
    until = time.monotonic() + PROOF_SHARE * work.time_left
    for result in z3_proof_by_turns(work.to_prove, until, work.progress):
        if result is not None:
            return _proved(work, result)
        found = _meanwhile(work)
        if found is not None:
            return found
    return None


def _meanwhile(work: _Work) -> Verdict | None:
    work.states = min(MOST_STATES, MORE_STATES * work.states)
    work.seconds *= 2
    if work.hunt is None:
        return None
    try:
        return _hunt(work, work.hunt, work.states)
    except NotApplicable as reason:
        work.hunt = None
        work.tried.append(f"explicit search does not apply: {reason}")
        return None


def _proved(work: _Work, result: Proof | str) -> Verdict | None:
    if isinstance(result, str):
        work.tried.append(f"proof for any number: {result}")
        return None
    clauses = tuple(spoken(work.to_prove.product, clause) for clause in result.clauses)
    work.unproved = result.unproved
    if work.hunt is not None and work.to_prove is work.asked:
        work.hunt.possible |= result.possible
        work.hunt.done |= result.done
    if work.hunt is None:
        work.impossible = z3_impossible(work.to_prove, result.clauses)
    evidence = Evidence(work.to_prove, result.clauses)
    if work.asked.is_cover:
        return Unreachable(_unreachable(clauses), evidence)
    able = exercised(work.asked, work.hunt, work.deadline)
    return Proved(clauses, work.to_prove.premises, able, "an inductive invariant, checked by z3", evidence)


def _unproved_lemmas(work: _Work) -> Iterator[str]:
    for stated in work.to_prove.product.properties:
        if stated.kind == "lemma" and stated.condition in work.unproved:
            yield f"the lemma {stated.name} was not used: it is not inductive with the invariant found, and may be false"


def _unreachable(clauses: tuple[str, ...]) -> str:
    because = f"; invariant: {'; '.join(clauses)}" if clauses else ""
    return f"proved: no run reaches it, whatever the number of everything{because}"


def _search_on(work: _Work) -> Verdict:
    try:
        if work.hunt is not None:
            return _hunt_on(work, work.hunt)
    except NotApplicable as reason:
        work.hunt = None
        work.tried.append(f"explicit search does not apply: {reason}")
    return _deeper_z3_search(work) or _unknown(work, work.bounds.scope, work.bounds.depth)


def _hunt_on(work: _Work, hunt: Hunt) -> Verdict:
    sighting = hunt_to(hunt, 1_000_000, MOST_STATES, work.deadline, work.progress)
    if sighting is not None:
        return _shortest(work, seen(work.asked, hunt, sighting))
    sure = "every run" if hunt.certain else "runs, not every one"
    work.tried.append(f"explicit search: {sure} of at most {hunt.depth} steps, {hunt.states} states")
    found = None if hunt.certain else _deeper_z3_search(work)
    names = hunt.compiled.vocabulary.entities
    return found or _unknown(work, dict(zip(names, hunt.sizes, strict=True)), hunt.depth)


def _deeper_z3_search(work: _Work) -> Verdict | None:
    for steps in DEPTHS:
        found = _z3_search(work, steps, work.deadline)
        if found is not None or work.time_left < 0:
            return found
    return None


def _z3_search(work: _Work, steps: int, until: float) -> Verdict | None:
    """Growing scopes, and in each growing numbers of steps; nothing found: `work.bounds` says how far."""
    for scope in _growing(work.asked):
        if time.monotonic() > until or sum(scope.values()) > _LARGEST * max(1, len(scope)):
            break
        result = z3_search(work.asked, scope, steps, until, work.progress)
        if not isinstance(result, Bounds):
            return _shortest(work, result)
        work.covered.add(result)
        if result.trouble:
            work.tried.append(f"bounded search with {_words(scope)}: {result.trouble}")
            break
        work.bounds = result
    return None


def _shortest(work: _Work, found: Refuted | Reached) -> Verdict:
    scopes = telling_apart(work.asked.product)
    return shortest(work.asked, found, scopes, work.covered, work.deadline, work.progress)


_LARGEST: Final = 4


def _growing(asked: Question) -> Iterator[Mapping[str, int]]:
    names = asked.product.entities
    for size in count(1):
        yield dict.fromkeys(names, size)
        if not names:
            return


def _words(scope: Mapping[str, int]) -> str:
    return ", ".join(f"{size} {entity}" for entity, size in scope.items()) or "no entities"


def _unknown(work: _Work, scope: Mapping[str, int], depth: int) -> Unknown:
    return Unknown(tuple(work.tried), scope if depth >= 0 else {}, max(0, depth), z3_stuck(work.to_prove))
