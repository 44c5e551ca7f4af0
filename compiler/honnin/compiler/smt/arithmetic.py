"""A bounded search decided by z3 over its own terms: integers, texts and times are z3's to choose, all of them."""

from __future__ import annotations

from collections.abc import Sequence

import z3

from honnin.compiler.smt.engine import Domains, Undecided
from honnin.compiler.smt.models import decode
from honnin.compiler.smt.proof import Deadline, as_expression, check
from honnin.compiler.smt.universe import Universe
from honnin.compiler.smt.values import Formula, Term, disj
from honnin.spec.core import Type, Value


class Arithmetic:
    """z3 over bit vectors for entities and enums, integers for everything else that is not a Bool."""

    guessed = False

    def __init__(self, domains: Domains) -> None:
        self.universe = Universe(domains)
        self._solver = z3.Solver()
        self._sides = 0
        self._ways = 0

    def add(self, formula: Formula) -> None:
        self._solver.add(*self._fresh_sides(), as_expression(formula))

    def _fresh_sides(self) -> list[z3.BoolRef]:
        fresh = self.universe.side[self._sides :]
        self._sides = len(self.universe.side)
        return fresh

    def one_of(self, count: int) -> Sequence[Formula]:
        first, self._ways = self._ways, self._ways + count
        ways: list[Formula] = [z3.Bool(f"s{number}") for number in range(first, first + count)]
        self.add(disj(ways))
        if count > 1:
            self._solver.add(z3.AtMost(*ways, 1))
        return ways

    def introduce(self, type: Type, term: Term) -> None:
        """z3 is left to choose."""

    def solve(self, wrong: Formula, times: Sequence[Term], deadline: Deadline) -> Solution | None:
        self._solver.add(*self._fresh_sides())
        self._solver.push()
        self._solver.add(as_expression(wrong))
        try:
            result = check(self._solver, deadline)
            if result == z3.unknown:
                raise Undecided(f"z3 could not decide ({self._solver.reason_unknown()})")
            if result == z3.unsat:
                return None
            moments = [time for time in times if isinstance(time, z3.ExprRef)]
            return Solution(self._tidy(moments, deadline), self.universe)
        finally:
            self._solver.pop()

    def is_possible(self, deadline: Deadline) -> bool:
        return bool(check(self._solver, deadline) != z3.unsat)

    def _tidy(self, times: list[z3.ExprRef], deadline: Deadline) -> z3.ModelRef:
        """A model whose integers are small, if one is found quickly."""
        model = self._solver.model()
        numbers = [c for c in _integers(model) if not any(c.eq(time) for time in times)]
        for bound in (1, 3, 10, 100):
            self._solver.push()
            self._solver.add(*(z3.And(-bound <= n, n <= bound) for n in numbers))
            if times:
                self._solver.add(times[0] == 0)
                self._solver.add(*(time % 1_000_000 == 0 for time in times[1:]))
            try:
                if (numbers or times) and check(self._solver, deadline) == z3.sat:
                    return self._solver.model()
            finally:
                self._solver.pop()
        return model


class Solution:
    """A model of z3."""

    def __init__(self, model: z3.ModelRef, universe: Universe) -> None:
        self._model = model
        self._universe = universe

    def holds(self, formula: Formula) -> bool:
        return bool(z3.is_true(self._model.eval(as_expression(formula), model_completion=True)))

    def value(self, term: Term, type: Type) -> Value:
        return decode(self._model, self._universe, term, type)


def _integers(model: z3.ModelRef) -> list[z3.ArithRef]:
    return [d() for d in model.decls() if d.arity() == 0 and d.range() == z3.IntSort()]
