"""Proofs for any number of every entity: an inductive invariant is found by one of two searches, and checked again from scratch.

The searches take turns, so that what one of them proves soon is proved soon; each knows the same samples and linear facts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from honnin.compiler.limit import OutOfTime
from honnin.compiler.machine import Check, Machine
from honnin.compiler.product import Product
from honnin.compiler.smt.directed.search import Directed
from honnin.compiler.smt.few.twin import twin_of
from honnin.compiler.smt.integer_terms import has_totals
from honnin.compiler.smt.linear import linear_facts
from honnin.compiler.smt.mining import More, Tables
from honnin.compiler.smt.obligations import is_inductive
from honnin.compiler.smt.proof import Claimed, Deadline, Induction
from honnin.compiler.smt.shrinking import can_be_false, inductive_among, needed, shrunk
from honnin.compiler.smt.splitting import stronger
from honnin.compiler.smt.structures import Structure
from honnin.compiler.smt.templates import Templates
from honnin.compiler.smt.universe import Unsupported
from honnin.compiler.smt.vocabulary import by_place, vocabulary
from honnin.spec.core import Expr, Property
from honnin.spec.records import dataclass, replace

Progress = Callable[[str], None]

FIRST_TURN: Final = 1.5
"""Seconds of CPU for the first turn of each search; the turns of a round are longer by GROWTH than those of the round before."""

GROWTH: Final = 2.0


UNCONFIRMED: Final = "an invariant was found that z3 does not confirm"

APART_AFTER: Final = 1.0
"""Seconds of CPU that the templates look for a proof of all claims together, before each claim is proved by itself."""

PART_SECONDS: Final = 2.0
APART: Final = 0.3
"""Seconds of CPU for each of these proofs, and what they may take together of the time that is left."""

TEMPLATES: Final = 3.0
_DIRECTED: Final = {False: 1.0, True: 0.4}
"""So many times a turn are the turns of each search; the directed one needs quantified literals now and then only."""


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


def prove(
    product: Product,
    properties: tuple[Property, ...],
    samples: Sequence[Structure],
    deadline: Deadline,
    progress: Progress,
    lemmas: tuple[Expr, ...] = (),
) -> Inductive | NotFound:
    """Whether no run of the product, whatever the number of every entity, breaks a claim or a property (or reaches a cover).

    `lemmas` (formulas of the design) are proved too where that succeeds, never assumed; what follows from the types is no clause.
    """
    turns = by_turns(product, properties, samples, deadline, progress, lemmas)
    return next(answer for answer in turns if answer is not None)


def by_turns(
    product: Product,
    properties: tuple[Property, ...],
    samples: Sequence[Structure],
    deadline: Deadline,
    progress: Progress,
    lemmas: tuple[Expr, ...] = (),
    more: More = tuple,
) -> Iterator[Inductive | NotFound | None]:
    """The same, None after each round of turns: whoever asks may do something else before it goes on.

    `more` gives further samples, which are asked for where a proof takes longer.
    """
    forms = {by_place(lemma, lambda name: product.state_place(name, None)): lemma for lemma in lemmas}
    try:
        for found in _Attempt(product, properties, samples, deadline, tuple(forms), more).work(progress):
            if isinstance(found, Inductive):
                yield Inductive(found.clauses, tuple(forms[form] for form in found.unproved))
            else:
                yield found
    except Unsupported as reason:
        yield NotFound(f"a proof for any number does not cover {reason}")
    except OutOfTime:
        yield NotFound("the time limit was reached while an invariant was looked for")


def apart(product: Product) -> tuple[Product, ...]:
    """The product, asked for each of its claims alone."""
    return tuple(
        replace(product, machines=tuple(_watching(machine, wanted) for machine in product.machines))
        for machine in product.machines
        for wanted in machine.checks
        if wanted.claim.kind != "assume"
    )


def _watching(machine: Machine, wanted: Check) -> Machine:
    return replace(
        machine, checks=tuple(c for c in machine.checks if c.claim.kind == "assume" or c is wanted)
    )


class _Attempt:
    """The searches for one product. Each has solvers of its own: the clauses of one would only be in the way of the other."""

    def __init__(
        self,
        product: Product,
        properties: tuple[Property, ...],
        samples: Sequence[Structure],
        deadline: Deadline,
        lemmas: tuple[Expr, ...],
        more: More,
    ) -> None:
        self.product = product
        self.properties = properties
        self.samples = samples
        self.deadline = deadline
        self.lemmas = lemmas
        self.more = more
        self.words = vocabulary(product, properties, lemmas)
        self.known: list[Expr] = []
        self.found: Inductive | None = None
        self.reasons: list[str] = []

    def work(self, progress: Progress) -> Iterator[Inductive | NotFound | None]:
        """The searches by turns, until one has an invariant or none will; None after each round."""
        templates = self._begun(progress)
        if templates is None:
            yield NotFound("the initial state may already be wrong")
            return
        kinds = (False, True) if self.words.formulas else (False,)
        by_templates = self._templates(templates)
        shares = {by_templates: TEMPLATES}
        shares |= {self._directed(kind): _DIRECTED[kind] for kind in kinds}
        parts = () if self.properties else apart(self.product)
        if len(parts) > 1 and self._turn(by_templates, APART_AFTER, progress) and self.found is None:
            self._apart(parts, templates, progress)
        length = FIRST_TURN
        while shares and self.found is None:
            for search in list(shares):
                if not self._turn(search, shares[search] * length, progress):
                    del shares[search]
                if self.found is not None:
                    break
                if search is by_templates:
                    self._share(templates)
            if shares and self.found is None:
                yield None
            length *= GROWTH
        yield self.found or NotFound("; ".join(dict.fromkeys(self.reasons)))

    def _begun(self, progress: Progress) -> Templates | None:
        """The search by templates, as it begins; None where the initial state may be wrong."""
        induction = self._induction()
        if induction.initial_violation() is not False:
            return None
        progress("looking for linear relations between integers")
        facts = linear_facts(induction, self.samples, self.words, totals=has_totals(self.words))
        self.known = [*facts]
        tables = Tables(self.words, self.samples, self.more)
        return Templates(induction, tables, partial(self._accept, induction), facts, self.lemmas)

    def _soon(self, seconds: float, progress: Progress) -> tuple[Expr, ...] | None:
        """The clauses of an invariant that the templates find in so many seconds of CPU."""
        begun = self._begun(progress)
        if begun is not None:
            self._turn(self._templates(begun), seconds, progress)
        return None if self.found is None else self.found.clauses

    def _apart(self, parts: Sequence[Product], templates: Templates, progress: Progress) -> None:
        """Each claim by itself: their invariants are together one of all, unless a claim needs another. What is found is shared in any case."""
        found: dict[Expr, None] = {}
        end = time.monotonic() + APART * self.deadline.check()
        for part in parts:
            if time.monotonic() < end:
                alone = _Attempt(part, (), self.samples, self.deadline, self.lemmas, self.more)
                found |= dict.fromkeys(alone._soon(PART_SECONDS, progress) or ())
        if found and not self._together(found):
            self._adopt(templates, found)

    def _together(self, formulas: Iterable[Expr]) -> bool:
        induction = self._induction()
        clauses = [induction.clause(formula) for formula in formulas]
        for clause in clauses:
            induction.assume(clause)
        return self._accept(induction, clauses)

    def _adopt(self, templates: Templates, formulas: Iterable[Expr]) -> None:
        clauses = [templates.induction.clause(formula) for formula in formulas if formula not in self.known]
        for clause in clauses:
            templates.induction.assume(clause)
        for clause in inductive_among(templates.induction, clauses):
            templates.adopt(clause)
            self.known.append(clause.formula)

    def _share(self, templates: Templates) -> None:
        """What the templates have proved on the way is known to the other searches too, and what is stronger to all."""
        if templates.reason:
            return
        proved = inductive_among(templates.induction, templates.lemmas)
        news = [clause.formula for clause in proved if clause.formula not in self.known]
        self.known += news
        for clause in stronger(templates.induction, proved, news, self.samples):
            self.known.append(clause.formula)
            templates.adopt(clause)

    def _turn(self, search: Iterator[str], length: float, progress: Progress) -> bool:
        """Lets the search work; whether it has more to do."""
        end = time.process_time() + length
        for said in search:
            progress(said)
            self.deadline.check()
            if time.process_time() > end:
                return True
        return False

    def _induction(self, *, small: bool = False) -> Induction:
        twin = partial(twin_of, self.product, self.properties, self.deadline)
        return Induction(self.product, self.properties, self.deadline, small=small, twin=twin)

    def _templates(self, search: Templates) -> Iterator[str]:
        yield from search.run()
        if not search.is_over:
            self.reasons.append(search.reason)

    def _directed(self, quantified: bool) -> Iterator[str]:
        """With quantified literals, or without: they make every question dearer, and are needed now and then."""
        induction = self._induction(small=True)
        search = Directed(induction, self.words, self.samples, quantified=quantified)
        told = 0
        working = search.run()
        while True:
            search.settle(self.known[told:])
            told = len(self.known)
            said = next(working, None)
            if said is None:
                break
            yield said
        if search.invariant is None:
            self.reasons.append(search.reason)
        else:
            self._accept(induction, search.invariant)

    def _accept(self, induction: Induction, invariant: Sequence[Claimed]) -> bool:
        """Whether the invariant, shrunk and checked anew, is one: then it is found."""
        induction.alone()
        lemmas = [induction.clause(lemma) for lemma in self.lemmas]
        for lemma in lemmas:
            induction.assume(lemma)
        known = inductive_among(induction, list({c.number: c for c in (*invariant, *lemmas)}.values()))
        wanted = [lemma.formula for lemma in lemmas if can_be_false(induction, lemma)]
        clauses = shrunk(induction, needed(induction, known, wanted), wanted)
        if is_inductive(self.product, self.properties, clauses, self.deadline):
            numbers = {clause.number for clause in known}
            unproved = (lemma.formula for lemma in lemmas if lemma.number not in numbers)
            self.found = Inductive(clauses, tuple(unproved))
        else:
            self.reasons.append(UNCONFIRMED)
        return self.found is not None
