"""Checkpoints are written as often as is asked for, but take no more than a tenth of the time."""

from __future__ import annotations

import gc
import time

import pytest

from honnin.oracle.checkpoints.rhythm import Rhythm


@pytest.mark.parametrize(("took", "rest"), [(0.0, 10.0), (1.0, 10.0), (2.0, 18.0)])
def test_the_next_is_not_before_its_time(took: float, rest: float, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    rhythm = Rhythm(10.0)
    assert rhythm.is_due()
    with rhythm.writing():
        assert not gc.isenabled()
        now += took
    assert gc.isenabled()
    now += rest - 0.5
    assert not rhythm.is_due()
    now += 0.5
    assert rhythm.is_due()


def test_with_no_time_between_it_is_always_due() -> None:
    rhythm = Rhythm(0.0)
    rhythm.rest(took=60.0)
    assert rhythm.is_due()


def test_one_that_fails_is_tried_again() -> None:
    rhythm = Rhythm(10.0)
    with pytest.raises(OSError, match="full"), rhythm.writing():
        raise OSError("full")
    assert rhythm.is_due() and gc.isenabled()
