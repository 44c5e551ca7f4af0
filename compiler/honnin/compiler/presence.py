"""When the value of an expression of a step is there at all, as a formula."""

from __future__ import annotations

from honnin.compiler.simplify import TRUE, conjunction, disjunction, is_true, negation
from honnin.spec import core
from honnin.spec.core import Compare, Expr, Lit, Not, type_of


def defined(expr: Expr) -> Expr:
    """No `x!` that is evaluated on the way, from the left, finds none. Under a binder every `x!` is guarded (language.md section 4)."""
    match expr:
        case core.Present(body=body):
            return conjunction((defined(body), Compare("!=", body, Lit(None, type_of(body)))))
        case core.And(items=items):
            return _until(items, goes_on=True)
        case core.Or(items=items):
            return _until(items, goes_on=False)
        case core.Implies(left=left, right=right):
            return _until((left, right), goes_on=True)
        case core.If(condition=condition, then=then, otherwise=otherwise):
            chosen = (_after(condition, defined(then)), _after(Not(condition), defined(otherwise)))
            return conjunction((defined(condition), *chosen))
        case core.Forall() | core.Exists() | core.Count() | core.Sum():
            return TRUE
        case _:
            return conjunction(tuple(map(defined, core.children(expr))))


def is_so(formula: Expr) -> Expr:
    """The formula is defined and true: total, so it can be denied."""
    return conjunction((defined(formula), formula))


def _until(items: tuple[Expr, ...], *, goes_on: bool) -> Expr:
    """Each item is defined, or one before it had decided: evaluation goes on while the value is `goes_on`."""
    result: Expr = TRUE
    for item in reversed(items):
        result = conjunction((defined(item), _after(item if goes_on else negation(item), result)))
    return result


def _after(condition: Expr, formula: Expr) -> Expr:
    return TRUE if is_true(formula) else disjunction((negation(condition), formula))
