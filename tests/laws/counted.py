"""Drawn designs of processes that draw numbers from counters: what renaming numbers is tried on."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from .processes import SPECIFICATION, design

UPDATES = (
    "after number(r, x) { taken[x] := r n := x }",
    "after number(r, x) { if taken[x] == none { taken[x] := r } }",
    "after number(r, x) when x == n { last := none }",
    "after number(_, 1) { n += 1 }",
    "after out(_) { n += 1 }",
    "after show(_, p) { last := p }",
    "after ask(r, p) { wanted[r] := p }",
)
CLAIMS = (
    "on number(r, x): taken[x] == none or taken[x] == r",
    "on number(_, x): not earlier number(_, x)",
    "on number(_, x): not previously number(_, x)",
    "on number(r, x): not earlier number(r, x)",
    "on number(_, x): x != n",
    "on number(_, x): x < 2",
    "on number(_, 1): once show(_, _)",
    "on show(r, p): taken[n] == none or taken[n] == r",
    "on show(_, p): last == none or last == p",
    "on show(r, p): wanted[r] == p",
    "on out(_): false",
)
DRAWS = (
    "x := k k += 1 emit ask(r, a)",
    "x := k k += 1",
    "x := k",
    "k += 1",
    "k += 1 x := k",
    "x := k k += 2",
    "x := k + 1 k := k + 1",
    "x := c[a] c[a] += 1",
    "x := c[a]",
    "c[a] += 1",
    "y := k k := k + 1",
    "k := c[a] + 1",
    "x := e[e1] e[e1] += 1",
    "x := e[e2] e[e2] += 1",
    "e[e1] += 2 x := e[e1]",
    "x := c[owner[r]] c[owner[r]] += 1",
)
USES = (
    "when x == y",
    "when f and x == y",
    "when box[x] == none",
    "when x != k",
    "when k == c[a]",
    "if x == k { f := true }",
    "f := (box[x] == none)",
    "y := x",
    "y := none",
    "d := x",
    "x := d",
    "next[x] := k",
    "x := next[x]",
    "box[x] := a",
    "box[k] := a",
    "box[x] := none",
    "store[r] := box[x]",
    "when box[x] == none or box[x]! != a",
    "for v: R where store[v] == a { store[v] := box[x] }",
    "for v: P { c[v] += 1 }",
    "emit show(r, box[x]!)",
    "emit number(r, x)",
    "emit number(r, y!)",
    "emit number(r, k)",
    "emit out(r)",
    "emit show(r, a)",
)
SPOILS = (
    "when x < k",
    "when x == 2",
    "when y == x + 1",
    "x += 1",
    "x := 1",
    "k := 0",
    "k := x",
    "k -= 1",
    "x := z",
    "when exists i: 0..1. box[i] == none",
    "when sum(h[q].x for q: R where true) == 1",
)
"""What asks more of a number than which it is, or makes a counter something else."""
TOLD = ("emit number(r, x)", "emit number(r, x)", "emit number(r, k)", "emit out(r)")
ACTIONS = (
    "action again() { k := 0 }",
    "action more() { k += 1 }",
    "action spoil() { box[0] := none }",
    "action keep() { d := k }",
    "action skip(p: P) { when c[p] == k c[p] += 3 }",
    "init: k == 2",
    "assume one: forall p, q: P. p == q",
    "assume few: k < 4",
    "action drop() { box[d] := none }",
)
ENDS = ("", "", "", "goto l1", "stop", "if f { stop }")
SHARED = "var c: P -> Int  var d: Int  var next: Int -> Int  var e: E -> Int = -1"
OWN = "var y: Int?  var z: Int = any"


def counting(claims: str, handler: str, *rest: str) -> str:
    """A design with these claims and updates, this handler, and what else is said."""
    return design((SPECIFICATION, claims), handler, rest, SHARED, OWN)


def _some(draw: st.DrawFn, lines: Sequence[str], fewest: int, most: int) -> list[str]:
    return draw(st.lists(st.sampled_from(lines), min_size=fewest, max_size=most, unique=True))


@st.composite
def _step(draw: st.DrawFn, pool: Sequence[str]) -> str:
    lines = _some(draw, pool, 1, 3)
    guards = [line for line in lines if line.startswith("when")][:1]
    return " ".join((*guards, *(line for line in lines if not line.startswith("when"))))


@st.composite
def counted_designs(draw: st.DrawFn) -> str:
    """A specification with a system `d` that draws numbers, as text; HN codes may refuse it."""
    lines = _some(draw, UPDATES, 1, 3)
    lines += [f'invariant i{i} "": {claim}' for i, claim in enumerate(_some(draw, CLAIMS, 1, 2))]
    drawn = _some(draw, DRAWS, 1, 2)
    pool = (
        *drawn,
        *_some(draw, USES, 4, 7),
        *(_some(draw, SPOILS, 1, 1) if draw(st.integers(0, 3)) == 0 else ()),
    )
    bodies = [drawn[0], *(draw(_step(pool)) for _ in range(3))]
    if draw(st.booleans()):
        first = draw(st.sampled_from(("x := k k += 1", "k += 1 x := k", "x := k + 1 k := k + 1")))
        bodies = [f"{first} emit ask(r, a)", "box[x] := a", draw(_step(pool)), "emit show(r, box[x]!)"]
    bodies[draw(st.integers(1, 3))] += " " + draw(st.sampled_from(TOLD))
    bodies = [f"{body} {draw(st.sampled_from(ENDS))}" for body in bodies]
    steps = "\n".join(f"    l{i}: {{ {body} }}" for i, body in enumerate(bodies, start=1))
    return counting("\n".join(lines), steps, *_some(draw, ACTIONS, 0, 1))


_TWICE = 'invariant i "": on number(_, x): not earlier number(_, x)'
_NEVER = 'invariant i "": on out(_): false'
_EACH = 'invariant i "": on show(r, p): last == none or last == p after show(_, p) { last := p }'
_RIGHT = 'invariant i "": on show(r, p): wanted[r] == p after ask(r, p) { wanted[r] := p }'
_FILED = "l1: { x := k k += 1 emit ask(r, a) } l2: { box[x] := a } l3: { emit show(r, box[x]!) }"
COUNTED = (
    # Order, arithmetic and sums of what was drawn.
    counting(
        _NEVER,
        "l1: { x := k k += 1 } l2: { when exists q: R. h[q].x < x y := x } l3: { when y != none and y! < d emit out(r) }",
        "action more() { d := k }",
    ),
    counting(_NEVER, "l1: { x := k k += 1 } l2: { d := x } l3: { when d == x + 1 emit out(r) }"),
    counting(
        _NEVER,
        "l1: { x := k k += 1 } l2: { f := true } l3: { when sum(h[q].x for q: R where h[q].f) == 1 emit out(r) }",
    ),
    counting(_NEVER, "l1: { x := k k += 1 } l2: { when x < 1 f := true } l3: { when f emit out(r) }"),
    # A literal is no name like another.
    counting(_NEVER, "l1: { x := k k += 1 } l2: { f := true } l3: { when x == 1 emit out(r) }"),
    counting(
        'invariant i "": on number(_, 1): false',
        "l1: { x := k k += 1 } l2: { f := true } l3: { emit number(r, x) }",
    ),
    counting(
        _NEVER,
        "l1: { x := k k += 1 } l2: { next[x] := x } l3: { when next[x] == d emit out(r) }",
        "action more() { when d == 0 d := 1 }",
    ),
    # A counter that is set back, or to a name.
    counting(_TWICE, "l1: { x := k k += 1 } l2: { emit number(r, x) }", "action again() { k := 0 }"),
    counting(_TWICE, "l1: { x := k k += 1 } l2: { k := x } l3: { emit number(r, k) }"),
    counting(
        _NEVER,
        "l1: { x := k k += 1 } l2: { k := x } l3: { k += 1 } l4: { x := k k += 1 } "
        "l5: { when exists q: R. q != r and h[q].x == x and h[q] at l2 emit out(r) }",
    ),
    # What one counter may still draw was drawn from another.
    counting(_TWICE, "l1: { x := c[a] c[a] += 1 } l2: { emit number(r, x) }"),
    counting(_TWICE, "l1: { x := c[a] c[a] += 2 } l2: { x := c[a] c[a] += 1 } l3: { emit number(r, x) }"),
    counting(
        _TWICE,
        "l1: { x := k k += 1 } l2: { k := c[a] + 1 } l3: { emit number(r, x) }",
        "action more(p: P) { c[p] += 1 }",
    ),
    # What nobody drew yet is held already.
    counting(_EACH, "l1: { box[k] := a k += 1 } l2: { emit show(r, box[d]!) }", "action more() { d := k }"),
    counting(_NEVER, "l1: { x := k + 1 } l2: { k += 1 } l3: { when x == k emit out(r) }"),
    # What is chosen is chosen from a few.
    counting(_NEVER, "l1: { x := k k += 1 } l2: { when z == x f := true } l3: { when f emit out(r) }"),
    counting(
        _NEVER,
        "l1: { x := k k += 1 box[x] := a } l2: { f := true } l3: { when exists i: 0..0. box[i] == a emit out(r) }",
    ),
    # What is drawn by nobody else is the drawer's: if the counter passes it at once, and is not set back.
    counting(_RIGHT, _FILED),
    counting(
        _RIGHT,
        "l1: { x := k emit ask(r, a) } l2: { k += 1 } l3: { box[x] := a } l4: { emit show(r, box[x]!) }",
    ),
    counting(_RIGHT, _FILED, "action again() { k := 0 }"),
    counting(_RIGHT, _FILED.replace("k k", "c[a] c[a]")),
    counting(_RIGHT, _FILED.replace("k k", "c[a] c[a]"), "assume one: forall p, q: P. p == q"),
    # Before the counter passes it or after, but the same for all.
    counting(_RIGHT, _FILED.replace("x := k k += 1", "k += 1 x := k")),
    counting(_RIGHT, _FILED.replace("x := k k += 1", "x := k + 1 k := k + 1 y := x")),
    counting(_RIGHT, _FILED.replace("x := k k += 1", "x := k + 1 y := k k += 2")),
    counting(_RIGHT, _FILED.replace("x := k k += 1", "either { x := k k += 1 } or { k += 1 x := k }")),
    counting(_RIGHT, _FILED.replace("x := k k += 1", "x := k + 1 k += 1"), "action more() { k += 1 }"),
    counting(_RIGHT, _FILED.replace("x := k k += 1", "x := k + 2 k += 1")),
    # If it was drawn before, and nothing else is kept there.
    counting(
        _RIGHT,
        "l1: { emit ask(r, a) either { x := k k += 1 } or { f := true } } l2: { box[x] := a } l3: { emit show(r, box[x]!) }",
    ),
    counting(_RIGHT, f"l0: {{ x := 1 }} {_FILED}"),
    counting(
        _RIGHT,
        "l1: { x := k k += 1 b := a emit ask(r, a) } l2: { if a == b { x := 1 } } l3: { box[x] := a } "
        "l4: { emit show(r, box[x]!) }",
    ),
    # If nobody else uses it.
    counting(_RIGHT, _FILED, "action spoil() { when box[0] != none box[0] := none }"),
    counting(
        'invariant i "": on note(_): false', _FILED, "action tell(p: P) { when box[0] == p emit note(p) }"
    ),
)
"""Where a condition of decision 0042 is needed, or is met just so."""
