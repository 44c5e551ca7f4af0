"""Which claims an oracle can decide: the `fresh` rule of language.md section 4, by syntax alone.

A value of a type without end is **fresh** when it differs from every value in the trace, in any state and in any parameter. A
claim is monitorable when such values cannot matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from typing import Final, TypeAlias

from honnin.spec import core
from honnin.spec.core import (
    Binder,
    Claim,
    Expr,
    Lit,
    OptionalT,
    ProveOnly,
    Specification,
    State,
    Value,
    base_type,
)
from honnin.spec.hidden import hidden_formula
from honnin.spec.records import dataclass, replace
from honnin.spec.spread import spread
from honnin.spec.words import bound_here, expression, free_binders


class Unknown(Enum):
    """What `fresh` gives where syntax does not tell."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
Known: TypeAlias = Value | Unknown
Defaults: TypeAlias = Mapping[str, Known]
"""The default of each state, where it is a constant."""


def constant_defaults(states: Iterable[State]) -> Defaults:
    """The defaults that `fresh_value` needs."""
    return {state.name: _constant(state.default) for state in states}


def _constant(expr: Expr) -> Known:
    bare = _unlifted(expr)
    return bare.value if isinstance(bare, Lit) else UNKNOWN


# ---------------------------------------------------------------- the value of a formula for a fresh value


@dataclass(frozen=True, slots=True)
class Case:
    """A fresh `binder`; `same`: the other names that stand for the same value; `open`: those that may. All others differ from it.

    `left`: counts down the cases that may still be looked at for the whole formula.
    """

    binder: Binder
    same: frozenset[Binder]
    open: frozenset[Binder]
    left: Iterator[int]


def fresh_value(expr: Expr, case: Case, defaults: Defaults) -> Known:
    """The value of `expr` in the case; unknown where that hangs on a name that is open."""
    return _Fresh(case, defaults).of(expr)


MOST_CASES: Final = 2000
"""So many cases are looked at before a formula counts as undecided."""


def in_every_case(
    holds: Callable[[Case], bool | Unknown],
    binder: Binder,
    others: Iterable[Binder],
    expr: Expr,
    around: Case | None,
) -> bool | Unknown:
    """Whether `holds` however many of `others` that `expr` reads are the value of `binder`; those of another type cannot be.

    `around`: a case to which each of these is added. A case is split only while it is unknown.
    """
    read = {node.binder for node in core.walk(expr) if isinstance(node, core.Var)}
    alike = tuple(o for o in dict.fromkeys(others) if o != binder and o in read and _alike(o, binder))
    start = around or Case(binder, frozenset(), frozenset(), iter(range(MOST_CASES)))
    waiting = [(start.same, alike)]
    while waiting:
        if next(start.left, None) is None:
            return UNKNOWN
        same, more = waiting.pop()
        found = holds(replace(start, same=same, open=start.open.union(more)))
        if isinstance(found, Unknown) and more:
            waiting += [(same | {more[0]}, more[1:]), (same, more[1:])]
        elif found is not True:
            return found
    return True


def _alike(left: Binder, right: Binder) -> bool:
    return base_type(left.type) == base_type(right.type)


def _unlifted(expr: Expr) -> Expr:
    return _unlifted(expr.body) if isinstance(expr, core.Lift) else expr


@dataclass(frozen=True, slots=True)
class _Fresh:
    case: Case
    defaults: Defaults

    def of(self, expr: Expr) -> Known:
        match expr:
            case Lit(value=value):
                return value
            case core.Lift(body=body) | core.Old(body=body):
                return self.of(body)
            case core.StateRead(state=state, keys=keys):
                return self.defaults[state] if any(self._is_it(key) for key in keys) else UNKNOWN
            case core.Atom(arguments=arguments):
                return False if any(self._is_it(argument) for argument in arguments) else UNKNOWN
            case core.Compare():
                return self._compare(expr)
            case core.Arithmetic() | core.Minus():
                return self._arithmetic(expr)
            case core.Not() | core.And() | core.Or() | core.Implies() | core.Iff() | core.If():
                return self._connective(expr)
            case core.Forall() | core.Exists() | core.Count() | core.Sum():
                return self._quantified(expr)
            case core.Once(body=body) | core.Earlier(body=body) | core.Previously(body=body):
                return _only(self.of(body), False)
            case core.Eventually(body=body) | core.Since(right=body):
                return _only(self.of(body), False)
            case core.Historically(body=body):
                return _only(self.of(body), True)
            case core.CountPast(body=body):
                return 0 if self.of(body) is False else UNKNOWN
            case _:
                return UNKNOWN

    def _is_it(self, expr: Expr | None) -> bool:
        if expr is None:
            return False
        bare = _unlifted(expr)
        return isinstance(bare, core.Var) and (
            bare.binder == self.case.binder or bare.binder in self.case.same
        )

    def _may_have_it(self, expr: Expr) -> bool:
        return any(
            isinstance(node, core.Var) and (self._is_it(node) or node.binder in self.case.open)
            for node in core.walk(expr)
        )

    def _compare(self, expr: core.Compare) -> Known:
        if expr.operator in ("==", "!="):
            equal = self._equal(expr.left, expr.right)
            return equal if isinstance(equal, Unknown) else equal is (expr.operator == "==")
        left, right = self.of(expr.left), self.of(expr.right)
        if not isinstance(left, int) or not isinstance(right, int):
            return UNKNOWN
        match expr.operator:
            case "<":
                return left < right
            case "<=":
                return left <= right
            case ">":
                return left > right
            case _:
                return left >= right

    def _equal(self, left: Expr, right: Expr) -> bool | Unknown:
        for one, other in ((left, right), (right, left)):
            if self._is_it(one):
                if self._is_it(other):
                    return True
                if not self._may_have_it(other):
                    return False
        left_value, right_value = self.of(left), self.of(right)
        if not isinstance(left_value, Unknown) and not isinstance(right_value, Unknown):
            return left_value == right_value
        for known, other in ((left_value, right), (right_value, left)):
            if known is None and not isinstance(core.type_of(_unlifted(other)), OptionalT):
                return False
        return UNKNOWN

    def _arithmetic(self, expr: core.Arithmetic | core.Minus) -> Known:
        if isinstance(expr, core.Minus):
            body = self.of(expr.body)
            return -body if isinstance(body, int) else UNKNOWN
        left, right = self.of(expr.left), self.of(expr.right)
        if not isinstance(left, int) or not isinstance(right, int):
            return UNKNOWN
        match expr.operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right

    def _connective(self, expr: core.Not | core.And | core.Or | core.Implies | core.Iff | core.If) -> Known:
        match expr:
            case core.Not(body=body):
                return _negation(self.of(body))
            case core.And(items=items):
                return _disjunction([_negation(self.of(item)) for item in items], negated=True)
            case core.Or(items=items):
                return _disjunction([self.of(item) for item in items])
            case core.Implies(left=left, right=right):
                return _disjunction([_negation(self.of(left)), self.of(right)])
            case core.Iff(left=left, right=right):
                sides = (self.of(left), self.of(right))
                return UNKNOWN if UNKNOWN in sides else sides[0] is sides[1]
            case core.If(condition=condition, then=then, otherwise=otherwise):
                chosen, one, other = self.of(condition), self.of(then), self.of(otherwise)
                if isinstance(chosen, Unknown):
                    return one if one == other else UNKNOWN
                return one if chosen else other

    def _quantified(self, expr: core.Forall | core.Exists | core.Count | core.Sum) -> Known:
        match expr:
            case core.Forall(binder=binder, body=body):
                return True if self._always(body, (binder,), True) else UNKNOWN
            case core.Exists(binder=binder, body=body):
                return False if self._always(body, (binder,), False) else UNKNOWN
            case core.Count(binders=binders, where=where) | core.Sum(binders=binders, where=where):
                return 0 if self._always(where, binders, False) else UNKNOWN

    def _always(self, body: Expr, binders: tuple[Binder, ...], wanted: bool) -> bool:
        """Whether `body` is `wanted` whichever of the inner `binders` are the fresh value."""

        def holds(case: Case) -> bool | Unknown:
            return _is(fresh_value(body, case, self.defaults), wanted)

        return in_every_case(holds, self.case.binder, binders, body, self.case) is True


def _only(value: Known, decided: bool) -> Known:
    """`decided` if that is the value; otherwise time may tell either way."""
    return decided if value is decided else UNKNOWN


def _negation(value: Known) -> Known:
    return UNKNOWN if isinstance(value, Unknown) else not value


def _disjunction(values: list[Known], *, negated: bool = False) -> Known:
    if any(value is True for value in values):
        return not negated
    return negated if all(value is False for value in values) else UNKNOWN


# ---------------------------------------------------------------- claims


def prove_only(claim: Claim, specification: Specification) -> ProveOnly | None:
    """Why an oracle leaves the claim out; None when it can decide it."""
    hidden = hidden_formula(claim, specification)
    if hidden is not None:
        return ProveOnly("hidden", None, hidden)
    if claim.given_only:
        return None
    defaults = constant_defaults(specification.states)
    bound = _bound(claim)
    for formula in (claim.when, claim.body):
        for culprit, where in undecided(monitored_form(formula, claim, specification), bound, defaults):
            return ProveOnly("not monitorable", culprit.name, expression(where))
    return None


def _bound(claim: Claim) -> tuple[Binder, ...]:
    """The names that the claim's patterns bind."""
    arguments = (argument for pattern in claim.patterns for argument in pattern.arguments)
    return tuple(dict.fromkeys(argument for argument in arguments if isinstance(argument, Binder)))


def monitored_form(formula: Expr, claim: Claim, specification: Specification) -> Expr:
    """The claim's formula as an oracle is to decide it: as it stands if it can be, else with its past operators moved inwards if then it can."""
    defaults = constant_defaults(specification.states)
    for form in (formula, spread(formula)):
        if not any(undecided(form, _bound(claim), defaults)):
            return form
    return formula


def undecided(expr: Expr, scope: tuple[Binder, ...], defaults: Defaults) -> Iterator[tuple[Binder, Expr]]:
    """Each variable and sub-formula whose value may depend on values that are in no trace; outermost first.

    `scope`: the names bound around `expr`.
    """
    if isinstance(expr, core.TEMPORAL):
        for binder in free_binders(expr):
            if not core.listable(binder.type) and not decided_past(expr, binder, scope, defaults):
                yield binder, expr
    for binder in bound_here(expr):
        if not core.listable(binder.type) and not _decided(
            expr, binder, (*scope, *bound_here(expr)), defaults
        ):
            yield binder, expr
    inner = (*scope, *bound_here(expr))
    for child in core.children(expr):
        yield from undecided(child, inner, defaults)


def _decided(expr: Expr, binder: Binder, others: tuple[Binder, ...], defaults: Defaults) -> bool:
    """Whether a fresh value of a name that `expr` binds changes nothing."""

    def holds(case: Case) -> bool | Unknown:
        match expr:
            case core.Forall(body=body):
                return _is(fresh_value(body, case, defaults), True)
            case core.Exists(body=body) | core.Count(where=body):
                return _is(fresh_value(body, case, defaults), False)
            case core.Sum(term=term, where=where):
                left_out = _is(fresh_value(where, case, defaults), False)
                return left_out if left_out is True else _is(fresh_value(term, case, defaults), 0)
            case _:
                raise TypeError(f"{type(expr).__name__} binds no name")

    return in_every_case(holds, binder, others, expr, None) is True


def decided_past(expr: Expr, binder: Binder, scope: tuple[Binder, ...], defaults: Defaults) -> bool:
    """Whether nothing has to be remembered for the values of a name that stands free under the temporal operator `expr`."""
    match expr:
        case core.Historically(body=body):
            wanted: tuple[bool, ...] = (True,)
        case core.Previously(body=body):
            wanted = (True, False)
        case core.Since(right=body):
            wanted = (False,)
        case (
            core.Once(body=body)
            | core.Earlier(body=body)
            | core.Eventually(body=body)
            | core.CountPast(body=body)
        ):
            wanted = (False,)
        case _:
            raise TypeError(f"{type(expr).__name__} is no temporal operator")

    def holds(case: Case) -> bool | Unknown:
        found = fresh_value(body, case, defaults)
        return UNKNOWN if isinstance(found, Unknown) else found in wanted

    return in_every_case(holds, binder, scope, body, None) is True


def _is(found: Known, wanted: bool | int) -> bool | Unknown:
    return UNKNOWN if isinstance(found, Unknown) else found == wanted
