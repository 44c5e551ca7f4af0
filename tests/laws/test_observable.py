"""What is said to tell a mutant from its design by its events is borne out by all runs of both, one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random

import pytest

from honnin.compiler.mutants import mutants
from honnin.compiler.observable import Searched, TooMany, told_apart
from honnin.spec.core import Occurrence
from honnin.spec.design import Configuration, Design, Move, initial_states, steps, take

from .answers import module, scopes
from .walk import TooMany as TooManyFacts
from .walk import _all_facts, _reports, can_report

SEEDS = range(40)
DEPTH, SILENT = 3, 4
ASKED, MOST = 6, 3_000


class _Over(Exception):
    pass


def traces(state: Configuration, depth: int) -> Iterator[tuple[Occurrence, ...]]:
    """What the runs of so many steps report that break no assumption."""
    if any(report.broken for report in _reports(state)):
        return
    yield state.trace
    if depth:
        for taken in steps(state, 0):
            yield from traces(taken.next, depth - 1)


def reached(state: Configuration, moves: Sequence[Move]) -> Configuration:
    for move in moves:
        state = next(take(state, move)).next
    return state


def problems(seed: int, counts: Counter[str]) -> Iterator[str]:
    made = module(seed)
    design = made.system("d")
    every = mutants(design)
    specifications = tuple(made.specification(name) for name in design.implements)
    left = [MOST]

    def tick() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise _Over

    for mutant in Random(seed).sample(every, min(ASKED, len(every))):
        scope = next(iter(scopes(made)))
        try:
            facts = Random(seed).choice(_all_facts(specifications, scope))
            start = next(initial_states(Design(mutant.system, specifications, facts, scope), 0), None)
            left[0] = MOST
            found = None if start is None else told_apart(design, start, (), tick)
        except (_Over, TooMany, TooManyFacts, ValueError):
            continue
        if start is None or found is None:
            continue
        others = list(initial_states(Design(design, specifications, facts, scope), 0))
        counts["followed" if isinstance(found, Searched) else "told apart"] += 1
        if isinstance(found, Searched):
            if not all(can_report(others, trace, SILENT) for trace in set(traces(start, DEPTH))):
                yield f"seed {seed}: {mutant.words}: not told apart, and the events differ"
            continue
        whole, before = reached(start, found).trace, reached(start, found[:-1]).trace
        if can_report(others, whole, SILENT):
            yield f"seed {seed}: {mutant.words}: the design reports the same"
        if not can_report(others, before, SILENT):
            yield f"seed {seed}: {mutant.words}: the design could not follow so far"


@pytest.mark.parametrize("part", range(4))
def test_on_drawn_designs(part: int) -> None:
    counts: Counter[str] = Counter()
    assert [one for seed in SEEDS[part::4] for one in problems(seed, counts)] == []
    assert counts["told apart"] and counts["followed"], counts


def test_a_fault_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A follower that takes no silent steps."""
    monkeypatch.setattr("honnin.compiler.observable._Follower._silently", lambda _, found: found)
    assert any(True for seed in SEEDS for _ in problems(seed, Counter()))
