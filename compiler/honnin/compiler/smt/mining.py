"""Clauses that every sample satisfies and a given state violates, the simplest first.

A row says which atoms are true for one choice of the variables in one state. A clause is false in a row when none of its
literals is true there; so a clause that excludes row r and no sample is a set of atoms on which, for every sample row, at
least one differs from r: a small hitting set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from honnin.compiler.simplify import disjunction, negation
from honnin.compiler.smt.atoms import Budget, weight
from honnin.compiler.smt.structures import Rows, Structure, row_function
from honnin.spec.core import Binder, Expr, Forall, Var, walk

MOST_LOOKS = 20_000
"""So many partial clauses are looked at for one row; then what was found must do."""


@dataclass(frozen=True, slots=True)
class Clause:
    """`literals`, one of which is true for all values of `variables`."""

    variables: tuple[Binder, ...]
    literals: tuple[Expr, ...]

    @property
    def matrix(self) -> Expr:
        return disjunction(self.literals)

    @property
    def formula(self) -> Expr:
        """The closed formula."""
        formula = self.matrix
        for variable in reversed(self.variables):
            formula = Forall(variable, formula)
        return formula

    @property
    def weight(self) -> float:
        return sum(map(weight, self.literals)) + 4 * len(self.literals) + 2 * len(self.variables)


def clause_of(budget: Budget, literals: Sequence[Expr]) -> Clause:
    """The clause over those of the budget's variables that occur in it."""
    used = {node.binder.uid for literal in literals for node in walk(literal) if isinstance(node, Var)}
    return Clause(tuple(b for b in budget.variables if b.uid in used), tuple(literals))


@dataclass(slots=True)
class _HittingSets:
    """`agree[a]`: the samples (as bits) that agree with the row on atom a. `samples`: each sample's bit and the atoms (as bits)
    on which it differs from the row, the nearest sample first: it leaves the fewest choices."""

    agree: list[int]
    samples: list[tuple[int, int]]
    most: int
    found: list[tuple[int, ...]] = field(default_factory=list)
    seen: set[frozenset[int]] = field(default_factory=set)
    looks: int = MOST_LOOKS

    def extend(self, left: int, size: int, chosen: frozenset[int]) -> None:
        """Every way to add at most `size` atoms to the chosen, so that none of the samples `left` agrees with all."""
        if not left:
            if not any(set(other) <= chosen for other in self.found):
                self.found.append(tuple(sorted(chosen)))
            return
        self.looks -= 1
        if size == 0 or len(self.found) >= self.most or self.looks < 0:
            return
        differing = next(atoms for bit, atoms in self.samples if left & bit)
        while differing:
            lowest = differing & -differing
            differing ^= lowest
            index = lowest.bit_length() - 1
            extended = chosen | {index}
            if extended not in self.seen and (size > 1 or not left & self.agree[index]):
                self.seen.add(extended)
                self.extend(left & self.agree[index], size - 1, extended)


@dataclass(slots=True)
class Table:
    """The distinct rows of the samples seen so far over the atoms of one budget. `columns[a]` has bit i for row i."""

    budget: Budget
    atoms: tuple[Expr, ...]
    rows: list[int] = field(default_factory=list)
    known: set[int] = field(default_factory=set)
    columns: list[int] = field(default_factory=list)
    _row: Rows = field(init=False)

    def __post_init__(self) -> None:
        self._row = row_function(self.budget.variables, self.atoms)
        self.columns = [0] * len(self.atoms)

    def rows_of(self, structure: Structure) -> Iterator[int]:
        """The row for each choice of the variables."""
        for values in product(*(structure.domain(b.type) for b in self.budget.variables)):
            yield self._row(structure, *values)

    def add(self, structure: Structure) -> bool:
        """The state is a sample from now on. Whether it brought a new row."""
        fresh = False
        for row in self.rows_of(structure):
            if row not in self.known:
                fresh = True
                self.known.add(row)
                bit = 1 << len(self.rows)
                self.rows.append(row)
                for index, digit in enumerate(reversed(f"{row:b}")):
                    if digit == "1":
                        self.columns[index] |= bit
        return fresh

    def excluding(self, row: int, most_literals: int, most: int) -> list[tuple[int, ...]]:
        """Sets of atoms, minimal by inclusion, on which no sample agrees with the row; at most `most`, the smallest first."""
        full = (1 << len(self.rows)) - 1
        search = _HittingSets(
            [column if row >> index & 1 else full & ~column for index, column in enumerate(self.columns)],
            sorted(
                ((1 << index, sample ^ row) for index, sample in enumerate(self.rows)),
                key=lambda known: known[1].bit_count(),
            ),
            most,
        )
        for size in range(1, most_literals + 1):
            search.extend(full, size, frozenset())
            if len(search.found) >= most:
                break
            search.seen.clear()
        return search.found

    def clause(self, row: int, chosen: Iterable[int]) -> Clause:
        """The clause that is false in the row, with these atoms."""
        literals = [
            negation(self.atoms[index]) if row >> index & 1 else self.atoms[index] for index in sorted(chosen)
        ]
        return clause_of(self.budget, literals)

    def clauses(self, structure: Structure, most_literals: int, most: int) -> list[Clause]:
        """Clauses that the state violates and no sample does, the simplest first."""
        found: dict[tuple[Expr, ...], Clause] = {}
        for row in dict.fromkeys(self.rows_of(structure)):
            if row in self.known:
                continue
            for chosen in self.excluding(row, most_literals, most):
                clause = self.clause(row, chosen)
                found.setdefault(clause.literals, clause)
        return sorted(found.values(), key=lambda clause: (len(clause.literals), clause.weight))
