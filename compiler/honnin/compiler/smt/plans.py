"""In what order vocabularies are tried: few variables first, more of one sort at a time, then quantified atoms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from honnin.compiler.smt.atoms import Budget, binder
from honnin.compiler.smt.vocabulary import Vocabulary
from honnin.spec.core import EntityT, Type


@dataclass(frozen=True, slots=True)
class Plan:
    """What clauses to look for: how many variables of each sort, how many literals."""

    variables: Mapping[Type, int]
    literals: int
    quantified: bool = False

    def budget(self) -> Budget:
        """New variables for the plan."""
        return Budget(
            tuple(binder(type, i) for type, size in self.variables.items() for i in range(1, size + 1))
        )

    def __str__(self) -> str:
        sizes = ", ".join(f"{size} {getattr(type, 'name', 'Int')}" for type, size in self.variables.items())
        kind = ", quantified atoms" if self.quantified else ""
        return f"{sizes or 'no variables'}, {self.literals} literals{kind}"


def plans(words: Vocabulary) -> Iterator[Plan]:
    """The plans for a vocabulary, the cheapest first."""
    one = dict.fromkeys(words.sorts, 1)
    entities = sorted((t for t in words.sorts if isinstance(t, EntityT)), key=lambda t: -_keyed(words, t))
    yield Plan(one, 3)
    for type in entities:
        yield Plan({**one, type: 2}, 4)
    if words.formulas:
        yield Plan(one, 3, quantified=True)
        for type in entities:
            yield Plan({**one, type: 2}, 4, quantified=True)
    if len(entities) > 1:
        yield Plan({**one, **dict.fromkeys(entities, 2)}, 4)
    for size, literals in ((3, 4), (4, 4), (3, 5)):
        for type in entities:
            yield Plan({**one, type: size}, literals)


def _keyed(words: Vocabulary, type: Type) -> int:
    """How many places have a key of the type."""
    return sum(type in place.keys for place in words.places)
