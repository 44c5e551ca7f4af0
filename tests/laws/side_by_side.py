"""Two searches of one design side by side: one that leaves out what cannot matter, one that leaves out nothing.

The full search looks at every reachable state of a scope, up to names. Level by level both must have seen the same: which
claims are violated, reached and exercised, and which paths are possible. A run that the reduced search finds is done again by
the reference meaning.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from honnin.compiler.explicit.applicable import NotApplicable
from honnin.compiler.explicit.layout import State
from honnin.compiler.explicit.reduction.plan import Plan
from honnin.compiler.explicit.run import read_run
from honnin.compiler.explicit.search import Search, TooLarge
from honnin.compiler.explicit.space import Compiled, Space, Way, compile_product
from honnin.compiler.product import Product, build_product
from honnin.compiler.replay import Goal, confirmed
from honnin.spec.core import Property
from honnin.spec.load import check_text

SCOPES = ((2, 2), (3, 1))
DEPTH = 7
MOST_STATES = 500
WALKS = 4


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


# ---------------------------------------------------------------- the same, state by state


def compare_states(text: str, counts: Counter[str]) -> None:
    """What the arguments of decisions 0026 and 0027 rest on, in states that a design reaches."""
    for product, properties in products(text):
        try:
            compiled = compile_product(product, properties, leave_out="values")
        except NotApplicable:
            continue
        plan = compile_product(product, properties, leave_out="orders").plan
        assert plan is not None
        space = Space(compiled, SCOPES[0])
        for state in reached(space):
            counts["states"] += 1
            goes_on_alike(space, state)
            taken_in_any_order(space, plan, state, counts)


def reached(space: Space) -> Iterator[State]:
    """The states of some walks."""
    chosen = Random(0)
    starts = [state for state, _ in islice(space.initial(), 3)]
    for _ in range(WALKS if starts else 0):
        state = chosen.choice(starts)
        for _ in range(DEPTH):
            yield state
            ways = list(space.steps(state, space.sizes))
            if not ways:
                break
            state = chosen.choice(ways)[1][2]


def goes_on_alike(space: Space, state: State) -> None:
    """With dead values at rest the same steps are possible, show the same, and lead to states that differ in dead values only."""
    rested = space.without_dead(state)
    there, here = (
        {(path, way[0], way[3], space.without_dead(way[2])) for path, way in space.steps(one, space.sizes)}
        for one in (state, rested)
    )
    assert there == here


def taken_in_any_order(space: Space, plan: Plan, state: State, counts: Counter[str]) -> None:
    """A local step and one of somebody else lead to the same in either order, and an idle step changes nothing for others."""
    ways = list(space.steps(state, space.sizes))
    paths = space.compiled.product.paths

    def instance(path: int, way: Way) -> tuple[str | None, tuple[float, ...]]:
        return paths[path].process, way[0][: len(paths[path].parameters)]

    def others(path: int, way: Way, at: State) -> Iterator[tuple[int, Way]]:
        own = instance(path, way)
        return ((q, v) for q, v in space.steps(at, space.sizes) if own[0] is None or instance(q, v) != own)

    first = {
        (p, w[0], q, v[0], v[3], v[2]) for p, w in ways if p in plan.local for q, v in others(p, w, w[2])
    }
    last = {
        (p, w[0], q, v[0], v[3], w[2])
        for q, v in ways
        for p, w in space.steps(v[2], space.sizes)
        if p in plan.local and instance(p, w) != instance(q, v)
    }
    counts["orders"] += len(first)
    assert first == last
    for p, w in ways:
        if p in plan.idle:
            before, after = ({(q, v[0], v[3]) for q, v in others(p, w, at)} for at in (w[1], w[2]))
            assert before == after


def on_drawn(
    texts: SearchStrategy[str], number: int, comparing: Callable[[str, Counter[str]], None] = compare
) -> Counter[str]:
    counts: Counter[str] = Counter()

    @settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )
    @given(texts)
    def law(text: str) -> None:
        comparing(text, counts)

    law()
    return counts
