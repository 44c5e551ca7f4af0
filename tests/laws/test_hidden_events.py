"""An oracle never sees hidden events: what it may judge has the same verdicts with and without them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from honnin.spec.core import Occurrence, Specification
from honnin.spec.elaborate.whole import completed
from honnin.spec.meaning import evaluate
from honnin.spec.verdicts import Report

from .pairs import Pair, drawn, monitored_part

SEEDS = range(900, 960)


def hiding(seed: int) -> tuple[Specification, Sequence[Pair]]:
    """A drawn specification whose first event is hidden."""
    specification, pairs = drawn(seed)
    first, *others = specification.events
    events = (replace(first, direction="hidden"), *others)
    claims = tuple(claim for claim in specification.claims if not claim.implicit)
    return completed(replace(specification, events=events, claims=claims)), pairs


def differences(seed: int) -> Iterator[str]:
    """The claims of a seed that an oracle may judge and that hidden events change."""
    whole, pairs = hiding(seed)
    hidden = whole.events[0].name
    for claim in monitored_part(whole).claims:
        alone = replace(whole, claims=(claim,))
        for pair in pairs:
            seen = [number for number, event in enumerate(pair.trace, 1) if event.event != hidden]
            everything = evaluate(alone, pair.trace, pair.facts, end=pair.end)
            log = evaluate(alone, _log(pair.trace, hidden), pair.facts, end=pair.end)
            if _as_seen(everything, seen) != _as_seen(log, range(1, len(seen) + 1)):
                yield f"{claim.name} on {pair}"


def _log(trace: Sequence[Occurrence], hidden: str) -> list[Occurrence]:
    return [event for event in trace if event.event != hidden]


def _as_seen(report: Report, positions: Sequence[int]) -> object:
    """What failed or was reached at all; the failures at the events that a log has, by their number there.

    A deadline that a hidden event finds missed is found by the next event of the log, or by the clock.
    """
    numbers = {position: number for number, position in enumerate(positions, 1)}
    failures = [*report.violated, *report.broken]
    on_time = [
        (f.claim, numbers.get(f.position, 0))
        for f in failures
        if f.position == f.trigger and (f.position == 0 or f.position in numbers)
    ]
    late = sorted((f.claim, numbers[f.trigger]) for f in failures if f.position != f.trigger if f.trigger)
    reached = {claim for claim, count in report.reached.items() if count}
    return {f.claim for f in failures}, on_time, late, reached


@pytest.mark.parametrize("seed", SEEDS)
def test_on_drawn_pairs(seed: int) -> None:
    assert list(differences(seed)) == []


def test_a_fault_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that lets oracles judge what hidden events decide."""
    monkeypatch.setattr("honnin.spec.monitorable.hidden_formula", lambda claim, specification: None)
    assert any(list(differences(seed)) for seed in SEEDS)
