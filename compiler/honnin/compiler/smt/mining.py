"""Clauses that every sample satisfies and a given state violates, the simplest first.

A row says which atoms are true for one choice of the variables in one state. A clause is false in a row when none of its
literals is true there; so a clause that excludes row r and no sample is a set of atoms on which, for every sample row, at
least one differs from r: a small hitting set.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from copy import copy
from math import prod
from typing import Final, TypeAlias

from honnin.compiler.simplify import disjunction, negation
from honnin.compiler.smt.atoms import Budget, atoms, weight
from honnin.compiler.smt.plans import Layer, Plan, budget_of
from honnin.compiler.smt.structures import Structure, row_function, satisfiable
from honnin.compiler.smt.vocabulary import Vocabulary
from honnin.spec.core import Binder, Expr, Forall, Type, Var, walk
from honnin.spec.records import dataclass, field

More: TypeAlias = Callable[[], Iterable[Structure]]
"""Further samples."""

Kind: TypeAlias = tuple[tuple[Type, ...], bool, bool]
"""Of a table: the sorts of its variables, whether its atoms may have quantifiers, and be projections of such."""

MOST_LOOKS = 20_000
"""So many partial clauses are looked at for one row; then what was found must do."""


MOST_ROWS = 256
"""A sample with more choices of the variables is left out: what it would say against a clause z3 will say."""


@dataclass(frozen=True, slots=True)
class Clause:
    """`literals`, one of which is true for all values of `variables`; `weight`: how complicated it is."""

    variables: tuple[Binder, ...]
    literals: tuple[Expr, ...]
    weight: float

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


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal, how complicated it is, and the variables that it speaks of, by number."""

    formula: Expr
    weight: float
    speaks_of: frozenset[int]


def literal(formula: Expr) -> Literal:
    """What there is to know of a literal."""
    speaks_of = frozenset(node.binder.uid for node in walk(formula) if isinstance(node, Var))
    return Literal(formula, weight(formula), speaks_of)


def clause_of(budget: Budget, literals: Sequence[Literal]) -> Clause:
    """The clause over those of the budget's variables that occur in it."""
    used = frozenset[int]().union(*(each.speaks_of for each in literals))
    variables = tuple(b for b in budget.variables if b.uid in used)
    heavy = sum(each.weight for each in literals) + 4 * len(literals) + 2 * len(variables)
    return Clause(variables, tuple(each.formula for each in literals), heavy)


@dataclass(slots=True)
class _HittingSets:
    """`sets`: what must be hit, as so many bits (`width`); the smallest first."""

    sets: list[int]
    width: int
    most: int
    hit: dict[int, int] = field(default_factory=dict)
    found: list[tuple[int, ...]] = field(default_factory=list)
    seen: set[frozenset[int]] = field(default_factory=set)
    looks: int = MOST_LOOKS
    text: str = ""  # the sets, the last one first, as `width` binary digits each

    def extend(self, left: int, size: int, chosen: frozenset[int]) -> None:
        """Every way to add at most `size` elements to the chosen, so that all sets are hit; `left`: those that are not yet."""
        if not left:
            if not any(set(other) <= chosen for other in self.found):
                self.found.append(tuple(sorted(chosen)))
            return
        self.looks -= 1
        if size == 0 or len(self.found) >= self.most or self.looks < 0:
            return
        for element in bits(self.sets[(left & -left).bit_length() - 1]):
            extended = chosen | {element}
            if extended not in self.seen:
                rest = left & ~self._hit_by(element)
                if size > 1 or not rest:
                    self.seen.add(extended)
                    self.extend(rest, size - 1, extended)

    def _hit_by(self, element: int) -> int:
        """The sets (as bits) that have the element."""
        found = self.hit.get(element)
        if found is None:
            if not self.text:
                self.text = "".join(f"{one:0{self.width}b}" for one in reversed(self.sets))
            found = self.hit[element] = int(self.text[self.width - 1 - element :: self.width], 2)
        return found


def bits(number: int) -> Iterator[int]:
    """The positions of the ones."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


def minimal(sets: Iterable[int]) -> list[int]:
    """The sets (as bits), without those that contain one of the others that are small; the smallest first."""
    kept: list[int] = []
    smallest: list[int] = []
    for one in sorted(sets, key=lambda candidate: (candidate.bit_count(), candidate)):
        for small in smallest:
            if small & one == small:
                break
        else:
            kept.append(one)
            if len(smallest) < _SMALL:
                smallest.append(one)
    return kept


_SMALL = 60


class Table:
    """The distinct rows of the samples seen so far over the atoms of one budget."""

    def __init__(self, budget: Budget, atoms: tuple[Expr, ...]) -> None:
        self.budget = budget
        self.atoms = atoms
        self.known: set[int] = set()
        self.rows_of = row_function(budget.variables, atoms)
        self._literals: dict[_Sign, Literal] = {}

    def copy(self) -> Table:
        """One that knows the same rows, and may be told of more."""
        other = copy(self)
        other.known = set(self.known)
        return other

    def add(self, structure: Structure) -> bool:
        """The state is a sample from now on. Whether it brought a new row."""
        before = len(self.known)
        self.known |= self.rows_of(structure)
        return len(self.known) > before

    def excluding(self, row: int, most_literals: int, most: int) -> list[tuple[int, ...]]:
        """Sets of atoms, minimal by inclusion, on which no sample agrees with the row; at most `most`, the smallest first."""
        sets = minimal(row ^ sample for sample in self.known)
        if sets and not sets[0]:
            return []
        search = _HittingSets(sets, len(self.atoms), most)
        for size in range(1, most_literals + 1):
            search.extend((1 << len(sets)) - 1, size, frozenset())
            if len(search.found) >= most:
                break
            search.seen.clear()
        return search.found

    def _literal(self, sign: _Sign) -> Literal:
        found = self._literals.get(sign)
        if found is None:
            index, is_negated = sign
            atom = self.atoms[index]
            found = self._literals[sign] = literal(negation(atom) if is_negated else atom)
        return found

    def clauses(self, structure: Structure, most_literals: int, most: int) -> list[Clause]:
        """Clauses that the state violates and no sample does, the simplest first."""
        found: dict[tuple[_Sign, ...], Clause] = {}
        for row in sorted(self.rows_of(structure) - self.known):
            if len(found) >= ENOUGH * most:
                break
            for chosen in self.excluding(row, most_literals, most):
                # The clause is false in the row: an atom that is true there is negated.
                signs = tuple((index, bool(row >> index & 1)) for index in sorted(chosen))
                if signs not in found:
                    found[signs] = clause_of(self.budget, [self._literal(sign) for sign in signs])
        return sorted(found.values(), key=lambda clause: (len(clause.literals), clause.weight))


_Sign: TypeAlias = tuple[int, bool]
"""The number of an atom, and whether it is negated."""


class Tables:
    """The tables of a vocabulary, each with the rows of samples; those that several plans ask for are made once.

    A table of many variables has the rows of some samples only: what it says is held against the others, and it learns from
    those that say otherwise.
    """

    def __init__(self, words: Vocabulary, samples: Sequence[Structure], more: More) -> None:
        self.words = words
        self.samples = list(samples)
        self._more = more
        self._budgets: dict[tuple[Type, ...], Budget] = {}
        self._made: dict[Kind, Table | None] = {}
        self._denied_by: dict[Expr, Structure | None] = {}

    def learn_more(self) -> None:
        """From now on there are further samples."""
        found = list(self._more())
        self.samples += found
        for (sorts, *_), table in self._made.items():
            if table is not None:
                for sample in _looked_at(found, sorts):
                    table.add(sample)
        self._denied_by = {}

    def table(self, kind: Kind) -> Generator[None, None, Table | None]:
        """The table of the kind, if it says anything that those of fewer variables do not."""
        if kind not in self._made:
            yield from self._make(kind)
        made = self._made[kind]
        return None if made is None else made.copy()

    def _make(self, kind: Kind) -> Iterator[None]:
        sorts, quantified, projected = kind
        if sorts not in self._budgets:
            self._budgets[sorts] = budget_of(sorts, self.words)
        budget = self._budgets[sorts]
        found = tuple(atoms(self.words, budget, quantified=quantified, projected=projected))
        table = Table(budget, found) if is_connected(budget, found) else None
        if table is not None:
            step = EVERY if len(sorts) >= MANY else 1
            for number, sample in enumerate(_looked_at(self.samples[::step], sorts)):
                if number % _AT_ONCE == 0:
                    yield
                table.add(sample)
        self._made[kind] = table

    def clauses(self, table: Table, structure: Structure, literals: int, most: int) -> Iterator[list[Clause]]:
        """Clauses of the table that the structure violates and no sample does; empty lists come before, while it is worked."""
        while True:
            found = table.clauses(structure, literals, most)
            if len(table.budget.variables) < MANY or not self._teach(table, found[:MOST_DENIED]):
                yield found
                return
            yield []

    def _teach(self, table: Table, found: Sequence[Clause]) -> bool:
        """Whether the table has learned a new row from samples that deny what it says."""
        deniers = [denier for denier in map(self._denier, found) if denier is not None]
        return sum(table.add(denier) for denier in deniers) > 0

    def _denier(self, clause: Clause) -> Structure | None:
        """A sample that violates the clause, if there is one."""
        formula = clause.formula
        if formula not in self._denied_by:
            test = satisfiable(clause.variables, [negation(literal) for literal in clause.literals])
            self._denied_by[formula] = next(filter(test, self.samples), None)
        return self._denied_by[formula]


ENOUGH: Final = 4
"""Where there are so many times as many clauses as are wanted, no more rows are looked at."""

MANY: Final = 2
"""A table of so many variables is made of one sample of EVERY at first."""

EVERY: Final = 12

MOST_DENIED: Final = 10
"""So many of the clauses that a table has are held against all samples."""

_AT_ONCE = 16
"""So many samples are taken up between two looks at the clock."""


def _looked_at(samples: Iterable[Structure], sorts: Sequence[Type]) -> Iterator[Structure]:
    """The samples that do not have too many choices of variables of these sorts."""
    return (s for s in samples if prod(len(s.domain(type)) for type in sorts) <= MOST_ROWS)


class _Asked:
    """A layer of a plan: the tables that it has been asked about, and those to come."""

    def __init__(self, layer: Layer, words: Vocabulary) -> None:
        self.literals = layer.literals
        self.tables: list[Table] = []
        self.coming = ((sorts, layer.quantified, layer.projected) for sorts in layer.sorts(words))


class Template:
    """The clauses of a plan: a table for each choice of variables, made when it is needed.

    A clause is looked for in the tables of one layer after the other, of few variables first: another is asked only where these have none.
    """

    def __init__(self, tables: Tables, plan: Plan) -> None:
        self.plan = plan
        self._tables = tables
        self._more: list[Structure] = []
        self._made: dict[Kind, Table | None] = {}
        self._layers = [_Asked(layer, tables.words) for layer in plan.layers]

    def add(self, structure: Structure) -> None:
        """The state is a sample from now on."""
        self._more.append(structure)
        for table in self._made.values():
            if table is not None:
                table.add(structure)

    def clauses(self, structure: Structure, most: int) -> Iterator[list[Clause]]:
        """Clauses that the state violates and no sample does, the simplest first; empty lists come before, while it is worked."""
        for layer in self._layers:
            for table in self._of(layer):
                if table is None:
                    yield []
                    continue
                for found in self._tables.clauses(table, structure, layer.literals, most):
                    yield found
                    if found:
                        return

    def _of(self, layer: _Asked) -> Iterator[Table | None]:
        """The tables of the layer; None comes before, while one is made."""
        yield from layer.tables
        for kind in layer.coming:
            if kind not in self._made:
                made = yield from self._tables.table(kind)
                if made is not None:
                    for sample in self._more:
                        made.add(sample)
                self._made[kind] = made
            table = self._made[kind]
            if table is not None:
                layer.tables.append(table)
                yield table


def is_connected(budget: Budget, atoms: Sequence[Expr]) -> bool:
    """Whether the atoms speak of the variables together, so that a clause over all of them is not one over fewer in disguise."""
    groups = [{b.uid} for b in budget.variables]
    for atom in atoms:
        spoken_of = {node.binder.uid for node in walk(atom) if isinstance(node, Var)}
        joined = [group for group in groups if group & spoken_of]
        if len(joined) > 1:
            groups = [group for group in groups if group not in joined] + [set().union(*joined)]
    return len(groups) <= 1
