"""The twin of an induction: the same questions, among few elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, TypeAlias, TypeVar

import z3

from honnin.compiler.product import Product
from honnin.compiler.simplify import negation
from honnin.compiler.smt.few.universe import Few
from honnin.compiler.smt.proof import FEW, Claimed, Deadline, Found, Induction
from honnin.compiler.smt.runs import short_names
from honnin.compiler.smt.splitting import opened
from honnin.compiler.smt.steps import binders
from honnin.compiler.smt.structures import Structure, satisfiable
from honnin.compiler.smt.universe import Unsupported
from honnin.spec.core import BoolT, EntityT, EnumT, Or, Property, Type, base_type

MOST_INSTANCES: Final = 729
"""A clause of more instances is looked at only in the states that are found."""

Test: TypeAlias = Callable[[Structure], bool]


class FewTwin(Induction):
    """An induction among few elements, `values` of each entity at most, asked with the clauses of one of any number."""

    def __init__(
        self, product: Product, properties: tuple[Property, ...], deadline: Deadline, values: int = FEW
    ) -> None:
        self._values = values
        self._is_finite = is_finite(product)
        self._own: dict[int, Claimed | Test] = {}
        names = short_names(dict.fromkeys(product.entities, values))
        super().__init__(product, properties, deadline, small=True, universe=Few(names))

    def new_solver(self) -> z3.Solver:
        return z3.SolverFor("QF_FD") if self._is_finite else z3.Solver()

    def not_initial_there(self, clause: Claimed) -> Found | bool:
        own = self._same(clause)
        return not isinstance(own, Claimed) or self.not_initial(own)

    def violation_there(self, path: int, active: Sequence[Claimed]) -> Found | bool:
        clauses, tests = self.same(active)
        return checked(self.violation(path, clauses), tests)

    def broken_there(self, path: int, clause: Claimed, active: Sequence[Claimed]) -> Found | bool:
        own = self._same(clause)
        if not isinstance(own, Claimed):
            return True
        clauses, tests = self.same(active)
        return checked(self.broken(path, own, clauses), tests)

    def rested_on(self, active: Sequence[Claimed]) -> list[Claimed]:
        numbers = {clause.number for clause in self.rests_on}
        own = ((clause, self._own.get(clause.number)) for clause in active)
        return [clause for clause, here in own if isinstance(here, Claimed) and here.number in numbers]

    def same(self, clauses: Sequence[Claimed]) -> tuple[list[Claimed], list[Test]]:
        """The clauses here; for those that are too long, whether they are false of a state."""
        own = [self._same(clause) for clause in clauses]
        return [c for c in own if isinstance(c, Claimed)], [c for c in own if not isinstance(c, Claimed)]

    def _same(self, clause: Claimed) -> Claimed | Test:
        number = clause.number
        if number not in self._own:
            variables, matrix = opened(clause.formula)
            if self._values ** len(variables) <= MOST_INSTANCES:
                own = self._own[number] = self.clause(clause.formula)
                self.assume(own)
            else:
                literals = matrix.items if isinstance(matrix, Or) else (matrix,)
                self._own[number] = satisfiable(variables, [negation(one) for one in literals])
        return self._own[number]


Answer = TypeVar("Answer")


def checked(answer: Answer | Found, tests: Sequence[Test]) -> Answer | Found | Literal[True]:
    """The answer; True, that nothing is known, where it is a state that one of the tests is true of."""
    is_vain = isinstance(answer, Found) and any(test(answer.before) for test in tests)
    return True if is_vain else answer


def twin_of(
    product: Product, properties: tuple[Property, ...], deadline: Deadline, values: int = FEW
) -> FewTwin | None:
    """The twin of an induction for a product; None where few elements are not simpler than any number."""
    try:
        return FewTwin(product, properties, deadline, values) if product.entities else None
    except Unsupported:
        return None


def is_finite(product: Product) -> bool:
    """Whether everything in the product is of few values where entities are."""
    types = [type for place in product.places for type in (*place.keys, place.value)]
    types += [type for given in product.givens for type in (*given.keys, given.value)]
    types += [binder.type for path in product.paths for binder in binders(path)]
    return all(map(_is_small, types))


def _is_small(type: Type) -> bool:
    inner = base_type(type)
    return isinstance(inner, BoolT | EntityT | EnumT)
