"""The runnable miniatures: the real fault is caught, the same every time; the right fixes are silent."""

from __future__ import annotations

import pytest

from honnin.spec.load import check_file

from .modules import EXAMPLES, module

FOUND: dict[tuple[str, str], list[tuple[str, int]]] = {
    ("overwritten_spool", "one_second_name"): [
        ("right_person", 5),
        ("may_have_it", 5),
        ("right_person", 6),
        ("may_have_it", 6),
    ],
    ("overwritten_spool", "request_name"): [],
    ("overwritten_spool", "exclusive_create"): [],
    ("stale_replica", "async_replica"): [("registered_at_issue", 5), ("told_means_gone", 5)],
    ("stale_replica", "ack_after_replica"): [("registered_at_issue", 4)],
    ("stale_replica", "reads_source"): [],
    ("mislinked_record", "take_first"): [
        ("right_number", 5),
        ("right_number", 8),
        ("own_record", 14),
        ("own_record", 15),
    ],
    ("mislinked_record", "take_unique"): [("right_number", 4), ("own_record", 9)],
    ("mislinked_record", "number_from_card"): [],
    ("mislinked_record", "card_and_compared"): [],
    ("open_session", "manual_logout"): [
        ("own_account", 7),
        ("card_of_this_visit", 7),
        ("card_of_this_visit", 11),
    ],
    ("open_session", "card_read_again"): [("own_account", 11)],
    ("open_session", "form_cleared"): [],
    ("open_session", "card_stays_in"): [],
    ("suspended_channel", "checked_at_acceptance"): [("none_through_suspended", 3)],
    ("suspended_channel", "printed_under_flag"): [],
    ("suspended_channel", "drained"): [],
}
"""What the oracle finds, by example and design: the invariants and the events at which they are violated."""


@pytest.mark.parametrize(("example", "design"), FOUND)
def test_what_the_oracle_finds(example: str, design: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = module(example, "miniature").main([design])
    *violations, summary = capsys.readouterr().out.splitlines()
    expected = FOUND[example, design]
    assert status == (1 if expected else 0)
    assert [line.split(":")[0] for line in violations] == [
        f"{invariant} is violated at event {position}" for invariant, position in expected
    ]
    assert summary.endswith(f"violations: {len(expected)}")


@pytest.mark.parametrize("example", sorted({example for example, _ in FOUND}))
def test_every_design_of_a_miniature_is_one_of_the_specification(example: str) -> None:
    checked = check_file(EXAMPLES / example / f"{example}.honnin").module
    assert checked is not None
    designs = set(module(example, "miniature").DESIGNS)
    assert designs == {design for name, design in FOUND if name == example}
    assert designs <= {system.name for system in checked.systems}


def test_an_unknown_design_is_a_mistake_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        module("open_session", "miniature").main(["no_such_design"])
    assert "invalid choice" in capsys.readouterr().err
