"""Fewer clauses: those that an inductive invariant can do without, one at a time, are left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product as pairs

from honnin.compiler.product import Product
from honnin.compiler.smt.proof import Claimed, Deadline, Induction, OutOfTime
from honnin.spec.core import Expr, Property, walk


def shrunk(
    product: Product,
    properties: tuple[Property, ...],
    clauses: Sequence[Expr],
    wanted: Sequence[Expr],
    deadline: Deadline,
) -> tuple[Expr, ...]:
    """The clauses that are left of an inductive invariant when none but the wanted ones can be left out; fewer in no time.

    The longest go first. Asked of new solvers; what z3 cannot say keeps a clause. The result is to be checked again as a whole.
    """
    try:
        proof = _Proof(Induction(product, properties, deadline), clauses)
        if not proof.is_known:
            return tuple(clauses)
        for clause in sorted(proof.clauses, key=_length, reverse=True):
            if clause.formula not in wanted:
                proof.leave_out(clause)
    except OutOfTime:
        return tuple(clauses)
    return tuple(clause.formula for clause in proof.clauses)


def _length(clause: Claimed) -> int:
    return sum(1 for _ in walk(clause.formula))


class _Proof:
    """What each part of the proof rests on: (a path, the number of a clause that it keeps), or (a path, -1): nothing goes wrong."""

    def __init__(self, induction: Induction, clauses: Sequence[Expr]) -> None:
        self.induction = induction
        self.clauses = [induction.clause(clause) for clause in clauses]
        for clause in self.clauses:
            induction.assume(clause)
        self.rests_on: dict[tuple[int, int], list[int]] = {}
        targets = [-1, *(clause.number for clause in self.clauses)]
        self.is_known = self._ask(pairs(range(len(induction.paths)), targets), self.clauses)

    def leave_out(self, clause: Claimed) -> None:
        """Does without the clause, if the others are enough."""
        others = [other for other in self.clauses if other is not clause]
        parts = [
            part for part, used in self.rests_on.items() if clause.number in used and part[1] != clause.number
        ]
        if self._ask(parts, others):
            self.clauses = others
            self.rests_on = {part: used for part, used in self.rests_on.items() if part[1] != clause.number}

    def _ask(self, parts: Iterable[tuple[int, int]], active: Sequence[Claimed]) -> bool:
        """Whether these parts are right with the active clauses only; if so, what they rest on is noted."""
        by_number = {clause.number: clause for clause in active}
        found = {}
        for path, target in parts:
            if target < 0:
                answer = self.induction.violation(path, active)
            else:
                answer = self.induction.broken(path, by_number[target], active)
            if answer is not False:
                return False
            found[path, target] = [clause.number for clause in self.induction.rests_on]
        self.rests_on |= found
        return True
