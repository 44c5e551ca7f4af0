"""A cover is reached in exactly the fewest steps of a run that reaches it, and never unreachable where there is one."""

from __future__ import annotations

from collections import Counter

import pytest

from honnin.compiler.answers import Answer
from honnin.compiler.prove import prove
from honnin.spec.core import Check, Module

from .answers import check, disagreements, without

CI_SEEDS = range(200, 212)
LONG_SEEDS = range(2_000, 2_100)
CHECKS = (check("reaches", "v"), check("reaches", "v", 2))


@pytest.mark.parametrize("seed", CI_SEEDS)
def test_on_drawn_designs(seed: int) -> None:
    assert disagreements(seed, CHECKS, Counter()) == []


@pytest.mark.long
def test_on_many_drawn_designs(capsys: pytest.CaptureFixture[str]) -> None:
    """Every disagreement is told with its seed."""
    counts: Counter[str] = Counter()
    found = [one for seed in LONG_SEEDS for one in disagreements(seed, CHECKS, counts)]
    with capsys.disabled():
        print(f"\n{counts.total()} checks of covers, {len(found)} disagreements, {dict(counts)}")
    assert found == []
    assert counts["Reached"] > 20 and counts["Unreachable"] > 20


def test_a_fault_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prover that takes every cover for one that nothing reaches."""

    def wrong(made: Module, asked: Check, *, timeout: float) -> Answer:
        return prove(without(made, "cover"), asked, timeout=timeout)

    monkeypatch.setattr("tests.laws.answers.prove", wrong)
    assert any(disagreements(seed, CHECKS, Counter()) for seed in CI_SEEDS)
