"""Which claims an oracle can decide, and what the reason names when it cannot."""

from __future__ import annotations

import pytest

from honnin.spec.core import ProveOnly, Specification
from honnin.spec.load import check_text
from honnin.spec.monitorable import prove_only

HEADER = """
spec s
entity P, Q, R, Node
enum Kind { tax, seal }
given entitled: P, Kind, P -> Bool
event issue(r: R, p: P)
event been(r: R)
event left(r: R)
event login(r: R, p: P)
event opened_by(r: R, p: P)
event bad(p: P)
event auth(r: R, p: P)
event logout(r: R)
event request(t: R, p: P, k: Kind)
event number(n: Int, k: Kind, at_most: 0..9)
event text(x: Text, y: Text)
event maybe(p: P?)
state m: R -> P?
state other: R -> P?
state inside: Node -> Bool
state balance: P -> Int
state opened: P -> Int = 5
"""


def load(text: str) -> Specification:
    checked = check_text(text)
    assert checked.module is not None, checked.diagnostics
    return checked.module.main


def reason(claim: str, header: str = HEADER) -> ProveOnly | None:
    specification = load(f'{header}\ninvariant c "": {claim}')
    return prove_only(specification.claim("c"), specification)


MONITORABLE = [
    # conformance.md, row by row
    "on issue(r, p): not opened_by(r, p) since login(r, p)",
    "always: forall x: P. historically not bad(x)",
    "on request(t, p, _): (not logout(t) and not auth(t, _)) since auth(t, p)",
    "always: forall a, b: Node. inside[a] and inside[b] implies a == b",
    "always: forall a: Node. forall b: Node. inside[a] and inside[b] implies a == b",
    "on issue(_, s): exists r: R. m[r] == s",
    "on been(r): m[r] == other[r]",
    "on been(r): not once been(r)",
    "on been(r): eventually[<= 5s] left(r)",
    "on been(r): count[<= 10min](been(r)) < 3",
    "always: forall r: R. old(m[r]) == none or m[r] == old(m[r])",
    "always: forall c: P. balance[c] == 0",
    # the rules of section 4, one by one
    "on issue(_, p): forall x: P. x == p implies balance[x] == balance[p]",
    "always: forall x: P. balance[x] < 3 and balance[x] + 1 == 1 and -balance[x] >= 0",
    "always: forall x: P. opened[x] != 5 implies balance[x] > 7",
    "always: forall r: R. m[r] == none iff other[r] == none",
    "always: forall r: R. (if m[r] == none then true else false)",
    "always: forall r: R. not once been(r) and not earlier been(r) and not previously been(r)",
    "always: forall r: R. historically not been(r)",
    "always: forall r: R. count[<= 5s](been(r)) == 0",
    "always: forall r: R. not exists p: P. once issue(r, p)",
    "always: forall r: R. forall p: P. not once issue(r, p)",
    "always: forall r: R. count(p: P where m[r] == p) == 0",
    "always: count(r: R where m[r] != none) < 5",
    "always: sum(balance[p] for p: P) == 0",
    "always: sum(3 for r: R where m[r] != none) < 5",
    # what ranges over finitely many values needs nothing
    "on request(_, p, _): exists k: Kind. entitled[p, k, p]",
    "always: forall n: 0..3. n < 4",
    "on number(_, k, _): once number(_, k, _) and earlier (k == tax)",
    "on number(_, _, a): earlier (a < 3)",
    # free names of other types
    "on number(n, _, _): earlier number(n, _, _)",
    "on text(x, _): earlier text(x, _)",
    "on maybe(p): earlier maybe(p)",
]


@pytest.mark.parametrize("claim", MONITORABLE)
def test_monitorable(claim: str) -> None:
    assert reason(claim) is None


NOT_MONITORABLE = [
    # conformance.md: 11 and 12
    (
        "on been(r): not (exists x: P. m[r] != none and m[r] != x)",
        "x",
        "exists x: P. m[r] != none and m[r] != x",
    ),
    ("on issue(r, p): not opened_by(r, p) since left(r)", "p", "(not opened_by(r, p)) since left(r)"),
    # a quantifier is decided by no syntax
    ("always: exists x: P. balance[x] == 0", "x", "exists x: P. balance[x] == 0"),
    ("always: forall x: P. balance[x] == 1", "x", "forall x: P. balance[x] == 1"),
    ("on bad(_): forall x: P. entitled[x, tax, x]", "x", "forall x: P. entitled[x, tax, x]"),
    ("always: exists r: R. m[r] == none", "r", "exists r: R. m[r] == none"),
    ("always: count(x: P where balance[x] == 0) == 0", "x", "count(x: P where balance[x] == 0)"),
    ("always: sum(1 for x: P) == 0", "x", "sum(1 for x: P)"),
    # another variable may be the fresh value
    ("on issue(_, p): forall x: P. x != p", "x", "forall x: P. x != p"),
    ("always: forall a, b: Node. a != b", "a", "forall a, b: Node. a != b"),
    ("always: count(a, b: Node where a == b) == 0", "a", "count(a, b: Node where a == b)"),
    # a free name under a temporal operator
    ("on issue(_, p): once (balance[p] == 0)", "p", "once balance[p] == 0"),
    ("on issue(_, p): historically (balance[p] == 1)", "p", "historically balance[p] == 1"),
    ("on issue(_, p): previously entitled[p, tax, p]", "p", "previously entitled[p, tax, p]"),
    ("on number(n, _, _): once (n < 3)", "n", "once n < 3"),
    ("on text(x, y): once (x == y)", "x", "once x == y"),
    ("on issue(_, p) when once (balance[p] == 0): true", "p", "once balance[p] == 0"),
]


@pytest.mark.parametrize(("claim", "variable", "formula"), NOT_MONITORABLE)
def test_not_monitorable(claim: str, variable: str, formula: str) -> None:
    assert reason(claim) == ProveOnly("not monitorable", variable, formula)


def test_a_claim_over_givens_alone_needs_no_fresh_value() -> None:
    specification = load(f"{HEADER}\nassume c: always: forall x: P. entitled[x, tax, x]")
    assert specification.claim("c").given_only
    assert specification.claim("c").prove_only is None


HIDDEN = """
spec s
entity P
hidden event steal(p: P)
event show(p: P)
event copy(p: P)
state stolen: P -> Bool
state copied: P -> Bool
state shown: P -> Bool
after steal(p) { stolen[p] := true }
after copy(p) { if stolen[p] { copied[p] := true } }
after show(p) { shown[p] := true }
"""


@pytest.mark.parametrize(
    ("claim", "formula"),
    [
        ("on steal(_): false", "on steal"),
        ("on show(p): not earlier steal(p)", "steal(p)"),
        ("on show(p): not stolen[p]", "stolen[p]"),
        ("on show(p): not copied[p]", "copied[p]"),
        ("on show(p) when copied[p]: false", "copied[p]"),
        ("on show(_): previously copy(_)", "previously copy(_)"),
    ],
)
def test_hidden(claim: str, formula: str) -> None:
    assert reason(claim, HIDDEN) == ProveOnly("hidden", None, formula)


@pytest.mark.parametrize("claim", ["on show(p): not shown[p]", "on show(p): not earlier copy(p)"])
def test_not_hidden(claim: str) -> None:
    assert reason(claim, HIDDEN) is None
