"""`honnin prove`: what is said of each answer, and the status."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from honnin.compiler.answers import Answer, Bounded, Premise, Proved, Unknown, Unreachable, Verdict

Run = Callable[..., Any]
Golden = Callable[[str, str], None]
SPEC = "certificate_issuance.honnin"


def test_the_three_checks_of_the_certificates(honnin: Run, golden: Golden) -> None:
    ran = honnin("prove", SPEC)
    assert ran.status == 0
    golden("prove.txt", ran.out + ran.err)


def test_the_counterexample_as_json(honnin: Run) -> None:
    ran = honnin("prove", "--format", "json", SPEC)
    refuted, proved, reached = [record["check"] for record in ran.records if "check" in record]
    assert (refuted["answer"], refuted["expected"]) == ("refuted", True)
    assert refuted["run"]["claim"] == "right_person"
    events = [event["event"] for step in refuted["run"]["steps"] for event in step["events"]]
    assert events == ["request", "request", "issue"]
    assert len(refuted["run"]["steps"]) == 5
    assert refuted["shortest"] is True
    assert refuted["run"]["sentence"] == (
        "Request r1: request (step 1) has wanted = Person p1, but issue (step 5) has subject = Person p2, "
        "the wanted of Request r2 in request (step 2)."
    )
    marks = {n: step["marks"] for n, step in enumerate(refuted["run"]["steps"], 1) if step["marks"]}
    assert marks == {4: [{"kind": "overwrites", "place": "buffer", "keys": [], "earlier": 3}]}
    assert (reached["shortest"], reached["run"]["sentence"]) == (True, None)
    assert (proved["answer"], reached["answer"]) == ("proved", "reached")
    assert refuted["title"] == "One output buffer for every request"
    assert proved["title"] == reached["title"] == "A buffer for each request"


def test_a_subject_is_told_by_its_title_once(honnin: Run, tmp_path: Path) -> None:
    file = tmp_path / "single.honnin"
    file.write_text(
        'spec single "Once for each"\nentity R\nevent e(r: R)\ninvariant one "No second": on e(r): not earlier e(r)\n'
        "system untitled implements single { action go(r: R) { when false emit e(r) } }\n"
        "check single implies one\ncheck untitled satisfies single\ncheck untitled satisfies one\n"
    )
    ran = honnin("prove", file)
    assert ran.out.count('  single: "Once for each"\n') == 1
    assert "untitled:" not in ran.out
    records = honnin("prove", "--format", "json", file).records
    titles = [record["check"]["title"] for record in records if "check" in record]
    assert titles == ["Once for each", None, None]


def test_one_design_of_several(honnin: Run) -> None:
    ran = honnin("prove", "--design", "keyed_buffer", SPEC)
    assert ran.status == 0
    assert ran.out.endswith(f"{SPEC}: 2 checks: 2 as expected\n")
    assert "shared_buffer" not in ran.out


def test_a_design_that_no_check_is_of(honnin: Run) -> None:
    ran = honnin("prove", "--design", "keyed", SPEC)
    assert (ran.status, ran.out) == (2, "")
    assert "no check of certificate_issuance.honnin is of a design `keyed`; there are checks of" in ran.err


def test_a_file_without_checks_says_so(honnin: Run) -> None:
    ran = honnin("prove", "bounded.honnin")
    assert (ran.status, ran.out) == (0, "bounded.honnin: no check statements, nothing to prove\n")


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[[Verdict, bool], None]:
    """Every check gets this verdict."""

    def answer(verdict: Verdict, expected: bool) -> None:
        import honnin.compiler.prove as module

        def prove(_: object, check: Any, **__: object) -> Answer:
            return Answer(check.subject, check.relation, check.target, verdict, expected)

        monkeypatch.setattr(module, "prove", prove)

    return answer


ONE = """spec one "One"
event e()
invariant i "i": on e(): true
system s implements one "s" {{ action go() {{ emit e() }} }}
check {}
"""


@pytest.mark.parametrize(
    ("verdict", "expected", "status", "said"),
    [
        (Proved((), (Premise("sane", "x > 0"),), {"i": True}, "by hand"), True, 0, "rests on sane: x > 0"),
        (Proved((), (), {"i": False}, ""), True, 3, "this design can never exercise: i"),
        (Proved((), (), {"i": True}, ""), False, 1, "NOT expected"),
        (Bounded({"Person": 2}, 12, {"i": True}), True, 0, "holds within bounds: 2 Person, up to 12 steps"),
        (Bounded({"Person": 2}, None, {}), True, 0, "any number of steps"),
        (
            Unknown(("induction",), {"Person": 3}, 7),
            False,
            3,
            "no counterexample up to 7 steps with 3 Person",
        ),
        (Unreachable("no step emits e"), False, 1, "no step emits e"),
    ],
)
def test_answers_and_statuses(
    honnin: Run, answering: Any, tmp_path: Path, verdict: Verdict, expected: bool, status: int, said: str
) -> None:
    answering(verdict, expected)
    file = tmp_path / "one.honnin"
    file.write_text(ONE.format("s satisfies i"))
    ran = honnin("prove", file)
    assert ran.status == status
    assert said in ran.out


def test_strict_asks_for_every_claim_to_be_exercised(honnin: Run, answering: Any, tmp_path: Path) -> None:
    answering(Proved((), (), {"i": True, "j": False}, ""), True)
    file = tmp_path / "one.honnin"
    file.write_text(ONE.format("s satisfies one"))
    assert honnin("prove", file).status == 0
    assert honnin("prove", "--strict", file).status == 3


def test_the_inductive_invariant_is_shown_if_asked(honnin: Run, answering: Any, tmp_path: Path) -> None:
    answering(Proved(("forall r: Request. x[r] == 0",), (), {"i": True}, ""), True)
    file = tmp_path / "one.honnin"
    file.write_text(ONE.format("s satisfies i"))
    assert "forall r" not in honnin("prove", file).out
    assert "    forall r: Request. x[r] == 0" in honnin("prove", "-v", file).out


@pytest.mark.parametrize("timeout", ["0", "-1", "x"])
def test_a_timeout_is_positive(honnin: Run, timeout: str) -> None:
    assert honnin("prove", "--timeout", timeout, SPEC).status == 2
