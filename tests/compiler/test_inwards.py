"""Quantifiers moved inwards say the same."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from honnin.compiler.answers import Refuted
from honnin.compiler.prove import prove
from honnin.compiler.smt.inwards import moved
from honnin.compiler.smt.structures import Sample, Table, satisfiable
from honnin.spec.core import (
    BOOL,
    And,
    Binder,
    Compare,
    EntityT,
    Exists,
    Expr,
    Forall,
    Implies,
    Not,
    Or,
    Var,
    VarRead,
)
from honnin.spec.load import check_file

PERSON = EntityT("Person")
VALUES = ("p1", "p2", "p3")
BINDERS = tuple(Binder(f"x{number}", number, PERSON) for number in range(5))


def _marked(place: str, binder: Binder) -> Expr:
    return VarRead(place, (Var(binder, PERSON),), BOOL)


_atoms: st.SearchStrategy[Expr] = st.one_of(
    st.builds(_marked, st.sampled_from(("m", "n")), st.sampled_from(BINDERS)),
    st.builds(
        lambda a, b: Compare("==", Var(a, PERSON), Var(b, PERSON)),
        st.sampled_from(BINDERS),
        st.sampled_from(BINDERS),
    ),
)
_matrices: st.SearchStrategy[Expr] = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda a, b: And((a, b)), inner, inner),
        st.builds(lambda a, b: Or((a, b)), inner, inner),
        st.builds(Implies, inner, inner),
    ),
    max_leaves=8,
)


@given(_matrices, st.booleans(), st.sets(st.sampled_from(VALUES)), st.sets(st.sampled_from(VALUES)))
def test_the_value_is_the_same(matrix: Expr, every: bool, marked: set[str], noted: set[str]) -> None:
    formula = matrix
    for binder in reversed(BINDERS):
        formula = Forall(binder, formula) if every else Exists(binder, formula)
    assert isinstance(formula, Forall | Exists)
    places = {
        "m": Table(lambda _: False, {(value,): True for value in marked}),
        "n": Table(lambda _: False, {(value,): True for value in noted}),
    }
    state = Sample({"Person": VALUES}, places, {})
    assert satisfiable((), [moved(formula)])(state) == satisfiable((), [formula])(state)


def test_parts_that_share_no_variable_are_apart() -> None:
    parts = tuple(_marked("m", binder) for binder in BINDERS)
    formula: Expr = Or(parts)
    for binder in BINDERS:
        formula = Forall(binder, formula)
    assert isinstance(formula, Forall)
    apart = (Forall(binder, part) for binder, part in zip(BINDERS, parts, strict=True))
    assert moved(formula) == Or(tuple(apart))


MANY = """
spec many "Fourteen variables"
entity Account
event paid(account: Account)
state payments: Account -> Int
after paid(a) { payments[a] += 1 }
invariant never "No fourteen accounts are paid": always: forall %s: Account. not (%s)
system pays implements many "Pays" { action pay(a: Account) { emit paid(a) } }
check pays violates never
"""


def test_a_claim_of_many_variables_is_refuted(tmp_path: Path) -> None:
    names = [f"a{number}" for number in range(14)]
    text = MANY % (", ".join(names), " and ".join(f"payments[{name}] >= 1" for name in names))
    (tmp_path / "many.honnin").write_text(text, encoding="utf-8")
    module = check_file(tmp_path / "many.honnin").module
    assert module is not None
    verdict = prove(module, module.checks[0], timeout=60).verdict
    assert isinstance(verdict, Refuted)
    assert len(verdict.counterexample.steps) == 1
