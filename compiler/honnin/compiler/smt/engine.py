"""What a bounded search asks of whoever decides its formulas: z3 over its own terms (arithmetic.py), or a SAT solver over bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from honnin.compiler.smt.proof import Deadline
from honnin.compiler.smt.universe import Universe
from honnin.compiler.smt.values import Formula, Term
from honnin.spec.core import Type, Value


class Undecided(Exception):
    """No answer, for another reason than the time; the text says which."""


class Model(Protocol):
    """What everything is in one solution."""

    def holds(self, formula: Formula) -> bool:
        """Whether the formula is true there."""

    def value(self, term: Term, type: Type) -> Value:
        """The value of the term there."""


class Engine(Protocol):
    """Formulas over the terms of one universe."""

    @property
    def universe(self) -> Universe:
        """Where its terms are made."""

    @property
    def guessed(self) -> bool:
        """Whether only some values of a type without end are tried: what is not found may exist."""

    def add(self, formula: Formula) -> None:
        """From now on the formula holds."""

    def one_of(self, count: int) -> Sequence[Formula]:
        """So many formulas of which just one holds."""

    def introduce(self, type: Type, term: Term) -> None:
        """The term is the next value that a run chooses."""

    def solve(self, wrong: Formula, times: Sequence[Term], deadline: Deadline) -> Model | None:
        """A solution in which `wrong` holds too, with small values at these times; OutOfTime, Undecided."""

    def is_possible(self, deadline: Deadline) -> bool:
        """Whether there is a solution; OutOfTime."""


Domains = Mapping[str, tuple[Value, ...]]
