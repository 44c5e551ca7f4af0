"""States as conjunctions: a variable for each element, and as literals what is true of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from honnin.compiler.simplify import negation
from honnin.compiler.smt.atoms import Budget, alone, binder, guarded, instances, pair, terms
from honnin.compiler.smt.structures import Structure, Values, row_of
from honnin.compiler.smt.vocabulary import Vocabulary
from honnin.spec.core import Binder, DurationT, EntityT, Expr, IntT, TimeT, Type, Var, type_of

MOST_VALUES = 5
"""Of each sort, so many elements of a state are told of."""


class Diagrams:
    """Makes diagrams over one pool of variables, so that what is alike in two states is written alike."""

    def __init__(self, words: Vocabulary, *, quantified: bool) -> None:
        self.words = words
        self.quantified = quantified
        self._pool: dict[Type, list[Binder]] = {}
        self._atoms: dict[tuple[int, ...], tuple[Expr, ...]] = {}
        self._sorts = [type for type in words.sorts if isinstance(type, EntityT)]

    @property
    def pool(self) -> tuple[Binder, ...]:
        """The variables so far."""
        return tuple(b for binders in self._pool.values() for b in binders)

    def first(self, type: Type) -> list[Binder]:
        """The variables of the type, in order."""
        return self._pool[type]

    def of(self, state: Structure) -> tuple[Expr, ...]:
        """The literals that are true of the state's elements, each a variable; that they are different is among them."""
        chosen = [state.domain(type)[:MOST_VALUES] for type in self._sorts]
        sizes = tuple(map(len, chosen))
        variables = self._variables(sizes)
        if sizes not in self._atoms:
            self._atoms[sizes] = self._make_atoms(variables)
        values: Values = tuple(value for values in chosen for value in values)
        row = row_of(variables, self._atoms[sizes], values, state)
        atoms = enumerate(self._atoms[sizes])
        return tuple(atom if row >> index & 1 else negation(atom) for index, atom in atoms)

    def _variables(self, sizes: Sequence[int]) -> tuple[Binder, ...]:
        found: list[Binder] = []
        for type, size in zip(self._sorts, sizes, strict=True):
            own = self._pool.setdefault(type, [])
            own.extend(binder(type, index) for index in range(len(own) + 1, size + 1))
            found += own[:size]
        return tuple(found)

    def _make_atoms(self, variables: tuple[Binder, ...]) -> tuple[Expr, ...]:
        budget = Budget(variables)
        found: dict[Expr, None] = {}
        all_terms = terms(self.words, budget)
        for one, other in combinations(all_terms, 2):
            if isinstance(one, Var) or (_is_number(one) and _is_number(other)):
                found.update((guarded(atom), None) for atom in pair(one, other))
        for term in all_terms:
            found.update((guarded(atom), None) for atom in alone(term, self.words, unions=False))
        formulas = (*self.words.formulas, *self.words.projections) if self.quantified else ()
        for formula in (*self.words.comparisons, *formulas):
            found.update((guarded(instance), None) for instance in instances(formula, budget))
        return tuple(found)


def _is_number(term: Expr) -> bool:
    return isinstance(type_of(term), IntT | TimeT | DurationT)
