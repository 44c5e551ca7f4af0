"""Solvers of clauses: z3's own, or one of python-sat where that is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Final, Protocol

import z3

from honnin.compiler.limit import OutOfTime
from honnin.compiler.smt.engine import Undecided
from honnin.compiler.smt.proof import Deadline, check


class Solver(Protocol):
    """Clauses over variables 1, 2, ..., as in DIMACS."""

    def add(self, clauses: Iterable[Sequence[int]]) -> None:
        """More clauses."""

    def solve(self, assumed: Sequence[int], deadline: Deadline) -> bool:
        """Whether there is a solution in which these literals are true; OutOfTime, Undecided."""

    def assignment(self) -> Callable[[int], bool]:
        """Which literals are true in the solution that was found last."""


class Z3Sat:
    """z3's SAT solver, which takes clauses as text."""

    def __init__(self) -> None:
        self._solver = z3.SolverFor("QF_FD")

    def add(self, clauses: Iterable[Sequence[int]]) -> None:
        lines = [" ".join(map(str, (*clause, 0))) for clause in clauses]
        if lines:
            self._solver.from_string(f"p cnf 0 {len(lines)}\n" + "\n".join(lines) + "\n")

    def solve(self, assumed: Sequence[int], deadline: Deadline) -> bool:
        result = check(self._solver, deadline, [_literal(one) for one in assumed])
        if result == z3.unknown:
            reason = self._solver.reason_unknown()
            raise OutOfTime if reason == "timeout" else Undecided(f"z3 could not decide ({reason})")
        return bool(result == z3.sat)

    def assignment(self) -> Callable[[int], bool]:
        model = self._solver.model()

        @cache
        def is_set(variable: int) -> bool:
            return bool(z3.is_true(model.eval(_literal(variable), model_completion=True)))

        return lambda literal: is_set(abs(literal)) == (literal > 0)


def _literal(number: int) -> z3.BoolRef:
    """The literal as z3 calls it when it reads clauses."""
    variable = z3.Const(abs(number), z3.BoolSort())
    return variable if number > 0 else z3.Not(variable)


class PythonSat:
    """CaDiCaL, of python-sat. It is asked in pieces of so many conflicts, between which time is looked at and Ctrl-C is heard."""

    def __init__(self) -> None:
        from pysat.solvers import Solver as Backend

        self._solver = Backend(name="cadical195")

    def add(self, clauses: Iterable[Sequence[int]]) -> None:
        self._solver.append_formula(clauses)

    def solve(self, assumed: Sequence[int], deadline: Deadline) -> bool:
        while True:
            deadline.check()
            self._solver.conf_budget(CONFLICTS)
            found = self._limited(assumed)
            if found is not None:
                return found

    def _limited(self, assumed: Sequence[int]) -> bool | None:
        from pysolvers import error

        try:
            found: bool | None = self._solver.solve_limited(assumptions=assumed)
        except error as interrupted:  # what it makes of a Ctrl-C
            raise KeyboardInterrupt from interrupted
        return found

    def assignment(self) -> Callable[[int], bool]:
        true = frozenset(self._solver.get_model() or ())
        return true.__contains__


CONFLICTS: Final = 2_000
"""Of which a solver has some thousands a second."""

SOLVERS: Final[Mapping[str, type[Solver]]] = {"z3": Z3Sat, "python-sat": PythonSat}


def is_installed() -> bool:
    """Whether there is a python-sat."""
    return find_spec("pysat") is not None


def fastest() -> Solver:
    """A solver of the fastest kind that is installed."""
    return PythonSat() if is_installed() else Z3Sat()
