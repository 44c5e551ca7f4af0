"""Systems: from their declarations to the core tree, and every rule that can be broken on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from honnin.spec import core
from honnin.spec.core import BOOL, INT, Binder, EntityT, Lit, Module, OptionalT, RangeT, System, Var, VarRead
from honnin.spec.load import check_text

HEADER = """spec s "S"
entity P, R, T
enum Kind { tax, seal }
const LIMIT: Int = 3
event a(n: Int)
event show(r: R, p: P?, k: Kind)
event quiet()
state shown: R -> P?
state total: Int
after show(r, p, _) { shown[r] := p }
after a(n) { total += n }
invariant fine "": on a(n): n >= total
cover served "": on a(_): true
"""
LINES = HEADER.count("\n")


def load(systems: str) -> Module:
    checked = check_text(HEADER + systems)
    errors = [d for d in checked.diagnostics if d.is_error]
    assert checked.module is not None, errors
    assert not errors
    return checked.module


def system(body: str) -> System:
    return load(f"system d implements s {{\n{body}\n}}").system("d")


def found(systems: str) -> list[tuple[str, int]]:
    """The errors and the lints of systems, by code and line, counted from the header's end."""
    checked = check_text(HEADER + systems)
    lints = ("HN0509", "HN0510")
    return [(d.code, d.span.line - LINES) for d in checked.diagnostics if d.is_error or d.code in lints]


def in_system(body: str) -> list[tuple[str, int]]:
    """The same for the members of one system; the first line of `body` is line 1."""
    return found(f"system d implements s {{ {body}\n}}")


# ---------------------------------------------------------------- what a system becomes


def test_the_system_of_the_language_page() -> None:
    text = (Path(__file__).parents[1] / "corpus" / "at_a_glance.honnin").read_text(encoding="utf-8")
    checked = check_text(text)
    assert checked.module is not None, checked.diagnostics
    assert [s.name for s in checked.module.systems] == ["shared_buffer", "keyed_buffer"]
    assert [(c.subject, c.relation, c.target) for c in checked.module.checks] == [
        ("shared_buffer", "violates", "right_person"),
        ("keyed_buffer", "satisfies", "certificate_issuance"),
        ("keyed_buffer", "reaches", "served"),
    ]
    keyed = checked.module.system("keyed_buffer")
    assert keyed.implements == ("certificate_issuance",)
    assert [(v.name, v.process, v.initial is None) for v in keyed.variables] == [
        ("buffer", None, False),
        ("handler.p", "handler", True),
    ]
    assert len(keyed.variable("handler.p").keys) == 1
    assert [step.label for step in keyed.process("handler").steps] == ["accept", "render", "print"]


def test_variables_have_the_defaults_of_states() -> None:
    built = system(
        "var n: Int var b: Bool var d: Duration var p: R -> P? var k: Kind = tax var any_p: P = any var l: Int = LIMIT"
    )
    assert [v.initial.value for v in built.variables if isinstance(v.initial, Lit)] == [
        0,
        False,
        0,
        None,
        "tax",
        3,
    ]
    assert built.variable("any_p").initial is None
    assert built.variable("p").keys == (EntityT("R"),)
    assert built.variable("p").value == OptionalT(EntityT("P"))


def test_a_process_variable_is_keyed_by_the_instance() -> None:
    built = system("process h(r: R) { var v: Kind -> Int one: { v[tax] := v[seal] + 1 } }")
    process = built.process("h")
    assert built.variable("h.v").keys == (EntityT("R"), core.EnumT("Kind", ("tax", "seal")))
    assert built.variable("h.v").process == "h"
    (write,) = process.steps[0].body
    assert isinstance(write, core.Assign)
    assert write.place == "h.v"
    assert write.keys[0] == Var(process.parameters[0], EntityT("R"))
    assert len(write.keys) == 2


def test_other_instances_are_read_by_their_arguments() -> None:
    built = system(
        """process h(r: R) { var v: Int one: { v := 1 } }
        process alone() { go: { when h[] at done } }""".replace("h[] at done", "(forall x: R. h[x] at done)")
        + " invariant i: (forall x: R. h[x].v >= 0 or h[x] at one) and (alone at go or alone at done)"
    )
    reads = [n for n in core.walk(built.properties[0].condition) if isinstance(n, VarRead | core.AtLabel)]
    assert {(type(n).__name__, len(n.keys)) for n in reads} == {
        ("VarRead", 1),
        ("AtLabel", 1),
        ("AtLabel", 0),
    }


def test_statements() -> None:
    built = system(
        """var n: Int var m: R -> P? var q: R -> Int
        action go(r: R, c: Bool) {
          when n < 3
          pick p: P where m[r] != p
          either { when c m[r] := p } or { if n == 0 { n += 1 } else { n -= 1 } }
          for x: R where q[x] > 0 { q[x] := 0 }
          emit show(k: tax, p: p, r: r)
          emit a(n)
        }"""
    )
    (action,) = built.actions
    kinds = [type(statement) for statement in action.body]
    assert kinds == [core.When, core.Pick, core.Either, core.For, core.Emit, core.Emit]
    emit = action.body[4]
    assert isinstance(emit, core.Emit)
    assert [type(argument) for argument in emit.arguments] == [Var, core.Lift, Lit]


def test_an_unguarded_value_is_fine_in_a_step() -> None:
    built = system(
        "var p: P? var n: P -> Int action go() { n[p!] += 1 emit show(x, p!, tax) }".replace(
            "x,", "y!,"
        ).replace("var p", "var y: R? var p")
    )
    assert isinstance(built.actions[0].body[0], core.Assign)


def test_a_range_gives_an_implicit_invariant() -> None:
    built = system("var n: 0..3 process h(r: R) { var v: 1..2? one: { v := 1 } } action go() { n := 1 }")
    assert [(p.name, p.kind, p.implicit) for p in built.properties] == [
        ("n.range", "invariant", True),
        ("h.v.range", "invariant", True),
    ]
    assert built.variable("n").value == RangeT(0, 3)


def test_a_define_inside_a_system_is_inlined() -> None:
    built = system(
        "var m: R -> P? define has(r: R) = m[r] != none action go(r: R) { when not has(r) emit quiet() }"
    )
    (guard, _) = built.actions[0].body
    assert isinstance(guard, core.When)
    assert any(isinstance(node, VarRead) for node in core.walk(guard.condition))


def test_defines_may_stand_in_any_order() -> None:
    built = system(
        "var x: Int define one() = two() define two() = x == 2 action go() { when one() emit quiet() }"
    )
    assert len(built.actions) == 1


def test_defines_are_not_recursive() -> None:
    body = "define one() = two()\ndefine two() = one()\ndefine three() = one() init: three()"
    assert in_system(body) == [("HN0329", 1), ("HN0329", 2)]


def test_past_operators_in_invariants_and_lemmas() -> None:
    built = system(
        "var n: Int action go() { n := 1 } invariant i: n == 1 implies once (n == 1) lemma l: historically n >= 0"
    )
    assert [p.kind for p in built.properties] == ["invariant", "lemma"]


def test_a_system_without_specification_may_have_invariants_of_its_own() -> None:
    module = load("system d { var n: Int action go() { n += 1 } invariant i: n >= 0 } check d satisfies i")
    assert module.system("d").implements == ()
    assert module.checks[0].target == "i"


# ---------------------------------------------------------------- extends


PARENT = """system parent implements s "Parent" {
  var n: Int
  var m: Int
  init: n == 0
  define low() = n < 3
  action one() { when low() n := 1 }
  action two() { m := 2 }
  invariant i: n >= 0
}
"""


def test_members_are_inherited_and_replaced_where_they_stood() -> None:
    module = load(
        PARENT
        + """system child extends parent {
          var n: Int = 7
          init: m == 0
          define low() = n < 9
          action one() { n := 5 }
          action three() { m := 3 }
        }
        system grandchild extends child { action two() { n := 2 } }"""
    )
    child = module.system("child")
    assert child.implements == ("s",)
    assert child.title is None
    assert [v.name for v in child.variables] == ["n", "m"]
    assert child.variable("n").initial == Lit(7, INT)
    assert len(child.init) == 2
    assert [a.name for a in child.actions] == ["one", "two", "three"]
    assert [len(a.body) for a in child.actions] == [1, 1, 1]
    assert [p.name for p in child.properties] == ["i"]
    assert [len(a.body) for a in module.system("parent").actions] == [2, 1]
    assert [a.name for a in module.system("grandchild").actions] == ["one", "two", "three"]


def test_a_system_may_extend_one_that_comes_later() -> None:
    module = load(
        "system b extends c { action two() { n := 2 } }\nsystem c implements s { var n: Int action one() { n := 1 } }"
    )
    assert [a.name for a in module.system("b").actions] == ["one", "two"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("system d extends nobody implements s { }", [("HN0402", 1)]),
        ("system d extends d { }", [("HN0403", 1)]),
        ("system d extends e { }\nsystem e extends d { }", [("HN0403", 1), ("HN0403", 2)]),
        ("system d implements nobody { }", [("HN0401", 1)]),
        ("system d implements s {\n var n: Int\n var n: Int\n}", [("HN0404", 3)]),
        ("system d implements s {\n action go() { }\n process go() { one: { } }\n}", [("HN0404", 3)]),
        ("system d implements s {\n process h() {\n one: { }\n one: { }\n }\n}", [("HN0404", 4)]),
        ("system d implements s {\n var total: Int\n}", [("HN0421", 2)]),
        ("system d implements s {\n var x: Int\n process h() { var x: Int one: { } }\n}", [("HN0421", 3)]),
        ("system d implements s {\n var x: Int\n invariant fine: x == 0\n}", [("HN0421", 3)]),
    ],
)
def test_wrong_members(text: str, expected: list[tuple[str, int]]) -> None:
    assert found(text) == expected


# ---------------------------------------------------------------- the order of statements

VARS = "var x: Int var y: Int var m: R -> Int var v: P? "


@pytest.mark.parametrize(
    "body",
    [
        "action go() { when x == 1 pick p: P when y == 1 x := 1 emit a(y) }",
        "action go() { either { when x == 1 x := 2 } or { when x == 2 x := 3 } }",
        "action go() { if x == 1 { when y == 2 x := 3 } else { pick p: P v := p } }",
        "process h() { one: { either { x := 1 goto two } or { when y == 0 } when x == 1 } two: { } }",
        "process h() { one: { if x == 1 { x := 2 stop } pick p: P v := p } }",
        "process h(r: R) { one: { emit a(1) goto one } }",
    ],
)
def test_good_order(body: str) -> None:
    assert in_system(VARS + body) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("action go() { x := 1\n when x == 1 }", [("HN0405", 2)]),
        ("action go() { emit a(1)\n pick p: P }", [("HN0405", 2)]),
        ("action go() { for r: R { m[r] := 1 }\n when x == 1 }", [("HN0405", 2)]),
        ("action go() { either { x := 1 } or { }\n when x == 1 }", [("HN0405", 2)]),
        ("action go() { if x == 1 { x := 1 }\n pick p: P }", [("HN0405", 2)]),
        ("action go() { x := 1 either { } or {\n when x == 1 } }", [("HN0405", 2)]),
        ("action go() {\n stop }", [("HN0406", 2)]),
        ("action go() { if x == 1 {\n goto one } }", [("HN0406", 2)]),
        ("process h() { one: { stop\n x := 1 } }", [("HN0407", 2)]),
        ("process h() { one: { either { stop } or { goto one }\n x := 1\n x := 2 } }", [("HN0407", 2)]),
        ("process h() { one: { if x == 1 { stop } else { stop }\n emit a(1) } }", [("HN0407", 2)]),
        ("process h() { start: {\n goto strat } }", [("HN0408", 2)]),
        ("action go() { for r: R {\n emit a(1) } }", [("HN0409", 2)]),
        ("action go() { for r: R { if x == 1 {\n when x == 1 } } }", [("HN0409", 2)]),
        ("action go() { for r: R {\n for p: P { m[r] := 1 } } }", [("HN0409", 2)]),
        ("process h() { one: { for r: R {\n stop } } }", [("HN0409", 2)]),
    ],
)
def test_bad_order(body: str, expected: list[tuple[str, int]]) -> None:
    assert in_system(VARS + body) == expected


# ---------------------------------------------------------------- writes


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("action go(n: Int) {\n n := 1 }", [("HN0410", 2)]),
        ("action go() { pick n: Kind\n n := tax }", [("HN0410", 2)]),
        ("action go() { for r: R {\n r := r } }", [("HN0410", 2)]),
        ("process h(r: R) { one: {\n r := r } }", [("HN0410", 2)]),
        ("action go() {\n total := 1 }", [("HN0411", 2)]),
        ("action go() {\n LIMIT := 1 }", [("HN0411", 2)]),
        ("action go() {\n z := 1 }", [("HN0411", 2)]),
        ("process h() { var w: Int one: { w := 1 } }\naction go() {\n w := 1 }", [("HN0411", 3)]),
        ("action go() { for r: R, p: P {\n m[r] := 1 } }", [("HN0412", 2)]),
        ("action go() { for r: R { if x == 0 {\n x := 1 } } }", [("HN0412", 2)]),
    ],
)
def test_wrong_writes(body: str, expected: list[tuple[str, int]]) -> None:
    assert in_system(VARS + body) == expected


# ---------------------------------------------------------------- events


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("action go() {\n emit nothing() }", [("HN0413", 2)]),
        ("action go() {\n emit a() }", [("HN0313", 2)]),
        ("action go() {\n emit a(1, 2) }", [("HN0313", 2)]),
        ("action go() {\n emit a(_) }", [("HN0418", 2)]),
        ("action go(r: R) {\n emit show(r: r, k: tax) }", [("HN0418", 2)]),
        ("action go(r: R) {\n emit show(r: r, k: tax, k: tax, p: none) }", [("HN0315", 2)]),
        ("action go(r: R) {\n emit show(r, k: tax, p: none) }", [("HN0314", 2)]),
        ("action go(r: R) {\n emit show(r: r, kind: tax, p: none) }", [("HN0106", 2)]),
    ],
)
def test_wrong_emits(body: str, expected: list[tuple[str, int]]) -> None:
    assert in_system(VARS + body) == expected


def test_an_event_of_a_specification_not_implemented() -> None:
    assert found("system d {\n action go() {\n emit a(1) } }") == [("HN0413", 3)]


# ---------------------------------------------------------------- what may be read where


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("action go() {\n x := total }", [("HN0415", 2)]),
        ("action go(r: R) {\n emit show(r, shown[r], tax) }", [("HN0415", 2)]),
        ("action go(r: R) {\n pick p: P where shown[r] == p }", [("HN0415", 2)]),
        ("action go() { for r: R where\n shown[r] == none { m[r] := 1 } }", [("HN0415", 2)]),
        ("action go(r: R) {\n m[total] := 1 }".replace("m[total]", "z[total]"), [("HN0415", 2)]),
        ("var w: Int =\n total", [("HN0307", 2)]),
        ("action go() {\n when total == 0 }", [("HN0510", 2)]),
        ("action go() {\n if total == 0 { x := 1 } }", [("HN0510", 2)]),
        ("init: total == 0 invariant i: total >= x assume q: total >= 0 lemma l: total >= 0", []),
    ],
)
def test_reading_the_specification(body: str, expected: list[tuple[str, int]]) -> None:
    assert in_system(VARS + "var z: Int -> Int " + body) == expected


def test_what_a_define_reads_is_reported_where_it_is_called() -> None:
    text = "define last(r: R): P? = shown[r]\nsystem d implements s { var x: P? action go(r: R) {\n x := last(r) } }"
    assert found(text) == [("HN0415", 3)]


def test_one_guard_is_warned_of_once() -> None:
    assert in_system("\naction go() { when total == 0 or total == 1 }") == [("HN0510", 2)]


def test_a_system_records_the_states_that_its_guards_read() -> None:
    built = system("var x: Int action go(r: R) { when total == 0 if shown[r] == none { x := 1 } }")
    assert built.reads_specification == ("shown", "total")


def test_the_state_of_a_specification_not_implemented() -> None:
    assert found("system d { var x: Int invariant i:\n x >= total }") == [("HN0414", 2)]


PROCESS = "process h(r: R) { var w: Int one: { w := 1 } }\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("action go(r: R) { when h[r].w == 0 }", []),
        ("action go(r: R) { when h[r] at one if h[r] at done { x := 1 } }", []),
        ("action go(r: R) { x := h[r].w }", [("HN0416", 2)]),
        ("action go(r: R) { if h[r].w == 0 { x := 1 } }", [("HN0416", 2)]),
        ("action go(r: R) { emit a(h[r].w) }", [("HN0416", 2)]),
        ("action go(r: R) { pick p: P where h[r].w == 0 }", [("HN0416", 2)]),
    ],
)
def test_reading_other_instances(body: str, expected: list[tuple[str, int]]) -> None:
    assert in_system(VARS + PROCESS + body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "invariant i: forall r: R. g[r].w == 0",
        "invariant i: forall r: R. h[r].nothing == 0",
        "invariant i: forall r: R. h[r] at nowhere",
        "invariant i: forall p: P. h[p] at one",
        "invariant i: h at one",
        "action go() { when once (x == 1) }",
        "init: previously (x == 1)",
        "assume q: once (x == 1)",
        "invariant i: a(1)",
        "invariant i: old(x) == 1",
        "invariant i: v! == v!",
        "action go() { when exists p: P. v! == p }",
        "process h2(n: Int) { one: { } }",
        "action go() { x := tax }",
        "action go() { when x }",
        "init: x",
        "var q: P",
        "var q: 1..3",
        "var q: 1..3 = 4",
        "var q: Int = count(p: P)",
    ],
)
def test_wrong_expressions(body: str) -> None:
    checked = check_text(f"{HEADER}system d implements s {{ {VARS}{PROCESS}{body} }}")
    assert checked.module is None
    assert all(d.span.line > LINES for d in checked.diagnostics if d.is_error)


def test_a_process_with_several_parameters_is_a_lint() -> None:
    assert in_system("\nprocess h(r: R, p: P) { one: { } }") == [("HN0509", 2)]


# ---------------------------------------------------------------- designs that must be expressible

DESIGNS = {
    "a lock": """
        var lock: R?
        process h(r: R) {
          take: { when lock == none lock := r }
          work: { emit a(1) }
          release: { if lock == r { lock := none } }
        }""",
    "a lease that ends at any moment": """
        var holder: R? var since: Time = any var expired: Bool
        action take(r: R) { when holder == none holder := r }
        action lease_ends() { when holder != none holder := none expired := true }
        """.replace("var since: Time = any ", ""),
    "a clock of which two reads may be equal": """
        var stamp: T? var last: T?
        action read() { pick t: T last := stamp stamp := t }""",
    "a deadline by the clock": """
        var started: Time = any
        action go() { when now - started <= 5s started := now }""",
    "a counter": """
        var counter: T -> Int var store: Int -> P?
        action next(t: T, p: P) { store[counter[t]] := p counter[t] += 1 }""",
    "two servers with one job each": """
        var job: T -> R?
        process server(t: T) {
          fetch: { pick r: R where (forall u: T. job[u] != r) job[t] := r }
          run: { emit show(job[t]!, none, tax) }
          again: { job[t] := none goto fetch }
        }""",
    "a queue of messages as a set of entities": """
        entity_free: placeholder""",
    "messages that are lost, doubled and overtaken": """
        var sent: T -> Bool var body: T -> P?
        action send(t: T, p: P) { when not sent[t] sent[t] := true body[t] := p }
        action lose(t: T) { when sent[t] sent[t] := false }
        action deliver(t: T) { when sent[t] emit show(r!, body[t], seal) }
        var r: R?""",
    "conservation": """
        var balance: P -> Int
        init: sum(balance[p] for p: P) == 0
        action move(p: P, q: P) { when p != q and balance[p] > 0 balance[p] -= 1 balance[q] += 1 }
        invariant conserved: sum(balance[p] for p: P) == 0
        invariant some: count(p: P where balance[p] > 0) >= 0""",
    "a process that retries and gives up": """
        process h(r: R) {
          var tries: 0..3
          try_it: {
            either { when tries < 3 tries += 1 goto try_it } or { emit a(1) } or { when tries == 3 stop }
          }
          finish: { emit quiet() }
        }
        lemma bounded: forall r: R. h[r] at finish implies h[r].tries <= 3""",
}
del DESIGNS["a queue of messages as a set of entities"]


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS.keys())
def test_designs(design: str) -> None:
    assert system(design).name == "d"


def test_every_binder_of_a_system_is_its_own() -> None:
    module = load(
        PARENT.replace("action two() { m := 2 }", "action two(r: R) { when (exists q: R. q != r) m := 2 }")
        + "system child extends parent { }"
    )
    first, second = (module.system(name).actions[1].parameters[0] for name in ("parent", "child"))
    assert isinstance(first, Binder)
    assert first != second


def test_the_value_of_a_read_is_typed() -> None:
    built = system("var b: Bool var n: 0..3 invariant i: b implies n < 3")
    reads = {n.variable: n.type for n in core.walk(built.properties[-1].condition) if isinstance(n, VarRead)}
    assert reads in ({"b": BOOL, "n": INT}, {"n": INT})


def test_so_many_ways_lead_through_a_step_and_no_more() -> None:
    def step(choices: int, end: str = "") -> list[tuple[str, int]]:
        twice = "either { n += 1 } or { if n == 0 { n += 2 } else { n += 3 } }\n"
        return in_system(f"var n: Int process p(r: R) {{ one: {{ {twice * choices} {end} }} }}")

    assert step(6) == []
    assert step(7) == [("HN0422", 1)]
    assert step(6, "if n == 0 { goto one } else { stop }") == [("HN0422", 1)]
