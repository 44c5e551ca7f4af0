"""In what order clauses are looked for: few variables first, then quantified atoms, then more variables and longer clauses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement

from honnin.compiler.smt.atoms import Budget, binder
from honnin.compiler.smt.vocabulary import Vocabulary
from honnin.spec.core import Binder, EntityT, Type
from honnin.spec.records import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """What clauses to look for: at most so many variables, so many literals, whether atoms may have quantifiers, or be projections of such."""

    variables: int
    literals: int
    quantified: bool = False
    projected: bool = False

    def sorts(self, words: Vocabulary) -> Iterator[tuple[Type, ...]]:
        """The sorts of the variables, in every choice, few variables first."""
        for size in range(self.variables + 1):
            for sorts in combinations_with_replacement(words.sorts, size):
                if all(isinstance(type, EntityT) or sorts.count(type) < _MOST_OF_KEYS for type in sorts):
                    yield sorts

    def has(self, other: Plan) -> bool:
        """Whether every clause of the other plan is one of this."""
        return (
            self.variables >= other.variables
            and self.literals >= other.literals
            and self.quantified >= other.quantified
            and self.projected >= other.projected
        )

    def __str__(self) -> str:
        kind = ", quantified atoms" if self.quantified else ""
        kind += " and their projections" if self.projected else ""
        return f"clauses of {self.literals} literals over {self.variables} variables{kind}"


_MOST_OF_KEYS = 3
"""So many variables of an enum or an integer are not needed."""


def budget_of(sorts: tuple[Type, ...], words: Vocabulary) -> Budget:
    """Variables of these sorts, and what there is to read of them."""
    return Budget(tuple(_numbered(sorts)), words.functions)


def _numbered(sorts: tuple[Type, ...]) -> Iterator[Binder]:
    for index, type in enumerate(sorts):
        yield binder(type, sorts[: index + 1].count(type))


def plans(words: Vocabulary) -> Iterator[Plan]:
    """The plans for a vocabulary, the cheapest first."""
    quantified = bool(words.formulas)
    yield Plan(2, 4)
    if quantified:
        yield Plan(3, 4)
        yield Plan(2, 4, quantified=True)
    projected = bool(words.projections)
    if projected:
        yield Plan(2, 4, quantified=True, projected=True)
    for variables, literals in ((3, 4), (3, 5), (4, 5)):
        yield Plan(variables, literals, quantified, projected)
