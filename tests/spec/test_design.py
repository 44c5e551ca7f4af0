"""The reference meaning of systems: possible steps, what they emit and where they lead, and runs done again."""

from __future__ import annotations

from collections.abc import Mapping

from honnin.spec.core import Occurrence, Value
from honnin.spec.design import (
    DONE,
    Configuration,
    Design,
    Move,
    Refused,
    Replay,
    Taken,
    initial_state,
    initial_states,
    replay,
    steps,
    take,
)
from honnin.spec.facts import Facts, FactTable
from honnin.spec.load import check_text

NUMBER = """
spec s
entity R, P
event a(x: Int)
event p(who: P)
state n: Int
after a(x) { n := x }
"""


def design(text: str, scope: Mapping[str, tuple[Value, ...]], facts: Facts | None = None) -> Design:
    """The first system of the text, in this scope."""
    checked = check_text(text)
    assert checked.module is not None, checked.diagnostics
    system = checked.module.systems[0]
    specifications = tuple(checked.module.specification(name) for name in system.implements)
    return Design(system, specifications, facts or {}, scope)


def small(system: str, **scope: tuple[Value, ...]) -> Design:
    """A system over NUMBER with two requests and one person, unless said otherwise."""
    return design(
        f"{NUMBER}\nsystem d implements s {{ {system} }}", {"R": ("r1", "r2"), "P": ("p1",), **scope}
    )


def start(of: Design) -> Configuration:
    states = list(initial_states(of))
    assert len(states) == 1
    return states[0]


def possible(of: Design) -> list[Taken]:
    return list(steps(start(of)))


def redo(of: Design, *moves: Move, **choices: Value) -> Replay:
    result = replay(of, {(name, ()): value for name, value in choices.items()}, moves)
    assert isinstance(result, Replay), result
    return result


def refusal(of: Design, *moves: Move) -> Refused:
    result = replay(of, {}, moves)
    assert isinstance(result, Refused)
    return result


def test_row_15_a_violation_between_two_emits_of_one_step() -> None:
    text = """
    spec s
    entity Node
    event enter(n: Node)
    event leave(n: Node)
    state inside: Node -> Bool
    after enter(n) { inside[n] := true }
    after leave(n) { inside[n] := false }
    invariant one "": always: forall a, b: Node. inside[a] and inside[b] implies a == b
    system d implements s {
      action go(a: Node, b: Node) {
        when inside[a] or forall n: Node. not inside[n]
        emit enter(b)
        if a != b and inside[a] { emit leave(a) }
      }
    }
    """
    of = design(text, {"Node": ("n1", "n2")})
    for taken in possible(of):
        assert not redo(of, taken.move).reports["s"].violated
    run = redo(of, Move("go", ("n1", "n1")), Move("go", ("n1", "n2")))
    assert [event.event for event in run.trace] == ["enter", "enter", "leave"]
    assert [failure.position for failure in run.reports["s"].violated] == [2]


def test_row_16_statements_see_what_earlier_ones_did() -> None:
    of = small("var x: Int var y: Int action s1() { x := 1; y := x; emit a(y) }")
    [taken] = possible(of)
    assert taken.emitted == (Occurrence("a", (1,)),)
    assert taken.next.variables == {("x", ()): 1, ("y", ()): 1}


def test_row_17_a_step_that_takes_what_is_none_is_impossible_as_a_whole() -> None:
    assert possible(small("var v: P? action s1() { emit a(1); emit p(v!) }")) == []


def test_row_18_a_loop_never_finishes_and_a_for_writes_every_place() -> None:
    of = small(
        "process h(r: R) { l: { emit a(1); goto l } } var w: R -> Int"
        " action rot() { for q: R { w[q] := w[q] + 1 } }"
        " invariant J: forall q: R. w[q] >= 0"
        " invariant K: forall r: R. not (h[r] at done)"
    )
    run = redo(of, Move("rot"), Move("h.l", ("r1",)), Move("rot"), Move("h.l", ("r1",)))
    assert run.end.variables == {("w", ("r1",)): 2, ("w", ("r2",)): 2}
    assert run.end.labels == {("h", ("r1",)): "l", ("h", ("r2",)): "l"}
    assert run.properties == ()


def test_a_for_sees_the_state_before_it_and_its_own_writes() -> None:
    of = small("var w: R -> Int action go(f: R) { w[f] := 5 for q: R { w[q] := w[f] + 1; w[q] += w[q] } }")
    run = redo(of, Move("go", ("r1",)))
    assert run.end.variables == {("w", ("r1",)): 12, ("w", ("r2",)): 12}


def test_and_or_implies_and_if_stop_at_what_decides_them() -> None:
    of = small(
        "var v: P? action s1() { if v != none and v! == v! { emit a(1) } else { emit a(2) } }"
        " action s2() { if v == none or v! == v! { emit a(3) } }"
        " action s3() { if v! == v! and v != none { emit a(4) } }"
    )
    assert [taken.emitted[0].values for taken in possible(of)] == [(2,), (3,)]


def test_picks_and_branches_are_each_a_way_to_take_a_step() -> None:
    of = small(
        "action go(x: R) { pick y: R where y != x either { emit a(1) } or { pick z: 0..2 where z > 0 emit a(z) } }"
    )
    ways = [(taken.move.arguments, taken.move.picks, taken.move.branches) for taken in possible(of)]
    assert ways == [
        (("r1",), ("r2",), (0,)),
        (("r1",), ("r2", 1), (1,)),
        (("r1",), ("r2", 2), (1,)),
        (("r2",), ("r1",), (0,)),
        (("r2",), ("r1", 1), (1,)),
        (("r2",), ("r1", 2), (1,)),
    ]
    assert redo(of, Move("go", ("r1",), ("r2", 2), (1,))).trace == (Occurrence("a", (2,)),)
    assert refusal(of, Move("go", ("r1",), ("r1",), (0,))).step == 1
    assert refusal(of, Move("go", ("r1",), ("r2", 3), (1,))).step == 1
    assert "several ways" in refusal(of, Move("go", ("r1",))).reason


def test_a_pick_without_a_bound_is_taken_as_it_is_said() -> None:
    of = small("action go() { pick t: Int where t > 7 emit a(t) }")
    assert redo(of, Move("go", (), (1000,))).trace == (Occurrence("a", (1000,)),)
    assert refusal(of, Move("go", (), (7,))).step == 1


def test_a_process_runs_its_steps_in_order_and_finishes() -> None:
    of = small(
        "process h(r: R) { var k: Int one: { k := 1 } two: { if k == 1 { stop } } three: { emit a(3) } }"
    )
    run = redo(of, Move("h.one", ("r1",)), Move("h.two", ("r1",)))
    assert run.end.labels == {("h", ("r1",)): DONE, ("h", ("r2",)): "one"}
    assert run.end.variables == {("h.k", ("r1",)): 1}
    assert refusal(of, Move("h.two", ("r1",))) == Refused(1, "h.two is not where its instance waits")
    assert refusal(of, Move("h.two", ("r3",))).step == 1
    assert refusal(of, Move("gone")).step == 1
    assert [taken.move.step for taken in steps(run.end)] == ["h.one"]


def test_every_any_is_one_value_per_place_and_init_restricts_them() -> None:
    of = small("var w: R -> Bool = any var v: P? = any init: v == none implies forall r: R. w[r]")
    states = [dict(state.variables) for state in initial_states(of)]
    assert len(states) == 5
    assert {("w", ("r1",)): True, ("w", ("r2",)): True, ("v", ()): None} in states
    assert initial_state(of, {("w", ("r1",)): True}) is None


def test_a_step_that_breaks_an_assumption_of_the_system_is_not_considered() -> None:
    of = small("var k: Int action go() { k += 1 } assume few: k <= 1 invariant none_yet: k == 0")
    run = redo(of, Move("go"))
    assert run.properties == (("none_yet", 1),)
    assert list(steps(run.end)) == []
    assert refusal(of, Move("go"), Move("go")).step == 2


def test_time_never_decreases_and_is_the_events_time() -> None:
    of = small("action go() { emit a(1) }")
    run = redo(of, Move("go", now=5), Move("go", now=5), Move("go", now=9))
    assert [event.at for event in run.trace] == [5, 5, 9]
    assert list(take(run.end, Move("go", now=8))) == []


def test_a_property_may_look_back_at_the_events() -> None:
    of = small(
        "var k: Int action go() { emit a(1) k := 1 } action more() { k := 2 } invariant J: k == 2 implies once (n == 1 and k == 0)"
    )
    assert redo(of, Move("go"), Move("more")).properties == ()
    assert redo(of, Move("more")).properties == (("J", 1),)


def test_a_step_that_emits_nothing_does_not_evaluate_the_claims_again() -> None:
    of = small("var k: Int action go() { k += 1 }")
    assert redo(of, Move("go"), Move("go")).reports["s"].positions == 0


CERTIFICATES = """
spec certificate_issuance
entity Person, Terminal, Request
enum Kind { residence_record, seal_registration }
given entitled: Person, Kind, Person -> Bool
input event request(request: Request, terminal: Terminal, personal holder: Person, personal wanted: Person, kind: Kind)
output event issue(request: Request, personal subject: Person, kind: Kind, page: Int)
state wanted: Request -> Person?
after request(r, _, _, w, _) { wanted[r] := w }
invariant right_person "": on issue(r, s, _, _): wanted[r] == s
system shared_buffer implements certificate_issuance {
  var buffer: Person?
  process handler(r: Request) {
    var p: Person = any
    accept: { pick t: Terminal where entitled[p, residence_record, p]; emit request(r, t, p, p, residence_record) }
    render: { buffer := p }
    print:  { emit issue(r, buffer!, residence_record, 1) }
  }
}
"""


def test_the_race_on_the_shared_buffer_is_confirmed() -> None:
    scope: dict[str, tuple[Value, ...]] = {
        "Person": ("p1", "p2"),
        "Terminal": ("t1",),
        "Request": ("r1", "r2"),
    }
    of = design(CERTIFICATES, scope, {"entitled": FactTable({}, True)})
    choices: dict[tuple[str, tuple[Value, ...]], Value]
    choices = {("handler.p", ("r1",)): "p1", ("handler.p", ("r2",)): "p2"}
    moves = [
        Move("handler.accept", ("r1",)),
        Move("handler.accept", ("r2",)),
        Move("handler.render", ("r1",)),
        Move("handler.render", ("r2",)),
        Move("handler.print", ("r1",)),
    ]
    run = replay(of, choices, moves)
    assert isinstance(run, Replay)
    report = run.reports["certificate_issuance"]
    assert [(failure.claim, failure.position) for failure in report.violated] == [("right_person", 3)]
    refused = design(CERTIFICATES, scope, {"entitled": FactTable({}, False)})
    assert replay(refused, choices, moves) == Refused(
        1, "handler.accept is not possible there, or breaks an assumption"
    )


def test_a_run_that_was_taken_is_done_again_by_its_moves() -> None:
    scope: dict[str, tuple[Value, ...]] = {
        "Person": ("p1", "p2"),
        "Terminal": ("t1",),
        "Request": ("r1", "r2"),
    }
    of = design(CERTIFICATES, scope, {"entitled": FactTable({}, True)})
    choices: dict[tuple[str, tuple[Value, ...]], Value]
    choices = {("handler.p", ("r1",)): "p1", ("handler.p", ("r2",)): "p1"}
    state = next(state for state in initial_states(of) if state.variables == choices)
    moves: list[Move] = []
    while ways := list(steps(state)):
        chosen = ways[len(moves) % len(ways)]
        moves.append(chosen.move)
        state = chosen.next
    again = replay(of, choices, moves)
    assert isinstance(again, Replay)
    assert len(moves) == 6
    assert again.end == state
    assert not again.reports["certificate_issuance"].violated
