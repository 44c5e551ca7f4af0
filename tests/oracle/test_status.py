"""One status for a whole run."""

from __future__ import annotations

import pytest

from honnin.oracle.status import Status, worst
from honnin.oracle.table import columns, cut


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((), 0),
        ((0, 3), 3),
        ((3, 4), 4),
        ((4, 1), 1),
        ((1, 2), 2),
        ((2, 70), 70),
        ((0, 3, 4, 1, 2, 70), 70),
    ],
)
def test_the_worst_status_counts(statuses: tuple[int, ...], expected: int) -> None:
    assert worst(*map(Status, statuses)) == expected


def test_columns_align_wide_characters_and_leave_out_empty_ones() -> None:
    assert columns([("一", "", "b"), ("aa", "", "c")]) == ["一  b", "aa  c"]


def test_cut_counts_cells() -> None:
    assert cut("一二三", 4) == "一二"
