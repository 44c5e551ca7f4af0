"""A mutant with a run that goes wrong never survives, and one that is said to do nothing new takes no step that the design does not take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from honnin.compiler.answers import Answer
from honnin.compiler.mutants import Mutant, mutants
from honnin.compiler.mutation import Equivalent, Fate, Killed, Survived, fate, mutated
from honnin.compiler.premises import premise_mutants
from honnin.compiler.product import build_product
from honnin.compiler.prove import prove
from honnin.compiler.replay import design_of, run_of
from honnin.spec.core import Check, Module
from honnin.spec.design import initial_states

from .answers import MOST_STEPS_WALKED, SECONDS, Scope, check, module, scopes, without
from .walk import TooMany, can_report, sought, takes, walk

CI_SEEDS = range(8)
LONG_SEEDS = range(1_000, 1_060)
ASKED = 3
"""Mutants of a drawn design that are asked."""
DEPTH = 3


def drawn(seed: int) -> tuple[Module, list[Mutant]]:
    """A drawn design with some of its mutants."""
    made = module(seed)
    every = (*mutants(made.system("d")), *premise_mutants(made, made.system("d")))
    return made, Random(seed).sample(every, min(ASKED, len(every)))


def disagreements(seed: int, counts: Counter[str]) -> list[str]:
    """What is said of mutants of a drawn design, where their runs do not bear it out."""
    made, chosen = drawn(seed)
    asked = check("satisfies", "s", 2) if seed % 3 == 0 else check("satisfies", "s")
    found = []
    for mutant in chosen:
        outcome = fate(made, [asked], mutant, SECONDS, lambda _: None)
        counts[type(outcome).__name__] += 1
        found += [
            f"seed {seed}: {mutant.step}: {mutant.words}: {one}"
            for one in problems(made, asked, mutant, outcome)
        ]
    return found


def problems(made: Module, asked: Check, mutant: Mutant, outcome: Fate) -> Iterator[str]:
    depth = asked.steps or DEPTH
    if isinstance(outcome, Survived) and outcome.seen is not None:
        SEEN["runs"] += 1
        if design_reports(made, outcome):
            yield "said to report what the design cannot report, and the design can"
    for scope in scopes(made):
        try:
            yield from _in_scope(made, asked, mutant, outcome, scope, depth)
        except TooMany:
            continue


def _in_scope(
    made: Module, asked: Check, mutant: Mutant, outcome: Fate, scope: Scope, depth: int
) -> Iterator[str]:
    changed = mutated(made, mutant)
    walked = walk(changed, "d", sought(changed, asked), scope, depth, most=MOST_STEPS_WALKED)
    if walked.found and isinstance(outcome, Survived | Equivalent):
        yield f"{type(outcome).__name__}, but a run of {walked.steps} steps goes wrong"
    if isinstance(outcome, Killed):
        assert outcome.run is not None, "no cover was asked"
        if walked.found and len(outcome.run.steps) > walked.steps:
            yield f"killed in {len(outcome.run.steps)} steps where {walked.steps} are enough"
    if isinstance(outcome, Equivalent):
        new = takes(changed, "d", scope, depth, most=MOST_STEPS_WALKED)
        if not new <= takes(made, "d", scope, depth, most=MOST_STEPS_WALKED):
            yield "said to do nothing new, and takes a step that the design does not take"


SEEN: Counter[str] = Counter()
"""How many runs were judged by `design_reports`."""
FURTHEST = 6
"""Steps in a row that report nothing."""


def design_reports(made: Module, outcome: Survived) -> bool:
    """Whether some run of the design, with the values and the facts of the run shown, reports the same events."""
    assert outcome.seen is not None
    product = build_product(made, made.system("d"), ())
    events = tuple(replace(e, at=0) for step in outcome.seen.steps for e in step.events)
    design = design_of(product, run_of(outcome.seen))
    return can_report(initial_states(design, 0), events, FURTHEST)


@pytest.mark.parametrize("seed", CI_SEEDS)
def test_on_drawn_designs(seed: int) -> None:
    assert disagreements(seed, Counter()) == []


@pytest.mark.long
def test_on_many_drawn_designs(capsys: pytest.CaptureFixture[str]) -> None:
    """Every disagreement is told with its seed."""
    counts: Counter[str] = Counter()
    found = [one for seed in LONG_SEEDS for one in disagreements(seed, counts)]
    with capsys.disabled():
        print(f"\n{counts.total()} mutants of designs, {len(found)} disagreements, {dict(counts)}")
    assert found == []
    assert min(counts[name] for name in ("Killed", "Survived", "Equivalent")) > 5
    assert SEEN["runs"] > 0


def test_a_fault_is_noticed_in_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prover that forgets the invariants when it is asked of mutants."""

    def wrong(made: Module, asked: Check, *, timeout: float, progress: object) -> Answer:
        return prove(without(made, "invariant"), asked, timeout=timeout)

    monkeypatch.setattr("honnin.compiler.mutation.prove", wrong)
    assert any(disagreements(seed, Counter()) for seed in CI_SEEDS)


def test_a_fault_is_noticed_in_the_mutants(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marked mutants whose own steps leave no mark."""
    monkeypatch.setattr("honnin.compiler.mutants._setting", lambda body: body)
    assert any(disagreements(seed, Counter()) for seed in CI_SEEDS)
