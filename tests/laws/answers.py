"""Answers of the prover to checks of drawn designs, beside every run that the reference meaning has of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from random import Random
from typing import Literal

from honnin.compiler.answers import (
    Answer,
    Bounded,
    Counterexample,
    Proved,
    Reached,
    Refuted,
    Unknown,
    Unreachable,
)
from honnin.compiler.prove import prove
from honnin.spec.core import BOOL, Check, Lit, Module, Specification, Value
from honnin.spec.load import check_text

from .designs import drawn_design
from .walk import Sought, TooMany, Walked, sought, walk

LARGEST = 2
DEPTH = 3
SECONDS = 1.0
MOST_STEPS_WALKED = 2_500
Scope = Mapping[str, tuple[Value, ...]]


@lru_cache(maxsize=256)
def module(seed: int) -> Module:
    """The module of a drawn design: often one that goes wrong or reaches its cover, and takes two or three steps to it."""
    return _chosen(seed)[1]


def text(seed: int) -> str:
    """The same design as text."""
    return _chosen(seed)[0]


def _chosen(seed: int) -> tuple[str, Module]:
    random = Random(seed)
    while True:
        drawn = drawn_design(random.randrange(10**9))
        made = check_text(drawn).module
        if made is not None and random.random() < _interest(made):
            return drawn, made


def _interest(made: Module) -> float:
    """How much a design is worth that goes wrong or reaches its cover, but not at once: its chance to be taken."""
    *_, largest = scopes(made)
    goal = Sought(frozenset(("i1", "i2", "v")), frozenset(("own",)))
    try:
        walked = walk(made, "d", goal, largest, 3, most=MOST_STEPS_WALKED // 2)
    except TooMany:
        return 0.1
    if not walked.found:
        return 0.12
    return (0.03, 0.1, 1.0, 1.0)[walked.steps]


def scopes(made: Module) -> Iterator[Scope]:
    """At least one and at most two values of each entity."""
    entities = [entity.name for entity in made.main.entities]
    for sizes in product(range(1, LARGEST + 1), repeat=len(entities)):
        yield {
            entity: tuple(f"{entity}{number}" for number in range(1, size + 1))
            for entity, size in zip(entities, sizes, strict=True)
        }


def check(relation: Literal["satisfies", "reaches"], target: str, steps: int | None = None) -> Check:
    """A check of the drawn design; with `steps`, within bounds."""
    bounds = () if steps is None else (("A", LARGEST), ("B", LARGEST))
    return Check("d", relation, target, steps is not None, bounds, steps)


@dataclass(frozen=True, slots=True)
class Compared:
    """An answer, and the walks in each scope to the same depth."""

    answer: Answer
    walks: tuple[tuple[Scope, Walked], ...]

    @property
    def fewest(self) -> int | None:
        """The fewest steps to what is asked; None when no walk gets there."""
        return min((walked.steps for _, walked in self.walks if walked.found), default=None)

    @property
    def fewest_values(self) -> int:
        """Of the scopes in which it takes the fewest steps, the fewest values."""
        return min(
            sum(map(len, scope.values()))
            for scope, walked in self.walks
            if walked.found and walked.steps == self.fewest
        )


def compared(seed: int, asked: Check, depth: int, timeout: float) -> Compared | None:
    """The answer to a check of a drawn design; None when it cannot be walked to this depth.

    What a walk finds is asked for again with more time: a busy machine is no disagreement.
    """
    made = module(seed)
    goal = sought(made, asked)
    try:
        walks = tuple(
            (scope, walk(made, "d", goal, scope, depth, most=MOST_STEPS_WALKED)) for scope in scopes(made)
        )
    except TooMany:
        return None
    case = Compared(prove(made, asked, timeout=timeout), walks)
    if isinstance(case.answer.verdict, Unknown) and case.fewest is not None:
        return Compared(prove(made, asked, timeout=30 * timeout), walks)
    return case


def found_in(answer: Answer) -> Counterexample | None:
    """The run that an answer shows."""
    match answer.verdict:
        case Refuted(counterexample=found) | Reached(witness=found):
            return found
        case _:
            return None


def problems(seed: int, asked: Check, case: Compared, depth: int) -> Iterator[str]:
    """Where the answer and the walks do not agree."""
    found, fewest = found_in(case.answer), case.fewest
    verdict = type(case.answer.verdict).__name__
    if fewest is not None and found is None:
        yield f"{verdict}, but a run of {fewest} steps gets there"
    if found is not None:
        yield from _of_run(seed, asked, case, found, depth)
    if isinstance(case.answer.verdict, Proved | Unreachable | Bounded):
        yield from _of_what_happens(case, depth)


def _of_run(seed: int, asked: Check, case: Compared, found: Counterexample, depth: int) -> Iterator[str]:
    steps, fewest = len(found.steps), case.fewest
    small = all(len(values) <= LARGEST for values in found.scope.values())
    if fewest is not None and steps > fewest:
        yield f"{steps} steps where {fewest} are enough"
    if small and steps <= depth and fewest != steps:
        yield f"{steps} steps, which no walk confirms: {fewest}"
    values = sum(map(len, found.scope.values()))
    if steps == fewest and values > case.fewest_values:
        yield f"{values} values where {case.fewest_values} are enough"
    if not small and steps <= depth:
        made = module(seed)
        try:
            walked = walk(made, "d", sought(made, asked), found.scope, steps, most=MOST_STEPS_WALKED)
        except TooMany:
            return
        if (bool(walked.found), walked.steps) != (True, steps):
            yield f"{steps} steps, where a walk has {walked.found} after {walked.steps}"


def _of_what_happens(case: Compared, depth: int) -> Iterator[str]:
    """Warnings must not call impossible, in runs so long, what a walk does."""
    taken = {step for _, walked in case.walks for step in walked.taken}
    for warning in case.answer.warnings:
        said = re.fullmatch(r"(\S+) was never possible in runs of up to (\d+) steps?", warning)
        if said and int(said[2]) >= depth and said[1] in taken:
            yield f"warns of {said[1]}, which a walk takes"
    verdict = case.answer.verdict
    if isinstance(verdict, Proved | Bounded):
        exercised = {claim for _, walked in case.walks for claim in walked.exercised}
        for claim, able in verdict.exercised.items():
            if not able and claim in exercised:
                yield f"says that {claim} cannot be exercised, and a walk exercises it"


def disagreements(seed: int, checks: Sequence[Check], counts: Counter[str]) -> list[str]:
    """Where the answers to the checks of a drawn design and its runs do not agree; what the answers are is counted."""
    found = []
    for asked in checks:
        depth = asked.steps or DEPTH
        case = compared(seed, asked, depth, SECONDS)
        if case is not None:
            counts[type(case.answer.verdict).__name__] += 1
            within = " within" if asked.bounded else ""
            found += [
                f"seed {seed}: {asked.relation} {asked.target}{within}: {one}"
                for one in problems(seed, asked, case, depth)
            ]
    return found


def without(made: Module, kind: str) -> Module:
    """The module with the claims of a kind emptied: invariants that always hold, covers that nothing reaches."""
    emptied = Lit(kind == "invariant", BOOL)

    def changed(specification: Specification) -> Specification:
        claims = tuple(
            replace(claim, body=emptied) if claim.kind == kind else claim for claim in specification.claims
        )
        return replace(specification, claims=claims)

    return replace(made, specifications=tuple(map(changed, made.specifications)))
