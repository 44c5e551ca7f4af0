"""A law over drawn designs with counters, counts, sums and deadlines: what is proved, without a search first, has no counterexample."""

from __future__ import annotations

import time
from random import Random

import pytest

from honnin.compiler.proving.engines import Bounds, Proof, z3_proof, z3_search
from honnin.compiler.proving.question import question
from honnin.spec.core import Check
from honnin.spec.load import check_text

GUARDS = (
    "u < 2",
    "u > 0",
    "k[a]",
    "not k[a]",
    "s[a] > 0",
    "count(o: A where k[o]) < 2",
    "sum(s[o] for o: A) < 3",
    "u == v",
    "v <= u",
    "count(o: A where p[o] at two) == 0",
    "z[a] != none and now - z[a]! <= 5s",
)

EFFECTS = (
    "u += 1",
    "u -= 1",
    "v += 1",
    "k[a] := true",
    "k[a] := false",
    "s[a] += 1",
    "s[a] -= 1",
    "s[a] := 0",
    "s[a] += v",
    "v := u",
    "for o: A { k[o] := false }",
    "u := 0",
    "s[a] -= 1  u += 1",
    "k[a] := not k[a]",
    "z[a] := now  emit e(a)",
    "emit f(a)",
)

PROPERTIES = (
    "u == count(o: A where k[o])",
    "count(o: A where k[o]) <= 2",
    "sum(s[o] for o: A) >= 0",
    "sum(s[o] for o: A) + u == 0",
    "u >= 0",
    "u <= 2",
    "v <= u",
    "forall a: A. s[a] >= 0",
    "count(o: A where p[o] at two) == u",
    "sum(s[o] for o: A) == u",
    "forall a: A. s[a] <= u",
    "forall a: A. k[a] implies u >= 1",
    "count(o: A where k[o]) + count(o: A where not k[o]) == count(o: A)",
)


def draw(seed: int) -> str:
    """A design with one property, and a claim with a deadline."""
    random = Random(seed)

    def body() -> str:
        guards = [f"when {random.choice(GUARDS)}" for _ in range(random.choice((0, 1, 1, 2)))]
        return "  ".join([*guards, *(random.choice(EFFECTS) for _ in range(random.choice((1, 1, 2, 2))))])

    return f"""spec drawn
entity A
event e(a: A)
event f(a: A)
invariant due "in time": on e(a): eventually[<= 5s] f(a)
system design implements drawn "drawn" {{
  var u: Int
  var v: Int
  var k: A -> Bool
  var s: A -> Int
  var z: A -> Time?
  process p(a: A) {{
    one: {{ {body()} }}
    two: {{ {body()}  goto one }}
  }}
  action act(a: A) {{ {body()} }}
  invariant stated: {random.choice(PROPERTIES)}
}}
"""


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("target", ["stated", "due"])
def test_what_is_proved_has_no_counterexample(seed: int, target: str) -> None:
    module = check_text(draw(seed)).module
    assert module is not None
    asked = question(module, Check("design", "satisfies", target))
    proof = z3_proof(asked, time.monotonic() + 0.7, lambda _: None)
    if isinstance(proof, Proof):
        for size in (1, 2):
            assert isinstance(z3_search(asked, {"A": size}, 5, time.monotonic() + 3, lambda _: None), Bounds)
