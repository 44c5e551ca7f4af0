"""Defines put in place of their calls: the arguments for the parameters, every inner binder made anew."""

from __future__ import annotations

from collections.abc import Mapping

from honnin.spec import core
from honnin.spec.core import Binder, Expr, Var, rewrite
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.elaborate.scope import Binders, Define, Report
from honnin.spec.records import replace
from honnin.spec.source import Span

LARGEST = 20_000
"""How many nodes an expression may have when its defines are put in."""

DEEPEST = 100
"""How many levels a define may add when it is put in, and a quantifier with its variables apart."""

NOT_IN_OLD = (core.Atom, core.Now, core.Old, *core.TEMPORAL)
"""What the operand of `old` may not have."""


def inline(
    define: Define, arguments: tuple[Expr, ...], binders: Binders, report: Report, span: Span
) -> Expr | None:
    """The body with the arguments put in; None after a diagnostic when it grows too large."""
    substitution = dict(zip(define.parameters, arguments, strict=True))
    sizes = {binder: sum(1 for _ in core.walk(value)) for binder, value in substitution.items()}
    size = sum(sizes.get(n.binder, 1) if isinstance(n, Var) else 1 for n in core.walk(define.body))
    if size > LARGEST:
        report(Diagnostic("HN0316", f"with its defines put in, this has more than {LARGEST} parts", span))
        return None
    whole = substitute(define.body, substitution, binders)
    return whole if shallow(whole, report, span) else None


def shallow(expr: Expr, report: Report, span: Span) -> bool:
    """Whether the expression has at most DEEPEST levels; else a diagnostic has been given."""
    waiting = [(expr, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > DEEPEST:
            message = f"written out, this is nested more than {DEEPEST} levels deep"
            report(Diagnostic("HN0316", message, span))
            return False
        waiting.extend((child, depth + 1) for child in core.children(node))
    return True


def under_old(expr: Expr) -> frozenset[Binder]:
    """The names that the expression reads under `old`."""
    return frozenset(
        node.binder
        for old in core.walk(expr)
        if isinstance(old, core.Old)
        for node in core.walk(old)
        if isinstance(node, Var)
    )


def substitute(expr: Expr, values: Mapping[Binder, Expr], binders: Binders) -> Expr:
    """The expression with `values` for its free binders and its own binders made anew."""

    def again(inner: Expr) -> Expr:
        return substitute(inner, values, binders)

    match expr:
        case Var(binder=binder):
            return values.get(binder, expr)
        case core.Forall(binder=binder) | core.Exists(binder=binder):
            fresh = binders.make(binder.name, binder.type, binder.span)
            inside = {**values, binder: Var(fresh, _read(fresh))}
            return replace(expr, binder=fresh, body=substitute(expr.body, inside, binders))
        case core.Count(binders=bound) | core.Sum(binders=bound):
            made = tuple(binders.make(b.name, b.type, b.span) for b in bound)
            renamed = {old: Var(new, _read(new)) for old, new in zip(bound, made, strict=True)}
            whole = rewrite(expr, lambda inner: substitute(inner, {**values, **renamed}, binders))
            assert isinstance(whole, core.Count | core.Sum)
            return replace(whole, binders=made)
        case _:
            return rewrite(expr, again)


def _read(binder: Binder) -> core.Type:
    return core.INT if isinstance(binder.type, core.RangeT) else binder.type
