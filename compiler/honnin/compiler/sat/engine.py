"""A bounded search decided by a SAT solver: everything is bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from honnin.compiler.circuits.choices import OneOf
from honnin.compiler.circuits.gates import Bit
from honnin.compiler.circuits.words import Word, number
from honnin.compiler.product import Product
from honnin.compiler.sat.solvers import Solver, fastest
from honnin.compiler.sat.universe import Bits, samples_of
from honnin.compiler.smt.engine import Domains
from honnin.compiler.smt.proof import Deadline
from honnin.compiler.smt.values import Formula, Maybe, Term, known_value
from honnin.spec.core import OptionalT, Type, Value


class Sat:
    """Bits, and a solver that knows the clauses of all that was added."""

    def __init__(self, domains: Domains, product: Product, solver: Callable[[], Solver] = fastest) -> None:
        self.universe = Bits(domains, samples_of(product))
        self._circuit = self.universe.circuit
        self._solver = solver()

    @property
    def guessed(self) -> bool:
        return self.universe.guessed

    def add(self, formula: Formula) -> None:
        for side in self.universe.side:
            self._circuit.require((side,))
        self.universe.side.clear()
        self._circuit.require((formula,))

    def one_of(self, count: int) -> Sequence[Formula]:
        return self._circuit.exactly_one(count)

    def introduce(self, type: Type, term: Term) -> None:
        self.universe.introduce(type, term)

    def solve(self, wrong: Formula, times: Sequence[Term], deadline: Deadline) -> Solution | None:
        if wrong is False:
            return None
        self.add(True)
        assumed = [wrong.literal] if isinstance(wrong, Bit) else []
        self._solver.add(self._circuit.take())
        if not self._solver.solve(assumed, deadline):
            self._solver.add([[-literal] for literal in assumed])
            return None
        return Solution(self._solver)

    def is_possible(self, deadline: Deadline) -> bool:
        return self.solve(True, (), deadline) is not None


class Solution:
    """An assignment of the solver."""

    def __init__(self, solver: Solver) -> None:
        self._is_true = solver.assignment()

    def holds(self, formula: Formula) -> bool:
        return formula if isinstance(formula, bool) else self._is_true(formula.literal)

    def value(self, term: Term, type: Type) -> Value:
        match term:
            case Maybe(some=some, value=value):
                assert isinstance(type, OptionalT)
                return self.value(value, type.inner) if self.holds(some) else None
            case Bit():
                return self.holds(term)
            case OneOf(ways=ways):
                return known_value(next(one for one, wire in ways.items() if self.holds(wire)))
            case Word(wires=wires):
                return number([self.holds(wire) for wire in wires])
            case _:
                return known_value(term)
