"""Deadlines: the obligations of `eventually` that are open, and when time makes them false."""

from __future__ import annotations

from collections.abc import Hashable

from honnin.compiler.machine import Check
from honnin.compiler.smt.terms import Environment, Moment, evaluate, holds
from honnin.compiler.smt.values import Formula, Term, add, at_most, choose, conj, disj, identity, neg
from honnin.spec.core import BOOL, Eventually, Now
from honnin.spec.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class Deadline:
    """One `eventually`, with the names bound around it. `met`: its formula has held in time."""

    formula: Eventually
    names: Environment
    due: Term
    met: Formula


def _key(formula: Eventually, names: Environment) -> Hashable:
    return id(formula), frozenset((uid, identity(term)) for uid, term in names.items())


@dataclass(frozen=True, slots=True)
class Obligation:
    """The formula of a claim raised at position `trigger`, if `raised`. `failed`: it has been found false.

    `trigger_moment` is where its other parts are read.
    """

    check: Check
    trigger: int
    raised: Formula
    moment: Moment
    names: Environment
    deadlines: tuple[Deadline, ...]
    missed_at_once: Formula = False
    failed: Formula = False

    def false_by(self, now: Term) -> Formula:
        """Whether the formula is false whatever follows, once the clock shows `now`."""
        return conj((self.raised, neg(self._value(now))))

    def is_open(self) -> Formula:
        """Whether it was raised and is neither failed nor true whatever follows."""
        return conj((self.raised, neg(self.failed), neg(self._value(None))))

    def _value(self, now: Term) -> Formula:
        """The formula, where a deadline that is open at `now` counts as met (no `now`: as missed)."""
        known = {_key(deadline.formula, deadline.names): deadline for deadline in self.deadlines}

        def value(formula: Eventually, names: Environment) -> Formula:
            deadline = known[_key(formula, names)]
            return deadline.met if now is None else disj((deadline.met, at_most(now, deadline.due)))

        return holds(self.check.body, replace(self.moment, eventually=value), self.names)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The obligations of one machine, oldest first."""

    obligations: tuple[Obligation, ...] = ()

    def clock(self, at: Moment) -> tuple[list[tuple[Check, Formula, int]], Ledger]:
        """The obligations that the time of `at` makes false, over the positions before; and the ledger that knows of it."""
        if not self.obligations:
            return [], self
        now = _now(at)
        late, kept = [], []
        for obligation in self.obligations:
            missed = conj((neg(obligation.failed), obligation.false_by(now)))
            late.append((obligation.check, missed, obligation.trigger))
            kept.append(replace(obligation, failed=disj((obligation.failed, missed))))
        return late, Ledger(tuple(kept))

    def observe(self, at: Moment) -> Ledger:
        """The ledger once the event of `at` has been seen."""
        if not self.obligations:
            return self
        return Ledger(tuple(_observed(obligation, at) for obligation in self.obligations))

    def opening(self, opened: list[Obligation]) -> Ledger:
        return Ledger((*self.obligations, *opened)) if opened else self


def _observed(obligation: Obligation, at: Moment) -> Obligation:
    return replace(obligation, deadlines=tuple(_seen(deadline, at) for deadline in obligation.deadlines))


def _seen(deadline: Deadline, at: Moment) -> Deadline:
    if deadline.met is True:
        return deadline
    in_time = conj((at_most(_now(at), deadline.due), holds(deadline.formula.body, at, deadline.names)))
    return replace(deadline, met=disj((deadline.met, in_time)))


def _now(at: Moment) -> Term:
    return evaluate(Now(), at, {})


def open_obligation(check: Check, number: int, raised: Formula, at: Moment, names: Environment) -> Obligation:
    """The obligation that the event of `at` raises; the event itself may meet it."""
    deadlines: list[Deadline] = []

    def collect(formula: Eventually, inner: Environment) -> Formula:
        due = add(_now(at), formula.bound)
        deadlines.append(_seen(Deadline(formula, inner, due, False), at))
        # Any value that is not known will do: the collection must come past every `eventually`.
        return at.universe.fresh(BOOL)

    holds(check.body, replace(at, eventually=collect), names)
    obligation = Obligation(check, number, raised, at, names, tuple(deadlines))
    missed = obligation.false_by(_now(at))
    return replace(obligation, missed_at_once=missed, failed=missed)


def merge(condition: Formula, then: Ledger, otherwise: Ledger) -> Ledger:
    """The ledger that is `then` where the condition holds: both continue one ledger, so its obligations come first in both."""
    shared = 0
    while shared < min(len(then.obligations), len(otherwise.obligations)):
        a, b = then.obligations[shared], otherwise.obligations[shared]
        if (a.trigger, a.check) != (b.trigger, b.check) or a.raised is not b.raised:
            break
        shared += 1
    common = tuple(
        _merged(condition, a, b)
        for a, b in zip(then.obligations[:shared], otherwise.obligations[:shared], strict=True)
    )
    only_then = (replace(o, raised=conj((condition, o.raised))) for o in then.obligations[shared:])
    only_otherwise = (
        replace(o, raised=conj((neg(condition), o.raised))) for o in otherwise.obligations[shared:]
    )
    return Ledger((*common, *only_then, *only_otherwise))


def _merged(condition: Formula, then: Obligation, otherwise: Obligation) -> Obligation:
    deadlines = tuple(
        replace(a, met=choose(condition, a.met, b.met))
        for a, b in zip(then.deadlines, otherwise.deadlines, strict=True)
    )
    return replace(then, deadlines=deadlines, failed=choose(condition, then.failed, otherwise.failed))
