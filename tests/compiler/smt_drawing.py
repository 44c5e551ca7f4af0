"""Random small designs, as text in the language: a few variables, a process, two actions, and a claim that may or may not hold."""

from __future__ import annotations

from random import Random

HEAD = """spec drawn
entity A, B
enum C { red, green }
given g: A -> B
event e(a: A, b: B)
event f(a: A)
event n(i: Int)
state m: A -> B?
state c: C -> Bool
state t: Int
state s: A -> Int
after e(a, b) { m[a] := b  s[a] += 1 }
after f(a) { m[a] := none }
after n(i) { t := i  c[red] := i == 1 }
"""

CLAIMS = (
    "on e(a, b): m[a] == none or m[a] == b",
    "on e(a, b): earlier f(a)",
    "on e(a, b): g[a] == b",
    "on f(a): m[a] != none",
    "on f(a): earlier e(a, _)",
    "on f(a): not earlier f(a)",
    "on e(a, b): not f(a) since e(a, b)",
    "on e(a, _): not previously e(a, _)",
    "always: forall a: A. forall b: A. a == b or m[a] == none or m[a] != m[b]",
    "always: t <= 1",
    "always: c[red] implies t == 1",
    "on n(i): i == t + 1",
    "on n(i): i >= t",
    "on e(a, b): forall x: A. m[x] == b implies x == a",
    "on f(a): exists x: A. m[x] != none",
    "always: count(a: A where m[a] != none) <= 1",
    "on f(_): count(x: A where m[x] != none) >= 1",
    "always: sum(s[a] for a: A) <= 1",
    "on n(i): sum(s[a] for a: A) == i",
    "on e(a, _): count[<= 10s](e(a, _)) <= 1",
    "on e(a, _): not earlier[<= 5s] e(a, _)",
    "on f(a): (not e(a, _)) since[<= 5s] f(a)",
    "on f(a): once[>= 5s] e(a, _)",
    "on e(a, _): eventually[<= 10s] f(a)",
    "on e(a, b): m[a] == none or eventually[<= 5s] e(a, b)",
    "on n(i): i > 1 implies eventually[<= 10s] n(_)",
    "on f(_): forall x: A. m[x] == none or eventually[<= 10s] f(x)",
)

PROPERTIES = (
    "forall a: A. once f(a) implies k[a]",
    "forall a: A. p[a] at done implies once e(a, _)",
    "forall a: A. historically not f(a)",
    "forall a: A. x[a] != none implies (not f(a)) since e(a, _)",
    "forall a: A. previously e(a, _) implies once f(a)",
    "forall a: A. earlier e(a, _) implies m[a] != none",
    "forall a: A. once[<= 5s] e(a, _) implies k[a]",
    "count(a: A where k[a]) <= 1",
    "count(a: A where x[a] != none) <= i",
    "y == none or k[y!]",
    "forall a: A. x[a] == none or x[a] == w[a]",
    "i <= 2",
    "t <= i",
)

GUARDS = (
    "x[a] == none",
    "x[a] != none",
    "k[a]",
    "not k[a]",
    "y == none",
    "y == a",
    "y != a",
    "i <= 1",
    "i == 0",
    "forall o: A. x[o] == none",
    "forall o: A. o == a or not k[o]",
    "k[a] implies x[a] != none",
    "z[a] == none or now - z[a]! > 10s",
    "z[a] != none and now - z[a]! >= 5s",
)

EFFECTS = (
    "x[a] := w[a]",
    "x[a] := g[a]",
    "x[a] := none",
    "k[a] := true",
    "k[a] := false",
    "y := a",
    "y := none",
    "i += 1",
    "i := 0",
    "for o: A where k[o] { x[o] := none }",
    "for o: A { k[o] := o == a }",
    "if k[a] { x[a] := none } else { i := 1 }",
    "emit e(a, w[a])",
    "emit e(a, g[a])",
    "emit e(a, x[a]!)",
    "emit f(a)",
    "emit n(i)",
    "emit n(1)",
    "i += 1  emit e(a, w[a])",
    "z[a] := now",
    "emit e(a, w[a])  emit f(a)",
    "emit n(i)  emit n(1)",
)


def draw(seed: int) -> str:
    """The text of a specification with one system and one claim `right`."""
    random = Random(seed)

    def body(jumps: str = "") -> str:
        guards = [f"when {random.choice(GUARDS)}" for _ in range(random.choice((0, 1, 1)))]
        effects = [random.choice(EFFECTS) for _ in range(random.choice((1, 1, 2, 3)))]
        return "\n      ".join([*guards, *effects, *([jumps] if jumps else [])])

    labels = ["one", "two", "three"][: random.randint(1, 3)]
    steps = "\n".join(
        f"    {label}: {{ {body(random.choice(('', '', 'goto one', 'stop')))} }}" for label in labels
    )
    actions = "\n".join(
        f"  action act{number}(a: A) {{ {body()} }}" for number in range(random.choice((0, 1, 1, 2)))
    )
    return f"""{HEAD}
invariant right "the claim": {random.choice(CLAIMS)}
system design implements drawn "drawn" {{
  var x: A -> B?
  var k: A -> Bool
  var w: A -> B = any
  var y: A?
  var i: Int
  var z: A -> Time?
  process p(a: A) {{
{steps}
  }}
{actions}
  invariant stated: {random.choice(PROPERTIES)}
}}
check design satisfies right
"""
