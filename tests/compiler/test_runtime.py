"""An oracle in use: what it takes, what it refuses, what it tells."""

from __future__ import annotations

import json
import pickle
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.compiler.runtime.base import (
    BadInput,
    FactsRefused,
    InvariantViolated,
    SettingRefused,
    SpecificationFault,
    moment,
)
from honnin.spec.core import Occurrence
from honnin.spec.trace import read_line

from .harness import load, oracle_module

SPOOL = """
spec spool "One buffer"
entity Request, Person
enum Kind { tax, seal }
given entitled: Person, Kind -> Bool
event request(request: Request, personal wanted: Person, kind: Kind)
event issue(request: Request, personal subject: Person, page: Int)
state wanted: Request -> Person?
after request(r, w, _) { wanted[r] := w }
invariant right_person "Every page shows the person it was requested for": on issue(r, s, _): wanted[r] == s
invariant may_have_it "Entitled": on request(_, w, k): entitled[w, k]
assume no_strangers: on request(_, w, _): w == w
cover served: on issue(_, _, _): true
"""
FACTS = {"entitled": {"table": [["eve", "tax", False]], "default": True}}


@pytest.fixture(scope="module")
def spool() -> ModuleType:
    return oracle_module(load(SPOOL).main)


# ---------------------------------------------------------------- events


def test_a_method_for_each_event_and_one_for_all(spool: ModuleType) -> None:
    oracle = spool.Oracle(facts=FACTS)
    oracle.request(request="r1", wanted="alice", kind="tax")
    oracle.request("r2", "bob", "seal", at=3)
    oracle.observe("issue", request="r1", subject="alice", page=1, at=4, log_only="ignored")
    oracle.observe_line(b'{"event": "issue", "at": 5, "request": "r2", "subject": "bob", "page": 1}')
    assert oracle.position == 4
    assert oracle.exercised == {"right_person": 2, "may_have_it": 2, "no_strangers": 2}
    assert oracle.reached == {"served": 2}
    assert oracle.finish()["claims"]["right_person"]["verdict"] == "satisfied so far"


def test_a_violation_is_raised_with_its_account_and_masked(spool: ModuleType) -> None:
    oracle = spool.Oracle(facts=FACTS)
    oracle.request("r1", "alice", "tax")
    with pytest.raises(InvariantViolated) as caught:
        oracle.issue("r1", "bob", 1, at=2.5)
    violation = caught.value.violation
    assert (violation.invariant, violation.position, violation.trigger, violation.at) == (
        "right_person",
        2,
        2,
        2.5,
    )
    told = "\n".join([str(caught.value), *caught.value.__notes__])
    assert "alice" not in told and "bob" not in told
    assert "\n" not in str(caught.value)
    assert violation.bindings["s"] == violation.event["subject"] != violation.why["wanted[r]"]
    assert len(str(violation.bindings["s"])) == 8
    copy = pickle.loads(pickle.dumps(caught.value))
    assert copy.violation == violation and str(copy) == str(caught.value)
    oracle.request("r1", "bob", "tax")
    oracle.issue("r1", "bob", 1)
    assert (oracle.position, len(oracle.violations)) == (4, 1)


def test_tokens_are_equal_for_equal_values_and_depend_on_the_key(spool: ModuleType) -> None:
    def tokens(**options: Any) -> list[Any]:
        oracle = spool.Oracle("collect", FACTS, **options)
        oracle.issue("r1", "bob", 1)
        oracle.issue("r2", "bob", 1)
        return [violation.bindings["s"] for violation in oracle.violations]

    first, second = tokens(), tokens()
    assert first[0] == first[1] and first != second
    assert tokens(mask_key=b"k" * 32) == tokens(mask_key=b"k" * 32)
    assert tokens(reveal=True) == ["bob", "bob"]


def test_violations_can_be_told_to_a_function(spool: ModuleType) -> None:
    told: list[Any] = []
    oracle = spool.Oracle(told.append, FACTS)
    oracle.issue("r1", "bob", 1)
    assert [violation.invariant for violation in told] == ["right_person"]


def test_a_broken_assumption_never_raises_and_stops_judgement() -> None:
    module = oracle_module(
        load(
            "spec s\ninput event a(x: Int)\nassume A: on a(x): x < 9\n"
            'invariant I "": on a(x): x > 0\ninvariant J "": always: true'
        ).main
    )
    oracle = module.Oracle()
    oracle.a(9)
    oracle.a(0)
    assert [broken.invariant for broken in oracle.broken] == ["A"]
    assert oracle.unjudged == {"I": 1, "J": 0}
    assert oracle.finish()["claims"]["A"]["verdict"] == "assumption broken"


def test_a_conflict_of_writes_is_a_fault_and_leaves_the_state() -> None:
    text = "spec s\nevent a(x: Int)\nstate n: Int\nafter a(x) { n := x }\nafter a(x) { n := 1 }\ncover C: on a(_): true"
    module = oracle_module(load(text).main)
    oracle = module.Oracle()
    oracle.a(1)
    with pytest.raises(SpecificationFault, match="writes `n` twice"):
        oracle.a(2)
    collecting = module.Oracle("collect")
    collecting.a(2)
    assert (collecting.faults[0].position, collecting.faults[0].place) == (1, "n")


# ---------------------------------------------------------------- causes

SESSION = """
spec desk
entity K, P
event login(k: K, personal p: P)
event logout(k: K)
event commit(k: K, personal p: P)
state who: K -> P?
state n: Int
after login(k, p) { who[k] := p  n += 1 }
after logout(k) { who[k] := none }
invariant own "": on commit(k, p): who[k] == p
invariant been "": on commit(k, p): not earlier[> 0s] commit(k, p)
invariant few "": on commit(_, _): n < 3
"""


def causes(oracle: Any) -> list[list[Any]]:
    return [
        [v.invariant, *[(c.read, c.position, c.at, c.replaced) for c in v.causes]] for v in oracle.violations
    ]


def test_what_a_window_forgets_goes_out_of_its_index() -> None:
    text = """spec s
    entity K, P
    event login(k: K, p: P)
    invariant I "": on login(k, p): not (exists q: P. q != p and earlier[<= 10s] login(k, q))"""
    oracle = oracle_module(load(text).main).Oracle("collect")
    for number in range(200):
        oracle.login(f"k{number % 150}", f"p{number}", at=number)
    held = [name for name in dir(oracle) if name.startswith(("_past_", "_by_"))]
    assert any(name.startswith("_by_") for name in held)
    assert {len(getattr(oracle, name)) for name in held} == {11}
    assert not oracle.violations
    oracle.login("k49", "p0", at=205)
    assert [v.bindings["q"] for v in oracle.violations] == ["p199"]


@pytest.mark.parametrize(
    "formula",
    [
        "not (exists q: P. q != p and earlier login(k, q))",
        "not (exists q: P. q != p and earlier[<= 10min] login(k, q))",
        "not (exists q: P. q != p and ((not logout(k)) since login(k, q)))",
        "login(k, p) implies not (exists q: P. not (q == p or not earlier login(k, q)))",
        "not (exists q: P. exists r: P. q != r and q != p and earlier login(k, q) and once login(k, r))",
    ],
)
def test_who_must_not_be_is_told(formula: str) -> None:
    """The value that a denied `exists` finds, and the event that it comes from, as for a `forall`."""
    text = f'spec s\nentity K, P\nevent login(k: K, p: P)\nevent logout(k: K)\ninvariant I "": on login(k, p): {formula}'
    module = load(text).main
    oracle = oracle_module(module).Oracle("collect")
    for number, (k, p) in enumerate([("k1", "alice"), ("k2", "carol"), ("k1", "bob")]):
        oracle.login(k, p, at=number)
    (violation,) = oracle.violations
    assert violation.bindings["q"] == "alice"
    assert [(cause.position, cause.at) for cause in violation.causes][:1] == [(1, 0.0)]


def test_a_violation_tells_which_event_replaced_which() -> None:
    oracle = oracle_module(load(SESSION).main).Oracle("collect")
    oracle.login("k", "alice", at=1)
    oracle.login("k", "bob", at=2)
    oracle.commit("k", "alice", at=3)
    assert causes(oracle) == [["own", ("who[k]", 2, 2.0, 1)]]
    cause = oracle.violations[0].causes[0]
    assert cause.event["event"] == "login" and cause.event["p"] == oracle.violations[0].why["who[k]"] != "bob"
    line = f"who[k] is from event 2 at 2 s: login(k = k, p = {cause.event['p']}), which replaced what event 1 had set"
    assert oracle.violations[0].account()[-1] == line
    assert oracle.finish()["causes"] == [
        {
            "invariant": "own",
            "from": ["who[k] is from login, which replaced another"],
            "first": 3,
            "violations": 1,
        }
    ]


def test_a_violation_tells_what_cleared_a_place_and_when_a_past_event_was() -> None:
    oracle = oracle_module(load(SESSION).main).Oracle("collect", reveal=True)
    for number in range(3):
        oracle.login("k", "alice", at=number)
    oracle.logout("k", at=4)
    oracle.commit("k", "alice", at=5)
    assert causes(oracle) == [["own", ("who[k]", 4, 4.0, None)], ["few", ("n", 3, 2.0, None)]]
    oracle.login("k", "alice", at=6)
    oracle.commit("k", "alice", at=7)
    found = [["been", ("earlier[> 0s] commit(k, p)", 5, 5.0, None)], ["few", ("n", 6, 6.0, None)]]
    assert causes(oracle)[2:] == found


def test_a_violation_tells_the_last_event_of_a_count_and_of_a_window() -> None:
    text = """
    spec s
    entity R
    event ask(r: R)
    event answer(r: R)
    state asked: R -> Int
    after ask(r) { asked[r] += 1 }
    invariant I "": on answer(r): asked[r] < 2
    invariant J "": on answer(r): count[<= 9s](ask(r)) < 2
    invariant K "": on answer(r): not once[<= 9s] ask(r)
    invariant L "": on answer(r): once[<= 2s] ask(r)
    """
    oracle = oracle_module(load(text).main).Oracle("collect")
    for at in (1, 2):
        oracle.ask("r", at=at)
        oracle.ask("s", at=at)
    oracle.answer("r", at=8)
    window, wide = ("once[<= 2s] ask(r)", 3, 2.0, None), ("once[<= 9s] ask(r)", 3, 2.0, None)
    counted = ("count[<= 9s](ask(r))", 3, 2.0, None)
    assert causes(oracle) == [["I", ("asked[r]", 3, 2.0, None)], ["J", counted], ["K", wide], ["L", window]]
    told = "asked[r] was last changed by event 3 at 2 s: ask(r = r)"
    assert oracle.violations[0].account()[-1] == told
    assert [violation.causes[0].added for violation in oracle.violations] == [True, True, False, False]
    oracle.answer("r", at=20)
    assert causes(oracle)[4:] == [["I", ("asked[r]", 3, 2.0, None)], ["L"]]


def test_a_violation_tells_which_of_its_parts_hold() -> None:
    text = """
    spec s
    entity R
    event ask(r: R)
    event answer(r: R, n: Int)
    state n: R -> Int?
    after ask(r) { n[r] := 1 }
    invariant I "": on answer(r, k): once ask(r) and (k > 1 or not earlier answer(r, _)) and (n[r] != none implies n[r]! == k)
    """
    oracle = oracle_module(load(text).main).Oracle("collect")
    oracle.ask("r")
    oracle.answer("r", 2)
    assert oracle.violations[0].parts == {
        "once ask(r)": True,
        "k > 1 or not earlier answer(r, _)": True,
        "k > 1": True,
        "not earlier answer(r, _)": True,
        "earlier answer(r, _)": False,
        "n[r] != none": True,
    }


def test_an_account_shows_what_is_empty_and_in_which_unit_time_is() -> None:
    text = """
    spec s
    entity R
    event typed(r: R, t: Text, d: Duration)
    state last: R -> Text?
    after typed(r, t, _) { last[r] := t }
    invariant i "": on typed(r, t, d): last[r] == none or last[r]! == t or d < 1s
    """
    oracle = oracle_module(load(text).main).Oracle("collect")
    oracle.typed("r", "", 0)
    oracle.typed("r", "x", 1.5)
    lines = oracle.violations[0].account()
    assert "with r = r, t = x, d = 1.5 s" in lines
    assert 'because last[r] = ""' in lines


def test_no_causes_where_none_are_asked_for() -> None:
    oracle = oracle_module(load(SESSION).main).Oracle("collect", explain=False)
    oracle.login("k", "alice", at=1)
    oracle.commit("k", "bob", at=3)
    assert causes(oracle) == [["own"]]
    assert not hasattr(oracle, "_from_state_who") and not oracle._cleared


def test_no_causes_of_an_oracle_that_a_user_derived() -> None:
    class Own(oracle_module(load(SESSION).main).Oracle):  # type: ignore[misc]
        pass

    oracle = Own("collect", explain=False)
    oracle.login("k", "alice", at=1)
    oracle.commit("k", "bob", at=3)
    assert oracle.violations and not any(violation.causes for violation in oracle.violations)


def test_what_cleared_a_place_is_kept_for_so_many_keys() -> None:
    oracle = oracle_module(load(SESSION).main).Oracle("collect")
    for number in range(12_000):
        oracle.login(number, "alice", at=number)
        oracle.logout(number, at=number)
    assert 5_000 <= len(oracle._cleared) <= 10_000 and not oracle._from_state_who


# ---------------------------------------------------------------- time

DEADLINE = 'spec s\nentity R\nevent q(r: R)\nevent z(r: R)\ninvariant I "": on q(r): eventually[<= 5s] z(r)'


@pytest.mark.parametrize(
    "at",
    [
        12,
        12.0,
        Decimal("12.0000009"),
        "12",
        "12.000000",
        "1970-01-01T00:00:12Z",
        "1970-01-01T01:00:12.0000001+01:00",
        datetime(1970, 1, 1, 0, 0, 12, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=12),
    ],
)
def test_the_forms_of_a_time(at: Any) -> None:
    oracle = oracle_module(load(DEADLINE).main).Oracle("collect")
    oracle.q("r", at=at)
    oracle.tick("17.000000")
    assert oracle.violations == [] and oracle.pending == [("I", 1)]
    oracle.tick("17.000001")
    assert [(v.position, v.trigger) for v in oracle.violations] == [(None, 1)]


@pytest.mark.parametrize(
    "at", [True, "noon", "12:00", float("nan"), float("inf"), 10**15, datetime(2026, 1, 1), b"1"]
)
def test_what_is_no_time(at: Any) -> None:
    oracle = oracle_module(load(DEADLINE).main).Oracle()
    with pytest.raises(BadInput, match="`at`"):
        oracle.q("r", at=at)
    assert oracle.position == 0


@pytest.mark.parametrize("told", [float("nan"), float("inf"), "noon", None])
def test_a_clock_that_gives_no_time_is_refused(told: Any) -> None:
    oracle = oracle_module(load(DEADLINE).main).Oracle("collect", clock=lambda: told)
    with pytest.raises(SettingRefused, match="clock gives the time"):
        oracle.q("a")
    assert oracle.position == 0


def test_the_clock_is_asked_only_where_time_matters_and_may_go_back() -> None:
    times = iter([10.0, 9.0, 16.0])
    oracle = oracle_module(load(DEADLINE).main).Oracle("collect", clock=lambda: next(times))
    oracle.q("a")
    oracle.q("b")
    oracle.z("c")
    assert [violation.trigger for violation in oracle.violations] == [1, 2]
    with pytest.raises(BadInput, match="before"):
        oracle.z("c", at=15)
    timeless = oracle_module(load(SPOOL).main).Oracle("collect", FACTS, clock=lambda: 1 // 0)
    timeless.issue("r1", "bob", 1)
    assert timeless.violations[0].at is None


def test_met_obligations_are_released() -> None:
    oracle = oracle_module(load(DEADLINE).main).Oracle()
    for number in range(5000):
        oracle.q(number, at=number / 1000)
        oracle.z(number, at=number / 1000)
    assert oracle.pending == []
    assert not oracle._awaited_1 and not oracle._awaited_1_again and not oracle._waiting[0].line


def test_met_obligations_of_several_parts_are_released() -> None:
    text = f"{DEADLINE} and eventually[<= 9s] q(r)"
    oracle = oracle_module(load(text).main).Oracle()
    for number in range(5000):
        oracle.q(number, at=number / 1000)
        oracle.z(number, at=number / 1000)
    assert oracle.pending == []
    assert len(oracle._deadlines) < 300 and not oracle._obligations and not oracle._awaited_1


def test_obligations_at_one_key_are_met_and_missed_one_by_one() -> None:
    oracle = oracle_module(load(DEADLINE).main).Oracle("collect")
    for at in (0, 2, 4):
        oracle.q("r", at=at)
    oracle.tick(6)
    assert oracle.pending == [("I", 2), ("I", 3)]
    oracle.z("r", at=7)
    oracle.q("r", at=8)
    oracle.tick(13)
    assert oracle.pending == [("I", 5)]
    oracle.tick(14)
    assert [(v.trigger, v.why) for v in oracle.violations] == [(1, {"due by": 5.0}), (5, {"due by": 13.0})]
    assert oracle.pending == [] and not oracle._awaited_1


@given(st.one_of(st.floats(-5e9, 5e9), st.integers(-(10**15), 10**15).map(lambda n: n / 1_000_000)))
def test_a_float_is_the_time_that_it_is_written_as(at: float) -> None:
    assert moment(at) == moment(Decimal(repr(at)))


def test_windows_are_released() -> None:
    text = 'spec s\nentity C\nevent f(c: C)\ninvariant I "": on f(c): count[<= 10s](f(c)) < 3 and not earlier[<= 1ms] f(c)'
    oracle = oracle_module(load(text).main).Oracle("collect")
    for number in range(2000):
        oracle.f(number, at=number)
    assert oracle.violations == []
    assert max(len(oracle._past_1), len(oracle._past_2), len(oracle._past_1_queue)) < 20


# ---------------------------------------------------------------- bad input

ALL = """
spec s
entity S
enum E { a, b }
event e(i: Int, s: S, t: Text, b: Bool, k: E, o: S?, r "range": 0..3, d: Duration, w: Time)
event n()
invariant I "": on e(_, s, _, _, _, _, _, _, _): not earlier[<= 1s] n()
"""
GOOD: dict[str, Any] = {
    "event": "e",
    "at": 1,
    "i": 1,
    "s": "x",
    "t": "x",
    "b": True,
    "k": "a",
    "o": None,
    "range": 3,
    "d": 1.5,
    "w": "1970-01-01T00:00:01Z",
}
ODD = (
    *("true", "false", "null", "0", "1", "-1", "3", "4", "1.0", "1e0", "-0", "1e400", "12345678901234567890"),
    *("1.23456789", "NaN", "Infinity", "[]", "{}", "[1]", '{"a":1,"a":2}'),
    *(
        '""',
        '"a"',
        '"b"',
        '"c"',
        '"x"',
        '"1"',
        '"5s"',
        '"250ms"',
        '"1d5h"',
        '"é"',
        r'"\ud800"',
        r'"\ud83d\ude00"',
    ),
    *('"1970-01-01T00:00:01Z"', '"1970-01-01t00:00:60.5+09:00"', '"1970-01-01"', '"1970-02-30T00:00:00Z"'),
)


def line(**changed: str) -> str:
    """GOOD with some fields as the JSON text given."""
    fields = {name: changed.get(name, json.dumps(value)) for name, value in GOOD.items()}
    return "{" + ", ".join(f'"{name}": {text}' for name, text in {**fields, **changed}.items()) + "}"


def lines() -> list[str | bytes]:
    found: list[str | bytes] = [line(**{name: text}) for name in GOOD for text in ODD]
    for name in GOOD:
        found.append(json.dumps({key: value for key, value in GOOD.items() if key != name}))
    found += [
        '{"event": "n", "at": 1, "extra": [1, {"a": "\\udc00"}]}',
        '{"event": "n", "at": 1, "extra": 1}',
    ]
    found += [
        "",
        "{",
        "[]",
        "1",
        '"e"',
        "{}",
        '{"event": "zz", "at": 1}',
        '{"event": ["n"]}',
        "\x00",
        '{"a": "\x00"}',
    ]
    found += [
        b"\xff\xfe",
        b'{"event": "n", "at": 1, "x": "\xff"}',
        "\ufeff" + line(),
        line() + " x",
        " " + line() + "\r\n",
    ]
    found += [
        line(i="9" * 4300),
        line(i="9" * 4301),
        line(extra="9" * 5000),
        line(extra="[" * 200 + "]" * 200),
    ]
    found += [line(extra="[" * 99 + "]" * 99), line(extra="[" * 101 + "]" * 101), line(extra="[" * 100_000)]
    found += [
        '{"event": "n", "at": 1, "at": 2}',
        '{"event": "n", "at": 1, "x": {"a": 1, "a": 1}}',
        "{" * 100_000,
    ]
    draw = Random(5)
    for _ in range(300):
        text = list(line())
        text[draw.randrange(len(text))] = draw.choice('{}[]",:0a\\')
        found.append("".join(text))
    return found


def test_lines_are_taken_and_refused_as_by_the_reference_reader() -> None:
    specification = load(ALL).main
    module = oracle_module(specification)
    for text in lines():
        expected = read_line(text, specification, needs_time=True)
        oracle = module.Oracle()
        try:
            number, values, at = oracle.read_line(text)
        except BadInput as error:
            assert not isinstance(expected, Occurrence), text[:200]
            assert "x" not in str(error).split("`")[::2]
        else:
            assert Occurrence(module.EVENTS[number].name, values, at) == expected, text[:200]
        assert oracle.position == 0


def test_bad_input_changes_nothing_and_quotes_nothing(spool: ModuleType) -> None:
    oracle = spool.Oracle(facts=FACTS)
    for bad in (
        {"request": 1.5},
        {"wanted": None},
        {"kind": "secret"},
        {"wanted": ["secret"]},
        {"wanted": "\ud800"},
    ):
        fields = {"request": "r1", "wanted": "alice", "kind": "tax", **bad}
        for report in (oracle.request, lambda **given: oracle.observe("request", **given)):
            with pytest.raises(BadInput) as caught:
                report(**fields)
            assert "secret" not in str(caught.value)
    with pytest.raises(BadInput, match="needs the field `kind`"):
        oracle.observe("request", request="r1", wanted="alice")
    with pytest.raises(BadInput, match="no event"):
        oracle.observe("secret")
    unhashable: Any = {"event": "request", "request": "r1"}
    with pytest.raises(BadInput, match="no event"):
        oracle.observe(unhashable)
    assert oracle.position == 0 and oracle.finish()["positions"] == 0


def test_values_of_subclasses_become_plain(spool: ModuleType) -> None:
    class Name(str):
        pass

    oracle = spool.Oracle(facts=FACTS, reveal=True)
    oracle.request(Name("r1"), Name("alice"), Name("tax"))
    assert type(next(iter(oracle._from_state_wanted))) is str
    oracle.issue("r1", "alice", 1)


# ---------------------------------------------------------------- facts


@pytest.mark.parametrize(
    "facts",
    [
        None,
        {},
        {"entitled": True},
        {"entitled": {"table": [["eve", "tax", False]]}},
        {"entitled": {"table": [["eve", "gas", False]], "default": True}},
        {"entitled": {"table": [["eve", "tax", 1]], "default": True}},
        {"entitled": {"table": [["eve", "tax", False], ["eve", "tax", True]], "default": True}},
        {"entitled": {"table": [["eve", False]], "default": True}},
        {"entitled": {"table": {"eve": {"tax": {"x": True}}}, "default": True}},
        {"entitled": {"rows": [], "default": True}},
    ],
)
def test_facts_that_do_not_say_it_are_refused(spool: ModuleType, facts: Any) -> None:
    with pytest.raises(FactsRefused) as caught:
        spool.Oracle(facts=facts)
    assert "entitled" in caught.value.problems[0] and "eve" not in str(caught.value)


def test_facts_may_be_nested_by_name(spool: ModuleType) -> None:
    oracle = spool.Oracle("collect", {"entitled": {"table": {"eve": {"tax": False}}, "default": True}})
    oracle.request("r1", "eve", "tax")
    oracle.request("r1", "eve", "seal")
    assert [(v.invariant, v.position) for v in oracle.violations] == [("may_have_it", 1)]


def test_a_claim_about_the_facts_is_judged_at_the_start() -> None:
    text = "spec s\nentity Site\ngiven n: Site -> Int\nevent e(s: Site)\nassume one: always: forall s: Site. n[s] == 1"
    module = oracle_module(load(text).main)

    def broken(facts: Any) -> list[int | None]:
        oracle = module.Oracle(facts={"n": facts})
        oracle.e("b")
        return [violation.position for violation in oracle.broken]

    assert broken({"table": {"a": 1}, "default": 1}) == []
    assert broken({"table": {"a": 2}, "default": 1}) == [0]
    assert broken({"table": {}, "default": 1}) == []
    assert broken({"table": {}, "default": 2}) == [0]


def test_threads_may_report_at_once(spool: ModuleType) -> None:
    oracle = spool.Oracle("collect", FACTS)

    def report(name: str) -> None:
        for number in range(500):
            oracle.request(f"{name}{number}", name, "tax")
            oracle.issue(f"{name}{number}", name, 1)

    threads = [threading.Thread(target=report, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (oracle.position, oracle.violations) == (4000, [])
    assert oracle.exercised["right_person"] == 2000


def test_a_violation_tells_which_event_said_otherwise() -> None:
    text = """
    spec s
    entity R, P
    event ask(r: R, p: P)
    event answer(r: R, p: P)
    invariant I "": on answer(r, p): (not ask(r, _)) since ask(r, p)
    """
    oracle = oracle_module(load(text).main).Oracle("collect")
    for position, who in enumerate(("alice", "bob")):
        oracle.ask("r", who, at=position)
    oracle.answer("r", "alice", at=2)
    oracle.answer("r", "bob", at=3)
    assert causes(oracle) == [["I", ("(not ask(r, _)) since ask(r, p)", 2, 1.0, 1)]]
    assert oracle._from_past_1 == {"r": (2, 1_000_000, 0, "r", "bob")}
