"""The search by templates: the clauses of a growing vocabulary, learned from samples.

The loop: z3 is asked for a step from a state that satisfies the clauses so far to something wrong. The state it finds is
excluded by a clause that no sample violates; a clause that a step breaks is saved by further clauses, or given up, and what the
step led to then counts as a sample. Nothing is believed because samples satisfy it: what is answered is proved by z3.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Final

from honnin.compiler.smt.integer_terms import has_totals
from honnin.compiler.smt.linear import linear_facts
from honnin.compiler.smt.mining import Clause, Tables, Template
from honnin.compiler.smt.plans import Plan, plans
from honnin.compiler.smt.proof import Claimed, Found, Induction
from honnin.compiler.smt.structures import Structure
from honnin.spec.core import Expr
from honnin.spec.records import dataclass, field

_MORE_FROM: Final = 2
"""Further samples are asked for from this plan on."""

_TOTALS_FROM: Final = 3
"""Totals over maps are related from this plan on where the design itself has none: they make every question dearer."""

_CANDIDATES = 40
_CONSIDERED = 8


FIRST_SECONDS: Final = {False: 0.8, True: 3.0}
"""Of CPU for the first turn of each plan, without and with quantified atoms; its later ones are longer by LONGER each."""

LONGER: Final = 2.0


@dataclass(slots=True)
class _Track:
    """The work of one plan: `lemmas` hold of every sample and initially, and are being proved together."""

    template: Template
    lemmas: list[Claimed]
    given_up: set[Expr] = field(default_factory=set)


class Templates:
    """One search. `settled`: clauses that hold always; `lemmas`: what its author offers.

    `accepts` is handed each invariant that is found, which may rest on what is only believed; `reason`: why there is none.
    """

    def __init__(
        self,
        induction: Induction,
        tables: Tables,
        accepts: Callable[[Sequence[Claimed]], bool],
        settled: Sequence[Expr] = (),
        lemmas: Sequence[Expr] = (),
    ) -> None:
        self.induction = induction
        self.words = tables.words
        self.accepts = accepts
        self.is_over = False
        self.reason = ""
        self.settled: list[Claimed] = []
        self.paths = range(len(induction.paths))
        self._tables = tables
        self._track = _Track(Template(self._tables, Plan(())), [])
        self._settle(settled)
        for lemma in map(induction.clause, lemmas):
            if induction.not_initial(lemma) is False:
                self._adopt(lemma)

    @property
    def lemmas(self) -> list[Claimed]:
        """What is believed now: what is settled and the lemmas of the plan."""
        return [*self.settled, *self._track.lemmas]

    def run(self) -> Iterator[str]:
        """Works until an invariant is accepted or none is left to try; hands over, often, what is being done.

        The plans take turns, which grow: what one of them finds soon is found soon, whichever it is.
        """
        tracks = self._tracks()
        longer = 1.0
        while True:
            waiting: list[tuple[_Track, Iterator[None]]] = []
            for track, work in tracks:
                self._track = track
                end = time.process_time() + longer * FIRST_SECONDS[track.template.plan.quantified]
                for _ in work:
                    yield f"looking for an invariant: {track.template.plan}"
                    if time.process_time() > end:
                        waiting.append((track, work))
                        break
                if self.is_over:
                    return
            if not waiting:
                break
            tracks = iter(waiting)
            longer *= LONGER
        self.reason = "no inductive invariant was found among the clauses of the vocabularies that were tried"

    def _tracks(self) -> Iterator[tuple[_Track, Iterator[None]]]:
        """The work of each plan, which begins with what the largest one of those that it has believed when it was left."""
        begun = [self._track]
        for number, plan in enumerate(plans(self.words), start=1):
            if number == _MORE_FROM:
                self._tables.learn_more()
            if number == _TOTALS_FROM and not has_totals(self.words):
                self._settle(linear_facts(self.induction, self._tables.samples, self.words, totals=True))
            before = next(track for track in reversed(begun) if plan.has(track.template.plan))
            track = _Track(Template(self._tables, plan), list(before.lemmas))
            begun.append(track)
            yield track, self._loop(track)

    def _settle(self, facts: Sequence[Expr]) -> None:
        """The facts, inductive by themselves, hold for good."""
        self.settled = [self.induction.clause(fact) for fact in facts]
        for clause in self.settled:
            self.induction.assume(clause)

    def adopt(self, clause: Claimed) -> None:
        """The clause, which z3 has been told of, is one of the lemmas from now on."""
        self._track.lemmas.append(clause)

    def _adopt(self, clause: Claimed) -> None:
        self.induction.assume(clause)
        self.adopt(clause)

    def _loop(self, track: _Track) -> Iterator[None]:
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
                self.is_over = self.accepts(self.lemmas)
                if self.is_over or not self.induction.look_farther():
                    return
                continue
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
        for lemma in reversed(self._track.lemmas):
            for path in self.paths:
                found = self.induction.broken(path, lemma, self.lemmas)
                if found is not False:
                    return lemma, found if isinstance(found, Found) else None
        return None

    def _give_up(self, lemma: Claimed, step: Found | None) -> None:
        """No clause of this plan saves the lemma: whatever its invariants are, they contain the step, so its end is a sample."""
        self._track.lemmas.remove(lemma)
        self._track.given_up.add(lemma.formula)
        if step is not None and step.after is not None:
            self._track.template.add(step.after)

    def _exclude(self, state: Structure) -> Generator[None, None, bool]:
        """Whether a lemma was added that the state violates."""
        while True:
            candidates: list[Clause] = []
            for found in self._track.template.clauses(state, _CANDIDATES):
                yield
                candidates = [clause for clause in found if clause.formula not in self._track.given_up]
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
            self._track.template.add(start.before)
        if start is not False:
            self._track.given_up.add(clause.formula)
        return start is False
