"""A search that leaves out what cannot matter shows the same as one that leaves out nothing, and after the same numbers of steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable

import pytest

from honnin.compiler.explicit.layout import Vocabulary
from honnin.compiler.explicit.reduction.cells import Cells
from honnin.compiler.explicit.reduction.liveness import Live, live
from honnin.compiler.explicit.reduction.ownership import Uses
from honnin.compiler.product import Path
from honnin.spec.core import Pick
from honnin.spec.load import check_text

from .designs import drawn_design
from .processes import HARD, designs
from .side_by_side import compare, compare_states, on_drawn

CI_DESIGNS, LONG_DESIGNS = 100, 3_000


def on_drawn_designs(number: int, comparing: Callable[[str, Counter[str]], None] = compare) -> Counter[str]:
    return on_drawn(designs(), number, comparing)


def test_on_drawn_designs() -> None:
    counts = on_drawn_designs(CI_DESIGNS)
    assert counts["violated"] > CI_DESIGNS // 4
    assert counts["fewer states"] > CI_DESIGNS
    assert counts["with local steps"] > CI_DESIGNS


def test_on_the_states_of_drawn_designs() -> None:
    counts = on_drawn_designs(CI_DESIGNS, compare_states)
    assert counts["states"] > 20 * CI_DESIGNS
    assert counts["orders"] > 20 * CI_DESIGNS


def of_any_kind(seeds: Iterable[int], counts: Counter[str]) -> None:
    """The same of designs that are not drawn for this."""
    for seed in seeds:
        drawn = drawn_design(seed)
        if check_text(drawn).module is not None:
            counts["designs"] += 1
            compare(drawn, counts)
            compare_states(drawn, counts)


def test_on_drawn_designs_of_any_kind() -> None:
    counts: Counter[str] = Counter()
    of_any_kind(range(140, 160), counts)
    assert counts["designs"] > 10
    assert counts["fewer states"] > 20


@pytest.mark.parametrize("text", HARD, ids=range(len(HARD)))
def test_on_designs_that_need_one_of_the_conditions(text: str) -> None:
    compare(text, Counter())
    compare_states(text, Counter())


@pytest.mark.long
def test_on_many_drawn_designs(capsys: pytest.CaptureFixture[str]) -> None:
    counts = on_drawn_designs(LONG_DESIGNS) + on_drawn_designs(LONG_DESIGNS, compare_states)
    with capsys.disabled():
        print(f"\n{LONG_DESIGNS} designs: {dict(counts)}")


@pytest.mark.long
def test_on_many_drawn_designs_of_any_kind(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    of_any_kind(range(10_000, 10_000 + LONG_DESIGNS), counts)
    with capsys.disabled():
        print(f"\n{dict(counts)}")


def test_a_fault_is_noticed_in_what_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reduction that forgets what a process reads two steps ahead."""

    def wrong(uses: Uses) -> Live:
        right = live(uses)
        near: dict[tuple[str, str], frozenset[Cells]] = {}
        for effect in uses.effects:
            at = effect.path.process or "", effect.path.label or ""
            if at in right.at:
                asked = frozenset((*effect.asked, *effect.judged)) & right.at[at]
                near[at] = near.get(at, frozenset()) | asked
        return Live(right.always, near)

    monkeypatch.setattr("honnin.compiler.explicit.reduction.plan.live", wrong)
    with pytest.raises(AssertionError):
        on_drawn_designs(CI_DESIGNS)


def test_a_fault_is_noticed_in_what_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that lets an instance go on at once after a step that others can tell was taken."""
    monkeypatch.setattr("honnin.compiler.explicit.reduction.order._is_hidden", lambda uses, effect: True)
    with pytest.raises(AssertionError):
        on_drawn_designs(CI_DESIGNS)


def test_a_fault_is_noticed_in_what_is_independent(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that lets an instance go on at once after a step that depends on others."""
    monkeypatch.setattr("honnin.compiler.explicit.reduction.order._is_independent", lambda uses, effect: True)
    with pytest.raises(AssertionError):
        on_drawn_designs(CI_DESIGNS)


def test_a_fault_is_noticed_in_what_is_indifferent(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that tries one value of every choice."""

    def wrong(vocabulary: Vocabulary, path: Path, constants: Container[str]) -> frozenset[int]:
        return frozenset(statement.binder.uid for statement in path.body if isinstance(statement, Pick))

    monkeypatch.setattr("honnin.compiler.explicit.reduction.plan.indifferent", wrong)
    with pytest.raises(AssertionError):
        on_drawn_designs(CI_DESIGNS)
