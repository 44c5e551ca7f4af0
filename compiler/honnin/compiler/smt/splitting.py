"""Stronger clauses from proved ones: where a variable stands several times, some of the places get a variable of their own.

"Who has voted for itself has voted for nobody else" is proved of two variables; it becomes "nobody has voted for two".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

from honnin.compiler.simplify import negation
from honnin.compiler.smt.atoms import binder, variable
from honnin.compiler.smt.proof import Claimed, Induction
from honnin.compiler.smt.structures import Structure, satisfiable
from honnin.spec.core import Binder, EntityT, Expr, Forall, Var, rewrite, walk

MOST_PLACES: Final = 6
"""A variable that stands in more places is left as it is."""

MOST_SAMPLES: Final = 160
"""So many samples are asked whether a clause is too strong."""


def stronger(
    induction: Induction, proved: Sequence[Claimed], news: Sequence[Expr], samples: Sequence[Structure]
) -> Iterator[Claimed]:
    """Clauses got from `news` that no sample violates, and that are inductive with what is proved and with those before."""
    known = list(proved)
    some = samples[:: max(1, len(samples) // MOST_SAMPLES)]
    for formula in news:
        for candidate in split(formula):
            variables, matrix = opened(candidate)
            test = satisfiable(variables, [negation(matrix)])
            if any(map(test, some)):
                continue
            claimed = induction.clause(candidate)
            if induction.not_initial(claimed) is False and induction.is_kept(claimed, known):
                induction.assume(claimed)
                known.append(claimed)
                yield claimed


def split(formula: Expr) -> Iterator[Expr]:
    """The closed formula with some of the places of one variable given to a new one, in every way; the first place keeps it."""
    variables, matrix = opened(formula)
    for one in variables:
        places = sum(isinstance(node, Var) and node.binder.uid == one.uid for node in walk(matrix))
        alike = sum(other.type == one.type for other in variables)
        if isinstance(one.type, EntityT) and 3 <= places <= MOST_PLACES:
            for size in range(1, places):
                for chosen in combinations(range(1, places), size):
                    new = binder(one.type, alike + 1)
                    yield _closed((*variables, new), _replaced(matrix, one, new, frozenset(chosen)))


def opened(formula: Expr) -> tuple[tuple[Binder, ...], Expr]:
    """The variables that the formula is about all values of, and what it says of them."""
    variables: list[Binder] = []
    while isinstance(formula, Forall):
        variables.append(formula.binder)
        formula = formula.body
    return tuple(variables), formula


def _closed(variables: Sequence[Binder], matrix: Expr) -> Expr:
    for one in reversed(variables):
        matrix = Forall(one, matrix)
    return matrix


def _replaced(matrix: Expr, one: Binder, new: Binder, places: frozenset[int]) -> Expr:
    """The variable replaced at these of its places, counted from the left."""
    seen = 0

    def visit(part: Expr) -> Expr:
        nonlocal seen
        if isinstance(part, Var) and part.binder.uid == one.uid:
            seen += 1
            return variable(new) if seen - 1 in places else part
        return rewrite(part, visit)

    return visit(matrix)
