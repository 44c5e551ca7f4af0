"""A search that takes drawn numbers for names shows the same as one that does not, and after the same numbers of steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from honnin.compiler.explicit.applicable import NotApplicable
from honnin.compiler.explicit.layout import LAZY, Layout, State
from honnin.compiler.explicit.numbers.flow import Flow, Node
from honnin.compiler.explicit.numbers.names import NumberNames
from honnin.compiler.explicit.numbers.renaming import Renaming
from honnin.compiler.explicit.numbers.sorts import _sort
from honnin.compiler.explicit.reduction.cells import Cells, Key
from honnin.compiler.explicit.reduction.drawn import drawn, narrow
from honnin.compiler.explicit.reduction.ownership import Uses
from honnin.compiler.explicit.space import Space, compile_product
from honnin.compiler.product import Path
from honnin.compiler.replay import ReplayDisagrees
from honnin.spec.records import replace

from .counted import COUNTED, counted_designs
from .side_by_side import SCOPES, compare, compare_states, on_drawn, products, reached

CI_DESIGNS, LONG_DESIGNS = 80, 3_000


def compare_renamed(text: str, counts: Counter[str]) -> None:
    """With numbers renamed the same steps are possible, show the same, and lead to states that differ in names only."""
    for product, properties in products(text):
        try:
            compiled = compile_product(product, properties, leave_out="values")
        except NotApplicable:
            continue
        assert compiled.plan is not None
        counts["with names"] += bool(compiled.plan.numbers)
        space = Space(compiled, SCOPES[0])
        sorts = [Renaming(space.layout, names) for names in compiled.plan.numbers]

        def form(state: State, space: Space = space, sorts: list[Renaming] = sorts) -> State:
            state = space.without_dead(state)
            for sort in sorts:
                state = sort.renamed(state, rough=False)
            return state

        for state in reached(space) if sorts else ():
            counts["renamed"] += form(state) != space.without_dead(state)
            there, here = (
                {(path, way[0], way[3], form(way[2])) for path, way in space.steps(one, space.sizes)}
                for one in (state, form(state))
            )
            assert there == here


def test_on_drawn_designs() -> None:
    counts = on_drawn(counted_designs(), CI_DESIGNS)
    assert counts["violated"] > CI_DESIGNS // 3
    assert counts["fewer states"] > CI_DESIGNS


def test_on_the_states_of_drawn_designs() -> None:
    counts = on_drawn(counted_designs(), CI_DESIGNS, compare_renamed)
    assert counts["with names"] > CI_DESIGNS // 2
    assert counts["renamed"] > CI_DESIGNS
    counts = on_drawn(counted_designs(), CI_DESIGNS, compare_states)
    assert counts["orders"] > 5 * CI_DESIGNS


@pytest.mark.parametrize("text", COUNTED, ids=range(len(COUNTED)))
def test_on_designs_that_need_one_of_the_conditions(text: str) -> None:
    compare(text, Counter())
    compare_renamed(text, Counter())
    compare_states(text, Counter())


@pytest.mark.long
def test_on_many_drawn_designs(capsys: pytest.CaptureFixture[str]) -> None:
    counts = on_drawn(counted_designs(), LONG_DESIGNS) + on_drawn(
        counted_designs(), LONG_DESIGNS, compare_renamed
    )
    counts += on_drawn(counted_designs(), LONG_DESIGNS, compare_states)
    with capsys.disabled():
        print(f"\n{LONG_DESIGNS} designs: {dict(counts)}")


# ---------------------------------------------------------------- faults are noticed


def _spoilt_by_nothing(flow: Flow, *nodes: Node) -> Node:
    return flow.own()


def _no_literals(flow: Flow, root: Node) -> NumberNames | None:
    found = _sort(flow, root)
    return None if found is None else replace(found, literals=frozenset())


def _growing_whatever_is_written(flow: Flow, grown: set[int]) -> frozenset[int]:
    return frozenset(grown)


class _AllBelowAreDrawn(Renaming):
    """One that takes what the furthest counter has passed for drawn, whatever the others may still draw."""

    @staticmethod
    def least(held: Iterable[float]) -> float:
        return max(held, default=LAZY)


class _NothingIsDrawnAgain(Renaming):
    """One that forgets that a number that is held may still be drawn."""

    @staticmethod
    def least(held: Iterable[float]) -> float:
        return LAZY


class _NothingOfKeys(Renaming):
    """One that renames what is held, not what it is a key of."""

    def __init__(self, layout: Layout, names: NumberNames) -> None:
        super().__init__(layout, replace(names, keys=()))


def _other_values_forgotten(uses: Uses, own: Cells) -> tuple[Cells | None, list[tuple[Path, int]]]:
    found = [(effect.path, value) for effect in uses.effects if (value := drawn(effect, own)) is not None]
    counter = found[0][1].cells if found else None
    return counter, [(path, value.more) for path, value in found]


def _own_keys_only(by_slot: dict[int, set[int]], cells: Cells, keys: Iterable[Key]) -> None:
    if set(cells.keys) & set(keys):
        narrow(by_slot, cells, keys)


_DRAWN = "honnin.compiler.explicit.reduction.drawn"
_SORTS = "honnin.compiler.explicit.numbers.sorts"
_FLOW = "honnin.compiler.explicit.numbers.flow.Flow"
FAULTS: dict[str, tuple[str, object]] = {
    "what is ordered is no name": (f"{_FLOW}.spoil", _spoilt_by_nothing),
    "what is chosen is no name": (f"{_SORTS}.is_chosen", lambda slot: False),
    "literals stay": (f"{_SORTS}._sort", _no_literals),
    "counters only grow": (f"{_SORTS}._counters", _growing_whatever_is_written),
    "every counter counts": ("honnin.compiler.explicit.space.Renaming", _AllBelowAreDrawn),
    "what may be drawn stays": ("honnin.compiler.explicit.space.Renaming", _NothingIsDrawnAgain),
    "a draw passes the counter": (f"{_DRAWN}.passed", lambda uses, path, counter: 9),
    "a counter is not set back": (f"{_DRAWN}.only_grows", lambda uses, counter: True),
    "drawn before it is used": (f"{_DRAWN}.is_awaited", lambda live, process, slot: False),
    "nothing else is kept": (f"{_DRAWN}.kept_in", _other_values_forgotten),
    "used by nobody else": (f"{_DRAWN}.narrow", _own_keys_only),
    "keys are renamed": ("honnin.compiler.explicit.space.Renaming", _NothingOfKeys),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_noticed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches that take for names what is ordered or chosen, rename literals or not keys, or forget what counters may still draw;
    that take numbers for an instance's own that others get too, or use."""
    monkeypatch.setattr(*FAULTS[fault])
    with pytest.raises((AssertionError, ReplayDisagrees)):
        for text in COUNTED:
            compare(text, Counter())
