"""Every `check` of the examples has the answer that it expects, and the refutations have the fewest steps there can be.

The numbers of steps are those measured by breadth-first search on models of the same incidents, with what happens in one atomic
step counted as one.
"""

from __future__ import annotations

from functools import cache

import pytest

from honnin.compiler import prove as prover
from honnin.compiler.answers import Answer, Proved, Reached, Refuted
from honnin.spec.core import Check, Module
from honnin.spec.load import check_file

from .modules import EXAMPLES

NAMES = ("overwritten_spool", "stale_replica", "mislinked_record", "open_session", "suspended_channel")
TIMEOUT = 60.0
"""Seconds for each check."""

REFUTED = {
    "overwritten_spool": {
        ("one_file", "right_person"): 5,
        ("one_second_name", "right_person"): 5,
        ("millisecond_name", "right_person"): 5,
        ("counter_per_server", "right_person"): 5,
        ("check_then_create", "right_person"): 7,
        ("lock_with_lease", "right_person"): 6,
    },
    "stale_replica": {
        ("async_replica", "told_means_gone"): 4,
        ("sync_more_often", "told_means_gone"): 4,
        ("check_then_print", "told_means_gone"): 5,
        ("quiet_network", "told_means_gone"): 5,
        ("address_job", "told_means_gone"): 7,
        ("version_guard", "told_means_gone"): 4,
        ("synchronous_revoke", "told_means_gone"): 4,
        ("ack_after_replica", "registered_at_issue"): 4,
    },
    "mislinked_record": {
        ("take_first", "right_number"): 2,
        ("take_unique", "right_number"): 2,
        ("kanji_and_address", "right_number"): 2,
        ("all_five", "right_number"): 2,
        ("number_typed", "right_number"): 2,
        ("number_typed_and_compared", "right_number"): 2,
    },
    "open_session": {
        ("manual_logout", "own_account"): 6,
        ("idle_timeout", "own_account"): 6,
        ("account_once", "own_account"): 6,
        ("same_kana", "own_account"): 6,
        ("card_read_again", "own_account"): 8,
    },
    "suspended_channel": {
        ("checked_at_acceptance", "none_through_suspended"): 3,
        ("checked_before_print", "none_through_suspended"): 4,
        ("shown_from_copy", "corrected_before_view"): 2,
    },
}
"""The number of steps of the shortest run, by example, and by design and invariant."""


@cache
def module(example: str) -> Module:
    checked = check_file(EXAMPLES / example / f"{example}.honnin").module
    assert checked is not None
    return checked


CHECKS = [(example, check) for example in NAMES for check in module(example).checks]


def answer(example: str, check: Check) -> Answer:
    return prover.prove(module(example), check, timeout=TIMEOUT)


def title(value: object) -> str:
    return f"{value.subject} {value.relation} {value.target}" if isinstance(value, Check) else str(value)


@pytest.mark.parametrize(("example", "check"), CHECKS, ids=title)
def test_the_answer_is_the_expected_one(example: str, check: Check) -> None:
    found = answer(example, check)
    assert found.expected, found.verdict
    assert found.warnings == ()
    match check.relation, found.verdict:
        case "violates", Refuted(counterexample=run):
            assert run.claim == check.target
            assert len(run.steps) == REFUTED[example][check.subject, check.target]
        case "satisfies", Proved(exercised=exercised):
            assert exercised and all(exercised.values())
        case "reaches", Reached():
            pass
        case _:
            raise AssertionError(f"{check.relation}: {found.verdict}")


def test_every_refutation_is_in_the_table() -> None:
    asked = {
        example: {
            (check.subject, check.target) for check in module(example).checks if check.relation == "violates"
        }
        for example in NAMES
    }
    assert asked == {example: set(rows) for example, rows in REFUTED.items()}


@pytest.mark.parametrize("example", NAMES)
def test_every_design_is_asked_about_and_every_proved_one_is_of_use(example: str) -> None:
    checks = module(example).checks
    assert {check.subject for check in checks} == {system.name for system in module(example).systems}
    proved = {check.subject for check in checks if check.relation == "satisfies"}
    assert proved == {check.subject for check in checks if check.relation == "reaches"}


def test_the_proof_for_one_server_says_that_it_rests_on_one_server() -> None:
    (check,) = (
        check
        for check in module("overwritten_spool").checks
        if (check.subject, check.relation) == ("counter_on_one_server", "satisfies")
    )
    verdict = answer("overwritten_spool", check).verdict
    assert isinstance(verdict, Proved)
    assert "one_server" in {premise.name for premise in verdict.premises}
