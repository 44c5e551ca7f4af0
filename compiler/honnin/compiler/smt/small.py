"""Models with few elements: of each sort as few as will do, asked for one sort after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import z3

from honnin.compiler.smt.universe import Universe
from honnin.spec.core import EntityT


class Ask(Protocol):
    """How a solver is asked, in time."""

    def __call__(self, solver: z3.Solver, *, assumptions: Sequence[z3.BoolRef]) -> z3.CheckSatResult: ...


ENOUGH = 4
"""Where more elements of a sort than these are needed, their number is left as it is."""


class Sizes:
    """Limits to the numbers of elements, as constants whose truth asks for them; each solver is told of those that it is asked about."""

    def __init__(self, universe: Universe, entities: Sequence[str]) -> None:
        self._universe = universe
        self._entities = [EntityT(name) for name in entities]
        self._limits: dict[tuple[int, int], tuple[z3.BoolRef, z3.BoolRef]] = {}

    def smallest(self, solver: z3.Solver, assumptions: Sequence[z3.BoolRef], ask: Ask) -> z3.ModelRef:
        """A model of what the solver has just found satisfiable."""
        model = solver.model()
        limits: list[z3.BoolRef] = []
        for sort, entity in enumerate(self._entities):
            present = self._universe.present(model, entity)
            for size in range(1, min(present, ENOUGH + 1)):
                limit = self._limit(solver, sort, size)
                if ask(solver, assumptions=[*assumptions, *limits, limit]) == z3.sat:
                    limits.append(limit)
                    model = solver.model()
                    break
        return model

    def _limit(self, solver: z3.Solver, sort: int, size: int) -> z3.BoolRef:
        if (sort, size) not in self._limits:
            guard = z3.Bool(f"at_most_{sort}_{size}")
            few = self._universe.at_most(size, self._entities[sort])
            self._limits[sort, size] = guard, z3.Implies(guard, few)
        guard, fact = self._limits[sort, size]
        solver.add(fact)
        return guard
