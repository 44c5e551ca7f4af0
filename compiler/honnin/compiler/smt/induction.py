"""Proofs for any number of every entity: an inductive invariant is found, clause by clause, and checked again from scratch.

The loop: z3 is asked for a step from a state that satisfies the clauses so far to something wrong. The state it finds is
excluded by a clause that no sample violates; a clause that a step breaks is saved by further clauses, or given up, and what the
step led to then counts as a sample. Nothing is believed because samples satisfy it: what is answered is proved by z3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from honnin.compiler.product import Product
from honnin.compiler.smt.atoms import Vocabulary, atoms, vocabulary
from honnin.compiler.smt.mining import Clause, Table, violates
from honnin.compiler.smt.plans import Plan, plans
from honnin.compiler.smt.proof import Deadline, Found, Induction, OutOfTime
from honnin.compiler.smt.structures import Structure, compile_expr
from honnin.compiler.smt.universe import Unsupported
from honnin.spec.core import Expr, Property

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Inductive:
    """The clauses and the properties of the design that together are inductive and exclude everything wrong."""

    clauses: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class NotFound:
    """No proof was found; `reason` says what was tried."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Lemma:
    formula: Expr
    number: int


class _Search:
    """The state of the loop. `lemmas` hold of every sample and initially, and are being proved together."""

    def __init__(self, induction: Induction, samples: Sequence[Structure]) -> None:
        self.induction = induction
        self.samples = samples
        self.lemmas: list[_Lemma] = []
        self.given_up: set[Expr] = set()

    def look(self, plan: Plan, words: Vocabulary, progress: Progress) -> bool:
        """Whether the lemmas, with more of the plan's, are now inductive and exclude everything wrong."""
        self.given_up = set()
        budget = plan.budget()
        self.table = Table(budget, tuple(atoms(words, budget, quantified=plan.quantified)))
        self.plan = plan
        progress(f"looking for an invariant: {plan}, {len(self.table.atoms)} atoms")
        for sample in self.samples[:_FIRST_SAMPLES]:
            self.table.add(sample)
        return self._loop()

    def active(self) -> list[int]:
        return [lemma.number for lemma in self.lemmas]

    def _loop(self) -> bool:
        while True:
            wrong = self._violation()
            if wrong is True:
                return False
            if isinstance(wrong, Found):
                if not self._exclude(wrong.before):
                    return False
                continue
            broken = self._broken()
            if broken is None:
                return True
            lemma, step = broken
            if step is None or not self._exclude(step.before):
                self._give_up(lemma, step)

    def _violation(self) -> Found | bool:
        for path in range(len(self.induction.paths)):
            found = self.induction.violation(path, self.active())
            if found is not False:
                return found
        return False

    def _broken(self) -> tuple[_Lemma, Found | None] | None:
        """A lemma that some step breaks, with the step if z3 can tell it."""
        for lemma in reversed(self.lemmas):
            for path in range(len(self.induction.paths)):
                found = self.induction.broken(path, lemma.formula, self.active())
                if found is not False:
                    return lemma, found if isinstance(found, Found) else None
        return None

    def _give_up(self, lemma: _Lemma, step: Found | None) -> None:
        """No clause of this plan saves the lemma: whatever its invariants are, they contain the step, so its end is a sample."""
        self.lemmas.remove(lemma)
        self.given_up.add(lemma.formula)
        if step is not None and step.after is not None:
            self.table.add(step.after)

    def _exclude(self, state: Structure) -> bool:
        """Whether a lemma was added that the state violates."""
        while True:
            candidates = [
                clause
                for clause in self.table.clauses(state, self.plan.literals, _CANDIDATES)
                if clause.formula not in self.given_up
            ]
            if not candidates:
                return False
            sound = [clause for clause in candidates[:_CONSIDERED] if self._agrees(clause)]
            if sound:
                chosen = self._best(sound).formula
                self.lemmas.append(_Lemma(chosen, self.induction.add(chosen)))
                return True

    def _agrees(self, clause: Clause) -> bool:
        """Whether no sample violates the clause and it holds initially; if not, it is not considered again."""
        test = compile_expr(clause.matrix)
        for sample in self.samples:
            if violates(sample, clause, test):
                self.table.add(sample)
                self.given_up.add(clause.formula)
                return False
        start = self.induction.not_initial(clause.formula)
        if isinstance(start, Found):
            self.table.add(start.before)
        if start is not False:
            self.given_up.add(clause.formula)
        return start is False

    def _best(self, clauses: list[Clause]) -> Clause:
        """The first that no step breaks; else the first."""
        active = self.active()
        return next((c for c in clauses if self.induction.is_kept(c.formula, active)), clauses[0])

    def needed(self) -> tuple[Expr, ...]:
        """Those of the lemmas that the proof of what is asked rests on, and the proofs of these, and so on."""
        active = self.active()
        used: set[int] = set()
        for path in range(len(self.induction.paths)):
            self.induction.violation(path, active)
            used.update(self.induction.rests_on)
        todo = list(used)
        while todo:
            number = todo.pop()
            for path in range(len(self.induction.paths)):
                self.induction.broken(path, self.induction.clauses[number], active)
                todo += [other for other in self.induction.rests_on if other not in used]
                used.update(self.induction.rests_on)
        return tuple(self.induction.clauses[number] for number in sorted(used))


_FIRST_SAMPLES = 150
_CANDIDATES = 40
_CONSIDERED = 8


def is_inductive(
    product: Product, properties: tuple[Property, ...], clauses: Sequence[Expr], deadline: Deadline
) -> bool:
    """Whether the clauses hold initially and after every step, and exclude everything wrong: asked anew, of new solvers."""
    induction = Induction(product, properties, deadline)
    numbers = [induction.add(clause) for clause in clauses]
    paths = range(len(induction.paths))
    return (
        induction.initial_violation() is False
        and all(induction.not_initial(clause) is False for clause in clauses)
        and all(induction.violation(path, numbers) is False for path in paths)
        and all(induction.is_kept(clause, numbers) for clause in clauses)
    )


def prove(
    product: Product,
    properties: tuple[Property, ...],
    samples: Sequence[Structure],
    deadline: Deadline,
    progress: Progress,
    lemmas: tuple[Expr, ...] = (),
) -> Inductive | NotFound:
    """Whether no run of the product, whatever the number of every entity, breaks a claim or a property (or reaches a cover)."""
    try:
        return _prove(product, properties, samples, deadline, progress, lemmas)
    except Unsupported as reason:
        return NotFound(f"a proof for any number does not cover {reason}")
    except OutOfTime:
        return NotFound("the time limit was reached while an invariant was looked for")


def _prove(
    product: Product,
    properties: tuple[Property, ...],
    samples: Sequence[Structure],
    deadline: Deadline,
    progress: Progress,
    lemmas: tuple[Expr, ...],
) -> Inductive | NotFound:
    induction = Induction(product, properties, deadline)
    if induction.initial_violation() is not False:
        return NotFound("the initial state may already be wrong")
    search = _Search(induction, samples)
    for lemma in lemmas:
        if induction.not_initial(lemma) is False:
            search.lemmas.append(_Lemma(lemma, induction.add(lemma)))
    words = vocabulary(product, lemmas)
    tried = 0
    for plan in plans(words):
        tried += 1
        if search.look(plan, words, progress):
            clauses = search.needed()
            if is_inductive(product, properties, clauses, deadline):
                return Inductive(clauses)
    return NotFound(f"no inductive invariant was found among the clauses of {tried} vocabularies")
