"""Proofs for any number of every entity: an inductive invariant is found, clause by clause, and checked again from scratch.

The loop: z3 is asked for a step from a state that satisfies the clauses so far to something wrong. The state it finds is
excluded by a clause that no sample violates; a clause that a step breaks is saved by further clauses, or given up, and what the
step led to then counts as a sample. Nothing is believed because samples satisfy it: what is answered is proved by z3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from honnin.compiler.limit import OutOfTime
from honnin.compiler.product import Product
from honnin.compiler.smt.integer_terms import has_totals
from honnin.compiler.smt.linear import linear_facts
from honnin.compiler.smt.mining import Template
from honnin.compiler.smt.obligations import is_inductive
from honnin.compiler.smt.plans import Plan, plans
from honnin.compiler.smt.proof import Claimed, Deadline, Found, Induction
from honnin.compiler.smt.shrinking import needed, shrunk
from honnin.compiler.smt.structures import Structure
from honnin.compiler.smt.universe import Unsupported
from honnin.compiler.smt.vocabulary import Vocabulary, by_place, vocabulary
from honnin.spec.core import Expr, Property

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Inductive:
    """The clauses that, with the claims and properties asked about, are inductive and exclude everything wrong.

    `unproved`: the lemmas that are not among them, because they are not inductive with them; they may be false.
    """

    clauses: tuple[Expr, ...]
    unproved: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class NotFound:
    """No proof was found; `reason` says what was tried."""

    reason: str


class _Search:
    """The state of the loop. `lemmas` hold of every sample and initially, and are being proved together."""

    def __init__(self, induction: Induction, samples: Sequence[Structure]) -> None:
        self.induction = induction
        self.samples = samples
        self.lemmas: list[Claimed] = []
        self.settled = 0  # so many lemmas, the first ones, are known to be kept
        self.given_up: set[Expr] = set()
        self.paths = range(len(induction.paths))

    def settle(self, facts: Sequence[Expr]) -> None:
        """The facts, inductive by themselves, are lemmas for good."""
        claimed = [self.induction.clause(fact) for fact in facts]
        for clause in claimed:
            self.induction.assume(clause)
        numbers = {clause.number for clause in claimed}
        self.lemmas = [*claimed, *(lemma for lemma in self.lemmas if lemma.number not in numbers)]
        self.settled = len(claimed)

    def adopt(self, clause: Claimed) -> None:
        """The clause is one of the lemmas from now on."""
        self.induction.assume(clause)
        self.lemmas.append(clause)

    def look(self, plan: Plan, words: Vocabulary, progress: Progress) -> bool:
        """Whether the lemmas, with more of the plan's, are now inductive and exclude everything wrong."""
        self.given_up = set()
        progress(f"looking for an invariant: {plan}")
        self.template = Template(words, plan, self.samples, self.induction.deadline.check)
        return self._loop()

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
        for path in self.paths:
            found = self.induction.violation(path, self.lemmas)
            if found is not False:
                return found
        return False

    def _broken(self) -> tuple[Claimed, Found | None] | None:
        """A lemma that some step breaks, with the step if z3 can tell it."""
        for lemma in reversed(self.lemmas[self.settled :]):
            for path in self.paths:
                found = self.induction.broken(path, lemma, self.lemmas)
                if found is not False:
                    return lemma, found if isinstance(found, Found) else None
        return None

    def _give_up(self, lemma: Claimed, step: Found | None) -> None:
        """No clause of this plan saves the lemma: whatever its invariants are, they contain the step, so its end is a sample."""
        self.lemmas.remove(lemma)
        self.given_up.add(lemma.formula)
        if step is not None and step.after is not None:
            self.template.add(step.after)

    def _exclude(self, state: Structure) -> bool:
        """Whether a lemma was added that the state violates."""
        while True:
            self.induction.deadline.check()
            candidates = [
                clause
                for clause in self.template.clauses(state, _CANDIDATES)
                if clause.formula not in self.given_up
            ]
            if not candidates:
                return False
            claimed = [self.induction.clause(clause.formula) for clause in candidates[:_CONSIDERED]]
            sound = [clause for clause in claimed if self._holds_initially(clause)]
            if sound:
                self.adopt(self._best(sound))
                return True

    def _holds_initially(self, clause: Claimed) -> bool:
        """Whether the clause holds initially; if not, it is not considered again."""
        start = self.induction.not_initial(clause)
        if isinstance(start, Found):
            self.template.add(start.before)
        if start is not False:
            self.given_up.add(clause.formula)
        return start is False

    def _best(self, clauses: list[Claimed]) -> Claimed:
        """The first that no step breaks; else the first."""
        return next((c for c in clauses if self.induction.is_kept(c, self.lemmas)), clauses[0])


_TOTALS_FROM = 3
"""Totals over maps are related from this plan on where the design itself has none: they make every question dearer."""

_CANDIDATES = 40
_CONSIDERED = 8


def prove(
    product: Product,
    properties: tuple[Property, ...],
    samples: Sequence[Structure],
    deadline: Deadline,
    progress: Progress,
    lemmas: tuple[Expr, ...] = (),
) -> Inductive | NotFound:
    """Whether no run of the product, whatever the number of every entity, breaks a claim or a property (or reaches a cover).

    `lemmas` (formulas of the design) are proved too where that succeeds, never assumed.
    """
    forms = {by_place(lemma, lambda name: product.state_place(name, None)): lemma for lemma in lemmas}
    try:
        found = _prove(product, properties, samples, deadline, progress, tuple(forms))
    except Unsupported as reason:
        return NotFound(f"a proof for any number does not cover {reason}")
    except OutOfTime:
        return NotFound("the time limit was reached while an invariant was looked for")
    if isinstance(found, NotFound):
        return found
    return Inductive(found.clauses, tuple(forms[form] for form in forms if form not in found.clauses))


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
    words = vocabulary(product, lemmas)
    search = _Search(induction, samples)
    search.settle(linear_facts(induction, samples, words, progress, totals=has_totals(words)))
    for lemma in lemmas:
        claimed = induction.clause(lemma)
        if induction.not_initial(claimed) is False:
            search.adopt(claimed)
    tried = 0
    for plan in plans(words):
        tried += 1
        if tried == _TOTALS_FROM and not has_totals(words):
            search.settle(linear_facts(induction, samples, words, progress, totals=True))
        if search.look(plan, words, progress):
            clauses = shrunk(induction, needed(induction, search.lemmas, lemmas), lemmas)
            if is_inductive(product, properties, clauses, deadline):
                return Inductive(clauses)
    return NotFound(f"no inductive invariant was found among the clauses of {tried} vocabularies")
