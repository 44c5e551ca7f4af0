"""A specification printed as text and read again has the same verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from honnin.spec import words
from honnin.spec.core import Specification
from honnin.spec.load import check_text

from .pairs import by_reference, drawn, positions_of_faults
from .printing import text

SEEDS = range(600, 660)
REFUSED = {
    "HN0216": "a number outside its range, which was drawn",
    "HN0330": "a conflict of writes at every event of a kind, which was drawn",
}


def again(specification: Specification) -> Specification | None:
    """The specification that its text says; None when the text is refused for what may be drawn but not written."""
    checked = check_text(text(specification))
    if checked.module is not None:
        return checked.module.main
    codes = {diagnostic.code for diagnostic in checked.diagnostics if diagnostic.is_error}
    assert codes <= set(REFUSED), [d.message for d in checked.diagnostics if d.is_error]
    return None


def differences(seed: int) -> Iterator[str]:
    """The pairs of a seed that are judged otherwise by what was read again; nothing where it is refused."""
    specification, pairs = drawn(seed)
    read = again(specification)
    if read is None:
        return
    order = [claim.name for claim in read.claims]
    claims = tuple(sorted(specification.claims, key=lambda claim: order.index(claim.name)))
    first = by_reference(replace(specification, claims=claims))
    second = by_reference(read)
    for pair in pairs:
        if positions_of_faults(first(pair)) != positions_of_faults(second(pair)):
            yield str(pair)
    for one in claims:
        same = read.claim(one.name)
        if (one.prove_only is None) != (same.prove_only is None) or one.given_only != same.given_only:
            yield f"{one.name} of seed {seed}: what judges it"


@pytest.mark.parametrize("seed", SEEDS)
def test_on_drawn_specifications(seed: int) -> None:
    assert list(differences(seed)) == []


def test_most_texts_are_read() -> None:
    read = [again(drawn(seed)[0]) is not None for seed in SEEDS]
    assert sum(read) > 0.9 * len(read)


def test_a_fault_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A printer that leaves out intervals."""
    monkeypatch.setattr(words, "_interval", lambda interval: "")
    assert any(list(differences(seed)) for seed in SEEDS)
