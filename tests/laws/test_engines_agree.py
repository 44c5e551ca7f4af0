"""The reference meaning, the generated oracle and z3's encoding give one verdict on every trace."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import get_args

import pytest

from honnin.spec import core
from honnin.spec.core import Specification
from honnin.spec.verdicts import Report

from . import pairs
from .pairs import constructs, disagreements, drawn, shares

CI_SEEDS = range(60)
LONG_SEEDS = range(10_000, 11_700)
OF_SYSTEMS = {"VarRead", "AtLabel"}
"""What only designs have."""

INTERVALS = ("", "<=", "<", ">=", ">")
PAST = ("Once", "Earlier", "Historically", "Previously", "Since")


@pytest.mark.parametrize("seed", CI_SEEDS)
def test_on_drawn_pairs(seed: int) -> None:
    assert list(disagreements(seed, lambda report: None)) == []


@pytest.mark.long
def test_on_ten_thousand_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    """Every disagreement is told with its seed."""
    reports: list[Report] = []
    found = [one for seed in LONG_SEEDS for one in disagreements(seed, reports.append)]
    with capsys.disabled():
        print(f"\n{len(reports)} pairs, {len(found)} disagreements, {shares(reports)}")
    assert len(reports) >= 10_000
    assert found == []


def test_every_construct_is_drawn() -> None:
    counts = Counter(name for seed in CI_SEEDS for name in constructs(drawn(seed)[0]))
    expected = {kind.__name__ for kind in get_args(core.Expr)} - OF_SYSTEMS
    expected |= {operator + interval for operator in PAST for interval in INTERVALS}
    assert expected - set(counts) == set()


def test_most_traces_are_close_to_a_violation() -> None:
    reports = [
        pairs.by_reference(specification)(pair)
        for specification, found in map(drawn, CI_SEEDS)
        for pair in found
    ]
    told = shares(reports)
    print(told)
    assert told["any failure or pending"] > 0.9 and told["near"] > 0.6
    assert min(told.values()) > 0.02


def test_a_fault_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An oracle that takes `earlier` for `once`."""

    def wrong(expr: core.Expr) -> core.Expr:
        if isinstance(expr, core.Earlier):
            return core.Once(expr.interval, wrong(expr.body))
        return core.rewrite(expr, wrong)

    def spoiled(specification: Specification) -> Specification:
        claims = (replace(claim, body=wrong(claim.body)) for claim in specification.claims)
        return replace(specification, claims=tuple(claims))

    right = pairs.by_oracle
    monkeypatch.setattr(pairs, "by_oracle", lambda specification: right(spoiled(specification)))
    found = (one for seed in CI_SEEDS for one in disagreements(seed, lambda report: None))
    assert next(found).endswith("the oracle")
