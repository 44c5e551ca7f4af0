"""A design is refuted in exactly the fewest steps of a run that goes wrong, with the fewest values, and never proved where there is one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from honnin.compiler.answers import Answer, Counterexample
from honnin.compiler.product import Product
from honnin.compiler.prove import prove
from honnin.compiler.replay import Goal, ReplayDisagrees, Run, confirmed
from honnin.spec.core import Check, Module

from .answers import check, disagreements, module, without

CI_SEEDS = range(12)
LONG_SEEDS = range(1_000, 1_100)


def checks(seed: int) -> list[Check]:
    """Of a drawn design: all its invariants, its own one, and all of them within bounds."""
    made = module(seed)
    own = [check("satisfies", "own")] if any(p.name == "own" for p in made.systems[0].properties) else []
    return [check("satisfies", "s"), *own, check("satisfies", "s", 2)]


@pytest.mark.parametrize("seed", CI_SEEDS)
def test_on_drawn_designs(seed: int) -> None:
    assert disagreements(seed, checks(seed), Counter()) == []


@pytest.mark.long
def test_on_many_drawn_designs(capsys: pytest.CaptureFixture[str]) -> None:
    """Every disagreement is told with its seed."""
    counts: Counter[str] = Counter()
    found = [one for seed in LONG_SEEDS for one in disagreements(seed, checks(seed), counts)]
    with capsys.disabled():
        print(f"\n{counts.total()} checks of designs, {len(found)} disagreements, {dict(counts)}")
    assert found == []
    assert counts["Refuted"] > 50 and counts["Proved"] > 50


def test_a_fault_is_noticed_in_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prover that forgets the invariants."""

    def wrong(made: Module, asked: Check, *, timeout: float) -> Answer:
        return prove(without(made, "invariant"), asked, timeout=timeout)

    monkeypatch.setattr("tests.laws.answers.prove", wrong)
    assert any(disagreements(seed, [check("satisfies", "s")], Counter()) for seed in CI_SEEDS)


def test_a_fault_is_noticed_in_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that forgets the last step of the run that it found."""

    def wrong(product: Product, run: Run, goal: Goal) -> Counterexample:
        return confirmed(product, replace(run, moves=run.moves[:-1]), goal)

    monkeypatch.setattr("honnin.compiler.proving.engines.confirmed", wrong)
    with pytest.raises(ReplayDisagrees):
        for seed in CI_SEEDS:
            disagreements(seed, checks(seed), Counter())
