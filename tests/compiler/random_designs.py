"""Random small designs as text, for comparing the explicit search with the reference meaning step by step."""

from __future__ import annotations

from random import Random

SPECIFICATION = """
spec s "drawn"
entity R, P
enum E { e1, e2 }
{givens}
input event a(r: R, p: P)
event b(r: R, x: Int)
input event c(e: E)
state last: R -> P?
state n: Int
state seen: R, P -> Bool
state amount: Int -> Bool
after a(r, p) { last[r] := p seen[r, p] := true }
after b(r, x) when last[r] != none { n += x amount[x] := true }
after c(e1) { for q: R where last[q] != none { last[q] := none } }
"""

CLAIMS = (
    "on a(r, p): last[r] == none or last[r]! == p",
    "on b(r, _): last[r] != none",
    "on b(_, x): x < 2",
    "always: n < 2",
    "always: forall r: R. forall p: P. seen[r, p] implies g[p]",
    "on a(r, p): not earlier a(r, p)",
    "on a(r, p): owner[r] == p",
    "on a(_, p): once c(e1) implies g[p]",
    "on b(r, _): (not c(_)) since a(r, _)",
    "on c(_): previously a(_, _)",
    "on a(r, _): count(q: P where seen[r, q]) < 2",
    "always: forall r: R. old(last[r]) == none or last[r] != none",
    "on b(_, x): not amount[x]",
    "on b(r, x): not earlier b(r, x)",
    "on a(r, _) or b(r, _) when last[r] != none: seen[r, last[r]!]",
)
COVERS = (
    "on a(_, p) when g[p]: true",
    "sometime: exists r: R. last[r] != none and n > 0",
    "on b(_, x): amount[x]",
)
ASSUMPTIONS = ("on a(_, p): g[p]", "always: n < 3", "on c(e): e == e1 or n == 0")

GUARDS = (
    "when lock == none",
    "when lock == r or k < 2",
    "when u[r] != none and u[r]! == p",
    "when forall q: R. u[q] != p",
    "when exists q: R. u[q] == p",
    "when g[p]",
    "pick some: P where g[some] when owner[r] != some",
    "pick some: P where some != p or k == 0",
    "pick i: 0..2 where i != k",
)
STATEMENTS = (
    "u[r] := p",
    "u[r] := none",
    "lock := r",
    "lock := none",
    "k += 1",
    "k := (if lock == none then 0 else k + 1)",
    "z := e2",
    "emit a(r, p)",
    "emit a(r, u[r]!)",
    "emit a(r, owner[r])",
    "emit b(r, k)",
    "emit b(lock!, k)",
    "emit c(z)",
    "w[k] := p",
    "emit a(r, w[k]!)",
    "for q: R where u[q] == p { u[q] := none }",
    "for q: R { u[q] := u[r] }",
    "if lock == r { k += 1 emit c(z) } else { u[r] := p }",
    "if k == 0 { emit b(r, 1) }",
    "x[r] := p",
    "emit a(r, x[r])",
)
ENDS = ("", "", "goto l1", "stop", "if k == 0 { goto l2 }")
STATED = (
    "invariant own: forall q: R. u[q] != none implies u[q]! == h[q].p",
    "invariant low: k < 3",
    "lemma waits: forall q: R. h[q] at l1 or lock != none",
    "assume calm: k < 3",
    "init: forall q: R. h[q].p == x[q]",
    "init: g[o]",
)


GIVENS = {"g[": "given g: P -> Bool", "owner[": "given owner: R -> P"}
VARIABLES = {
    "u[": "var u: R -> P?",
    "w[": "var w: Int -> P?",
    "x[": "var x: R -> P = any",
    "[o]": "var o: P = any",
    "lock": "var lock: R?",
    "k": "var k: Int",
    "z": "var z: E = e1",
}


def drawn_design(seed: int) -> str:
    """A specification with claims and a system `d`, as text; the same seed gives the same text."""
    random = Random(seed)
    claims = [f'invariant i{i} "": {claim}' for i, claim in enumerate(random.sample(CLAIMS, 3))]
    claims += [f'cover v "": {random.choice(COVERS)}']
    claims += [
        f'assume w{i} "": {claim}' for i, claim in enumerate(random.sample(ASSUMPTIONS, random.randint(0, 1)))
    ]
    steps = "\n".join(f"    l{i}: {{ {_body(random, i < 3)} }}" for i in (1, 2, 3))
    stated = "\n".join(f"  {line}" for line in random.sample(STATED, random.randint(0, 1)))
    action = f"  action t(r: R, p: P) {{ {_body(random, False)} }}" if random.random() < 0.3 else ""
    text = "\n".join((*claims, steps, stated, action))
    givens = "\n".join(line for used, line in GIVENS.items() if used in text)
    variables = "\n".join(f"  {line}" for used, line in VARIABLES.items() if used in text)
    return f"""{SPECIFICATION.replace("{givens}", givens)}
{chr(10).join(claims)}
system d implements s {{
{variables}
  process h(r: R) {{
    var p: P = any
{steps}
  }}
{action}
{stated}
}}
"""


def _body(random: Random, may_jump: bool) -> str:
    if random.random() < 0.2:
        return f"either {{ {_straight(random)} }} or {{ {_straight(random)} }}"
    end = random.choice(ENDS) if may_jump else ""
    return f"{_straight(random)} {end}"


def _straight(random: Random) -> str:
    guards = random.sample(GUARDS, random.randint(0, 1))
    emits = [statement for statement in STATEMENTS if statement.startswith("emit")]
    return " ".join((*guards, *random.sample(STATEMENTS, random.randint(0, 2)), random.choice(emits)))
