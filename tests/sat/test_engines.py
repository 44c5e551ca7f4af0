"""The search over bits, the one over z3's terms and the explicit search take as many steps to the first run that goes wrong."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import product as combinations

import pytest

from honnin.compiler.circuits.gates import Circuit, Wire, invert
from honnin.compiler.explicit.applicable import NotApplicable
from honnin.compiler.explicit.search import Search
from honnin.compiler.explicit.space import compile_product
from honnin.compiler.product import Product, build_product
from honnin.compiler.smt.bounded import Disagreement, Searched, Unrolling
from honnin.compiler.smt.proof import Deadline
from honnin.spec.core import Module
from honnin.spec.load import check_text
from tests.compiler import random_designs, smt_drawing
from tests.laws import designs

DEPTH = 4
SECONDS = 20.0
DRAW: Mapping[str, Callable[[int], str]] = {
    "claims": designs.drawn_design,
    "processes": random_designs.drawn_design,
    "integers": smt_drawing.draw,
}
CI_SEEDS = range(10)
LONG_SEEDS = range(1_000, 1_400)


def module(draw: Callable[[int], str], seed: int) -> Module | None:
    """The drawn design; None for the few that are not well-formed."""
    return check_text(draw(seed)).module


def asked(made: Module) -> Product:
    claims = tuple(claim for claim in made.main.claims if claim.kind == "invariant")
    return build_product(made, made.systems[0], claims)


def scopes(product: Product) -> Iterator[dict[str, int]]:
    for sizes in combinations((1, 2), repeat=len(product.entities)):
        yield dict(zip(product.entities, sizes, strict=True))
    yield dict.fromkeys(product.entities, 3)


def unrolled(product: Product, scope: Mapping[str, int], *, exact: bool) -> Searched:
    limit = Deadline(time.monotonic() + SECONDS)
    return Unrolling(product, product.properties, scope, exact=exact).deepen(DEPTH, limit)


def fewest(found: Searched) -> int | None:
    return None if found.counterexample is None else found.depth


def explicit(product: Product, scope: Mapping[str, int]) -> int | None:
    """Steps of the shortest run that the explicit search finds. NotApplicable where it cannot tell."""
    compiled = compile_product(product, product.properties)
    search = Search(compiled, tuple(scope[name] for name in compiled.vocabulary.entities))
    goal = (1 << len(compiled.watch.watched)) - 1
    found = search.advance_to(DEPTH, goal, time.monotonic() + SECONDS, 100_000)
    if search.space.guessed:
        raise NotApplicable("some values were not tried")
    return None if found is None else len(found.steps)


def disagreements(draw: Callable[[int], str], seed: int, counts: Counter[str]) -> list[str]:
    """In which scopes the searches differ, told with the seed."""
    made = module(draw, seed)
    if made is None:
        return []
    found = []
    product = asked(made)
    for scope in scopes(product):
        bits = unrolled(product, scope, exact=False)
        said = {"bits": fewest(bits)}
        if bits.guessed:
            every = fewest(unrolled(product, scope, exact=True))
            missed = said["bits"] is None or (every is not None and every < said["bits"])
            counts["missed by bits" if missed and every is not None else "guessed"] += 1
            if said["bits"] is not None and (every is None or every > said["bits"]):
                found.append(f"seed {seed}, {scope}: bits {said['bits']}, every value {every}")
            continue
        try:
            said["explicit"] = explicit(product, scope)
        except NotApplicable:
            said["every value"] = fewest(unrolled(product, scope, exact=True))
        counts[f"wrong after {said['bits']} steps"] += 1
        if len(set(said.values())) > 1 or bits.stopped:
            found.append(f"seed {seed}, {scope}: {said} {bits.stopped or ''}")
    return found


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)
def test_on_drawn_designs(draw: Callable[[int], str]) -> None:
    counts: Counter[str] = Counter()
    assert [one for seed in CI_SEEDS for one in disagreements(draw, seed, counts)] == []
    assert counts.total() > len(CI_SEEDS)


@pytest.mark.long
@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)
def test_on_many_drawn_designs(draw: Callable[[int], str], capsys: pytest.CaptureFixture[str]) -> None:
    """Every disagreement is told with its seed."""
    counts: Counter[str] = Counter()
    found = [one for seed in LONG_SEEDS for one in disagreements(draw, seed, counts)]
    with capsys.disabled():
        print(f"\n{counts.total()} scopes of designs, {len(found)} disagreements, {dict(counts)}")
    assert found == []


def _turned_round(circuit: Circuit, condition: Wire, then: Wire, otherwise: Wire) -> Wire:
    return circuit.any((circuit.all((condition, otherwise)), circuit.all((invert(condition), then))))


def _anything(circuit: Circuit, count: int) -> list[Wire]:
    return [circuit.variable() for _ in range(count)]


FAULTS = {
    "a choice that is turned round": (Circuit, "choose", _turned_round),
    "several values at once": (Circuit, "exactly_one", _anything),
}


@pytest.mark.parametrize(("where", "name", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_fault_of_the_circuits_is_noticed(
    where: object, name: str, fault: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, name, fault)
    try:
        found = [
            one for draw in DRAW.values() for seed in CI_SEEDS for one in disagreements(draw, seed, Counter())
        ]
    except (Disagreement, StopIteration):
        return  # a run that is none, or a value that is nothing
    assert found
