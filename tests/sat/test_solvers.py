"""Without python-sat z3's own solver is asked, and who would go further with it is told so."""

from __future__ import annotations

import time

import pytest

from honnin.compiler.answers import Unknown
from honnin.compiler.limit import OutOfTime
from honnin.compiler.prove import prove
from honnin.compiler.sat import solvers
from honnin.compiler.sat.solvers import SOLVERS, Solver
from honnin.compiler.smt.proof import Deadline
from honnin.spec.load import check_text

ENDLESS = """
spec s
entity R
event b(n: Int)
invariant small "": on b(n): n < 1000000
system d implements s {
  var n: Int
  var own: R -> Int
  action grow(r: R) { own[r] += 1; n += own[r] * own[r] }
  action tell() { emit b(n) }
}
check d violates small
"""


def pigeons(holes: int) -> list[list[int]]:
    """More pigeons than holes: what such solvers take long for."""
    places = [[1 + pigeon * holes + hole for hole in range(holes)] for pigeon in range(holes + 1)]
    apart = [
        [-one[hole], -other[hole]]
        for hole in range(holes)
        for number, one in enumerate(places)
        for other in places[:number]
    ]
    return [*places, *apart]


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
def test_the_time_limit_is_kept(solver: type[Solver]) -> None:
    asked = solver()
    asked.add(pigeons(14))
    began = time.monotonic()
    with pytest.raises(OutOfTime):
        asked.solve([], Deadline(began + 0.5, query=float("inf")))
    assert time.monotonic() < began + 30


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
def test_what_does_not_fit_has_no_solution(solver: type[Solver]) -> None:
    asked = solver()
    asked.add(pigeons(4))
    assert not asked.solve([], Deadline(time.monotonic() + 20))


def test_the_fastest_that_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(solvers.fastest(), solvers.PythonSat)
    monkeypatch.setattr(solvers, "find_spec", lambda name: None)
    assert isinstance(solvers.fastest(), solvers.Z3Sat)


def test_an_unknown_answer_names_what_would_go_further(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = check_text(ENDLESS)
    assert checked.module is not None, checked.diagnostics
    monkeypatch.setattr(solvers, "find_spec", lambda name: None)
    found = prove(checked.module, checked.module.checks[0], timeout=6).verdict
    assert isinstance(found, Unknown)
    assert found.tried[-1].endswith("pip install 'honnin[sat]'")
