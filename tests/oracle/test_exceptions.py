"""What the library raises and warns of comes whole from another process: of a pool, of pytest-xdist."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from honnin.oracle import load
from honnin.oracle.interleave.tried import NothingTried
from honnin.oracle.misuse import WrongName, WrongUse

DATA = Path(__file__).parent / "data"


def _bad_input() -> None:
    load(DATA / "untried.honnin").oracle().observe("a")


def _violation() -> None:
    load(DATA / "untried.honnin").oracle().observe("a", x=99)


def _setting() -> None:
    load(DATA / "untried.honnin").oracle(clock=None)  # type: ignore[arg-type]


def _facts() -> None:
    load(DATA / "certificate_issuance.honnin").oracle()


def _specification() -> None:
    load(DATA / "wrong.honnin")


def _misuse() -> None:
    raise WrongUse("HN0673", "what is wrong", "what to do")


def _name() -> None:
    raise WrongName("HN0673", "what is wrong")


def _warning() -> None:
    raise NothingTried("HN0681", "nothing was tried")


@pytest.mark.parametrize(
    "raising", [_bad_input, _violation, _setting, _facts, _specification, _misuse, _name, _warning]
)
def test_an_exception_crosses_processes(raising: Callable[[], None]) -> None:
    with pytest.raises(Exception) as raised:
        raising()
    error = raised.value
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (type(error), str(error))
    assert getattr(again, "__notes__", []) == getattr(error, "__notes__", [])
    assert again.__dict__.keys() == error.__dict__.keys()


def test_a_warning_is_made_again_of_its_arguments() -> None:
    """So pytest-xdist does, and otherwise names the class twice."""
    warning = NothingTried("HN0681", "nothing was tried")
    assert str(type(warning)(*warning.args)) == str(warning) == "HN0681: nothing was tried"
