"""A state that is kept as the events that wrote it says, and tells of its causes, what one that is kept beside them does."""

from __future__ import annotations

from typing import Any

import pytest

from honnin.compiler.generator import folding
from honnin.compiler.generator import module as generator
from honnin.compiler.lower import lower
from honnin.spec.core import Specification
from tests.compiler.harness import import_source, raw_facts

from .pairs import Pair, by_oracle, by_reference, drawn, monitored_part
from .releases import releasing
from .test_functions import latest
from .writing import writing

SEEDS = range(16)
LONG_SEEDS = range(2_000, 2_150)
DRAWINGS = {"any": drawn, "released": releasing, "functions": latest, "writing": writing}


def told(module: Any, specification: Specification, pair: Pair, cut: int) -> list[str]:
    """Everything that is found; at the event `cut` another oracle goes on from a snapshot."""
    numbers = {event.name: number for number, event in enumerate(module.EVENTS)}
    facts = raw_facts(specification, pair.facts)
    oracle = module.Oracle("collect", facts, reveal=True)
    for position, event in enumerate(pair.trace):
        if position == cut:
            snapshot = oracle.snapshot()
            oracle = module.Oracle("collect", facts, reveal=True)
            oracle.restore(snapshot)
        oracle.observe_values(numbers[event.event], event.values, event.at)
    return [*map(repr, (*oracle.violations, *oracle.broken, *oracle.faults)), repr(oracle.finish())]


def check(kind: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> tuple[int, list[Pair]]:
    """How many states are folded, and the pairs of which something else is said."""
    specification, pairs = DRAWINGS[kind](seed)
    machine = lower(specification, specification.claims)
    source = generator.generate(machine, "digest", standalone=False)
    with monkeypatch.context() as context:
        context.setattr(generator, "fold", lambda _: None)
        beside = import_source(generator.generate(machine, "digest", standalone=False))
    folded = import_source(source)
    oracle, reference = by_oracle(specification), by_reference(monitored_part(specification))
    wrong = [
        pair
        for number, pair in enumerate(pairs)
        if told(folded, specification, pair, number % 4) != told(beside, specification, pair, -1)
        or oracle(pair) != reference(pair)
    ]
    return source.count("\n_UNWRITTEN"), wrong


@pytest.mark.parametrize("kind", ["functions", "writing"])
def test_on_drawn_pairs(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for seed in SEEDS:
        count, wrong = check(kind, seed, monkeypatch)
        assert not wrong, (seed, wrong[0])
        counts.append(count)
    assert sum(counts) >= len(SEEDS) // 2, "hardly any is folded"


@pytest.mark.long
@pytest.mark.parametrize("kind", DRAWINGS)
def test_on_many_drawn_pairs(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in LONG_SEEDS:
        assert not check(kind, seed, monkeypatch)[1], seed


def test_a_fault_is_noticed_in_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state that takes the first field for the second."""
    right = folding._field
    monkeypatch.setattr(
        folding, "_field", lambda place, found: 0 if right(place, found) == 1 else right(place, found)
    )
    assert any(check("writing", seed, monkeypatch)[1] for seed in SEEDS)
