"""Drawn designs of processes that share some places and keep others to themselves: what the reductions of a search are tried on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hypothesis import strategies as st

SPECIFICATION = """
spec s "drawn"
entity R, P
enum E { e1, e2 }
given g: P -> Bool
given owner: R -> P
input event ask(r: R, p: P)
output event show(r: R, p: P)
output event out(r: R)
input event note(p: P)
event number(r: R, x: Int)
event mark(e: E)
state wanted: R -> P?
state last: P?
state seen: R, P -> Bool
state n: Int
state taken: Int -> R?
"""

UPDATES = (
    "after ask(r, p) { wanted[r] := p }",
    "after ask(r, p) when g[p] { wanted[r] := p }",
    "after show(_, p) { last := p }",
    "after show(r, p) { seen[r, p] := true }",
    "after show(r, _) { wanted[r] := none }",
    "after out(r) { wanted[r] := none last := none }",
    "after out(r) { for q: R where wanted[r] != none and wanted[q] == wanted[r]! { wanted[q] := none } }",
    "after note(p) { last := p }",
    "after note(p) { for q: R where seen[q, p] { wanted[q] := p } }",
    "after number(r, x) { taken[x] := r n := x }",
    "after number(r, x) { if taken[x] == none { taken[x] := r } else { n += 1 } }",
    "after number(_, x) { n := n + x }",
    "after mark(e1) { last := none }",
    "after out(_) { n := n + 1 }",
    "after mark(e) { if e == e2 { n += 1 } }",
)
CLAIMS = (
    "on show(r, p): wanted[r] == p",
    "on show(r, p): wanted[r] == none or wanted[r]! == p",
    "on show(_, p): last == none or last == p",
    "on show(r, p): owner[r] == p",
    "on show(r, p): g[p]",
    "on show(r, p): once ask(r, p)",
    "on show(r, p): not earlier show(r, p)",
    "on show(r, p): not earlier show(_, p)",
    "on show(r, _): (not out(r)) since ask(r, _)",
    "on show(_, p): (not note(p)) since ask(_, p)",
    "on show(r, _): previously ask(r, _)",
    "on out(r): once show(r, _)",
    "on out(r): not previously out(_)",
    "on note(p): once mark(e1) implies g[p]",
    "on note(p): forall r: R. seen[r, p]",
    "on note(p): not exists r: R. wanted[r] == p",
    "on number(r, x): taken[x] == none or taken[x] == r",
    "on number(_, x): x < 2",
    "on number(_, x): not earlier number(_, x)",
    "on mark(_): n < 2",
    "on mark(e): count(r: R where wanted[r] != none) < 2",
    "always: last == none or exists r: R. wanted[r] == last!",
    "always: forall r: R. old(wanted[r]) == none or wanted[r] != none",
    "always: n < 2",
)
COVERS = (
    "on show(_, p): g[p]",
    "sometime: exists r, q: R. r != q and wanted[r] != none and wanted[q] != none",
)
ASSUMPTIONS = (
    "on ask(r, p): g[p]",
    "on ask(r, p): not once ask(r, _)",
    "on note(p): last == none or last! != p",
    "always: n < 2",
    "on note(_): n == 0",
)

OWN = (
    "when g[a]",
    "when f",
    "when b == none",
    "when b != none",
    "pick o: P",
    "pick o: P where g[o]",
    "pick o: P where o != a",
    "emit ask(r, a)",
    "emit ask(r, owner[r])",
    "emit show(r, a)",
    "emit show(r, b!)",
    "emit note(a)",
    "emit out(r)",
    "emit mark((if f then e1 else e2))",
    "b := a",
    "b := none",
    "f := true",
    "f := (b == a)",
    "x := 0",
    "x += 1",
    "x := x + 1",
)
"""Guards and statements that concern the instance, and what it tells the specification."""
SAID = tuple(line for line in OWN if line.startswith("emit") and "!" not in line)
SHARED = {
    "file": (
        "when file != none",
        "when b != none and file != none and file! != b!",
        "emit show(r, file!)",
        "b := file",
        "f := (file == a)",
        "file := a",
        "file := b",
        "file := none",
        "if f { file := a } else { b := file }",
    ),
    "store": (
        "when store[r] == none",
        "when exists q: R. q != r and store[q] == a",
        "emit show(r, store[r]!)",
        "b := store[r]",
        "store[r] := a",
        "store[r] := b",
        "store[r] := none",
        "for v: R where store[v] == a { store[v] := none }",
        "for v: R { store[v] := b }",
        "pick q: R where q != r",
    ),
    "lock": (
        "when lock == none",
        "when lock == r",
        "when f and lock != none",
        "f := (lock == none)",
        "lock := r",
        "lock := none",
        "if lock == r { lock := none }",
    ),
    "k": (
        "when x < k",
        "when k == x",
        "when x < 2",
        "f := (x < k)",
        "x := k",
        "k += 1",
        "k := k + 1",
        "k := x + k",
        "emit number(r, x)",
        "emit number(r, k)",
    ),
    "box": (
        "when box[x] == none",
        "emit show(r, box[x]!)",
        "box[x] := a",
        "box[k] := none",
        "x := k",
        "k += 1",
    ),
    "shelf": (
        "when b == none or shelf[a] == none",
        "when shelf[b!] == none",
        "when shelf[a] == r",
        "shelf[a] := r",
        "shelf[b!] := none",
    ),
    "others": (
        "when forall q: R. h[q].a == a or q == r",
        "when forall q: R. not h[q] at l3",
        "when exists q: R. q != r and h[q].b == b",
    ),
}
"""By what they share."""
LOOKED_TWICE = (
    ("x := k", "when x < k emit number(r, k)", "k += 1"),
    ("b := file", "when b != none and file != none and file! != b! emit show(r, b!)", "file := a"),
    ("f := (lock == none)", "when f and lock != none emit note(a)", "lock := r"),
    ("f := (file == a)", "when f and file != a emit show(r, a)", "file := a"),
    ("x := k", "when x < k emit out(r)", "store[r] := a k += 1"),
)
"""What one step sees, what another needs to have changed meanwhile, and what changes it."""
PICKED = {
    "pick o: P": ("emit ask(r, o)", "emit note(o)", "b := o", "emit out(r)"),
    "pick o: P where g[o]": ("a := o", "b := o", "emit ask(r, o)", "emit note(o)", "file := o"),
    "pick o: P where o != a": ("a := o", "b := o", "emit show(r, o)", "store[r] := o"),
    "pick q: R where q != r": (
        "b := store[q]",
        "lock := q",
        "emit out(q)",
        "store[q] := a",
        "emit ask(q, a)",
    ),
}
"""What may follow a pick."""
ENDS = ("", "", "", "goto l1", "stop", "if f { stop }", "if b == none { goto l2 }")
ACTIONS = (
    "action drop(q: R) { when store[q] != none store[q] := none }",
    "action free() { lock := none }",
    "action tell(p: P) { when file == p emit note(p) }",
    "action more() { when k < 2 k += 1 }",
    "action copy(q: R, p: R) { when h[p] at done store[q] := store[p] }",
    "action issue(q: R) { when k < 3 k := k + 1 emit number(q, k) }",
    "action leave(q: R) { when not h[q] at l1 emit out(q) }",
)
OTHERS = (
    "process w(p: P) { var own: R? one: { pick q: R where store[q] == p own := q } two: { emit ask(own!, p) } }",
    "process w(q: R) { one: { when store[q] != none } two: { emit show(q, store[q]!) } }",
    "process w() { var kept: P? one: { kept := file } two: { when kept != none emit note(kept!) goto one } }",
)
STATED = (
    "invariant own: forall q: R. store[q] == none or store[q]! == h[q].a",
    "invariant held: lock == none or not h[lock!] at l1",
    "assume calm: k < 3",
    "assume polite: forall q: R. h[q].x < 2",
    "init: forall q: R. h[q].a == owner[q]",
    "init: exists p: P. g[p]",
)


@st.composite
def _straight(draw: st.DrawFn, pool: Sequence[str]) -> str:
    """A guard or none, and statements; in two steps of three something is possible whatever the state."""
    lines = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=3, unique=True))
    guards = [line for line in lines if line.startswith(("when", "pick"))][: draw(st.integers(0, 1))]
    statements = [line for line in lines if not line.startswith(("when", "pick"))]
    if draw(st.integers(0, 2)) > 0:
        statements = [line for line in statements if "!" not in line]
    following = [draw(st.sampled_from(PICKED[guard])) for guard in guards if guard in PICKED]
    said = draw(st.lists(st.sampled_from(SAID), max_size=1))
    return " ".join(dict.fromkeys((*guards, *following, *statements, *said)))


@st.composite
def _step(draw: st.DrawFn, pool: Sequence[str]) -> str:
    end = draw(st.sampled_from(ENDS))
    if draw(st.integers(0, 6)) == 0:
        return f"either {{ {draw(_straight(pool))} }} or {{ {draw(_straight(pool))} {end} }}"
    return f"{draw(_straight(pool))} {end}"


def _some(draw: st.DrawFn, lines: Sequence[str], fewest: int, most: int) -> list[str]:
    return draw(st.lists(st.sampled_from(lines), min_size=fewest, max_size=most, unique=True))


def design(lines: Iterable[str], handler: str, rest: Iterable[str], shared: str = "", own: str = "") -> str:
    """The text of a system `d` with the steps of its process `h`; more that is shared, and that each instance has."""
    return "\n".join(
        (
            *lines,
            "system d implements s {",
            "  var lock: R?  var file: P?  var store: R -> P?  var shelf: P -> R?",
            f"  var k: Int  var box: Int -> P?  {shared}",
            "  process h(r: R) {",
            f"    var a: P = any  var b: P?  var f: Bool  var x: Int  {own}",
            handler,
            "  }",
            *rest,
            "}",
        )
    )


@st.composite
def designs(draw: st.DrawFn) -> str:
    """A specification with a system `d`, as text; HN codes may refuse it."""
    lines = [SPECIFICATION, *_some(draw, UPDATES, 1, 4)]
    lines += [f'invariant i{i} "": {claim}' for i, claim in enumerate(_some(draw, CLAIMS, 1, 3))]
    lines += [f'cover v{i} "": {claim}' for i, claim in enumerate(_some(draw, COVERS, 0, 1))]
    lines += [f'assume w{i} "": {claim}' for i, claim in enumerate(_some(draw, ASSUMPTIONS, 0, 1))]
    shared = [line for name in _some(draw, tuple(SHARED), 1, 2) for line in SHARED[name]]
    pool = (*_some(draw, OWN, 3, 6), *_some(draw, shared, 3, 6))
    bodies = [draw(_step(pool)) for _ in range(4)]
    if draw(st.booleans()):
        seen, needed, changed = draw(st.sampled_from(LOOKED_TWICE))
        first = draw(st.integers(0, 2))
        bodies[first : first + 2] = [seen, needed]
        other = draw(st.sampled_from([i for i in range(4) if not first <= i < first + 2]))
        bodies[other] = changed
    steps = "\n".join(f"    l{i}: {{ {body} }}" for i, body in enumerate(bodies, start=1))
    rest = [*_some(draw, ACTIONS, 0, 1), *_some(draw, OTHERS, 0, 1), *_some(draw, STATED, 0, 1)]
    return design(lines, steps, rest)


def written(claims: str, handler: str, *rest: str) -> str:
    """A design with these claims and updates, this handler, and what else is said."""
    return design((SPECIFICATION, claims), handler, rest)


_RIGHT = 'invariant i "": on show(r, p): wanted[r] == p after ask(r, p) { wanted[r] := p }'
_FEW = 'invariant i "": on number(_, x): x < 2'
HARD = (
    # What is written to a shared place is read by somebody else, after its writer is done.
    written(
        'invariant i "": on note(p): g[p]',
        "l1: { b := a } l2: { file := b }",
        "action tell(p: P) { when file == p emit note(p) }",
    ),
    # It is read by its writer, one step later and two.
    written(_RIGHT, "l1: { b := a emit ask(r, a) } l2: { store[r] := b } l3: { emit show(r, store[r]!) }"),
    # It is copied to where somebody else reads it.
    written(
        _RIGHT,
        "l1: { emit ask(r, a) store[r] := a } l2: { emit show(r, store[r]!) }",
        "action copy(q: R, p: R) { when h[p] at done store[q] := store[p] }",
    ),
    # It is read within the step, through another variable.
    written(_FEW, "l1: { x := k k += 1 } l2: { x += 1 } l3: { x += x emit number(r, x) }"),
    written(
        _RIGHT,
        "l1: { pick o: P where g[o] emit ask(r, o) b := o } l2: { f := (b == a) if f { emit show(r, a) } }",
    ),
    # A cell is named by a variable that is changed on the way, or that somebody else changes.
    written(_RIGHT, "l1: { emit ask(r, a) box[1] := a } l2: { x := 1 } l3: { emit show(r, box[x]!) }"),
    written(
        _RIGHT,
        "l1: { emit ask(r, a) box[1] := a } l2: { f := true } l3: { emit show(r, box[k]!) }",
        "action more() { when k < 1 k += 1 }",
    ),
    written(
        _RIGHT,
        "l1: { emit ask(r, a) box[1] := a } l2: { x += 1 } l3: { emit show(r, box[x]!) }",
    ),
    # It is read by the write that overwrites it, and what it becomes by a later step, or later in that step.
    written(_FEW, "l1: { x := x + 1 } l2: { x := x + 1 } l3: { emit number(r, x) }"),
    written(
        'invariant i "": on number(_, x): x < 3',
        "l1: { stop }",
        "action issue(q: R) { k := k + 1 emit number(q, k) }",
    ),
    written(
        'invariant i "": on out(_): n < 2 after number(r, x) { n := n + x }',
        "l1: { emit number(r, 1) } l2: { emit number(r, 1) } l3: { emit out(r) }",
    ),
    # One cell of several that are asked for together.
    written(
        'invariant i "": on out(r): exists p: P. seen[r, p] '
        "after ask(r, p) { seen[r, p] := (wanted[r] == none) } after show(r, p) { wanted[r] := p }",
        "l1: { b := a either { emit show(r, a) } or { f := true } } l2: { emit ask(r, b!) } l3: { emit out(r) }",
    ),
    # What the past was.
    written(
        'invariant i "": on show(r, p): (not out(r)) since ask(r, p)',
        "l1: { emit ask(r, a) } l2: { if g[a] { emit out(r) } } l3: { emit show(r, a) }",
    ),
    written(
        'invariant i "": on out(r): not once (wanted[r] != none and g[wanted[r]!]) '
        "after ask(r, p) { wanted[r] := p } after show(r, _) { wanted[r] := none }",
        "l1: { emit ask(r, a) } l2: { emit show(r, a) } l3: { emit out(r) }",
    ),
    # Writes that do not always happen.
    written(
        'invariant i "": on show(r, p): wanted[r] == p after ask(r, p) when g[p] { wanted[r] := p }',
        "l1: { emit ask(r, a) } l2: { pick o: P where o != a emit ask(r, o) } l3: { emit show(r, a) }",
    ),
    written(
        'invariant i "": on out(_): taken[0] == none or taken[1] == none after number(r, 0) { taken[0] := r } after number(r, x) { taken[1] := r }',
        "l1: { emit number(r, 0) } l2: { emit number(r, 1) } l3: { emit out(r) }",
    ),
    # A choice of which one way through the step makes something, and another nothing.
    written(
        'invariant i "": on show(r, p): wanted[r] != none implies wanted[r]! == p after ask(r, p) { wanted[r] := p }',
        "l1: { pick o: E either { f := true } or { if o == e2 { emit ask(r, a) b := a } } } l2: { when b != none } l3: { emit show(r, b!) emit mark(e1) }",
    ),
    # What is read at every step.
    written(
        _RIGHT,
        "l1: { emit ask(r, a) b := a } l2: { b := none f := true } l3: { emit show(r, a) }",
        "assume some: forall q: R. h[q].b != none or not h[q].f",
    ),
    written(
        _RIGHT,
        "l1: { emit ask(r, a) f := true } l2: { b := a } l3: { b := none }",
        "invariant own: forall q: R. not (h[q].f and h[q].b != none)",
    ),
    # What has to happen between two steps of one instance.
    written(
        _FEW,
        "l1: { x := k } l2: { when x < k emit number(r, k + 1) } l3: { k += 1 stop }",
        "action more() { when k < 1 k += 1 }",
    ),
    written(
        'invariant i "": on out(_): false',
        "l1: { f := (lock == none) } l2: { when f and lock != none emit out(r) } l3: { f := false }",
        "action take(q: R) { when lock == none lock := q }",
    ),
    # What is chosen and looked at, or not.
    written(
        _RIGHT,
        "l1: { pick o: P emit ask(r, o) b := o } l2: { pick e: E emit mark(e) } l3: { emit show(r, b!) }",
    ),
    written(
        'invariant i "": on mark(e): e != e2 or last == none after note(p) { last := p }',
        "l1: { pick o: P emit ask(r, o) } l2: { pick e: E pick o: P emit mark(e) emit show(r, o) }",
        "action tell(p: P, q: R) { emit note(p) emit out(q) }",
    ),
    # What others can tell from a label.
    written(
        'invariant i "": on out(_): false',
        "l1: { f := true } l2: { f := false } l3: { stop }",
        "action leave(q: R) { when h[q] at l2 emit out(q) }",
    ),
)
"""Where one of the conditions of decisions 0026 and 0027 is needed, each in a design of a few lines."""
