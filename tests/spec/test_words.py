"""Core expressions printed in the language."""

from __future__ import annotations

import pytest

from honnin.spec.core import (
    BOOL,
    DURATION,
    INT,
    TEXT,
    And,
    Arithmetic,
    AtLabel,
    Atom,
    Binder,
    Compare,
    Count,
    CountPast,
    Earlier,
    EntityT,
    EnumT,
    Eventually,
    Exists,
    Expr,
    Forall,
    GivenRead,
    If,
    Iff,
    Implies,
    Interval,
    Lift,
    Lit,
    Minus,
    Not,
    Now,
    Old,
    Once,
    OptionalT,
    Or,
    Present,
    Previously,
    Process,
    RangeT,
    Since,
    StateRead,
    Sum,
    System,
    Var,
    VarRead,
)
from honnin.spec.parser import parse
from honnin.spec.words import duration, expression

P = EntityT("P")
KIND = EnumT("Kind", ("tax", "seal"))
X, X_AGAIN, Y = Binder("x", 1, P), Binder("x", 2, P), Binder("y", 3, P)
N = Binder("n", 4, RangeT(0, 5))
A: Expr = StateRead("a", (), BOOL)
B: Expr = StateRead("b", (), BOOL)
C: Expr = StateRead("c", (), BOOL)
ONE, TWO, THREE = Lit(1, INT), Lit(2, INT), Lit(3, INT)
TRUE = Lit(True, BOOL)


def var(binder: Binder) -> Var:
    return Var(binder, INT if isinstance(binder.type, RangeT) else binder.type)


def m(key: Expr) -> StateRead:
    return StateRead("m", (key,), OptionalT(P))


CASES: list[tuple[Expr, str]] = [
    (Since(None, Not(A), B), "(not a) since b"),
    (Since(Interval("<=", 60_000_000), A, Not(B)), "a since[<= 1min] (not b)"),
    (Not(Since(None, A, B)), "not (a since b)"),
    (And((Or((A, B)), Not(C))), "(a or b) and not c"),
    (Or((And((A, B)), C)), "a and b or c"),
    (Implies(Implies(A, B), C), "(a implies b) implies c"),
    (Implies(A, Implies(B, C)), "a implies b implies c"),
    (Iff(Iff(A, B), C), "(a iff b) iff c"),
    (Forall(X, Forall(Y, Compare("==", var(X), var(Y)))), "forall x, y: P. x == y"),
    (Forall(X, Exists(Y, Compare("==", var(X), var(Y)))), "forall x: P. exists y: P. x == y"),
    (Forall(X, Forall(N, A)), "forall x: P, n: 0..5. a"),
    (And((Forall(X, A), B)), "(forall x: P. a) and b"),
    (And((B, Forall(X, A))), "b and forall x: P. a"),
    (Or((And((B, Forall(X, A))), C)), "b and (forall x: P. a) or c"),
    (Not(Forall(X, A)), "not forall x: P. a"),
    (And((Not(Forall(X, A)), B)), "not (forall x: P. a) and b"),
    (
        Forall(X, Exists(X_AGAIN, Compare("!=", var(X), var(X_AGAIN)))),
        "forall x: P. exists x_2: P. x != x_2",
    ),
    (Compare("==", m(var(X)), Lift(var(Y), OptionalT(P))), "m[x] == y"),
    (Compare("==", Present(m(var(X)), P), var(Y)), "m[x]! == y"),
    (Arithmetic("-", ONE, Arithmetic("-", TWO, THREE, INT), INT), "1 - (2 - 3)"),
    (Arithmetic("-", Arithmetic("-", ONE, TWO, INT), THREE, INT), "1 - 2 - 3"),
    (Arithmetic("*", Arithmetic("+", ONE, TWO, INT), Minus(THREE, INT), INT), "(1 + 2) * -3"),
    (Minus(Arithmetic("*", ONE, TWO, INT), INT), "-(1 * 2)"),
    (Compare("<=", Lit(-1, INT), Lit(30, INT, "LIMIT")), "-1 <= LIMIT"),
    (Compare("==", A, And((B, C))), "a == (b and c)"),
    (Once(None, Not(A)), "once not a"),
    (Once(Interval(">", 250_000), Compare("==", ONE, TWO)), "once[> 250ms] 1 == 2"),
    (Not(Earlier(None, Atom("e", (var(X), None)))), "not earlier e(x, _)"),
    (Previously(None, And((A, B))), "previously (a and b)"),
    (Eventually(5_000_000, Exists(X, A)), "eventually[<= 5s] exists x: P. a"),
    (Compare("<", CountPast(600_000_000, Atom("fail", (var(X),))), THREE), "count[<= 10min](fail(x)) < 3"),
    (Compare("==", Count((X, Y), TRUE), ONE), "count(x, y: P) == 1"),
    (Compare("==", Count((X,), A), ONE), "count(x: P where a) == 1"),
    (Compare("==", Sum(ONE, (X,), A, INT), ONE), "sum(1 for x: P where a) == 1"),
    (Compare("==", If(A, ONE, TWO, INT), THREE), "(if a then 1 else 2) == 3"),
    (Compare("==", Old(m(var(X)), OptionalT(P)), Lit(None, OptionalT(P))), "old(m[x]) == none"),
    (GivenRead("entitled", (var(X), Lit("tax", KIND)), BOOL), "entitled[x, tax]"),
    (Compare("==", Lit('a "b"', TEXT), Lit("tax", TEXT)), '"a \\"b\\"" == "tax"'),
    (Compare(">", Arithmetic("-", Now(), Now(), DURATION), Lit(0, DURATION)), "now - now > 0s"),
    (AtLabel("h", (var(X),), "done"), "h[x] at done"),
    (AtLabel("h", (), "start"), "h at start"),
]


@pytest.mark.parametrize(("expr", "text"), CASES, ids=[text for _, text in CASES])
def test_expression(expr: Expr, text: str) -> None:
    assert expression(expr) == text


@pytest.mark.parametrize("text", [text for _, text in CASES])
def test_what_is_printed_can_be_read(text: str) -> None:
    parsed = parse(f"spec s invariant i: always: {text}", "t.honnin")
    assert parsed.diagnostics == ()


def test_a_free_name_keeps_its_name_and_the_bound_one_gets_a_number() -> None:
    expr = And((Forall(X, Atom("e", (var(X),))), Compare("==", var(X_AGAIN), var(X_AGAIN))))
    assert expression(expr) == "(forall x_2: P. e(x_2)) and x == x"


def test_names_that_do_not_share_a_scope_may_be_the_same() -> None:
    expr = And((Forall(X, Atom("e", (var(X),))), Forall(X_AGAIN, Atom("f", (var(X_AGAIN),)))))
    assert expression(expr) == "(forall x: P. e(x)) and forall x: P. f(x)"


def test_a_binder_may_not_be_called_like_a_state() -> None:
    state = Binder("m", 9, P)
    assert expression(Forall(state, Compare("!=", m(var(state)), m(var(state))))) == (
        "forall m_2: P. m[m_2] != m[m_2]"
    )


def test_a_process_variable_is_split_by_the_parameters_of_its_process() -> None:
    system = System("s", None, (), (), (), (), (Process("p", (X,), ()),), ())
    read = VarRead("p.v", (var(X), var(Y)), INT)
    assert expression(read, system) == "p[x].v[y]"
    assert expression(VarRead("v", (var(X),), INT), system) == "v[x]"


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (0, "0s"),
        (90_000_000, "90s"),
        (7_200_000_000, "2h"),
        (2_592_000_000_000, "30d"),
        (-1_000, "-1ms"),
        (1, "1us"),
    ],
)
def test_duration(microseconds: int, text: str) -> None:
    assert duration(microseconds) == text
