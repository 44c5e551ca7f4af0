"""Solvers of clauses: z3's own, and those of python-sat where that is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Final, Protocol

import z3

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
            raise Undecided(f"z3 could not decide ({self._solver.reason_unknown()})")
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


SOLVERS: Final[Mapping[str, type[Solver]]] = {"z3": Z3Sat}
