"""A search that leaves out what cannot matter shows the same as one that leaves out nothing, and after the same numbers of steps.

The full search looks at every reachable state of a scope, up to names. Level by level both must have seen the same: which
claims are violated, reached and exercised, and which paths are possible. A run that the reduced search finds is done again by
the reference meaning.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from honnin.compiler.explicit.applicable import NotApplicable
from honnin.compiler.explicit.reduction.cells import Cells
from honnin.compiler.explicit.reduction.liveness import Live, live
from honnin.compiler.explicit.reduction.ownership import Uses
from honnin.compiler.explicit.run import read_run
from honnin.compiler.explicit.search import Search, TooLarge
from honnin.compiler.explicit.space import Compiled, compile_product
from honnin.compiler.product import Product, build_product
from honnin.compiler.replay import Goal, confirmed
from honnin.spec.core import Property
from honnin.spec.load import check_text

from .processes import designs

SCOPES = ((2, 2), (3, 1))
DEPTH = 7
MOST_STATES = 500
CI_DESIGNS, LONG_DESIGNS = 100, 3_000


def products(text: str) -> Iterator[tuple[Product, tuple[Property, ...]]]:
    """The design with all claims of its specification, and with each alone: the fewer are watched, the more is left out."""
    checked = check_text(text)
    assert checked.module is not None, (text, checked.diagnostics)
    system = checked.module.system("d")
    claims = tuple(claim for claim in checked.module.main.claims if claim.kind != "assume")
    for watched in (claims, *((claim,) for claim in claims if len(claims) > 1)):
        product = build_product(checked.module, system, watched)
        yield product, tuple(p for p in product.properties if p.kind == "invariant" and watched == claims)


def compare(text: str, counts: Counter[str], depth: int = DEPTH, most: int = MOST_STATES) -> None:
    for product, properties in products(text):
        try:
            full = compile_product(product, properties)
        except NotApplicable:
            counts["not applicable"] += 1
            continue
        reduced = compile_product(product, properties, leave_out="orders")
        assert reduced.plan is not None
        counts["with local steps"] += bool(reduced.plan.local)
        counts["with idle steps"] += bool(reduced.plan.idle)
        for sizes in SCOPES:
            level = seen_alike(Search(full, sizes), Search(reduced, sizes), counts, depth, most)
            if level is not None:
                counts["violated"] += 1
                falls(product, reduced, sizes, level)


def seen_alike(full: Search, reduced: Search, counts: Counter[str], depth: int, most: int) -> int | None:
    """The first level at which something is violated or reached, as both have it."""
    goal = everything(full.compiled)
    first = None
    with suppress(TooLarge):
        while full.depth < depth and not (full.exhausted and reduced.exhausted):
            full.advance(0, soon(), most)
            reduced.advance(0, soon(), most)
            at = full.compiled.watch.of
            assert list(at(reduced.done)) == list(at(full.done)), full.depth
            assert (reduced.done, reduced.possible) == (full.done, full.possible), full.depth
            if first is None and full.done & goal:
                first = full.depth
    counts["fewer states"] += reduced.states < full.states
    counts["full"] += full.states
    counts["reduced"] += reduced.states
    return first


def falls(product: Product, compiled: Compiled, sizes: tuple[int, ...], level: int) -> None:
    """A search for a run finds one of so many steps, and it is one."""
    search = Search(compiled, sizes)
    found = search.advance_to(level, everything(compiled), soon(), 10**6)
    assert found is not None
    assert len(found.steps) == level
    shows = next(compiled.watch.of(found.bits))
    confirmed(product, read_run(search, found), Goal(shows.specification, shows.name, shows.is_cover))


def everything(compiled: Compiled) -> int:
    return (1 << len(compiled.watch.watched)) - 1


def soon() -> float:
    return time.monotonic() + 100


def on_drawn_designs(number: int) -> Counter[str]:
    counts: Counter[str] = Counter()

    @settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )
    @given(designs())
    def law(text: str) -> None:
        compare(text, counts)

    law()
    return counts


def test_on_drawn_designs() -> None:
    counts = on_drawn_designs(CI_DESIGNS)
    assert counts["violated"] > CI_DESIGNS // 2
    assert counts["fewer states"] > CI_DESIGNS


@pytest.mark.long
def test_on_many_drawn_designs(capsys: pytest.CaptureFixture[str]) -> None:
    counts = on_drawn_designs(LONG_DESIGNS)
    with capsys.disabled():
        print(f"\n{LONG_DESIGNS} designs: {dict(counts)}")


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
