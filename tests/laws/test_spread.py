"""A claim whose past operators are moved inwards has the same verdicts, and an oracle that judges it so says what the reference says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

import pytest

from honnin.spec import core
from honnin.spec.core import Expr, Occurrence
from honnin.spec.meaning import evaluate
from honnin.spec.spread import spread
from tests.compiler.harness import load, oracle_module, run

from .pairs import drawn

SEEDS = range(160)


def disagreements(seed: int, form: Callable[[Expr], Expr], changed: list[str]) -> Iterator[str]:
    """The pairs of the seed on which the claims do not say what they say in the other form."""
    specification, pairs = drawn(seed)
    claims = tuple(
        replace(claim, when=form(claim.when), body=form(claim.body)) for claim in specification.claims
    )
    changed += [one.name for one, other in zip(claims, specification.claims, strict=True) if one != other]
    if claims == specification.claims:
        return
    other = replace(specification, claims=claims)
    for pair in pairs:
        one, two = (evaluate(s, pair.trace, pair.facts, end=pair.end) for s in (specification, other))
        places = [[(f.claim, f.position, f.trigger) for f in (*r.violated, *r.broken)] for r in (one, two)]
        if places[0] != places[1] or one.reached != two.reached:
            yield str(pair)


@pytest.mark.parametrize("start", range(0, len(SEEDS), 40))
def test_on_drawn_claims(start: int) -> None:
    changed: list[str] = []
    for seed in SEEDS[start : start + 40]:
        assert not list(disagreements(seed, spread, changed)), seed
    assert len(changed) >= 5


NATURAL = """
spec desk
entity T, P
event auth(t: T, p: P)
event commit(t: T, p: P)
invariant nobody_else "": on commit(t, p): not once (exists q: P. q != p and auth(t, q))
invariant nobody_else_ever "": on commit(t, p): historically (forall q: P. q != p implies not auth(t, q))
invariant nobody_else_lately "": on commit(t, p): historically[<= 3s] (not exists q: P. not (q == p or not auth(t, q)))
invariant nobody_else_before "": on commit(t, p): not previously (exists q: P. q != p and auth(t, q))
invariant nobody_else_since "": on commit(t, p): not ((not commit(t, _)) since (exists q: P. q != p and auth(t, q)))
invariant everywhere "": on commit(_, p): forall t: T. historically (forall q: P. q == p or not auth(t, q))
"""


def test_natural_claims_are_monitored_and_say_what_the_reference_says() -> None:
    specification = load(NATURAL).main
    assert all(claim.prove_only is None for claim in specification.claims)
    module = oracle_module(specification)
    draw = Random(3)
    for _ in range(60):
        trace = [
            Occurrence(
                draw.choice(("auth", "commit")),
                (draw.choice("ab"), draw.choice("pqr")),
                1_000_000 * position,
            )
            for position in range(draw.randrange(12))
        ]
        assert run(module, trace, {}) == evaluate(specification, trace, {})


def test_a_fault_is_noticed() -> None:
    """A form that loses the present: `earlier` for `once`."""

    def wrong(expr: Expr) -> Expr:
        expr = core.rewrite(expr, wrong)
        return core.Earlier(expr.interval, expr.body) if isinstance(expr, core.Once) else expr

    assert any(list(disagreements(seed, wrong, [])) for seed in SEEDS)
