"""Values that are in no trace and in no facts change no verdict of a claim that an oracle may judge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from honnin.spec.core import Specification, Value
from honnin.spec.meaning import evaluate
from honnin.spec.updates import entity_values

from .pairs import Pair, drawn, monitored_part

SEEDS = range(800, 840)


def differences(seed: int) -> Iterator[str]:
    """The pairs of a seed on which two strangers of each entity make a difference."""
    whole, pairs = drawn(seed)
    specification = _of_traces(monitored_part(whole))
    for pair in pairs:
        seen = entity_values(specification, pair.trace, pair.facts)
        none = {entity: values or ("somebody",) for entity, values in seen.items()}
        more = {entity: (*values, "stranger", "another") for entity, values in none.items()}
        if _verdicts(specification, pair, none) != _verdicts(specification, pair, more):
            yield str(pair)


def _of_traces(specification: Specification) -> Specification:
    """Without the claims about the facts, which go by the values in the facts."""
    claims = tuple(claim for claim in specification.claims if not claim.given_only)
    return replace(specification, claims=claims)


def _verdicts(specification: Specification, pair: Pair, scope: Mapping[str, tuple[Value, ...]]) -> object:
    return evaluate(specification, pair.trace, pair.facts, end=pair.end, scope=scope)


@pytest.mark.parametrize("seed", SEEDS)
def test_on_drawn_pairs(seed: int) -> None:
    assert list(differences(seed)) == []


def test_a_fault_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that lets an oracle judge every claim."""
    monkeypatch.setattr("honnin.spec.elaborate.whole.prove_only", lambda claim, specification: None)
    drawn.cache_clear()
    try:
        assert any(list(differences(seed)) for seed in SEEDS)
    finally:
        drawn.cache_clear()
