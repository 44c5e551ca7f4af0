"""Examples: what passes, and what is said of one that does not."""

from __future__ import annotations

from honnin.spec.core import Module
from honnin.spec.examples import Outcome, run_example, untried
from honnin.spec.load import check_text

HEAD = """
spec s
entity R
event a(x: Int)
event q(r: R)
event z(r: R)
given limit: Int
state n: Int
after a(x) { n := x }
assume small: always: n < 9
invariant positive "": on a(x): x > 0
invariant odd "": on a(x): x != 2 and x != 0
invariant met "": on q(r): eventually[<= 5s] z(r)
cover big: on a(x) when x > 5: true
"""


def load(text: str) -> Module:
    checked = check_text(text)
    assert checked.module is not None, checked.diagnostics
    return checked.module


def run(example: str, head: str = HEAD) -> Outcome:
    module = load(head + example)
    return run_example(module.examples[0], module.main)


def complaint(example: str, head: str = HEAD) -> tuple[str, str]:
    outcome = run(example, head)
    assert not outcome.passed
    return outcome.diagnostics[0].code, outcome.diagnostics[0].message


def test_accepted_when_nothing_fails_and_nothing_is_open() -> None:
    assert run("example e accepted { a(1) q(r1) z(r1) }").passed
    assert run("example e accepted { }").passed


def test_rejected_at_the_last_event_whatever_else_fails_there() -> None:
    assert run("example e rejected by positive { a(1) a(0) }").passed
    assert run("example e rejected by odd { a(1) a(0) }").passed
    assert run("example e rejected by small { a(9) }").passed
    assert run("example e rejected by odd { q(r1) a(2) }").passed
    assert run("example e rejected by met { q(r1) at 6s a(1) }").passed


def test_accepted_but_violated() -> None:
    assert complaint("example e accepted { a(1) a(0) a(0) }") == (
        "HN0640",
        "example `e` should be accepted: `positive` is violated at event 2",
    )


def test_accepted_but_broken_or_pending() -> None:
    assert "`small` is broken at event 1" in complaint("example e accepted { a(9) }")[1]
    assert complaint("example e accepted { a(1) q(r1) }")[1].endswith(
        "`met`, raised by event 2, is still pending at the end"
    )


def test_rejected_but_an_earlier_event_fails_too() -> None:
    code, message = complaint("example e rejected by positive { a(2) a(0) }")
    assert code == "HN0641"
    assert message.endswith("`odd` is violated at event 1, before the last event")


def test_rejected_by_another() -> None:
    assert complaint("example e rejected by positive { a(2) }")[1].endswith(
        "instead `odd` is violated at event 1"
    )
    assert complaint("example e rejected by positive { a(1) }")[1].endswith("nothing fails")
    assert complaint("example e rejected by met { q(r1) }")[1].endswith("`met` is still pending")


def test_an_unjudged_failure_is_none() -> None:
    head = HEAD + 'invariant tiny "": on a(x): x < 9\n'
    assert "unjudged" in complaint("example e rejected by tiny { a(9) }", head)[1]


def test_a_failure_at_position_0_is_too_early() -> None:
    head = HEAD + 'invariant moved "": always: n != 0\n'
    assert complaint("example e rejected by odd { a(2) }", head)[1].endswith(
        "`moved` is violated initially, before the last event"
    )


def test_a_fact_has_the_default_of_its_type_or_must_be_given() -> None:
    head = HEAD + "enum K { k }\ngiven kind: R -> K\n"
    head += 'invariant within_limit "": on a(x): limit == 0 or x < limit\n'
    head += 'invariant kinds "": on q(r): kind[r] == k\n'
    assert run("example e accepted { a(1) }", head).passed
    assert run("example e rejected by within_limit { given limit = 5 a(6) }", head).passed
    assert run("example e accepted { given kind[r1] = k q(r1) z(r1) }", head).passed
    assert complaint("example e accepted { q(r1) z(r1) }", head)[0] == "HN0642"


def test_a_conflict_fails_every_example() -> None:
    code, message = complaint("example e rejected by odd { a(2) }", HEAD + "after a(x) { n := 2 * x }\n")
    assert code == "HN0643"
    assert "event 1 writes `n` twice" in message


def test_untried_names_what_no_example_exercises_or_reaches() -> None:
    module = load(HEAD + "example e accepted { a(1) } example f accepted { a(3) }")
    result = untried(module.main, [run_example(example, module.main) for example in module.examples])
    assert result.claims == ("met",)
    assert result.covers == ("big",)
