"""The rule that `x!` stands only where it is guarded, decided by syntax (language.md section 4), over core trees.

Known to be there is what a guard says: `x != none` where it is true, `x == none` where it is false; `not` is looked through. The
knowledge reaches to the right in `and`, `or`, `implies`, into the matching branch of `if`, from a `where` into the term of a
`sum`, and never across a temporal operator or `old`. Two expressions are spelled the same when their trees are equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from honnin.spec import core
from honnin.spec.core import And, Compare, Expr, Lit, Not, OptionalT, Or, Present, children, type_of
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.elaborate.scope import Report
from honnin.spec.records import dataclass
from honnin.spec.words import expression

Places: TypeAlias = frozenset[Expr]
"""Expressions that are known to be there."""

NOTHING: Places = frozenset()


def learned(expr: Expr, truth: bool) -> Places:
    """What is there when `expr` has the value `truth`."""
    match expr:
        case Not(body=body):
            return learned(body, not truth)
        case And(items=items) if truth:
            return _all(items, True)
        case Or(items=items) if not truth:
            return _all(items, False)
        case Compare(operator=operator, left=left, right=right) if operator == ("!=" if truth else "=="):
            for one, other in ((left, right), (right, left)):
                if isinstance(other, Lit) and other.value is None:
                    return frozenset({one})
            return NOTHING
        case _:
            return NOTHING


def _all(items: Sequence[Expr], truth: bool) -> Places:
    return frozenset(place for item in items for place in learned(item, truth))


@dataclass(frozen=True, slots=True)
class Guards:
    """Reports every `x!` without a guard. With `steps`, only those under a quantifier or aggregate: a step may be impossible."""

    report: Report
    steps: bool = False

    def check(self, expr: Expr, known: Places = NOTHING) -> None:
        """Looks through the whole expression."""
        match expr:
            case Present(body=body):
                self._present(expr, body, known)
                self.check(body, known)
            case And(items=items):
                self._chain(items, known, True)
            case Or(items=items):
                self._chain(items, known, False)
            case core.Implies(left=left, right=right):
                self._chain((left, right), known, True)
            case core.If(condition=condition, then=then, otherwise=otherwise):
                self.check(condition, known)
                self.check(then, known | learned(condition, True))
                self.check(otherwise, known | learned(condition, False))
            case core.Sum(term=term, where=where):
                inner = Guards(self.report)
                inner.check(where, known)
                inner.check(term, known | learned(where, True))
            case core.Forall() | core.Exists() | core.Count():
                inner = Guards(self.report)
                for child in children(expr):
                    inner.check(child, known)
            case core.Old() | core.Once() | core.Earlier() | core.Historically() | core.Previously():
                self.check(expr.body)
            case core.Eventually() | core.CountPast():
                self.check(expr.body)
            case core.Since(left=left, right=right):
                self.check(left)
                self.check(right)
            case _:
                self._others(expr, known)

    def _others(self, expr: Expr, known: Places) -> None:
        if isinstance(expr, Compare) and expr.operator == "==":
            self._both_optional(expr, known)
        for child in children(expr):
            self.check(child, known)

    def _chain(self, items: Sequence[Expr], known: Places, truth: bool) -> None:
        for item in items:
            self.check(item, known)
            known = known | learned(item, truth)

    def _present(self, expr: Present, body: Expr, known: Places) -> None:
        if self.steps or body in known:
            return
        place = expression(body)
        self.report(
            Diagnostic(
                "HN0317",
                f"`{place}` may be none here",
                expr.span,
                expected=f"a guard `{place} != none` before it, spelled the same, at the same position",
                hint=f"write `{place} != none and ...` or `{place} != none implies ...`",
            )
        )

    def _both_optional(self, expr: Compare, known: Places) -> None:
        for side in (expr.left, expr.right):
            if not isinstance(type_of(side), OptionalT) or isinstance(side, core.Lift | Lit) or side in known:
                return
        self.report(
            Diagnostic(
                "HN0511",
                "both sides may be none, and `none == none` is true",
                expr.span,
                hint="guard one side: `x != none and x == y`",
            )
        )


def _nothing(diagnostic: Diagnostic) -> None:
    """Reports nothing."""


SILENT = Guards(_nothing)
"""For what stands under a guard that has a mistake."""
