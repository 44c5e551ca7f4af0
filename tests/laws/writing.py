"""Random specifications of states that events write as one would by hand: a field into a place of another, none again, counts."""

from __future__ import annotations

from functools import lru_cache
from random import Random

from honnin.spec.core import Occurrence, Specification, Value
from honnin.spec.load import check_text

from .drawing_formulas import SECOND
from .pairs import TRACES, Pair

_HEAD = """spec writing
entity Person
entity Desk
event take(desk: Desk, person: Person, number: Int)
event give(person: Person, desk: Desk)
event clear(desk: Desk)
state last: Desk -> Person?
state first: Desk -> Int?
state seat: Desk, Person -> Person?
state taken: Desk -> Int
state pairs: Person, Desk -> Int
state others: Desk -> Int
"""
_WRITES = (
    "after take(d, p, _) { last[d] := p }",
    "after take(d, p, n) when n > 1 { last[d] := p }",
    "after take(d, p, n) { if n > 1 { last[d] := p } else { last[d] := none } }",
    "after give(p, d) { last[d] := p }",
    "after give(p, d) { last[d] := none }",
    "after clear(d) { last[d] := none }",
    "after clear(d) { for e: Desk where last[e] != none { last[e] := none } }",
    "after take(d, p, n) { first[d] := n }",
    "after take(d, _, n) when first[d] == none { first[d] := n }",
    "after take(d, p, _) { seat[d, p] := p }",
    "after clear(d) { for p: Person where seat[d, p] != none { seat[d, p] := none } }",
    "after take(d, p, n) { for e: Desk where last[e] == p { last[e] := p } }",
    "after take(d, _, _) { taken[d] += 1 }",
    "after take(_, p, _) or give(p, _) { for e: Desk where last[e] == p { others[e] += 2 } }",
    "after take(d, p, _) { pairs[p, d] += 2 }",
    "after give(p, d) { pairs[p, d] += 1 }",
    "after clear(d) { others[d] += 3 }",
    "after clear(d) { taken[d] := 0 }",
)
_CLAIMS = (
    "on take(d, p, _): last[d] == none or last[d]! == p",
    "on give(p, d): last[d] != none implies last[d]! == p and first[d] != none",
    "on take(d, p, n): seat[d, p] == none or n == 1",
    "on take(d, _, n): first[d] == none or first[d]! <= n",
    "on clear(d): taken[d] < 2 or others[d] == taken[d]",
    "always: forall d: Desk. taken[d] < 3",
    "always: forall d: Desk. last[d] != none implies taken[d] > 0",
    "always: count(d: Desk where last[d] != none) < 2",
    "always: forall d: Desk. last[d] == none or old(last[d]) == none or last[d] == old(last[d])",
    "always: forall d: Desk. taken[d] - old(taken[d]) < 2",
    "on give(p, d): pairs[p, d] < 2",
    "on clear(d): not exists p: Person. seat[d, p] != none and pairs[p, d] > 1",
    "on clear(d): others[d] != 3",
    "on take(d, p, _): eventually[<= 2s] give(p, d)",
    "on take(d, _, n): eventually[<= 3s] clear(d) or taken[d] < 2",
    "on clear(d): previously(taken[d] < 2)",
    "on give(p, d): once (taken[d] == 1 and last[d] == p)",
)


@lru_cache(maxsize=256)
def writing(seed: int) -> tuple[Specification, list[Pair]]:
    """A specification of some of these writes and claims, and pairs. In some, desks are released, if nothing speaks of all of them."""
    random = Random(seed)
    writes = random.sample(_WRITES, random.randint(2, 5))
    claims = random.sample(_CLAIMS, random.randint(3, 6))
    lines = [
        _HEAD,
        *writes,
        *(f'invariant claim_{number} "": {claim}' for number, claim in enumerate(claims)),
    ]
    text = "\n".join(lines)
    released = (
        check_text(text.replace("entity Desk", "entity Desk retain 6s")) if random.random() < 0.5 else None
    )
    module = (released and released.module) or check_text(text).module
    assert module is not None
    traces = [_trace(module.main, random) for _ in range(TRACES)]
    return module.main, [
        Pair(seed, number, trace, {}, (trace[-1].at or 0) + random.randint(0, 4) * SECOND)
        for number, trace in enumerate(traces)
    ]


def _trace(specification: Specification, random: Random) -> tuple[Occurrence, ...]:
    """Ten to thirty events about two desks and three persons, some seconds apart."""
    at, found = 0, []
    for _ in range(random.randint(10, 30)):
        at += random.choice((0, 0, 1, 2, 7)) * SECOND // 2
        event = random.choice(specification.events)
        drawn: dict[str, Value] = {
            "desk": random.choice("de"),
            "person": random.choice("pqr"),
            "number": random.randint(1, 2),
        }
        values = tuple(drawn[field.name] for field in event.fields)
        found.append(Occurrence(event.name, values, at))
    return tuple(found)
