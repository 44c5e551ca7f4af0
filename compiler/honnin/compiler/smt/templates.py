"""The search by templates: the clauses of a growing vocabulary, learned from samples.

The loop: z3 is asked for a step from a state that satisfies the clauses so far to something wrong. The state it finds is
excluded by a clause that no sample violates; a clause that a step breaks is saved by further clauses, or given up, and what the
step led to then counts as a sample. Nothing is believed because samples satisfy it: what is answered is proved by z3.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

from honnin.compiler.smt.integer_terms import has_totals
from honnin.compiler.smt.linear import linear_facts
from honnin.compiler.smt.mining import Clause, Template
from honnin.compiler.smt.plans import plans
from honnin.compiler.smt.proof import Claimed, Found, Induction
from honnin.compiler.smt.structures import Structure
from honnin.compiler.smt.vocabulary import Vocabulary
from honnin.spec.core import Expr

_TOTALS_FROM = 3
"""Totals over maps are related from this plan on where the design itself has none: they make every question dearer."""

_CANDIDATES = 40
_CONSIDERED = 8


class Templates:
    """One search. `lemmas` hold of every sample and initially, and are being proved together; `settled`: clauses that hold always.

    `invariant` is set when one is found; `reason`: why there is none.
    """

    def __init__(
        self,
        induction: Induction,
        words: Vocabulary,
        samples: Sequence[Structure],
        settled: Sequence[Expr] = (),
        lemmas: Sequence[Expr] = (),
    ) -> None:
        self.induction = induction
        self.words = words
        self.samples = samples
        self.invariant: list[Claimed] | None = None
        self.reason = ""
        self.lemmas: list[Claimed] = []
        self.settled = 0  # so many lemmas, the first ones, are known to be kept
        self.given_up: set[Expr] = set()
        self.paths = range(len(induction.paths))
        self._settle(settled)
        for lemma in map(induction.clause, lemmas):
            if induction.not_initial(lemma) is False:
                self._adopt(lemma)

    def run(self) -> Iterator[str]:
        """Works until an invariant is found or none can be; hands over, often, what is being done."""
        tried = 0
        for plan in plans(self.words):
            tried += 1
            if tried == _TOTALS_FROM and not has_totals(self.words):
                self._settle(linear_facts(self.induction, self.samples, self.words, totals=True))
            self.given_up = set()
            self.template = Template(self.words, plan, self.samples)
            for _ in self._loop():
                yield f"looking for an invariant: {plan}"
            if self.invariant is not None:
                return
        self.reason = f"no inductive invariant was found among the clauses of {tried} vocabularies"

    def _settle(self, facts: Sequence[Expr]) -> None:
        """The facts, inductive by themselves, are lemmas for good."""
        claimed = [self.induction.clause(fact) for fact in facts]
        for clause in claimed:
            self.induction.assume(clause)
        numbers = {clause.number for clause in claimed}
        self.lemmas = [*claimed, *(lemma for lemma in self.lemmas if lemma.number not in numbers)]
        self.settled = len(claimed)

    def _adopt(self, clause: Claimed) -> None:
        """The clause is one of the lemmas from now on."""
        self.induction.assume(clause)
        self.lemmas.append(clause)

    def _loop(self) -> Iterator[None]:
        """Looks for the clauses of one plan."""
        while True:
            yield
            wrong = self._violation()
            if wrong is True:
                return
            if isinstance(wrong, Found):
                if not (yield from self._exclude(wrong.before)):
                    return
                continue
            broken = self._broken()
            if broken is None:
                self.invariant = self.lemmas
                return
            lemma, step = broken
            if step is None or not (yield from self._exclude(step.before)):
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

    def _exclude(self, state: Structure) -> Generator[None, None, bool]:
        """Whether a lemma was added that the state violates."""
        while True:
            candidates: list[Clause] = []
            for found in self.template.clauses(state, _CANDIDATES):
                yield
                candidates = [clause for clause in found if clause.formula not in self.given_up]
            if not candidates:
                return False
            chosen = self._choice(candidates[:_CONSIDERED])
            if chosen is not None:
                self._adopt(chosen)
                return True

    def _choice(self, candidates: Sequence[Clause]) -> Claimed | None:
        """Of those that hold initially the first that no step breaks; else the first."""
        sound: list[Claimed] = []
        for clause in candidates:
            claimed = self.induction.clause(clause.formula)
            if self._holds_initially(claimed):
                if self.induction.is_kept(claimed, self.lemmas):
                    return claimed
                sound.append(claimed)
        return sound[0] if sound else None

    def _holds_initially(self, clause: Claimed) -> bool:
        """Whether the clause holds initially; if not, it is not considered again."""
        start = self.induction.not_initial(clause)
        if isinstance(start, Found):
            self.template.add(start.before)
        if start is not False:
            self.given_up.add(clause.formula)
        return start is False
