"""Checks without bounds: search, prove, search on."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Mapping
from typing import Final

from honnin.compiler.answers import Evidence, Proved, Reached, Refuted, Unknown, Unreachable, Verdict
from honnin.compiler.explicit.applicable import NotApplicable
from honnin.compiler.explicit.hunt import Hunt
from honnin.compiler.proving.deepening import Deepening
from honnin.compiler.proving.engines import (
    Bounds,
    Progress,
    Proof,
    explicit_hunt,
    hunt_to,
    seen,
    z3_impossible,
    z3_proof_by_turns,
    z3_stuck,
)
from honnin.compiler.proving.question import Question
from honnin.compiler.proving.shortest import Covered, length, shortest, telling_apart
from honnin.compiler.proving.spoken import spoken
from honnin.compiler.proving.vacuity import exercised, vacuity
from honnin.spec.core import Expr
from honnin.spec.records import dataclass, field, replace

FIRST_DEPTH: Final = 10
FIRST_STATES: Final = {True: 150, False: 12_000}
"""How far the explicit search goes before a proof is tried where one is expected, and, further, where a run is."""

FIRST_SHARE: Final = {True: 0.1, False: 0.4}
"""Of the time, what that search may take."""

FIRST_SECONDS: Final = {True: 0.5, False: 3.0}
"""What it may take at most, by the clock, which goes on while others work; after each turn of the proof twice as much as before."""

MORE_STATES: Final = 6
"""So many times as many states are searched after each turn of a proof that did not come to an end."""

FIRST_TURN: Final = {"satisfies": 1.0, "implies": 1.0, "violates": 5.0, "reaches": 2.0}
"""Seconds of CPU that the bounded search takes before a proof is tried, where it is asked then."""

SEARCH_SHARE: Final = 0.5
"""Of the time that is left when there is no proof, what z3's search gets before the explicit search goes on."""

SHORTER_SECONDS: Final = 1.0
"""How long the explicit search looks for a run shorter than the one that z3 has found."""

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
    deepening: Deepening
    seconds: float
    hunt: Hunt | None = None
    states: int = 0
    covered: Covered = field(default_factory=Covered)
    tried: list[str] = field(default_factory=list)
    unproved: tuple[Expr, ...] = ()
    impossible: tuple[str, ...] = ()

    def gives_up_hunt(self, reason: NotApplicable) -> None:
        """No explicit search any more."""
        self.hunt = None
        self.tried.append(f"explicit search does not apply: {reason}")

    @property
    def time_left(self) -> float:
        return self.deadline - time.monotonic()


def unbounded(
    asked: Question, deadline: float, progress: Progress, to_prove: Question | None = None
) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict, and warnings: about what never happens in the design.

    `to_prove`: a question whose proof answers the one asked, where that is not itself what is proved.
    """
    work = _Work(
        asked, to_prove or asked, deadline, progress, Deepening(asked), FIRST_SECONDS[asked.expects_proof]
    )
    verdict = _first_search(work) or _proof(work) or _search_on(work)
    return verdict, (*vacuity(asked, work.hunt, verdict), *work.impossible, *_unproved_lemmas(work))


def _first_search(work: _Work) -> Verdict | None:
    share = FIRST_SHARE[work.asked.expects_proof] * work.time_left
    until = time.monotonic() + share
    try:
        work.hunt = explicit_hunt(work.asked, until)
        work.states = FIRST_STATES[work.asked.expects_proof]
        found = _hunt(work, work.hunt, work.states, wary=work.asked.expects_proof)
    except NotApplicable as reason:
        work.gives_up_hunt(reason)
        return _deeper(work, FIRST_TURN[work.asked.check.relation])
    if found is not None or work.asked.expects_proof:
        return found
    return _deeper(work, FIRST_TURN[work.asked.check.relation])


def _hunt(work: _Work, hunt: Hunt, states: int, *, wary: bool = False) -> Verdict | None:
    """A verdict, if searching until there are so many states gives one."""
    share = FIRST_SHARE[work.asked.expects_proof] * work.time_left
    until = time.monotonic() + min(work.seconds, share)
    sighting = hunt_to(hunt, FIRST_DEPTH, states, until, work.progress, wary=wary)
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
    gc.collect()
    work.states = min(MOST_STATES, MORE_STATES * work.states)
    work.seconds *= 2
    found = None
    if work.hunt is not None:
        try:
            found = _hunt(work, work.hunt, work.states)
        except NotApplicable as reason:
            work.gives_up_hunt(reason)
    return found or _deeper(work, work.seconds)


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
    found = _deeper(work, SEARCH_SHARE * work.time_left)
    if found is None and work.hunt is not None:
        found = _hunt_on(work, work.hunt)
    return found or _deeper(work, work.time_left, last=True) or _unknown(work)


def _hunt_on(work: _Work, hunt: Hunt) -> Verdict | None:
    try:
        sighting = hunt_to(hunt, 1_000_000, MOST_STATES, work.deadline, work.progress)
    except NotApplicable as reason:
        work.gives_up_hunt(reason)
        return None
    if sighting is not None:
        return _shortest(work, seen(work.asked, hunt, sighting))
    sure = "every run" if hunt.certain else "runs, not every one"
    work.tried.append(f"explicit search: {sure} of at most {hunt.depth} steps, {hunt.states} states")
    return None


def _deeper(work: _Work, seconds: float, last: bool = False) -> Verdict | None:
    """A verdict, if bounded searches of so many seconds of CPU give one."""
    found = work.deepening.turn(seconds, work.deadline, work.progress, last)
    return None if found is None else _shortest(work, found)


def _shortest(work: _Work, found: Refuted | Reached) -> Verdict:
    """The run, or a shorter one; marked as a shortest if it is known to be."""
    if not found.shortest and work.hunt is not None:
        found = _hunted_shorter(work, work.hunt, found)
    if found.shortest:
        return found
    for bounds in work.deepening.covered.values():
        work.covered.add(bounds)
    scopes = telling_apart(work.asked.product)
    return shortest(work.asked, found, scopes, work.covered, work.deadline, work.progress)


def _hunted_shorter(work: _Work, hunt: Hunt, found: Refuted | Reached) -> Refuted | Reached:
    """What the explicit search says of runs of fewer steps."""
    until = min(work.deadline, time.monotonic() + SHORTER_SECONDS)
    try:
        sighting = hunt_to(hunt, length(found) - 1, MOST_STATES, until, work.progress)
    except NotApplicable as reason:
        work.gives_up_hunt(reason)
        return found
    if sighting is not None:
        return seen(work.asked, hunt, sighting)
    return replace(found, shortest=hunt.certain and hunt.depth >= length(found) - 1)


def _words(scope: Mapping[str, int]) -> str:
    return ", ".join(f"{size} {entity}" for entity, size in scope.items()) or "no entities"


def _smallest_first(searched: tuple[tuple[int, ...], Bounds]) -> tuple[int, tuple[int, ...]]:
    return max(searched[0], default=0), searched[0]


def _unknown(work: _Work) -> Unknown:
    covered, guessed = (
        [one for _, one in sorted(by_scope.items(), key=_smallest_first) if one.depth >= 0]
        for by_scope in (work.deepening.covered, work.deepening.guessed)
    )
    tried = [
        *(f"bounded search: no run of {_lengths(one)} with {_words(one.scope)}" for one in covered),
        *(
            f"bounded search: no run of {_lengths(one)} with {_words(one.scope)} and some integers, times and texts"
            for one in guessed
        ),
    ]
    scope, depth = (covered[-1].scope, covered[-1].depth) if covered else ({}, 0)
    if work.hunt is not None and work.hunt.depth >= 0:
        names = work.hunt.compiled.vocabulary.entities
        scope, depth = dict(zip(names, work.hunt.sizes, strict=True)), work.hunt.depth
    said = (*work.tried, *tried, *work.deepening.troubles, *work.deepening.advice())
    return Unknown(said, scope, depth, z3_stuck(work.to_prove))


def _lengths(bounds: Bounds) -> str:
    return "any number of steps" if bounds.complete else f"at most {bounds.depth} steps"
