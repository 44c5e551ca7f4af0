"""Linear facts about a design's integers that are inductive: equations between counters and totals, and bounds.

Equations: the affine hull of what samples show is widened by z3's counterexamples to induction until there are none; what is
left holds always, and is the strongest set of equations that is inductive beside what is known. Bounds: of many candidates those
are dropped that a step breaks, until none is. Samples only spare questions: everything that is answered is proved by z3, the
equations first and the bounds with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product

import z3

from honnin.compiler.simplify import free
from honnin.compiler.smt.affine import Equation, Hull, Point
from honnin.compiler.smt.atoms import Budget, instances
from honnin.compiler.smt.integer_terms import (
    Family,
    families,
    has_integers,
    has_totals,
    known,
    literals,
    reads_numbers,
)
from honnin.compiler.smt.proof import Induction
from honnin.compiler.smt.structures import Structure
from honnin.compiler.smt.terms import Moment, evaluate, holds
from honnin.compiler.smt.universe import Unsupported
from honnin.compiler.smt.values import Formula, Number, Term, conj, neg, number
from honnin.compiler.smt.vocabulary import Vocabulary
from honnin.spec.core import INT, Arithmetic, Compare, Expr, Forall, GivenRead, Lit, VarRead, type_of
from honnin.spec.records import dataclass, replace

MOST_SAMPLES = 120
"""So many samples are looked at: the rest is left to counterexamples."""

MOST_CANDIDATES = 80


def linear_facts(
    induction: Induction,
    samples: Sequence[Structure],
    words: Vocabulary,
    *,
    totals: bool,
) -> list[Expr]:
    """Closed formulas over places, inductive together; `totals`: also about totals that nothing asks for.

    OutOfTime when the time of the proof is over.
    """
    if not (has_integers(induction.product) or has_totals(words)):
        return []
    found: list[Expr] = []
    with induction.totals.quiet():
        related = list(families(induction.product, words, totals=totals))
        for family in related:
            found += _equations(_Frame(induction, family, found), samples)
        found += _bounds(_Frame(induction, _together(related), found), related, samples, words)
    return found


def _together(related: Sequence[Family]) -> Family:
    variables = tuple(binder for family in related for binder in family.variables)
    terms = dict.fromkeys(term for family in related for term in family.terms)
    return Family(variables, tuple(terms), frozenset())


class _Frame:
    """A family's integers as z3 sees them: in the state before a step, after each path, initially; `known`: what is proved."""

    def __init__(self, induction: Induction, family: Family, known: Sequence[Expr]) -> None:
        self.induction = induction
        self.names: dict[int, Term] = {b.uid: induction.universe.fresh(b.type) for b in family.variables}
        encoding = induction.encoding
        self.before = encoding.design(induction.before)
        self.start = encoding.design(induction.initial_state)
        self.after = [encoding.design(taken.state, taken.now) for taken, _ in induction.paths]
        self.family = replace(family, terms=tuple(filter(self._is_supported, family.terms)))
        self.known = [holds(fact, self.before, {}) for fact in known]

    def _is_supported(self, term: Expr) -> bool:
        try:
            for at in (self.before, self.start, *self.after):
                evaluate(term, at, self.names)
        except Unsupported:
            return False
        return True

    def closed(self, matrix: Expr) -> Expr:
        """For all values of the family's variables."""
        used = free(matrix)
        for variable in reversed(self.family.variables):
            matrix = Forall(variable, matrix) if variable.uid in used else matrix
        return matrix

    def is_of_interest(self, equation: Equation) -> bool:
        """Whether it speaks of what the design itself speaks of."""
        return any(
            c and term in self.family.main
            for c, term in zip(equation.coefficients, self.family.terms, strict=True)
        )

    def assumed(self, matrices: Sequence[Expr]) -> list[Formula]:
        """The matrices, for all values, in the state before a step; and what is proved."""
        return [*self.known, *(holds(self.closed(matrix), self.before, {}) for matrix in matrices)]

    def all_of(self, matrices: Sequence[Expr], at: Moment) -> Formula:
        return conj(holds(matrix, at, self.names) for matrix in matrices)

    def point(self, model: z3.ModelRef, at: Moment) -> Point:
        """What the family's integers are in the model."""
        return tuple(_in_model(model, number(evaluate(term, at, self.names))) for term in self.family.terms)

    def broken(self, matrices: Sequence[Expr]) -> tuple[z3.ModelRef, Moment] | bool:
        """Where one of the matrices is false initially or after a step before which all are true; False: nowhere."""
        found = self.induction.model(None, [neg(self.all_of(matrices, self.start))])
        if not isinstance(found, bool):
            return found, self.start
        assumed = self.assumed(matrices)
        for path, after in enumerate(self.after):
            if found is True:
                return True
            wanted = neg(self.all_of(matrices, after))
            found = False if wanted is False else self.induction.model(path, [*assumed, wanted])
            if not isinstance(found, bool):
                return found, after
        return found


def _in_model(model: z3.ModelRef, term: Number) -> int:
    return term if isinstance(term, int) else int(model.eval(term, model_completion=True).as_long())


def _points(family: Family, samples: Sequence[Structure]) -> Iterator[Point]:
    """What a family's integers are in the samples."""
    for sample in _spread(samples):
        for values in product(*(sample.domain(b.type) for b in family.variables)):
            names = {b.uid: value for b, value in zip(family.variables, values, strict=True)}
            yield tuple(known(term, sample, names) for term in family.terms)


def _spread(samples: Sequence[Structure]) -> Iterator[Structure]:
    step = max(1, len(samples) // MOST_SAMPLES)
    return islice(samples, 0, None, step)


# ---------------------------------------------------------------- equations


def _equations(frame: _Frame, samples: Sequence[Structure]) -> list[Expr]:
    hull = Hull()
    for point in _points(frame.family, samples):
        hull.add(point)
    while True:
        equations = hull.equations()
        if not equations and hull.origin is not None:
            return []
        matrices = [_equation(equation, frame.family.terms) for equation in equations]
        broken = frame.broken(matrices)
        if broken is True:
            return []
        if broken is False:
            told = zip(equations, matrices, strict=True)
            main = [matrix for equation, matrix in told if frame.is_of_interest(equation)]
            kept = main if frame.broken(main) is False else matrices
            return [frame.closed(matrix) for matrix in kept]
        if not hull.add(frame.point(*broken)):
            return []


def _equation(equation: Equation, terms: Sequence[Expr]) -> Expr:
    """Only positive coefficients, on both sides."""
    sides: tuple[list[Expr], list[Expr]] = ([], [])
    for coefficient, term in zip(equation.coefficients, terms, strict=True):
        if coefficient:
            sides[coefficient < 0].append(_times(abs(coefficient), term))
    left, right = sides if sides[0] else (sides[1], sides[0])
    constant = equation.constant if sides[0] else -equation.constant
    if constant > 0 or not right:
        right.append(Lit(constant, INT))
    elif constant < 0:
        left.append(Lit(-constant, INT))
    return Compare("==", _added(left), _added(right))


def _times(factor: int, term: Expr) -> Expr:
    return term if factor == 1 else Arithmetic("*", Lit(factor, INT), term, INT)


def _added(terms: Sequence[Expr]) -> Expr:
    total = terms[0]
    for term in terms[1:]:
        total = Arithmetic("+", total, term, INT)
    return total


# ---------------------------------------------------------------- bounds


@dataclass(frozen=True, slots=True)
class _Bound:
    """A term beside a number or another term, and how strong that is: of two bounds of a term on one side the tighter one is kept."""

    matrix: Expr
    side: tuple[Expr, str]
    tightness: int = 0


def _bounds(
    frame: _Frame, related: Sequence[Family], samples: Sequence[Structure], words: Vocabulary
) -> list[Expr]:
    supported = set(frame.family.terms)
    candidates: list[_Bound] = []
    for family in related:
        own = replace(family, terms=tuple(term for term in family.terms if term in supported))
        candidates += islice(_candidates(own, list(_points(own, samples)), words), MOST_CANDIDATES)
    while candidates:
        matrices = [bound.matrix for bound in candidates]
        broken = frame.broken(matrices)
        if broken is False:
            break
        if broken is True:
            candidates = _kept_alone(frame, candidates)
            continue
        model, at = broken
        candidates = [b for b in candidates if _is_true_in(model, holds(b.matrix, at, frame.names))]
    return [frame.closed(bound.matrix) for bound in _tightest(candidates)]


def _is_true_in(model: z3.ModelRef, formula: Formula) -> bool:
    return formula if isinstance(formula, bool) else z3.is_true(model.eval(formula, model_completion=True))


def _kept_alone(frame: _Frame, candidates: list[_Bound]) -> list[_Bound]:
    """Those that z3 can say are kept, beside all of them; fewer than there were."""
    assumed = frame.assumed([bound.matrix for bound in candidates])
    kept = [
        bound
        for bound in candidates
        if frame.induction.model(None, [neg(holds(bound.matrix, frame.start, frame.names))]) is False
        and all(
            frame.induction.model(path, [*assumed, neg(holds(bound.matrix, after, frame.names))]) is False
            for path, after in enumerate(frame.after)
        )
    ]
    return kept if len(kept) < len(candidates) else []


def _tightest(candidates: Sequence[_Bound]) -> list[_Bound]:
    best: dict[tuple[Expr, str], _Bound] = {}
    for bound in candidates:
        if bound.side not in best or bound.tightness < best[bound.side].tightness:
            best[bound.side] = bound
    return list(best.values())


def _candidates(family: Family, seen: Sequence[Point], words: Vocabulary) -> Iterator[_Bound]:
    numbers = sorted({0, 1, *(n + d for n in literals(words) for d in (-1, 0, 1))})
    own = set(_own(family))
    for index, term in enumerate(family.terms):
        if index in own:
            values = [point[index] for point in seen]
            yield from _beside_numbers(term, numbers, values)
    for one, other in product(sorted(own), range(len(family.terms))):
        if one != other and isinstance(family.terms[other], VarRead | GivenRead):
            yield from _beside(family.terms, one, other, seen)
    for difference in _differences(family, words):
        yield from _beside_numbers(difference, numbers, ())


def _own(family: Family) -> Iterator[int]:
    """The terms to be bounded: those of the family's variables. Counts are known not to be negative."""
    variables = {b.uid for b in family.variables}
    for index, term in enumerate(family.terms):
        if isinstance(term, VarRead) and variables <= free(term):
            yield index


def _beside_numbers(term: Expr, numbers: Sequence[int], values: Sequence[int]) -> Iterator[_Bound]:
    """At most and at least the numbers that the samples allow, the three tightest of each."""
    least, most = min(values, default=None), max(values, default=None)
    above = [n for n in numbers if most is None or n >= most]
    below = [n for n in reversed(numbers) if least is None or n <= least]
    for tightness, n in enumerate(above if most is None else above[:3]):
        yield _Bound(Compare("<=", term, Lit(n, INT)), (term, "<="), tightness)
    for tightness, n in enumerate(below if least is None else below[:3]):
        yield _Bound(Compare(">=", term, Lit(n, INT)), (term, ">="), tightness)


def _beside(terms: Sequence[Expr], one: int, other: int, seen: Sequence[Point]) -> Iterator[_Bound]:
    """Less than, or at most, another term, where every sample agrees."""
    side = (Compare("<=", terms[one], terms[other]), "<=")
    if all(point[one] < point[other] for point in seen):
        yield _Bound(Compare("<", terms[one], terms[other]), side, 0)
    if all(point[one] <= point[other] for point in seen):
        yield _Bound(Compare("<=", terms[one], terms[other]), side, 1)


def _differences(family: Family, words: Vocabulary) -> Iterator[Expr]:
    """What the design's guards work out and compare, over the family's variables."""
    found: dict[Expr, None] = {}
    budget = Budget(family.variables)
    variables = {b.uid for b in family.variables}
    for comparison in words.comparisons:
        if isinstance(comparison, Compare) and type_of(comparison.left) == INT and reads_numbers(comparison):
            for instance in instances(comparison, budget):
                if isinstance(instance, Compare) and free(instance) == frozenset(variables):
                    found.update((side, None) for side in _worked_out(instance))
    yield from found


def _worked_out(comparison: Compare) -> Iterator[Expr]:
    left, right = comparison.left, comparison.right
    if isinstance(right, Lit):
        yield left
    elif isinstance(left, Lit):
        yield right
    else:
        yield Arithmetic("-", left, right, INT)
