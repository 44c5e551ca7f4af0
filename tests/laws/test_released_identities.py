"""An identity that is named again after its horizon is a new one, for every engine; and the other laws hold of such specifications."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from honnin.spec.core import Eventually, Specification, walk
from honnin.spec.verdicts import Report

from . import pairs, test_midway, test_slices, test_text_is_the_meaning
from .pairs import Pair, by_reference, disagreements_on
from .releases import releasing
from .test_snapshots import KEY, all_personal, checked

SEEDS = range(40)
LONG_SEEDS = range(1_000, 1_400)
FEW = range(2_000, 2_012)


@pytest.mark.parametrize("seed", SEEDS)
def test_on_drawn_pairs(seed: int) -> None:
    assert list(disagreements_on(*releasing(seed), lambda report: None)) == []


@pytest.mark.long
def test_on_many_drawn_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    """Every disagreement is told with its seed."""
    reports: list[Report] = []
    found = [one for seed in LONG_SEEDS for one in disagreements_on(*releasing(seed), reports.append)]
    with capsys.disabled():
        print(f"\n{len(reports)} pairs, {len(found)} disagreements")
    assert found == []


def test_identities_come_back() -> None:
    """Often enough it matters that they are new ones."""
    differ = 0
    for seed in SEEDS:
        specification, found = releasing(seed)
        released, kept = by_reference(specification), by_reference(replace(specification, retained=()))
        differ += sum(released(pair) != kept(pair) for pair in found)
    print(differ)
    assert differ >= 20


@pytest.mark.parametrize("seed", FEW)
def test_snapshots_know_who_was_named(seed: int) -> None:
    specification, found = releasing(seed)
    for pair in found:
        checked(specification, pair, reveal=True)
        checked(all_personal(specification), pair, mask_key=KEY, sealed=True)


def test_logs_are_split_only_where_every_name_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_slices, "drawn", releasing)
    count: list[int] = []
    assert [
        one for seed in range(150) for one in test_slices.disagreements(seed, test_slices.by_syntax, count)
    ] == []
    assert sum(parts > 1 for parts in count) >= 10


def test_logs_may_begin_in_mid_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_midway, "drawn", _without_deadlines)
    counts: Counter[str] = Counter()
    assert [one for seed in FEW for one in test_midway.disagreements(seed, counts)] == []
    assert counts["sure"] > 0


def _without_deadlines(seed: int) -> tuple[Specification, list[Pair]]:
    """What may miss one of two deadlines in some past may do so at another position than it does in this."""
    specification, found = releasing(seed)
    claims = (c for c in specification.claims if not any(isinstance(n, Eventually) for n in walk(c.body)))
    return replace(specification, claims=tuple(claims)), found


def test_the_text_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_text_is_the_meaning, "drawn", releasing)
    assert [one for seed in FEW for one in test_text_is_the_meaning.differences(seed)] == []


def test_a_fault_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An oracle that never releases anybody."""

    def spoiled(specification: Specification) -> Specification:
        return replace(specification, retained=())

    right = pairs.by_oracle
    monkeypatch.setattr(pairs, "by_oracle", lambda specification: right(spoiled(specification)))
    found = (one for seed in SEEDS for one in disagreements_on(*releasing(seed), lambda report: None))
    assert next(found).endswith("the oracle")
