"""In what order clauses are looked for: few variables first, then quantified atoms, then more variables and longer clauses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement
from typing import Final

from honnin.compiler.smt.atoms import Budget, binder
from honnin.compiler.smt.vocabulary import Vocabulary
from honnin.spec.core import Binder, EntityT, Type
from honnin.spec.records import dataclass


@dataclass(frozen=True, slots=True)
class Layer:
    """Clauses of `least` to `most` variables, of at most so many literals; whether atoms may have quantifiers, or be projections of such."""

    least: int
    most: int
    literals: int
    quantified: bool = False
    projected: bool = False

    def sorts(self, words: Vocabulary) -> Iterator[tuple[Type, ...]]:
        """The sorts of the variables, in every choice, few variables first."""
        for size in range(self.least, self.most + 1):
            for sorts in combinations_with_replacement(words.sorts, size):
                if all(isinstance(type, EntityT) or sorts.count(type) < _MOST_OF_KEYS for type in sorts):
                    yield sorts

    def has(self, other: Layer) -> bool:
        """Whether every clause of the other layer is one of few or as many variables of this."""
        return (
            self.most >= other.most
            and self.literals >= other.literals
            and self.quantified >= other.quantified
            and self.projected >= other.projected
        )

    def __str__(self) -> str:
        kind = ", quantified atoms" if self.quantified else ""
        kind += " and their projections" if self.projected else ""
        return f"clauses of {self.literals} literals over {self.most} variables{kind}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What clauses to look for: those of a layer where those before have none."""

    layers: tuple[Layer, ...]

    @property
    def quantified(self) -> bool:
        """Whether some atoms have quantifiers."""
        return any(layer.quantified for layer in self.layers)

    def has(self, other: Plan) -> bool:
        """Whether every clause of the other plan is one of this."""
        return all(any(own.has(layer) for own in self.layers) for layer in other.layers)

    def __str__(self) -> str:
        return str(self.layers[-1])


_MOST_OF_KEYS = 3
"""So many variables of an enum or an integer are not needed."""


def budget_of(sorts: tuple[Type, ...], words: Vocabulary) -> Budget:
    """Variables of these sorts, and what there is to read of them if they are few."""
    return Budget(tuple(_numbered(sorts)), words.functions if len(sorts) <= MOST_READ else ())


MOST_READ: Final = 3


def _numbered(sorts: tuple[Type, ...]) -> Iterator[Binder]:
    for index, type in enumerate(sorts):
        yield binder(type, sorts[: index + 1].count(type))


def plans(words: Vocabulary) -> Iterator[Plan]:
    """The plans for a vocabulary, the cheapest first."""
    quantified, projected = bool(words.formulas), bool(words.projections)
    few, wide = Layer(0, 2, 4), Layer(3, 4, 3)
    yield Plan((few,))
    if quantified:
        yield Plan((few, wide, Layer(3, 3, 4)))
        yield Plan((Layer(0, 2, 4, quantified=True),))
    few = Layer(0, 2, 4, quantified, projected)
    if projected:
        yield Plan((few,))
    short, long, longer = (Layer(3, 3, literals, quantified, projected) for literals in (3, 4, 5))
    yield Plan((few, wide, short, long))
    yield Plan((few, wide, short, longer))
    yield Plan((few, wide, short, longer, Layer(4, 4, 5, quantified, projected)))
