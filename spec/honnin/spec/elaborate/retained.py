"""What a specification may not ask of identities that are released (`entity E retain D`): docs/decisions/0036."""

from __future__ import annotations

from collections.abc import Iterator

from honnin.spec import core
from honnin.spec.core import Binder, Expr, Retained, Specification, Statement, Type
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.source import Span
from honnin.spec.words import bound_here, duration, free_binders


def misused(specification: Specification) -> Iterator[Diagnostic]:
    """What is said of an identity where no event need name it."""
    for retained in specification.retained:
        yield from _kept_as_values(specification, retained)
        yield from _gone_through(specification, retained)
        yield from _awaited(specification, retained)


def is_of(type: Type, entity: str) -> bool:
    """Whether a value of the type may be an identity of the entity."""
    inner = core.base_type(type)
    return isinstance(inner, core.EntityT) and inner.name == entity


def _kept_as_values(specification: Specification, retained: Retained) -> Iterator[Diagnostic]:
    entity = retained.entity
    for state in specification.states:
        if is_of(state.value, entity):
            message = f"`{state.name}` holds a `{entity}`, which may have been released when it is read"
            hint = (
                f"keep what is asked of it in a state with `{entity}` among its keys, or leave out `retain`"
            )
            yield Diagnostic("HN0340", message, state.span, hint=hint)
    for given in specification.givens:
        if any(is_of(type, entity) for type in (*given.keys, given.value)):
            message = f"`{given.name}` is a fact about a `{entity}`, and facts are never released"
            hint = f"leave out `retain`, or let the event say what is to be known of the `{entity}`"
            yield Diagnostic("HN0340", message, given.span, hint=hint)


def _gone_through(specification: Specification, retained: Retained) -> Iterator[Diagnostic]:
    for claim in specification.claims:
        if claim.implicit and any(is_of(b.type, retained.entity) for b in _bound_in((claim.body,))):
            hint = "let it hold an Int, and state the bounds in an invariant on the event that writes it"
            yield _seen(
                claim.name.removesuffix(".range"), "holds a range under every", retained, claim.span, hint
            )
            continue
        for expr in (claim.when, claim.body):
            yield from _quantified(expr, retained)
    for after in specification.updates:
        yield from _quantified(after.when, retained)
        yield from _in_statements(after.body, retained)


def _in_statements(body: tuple[Statement, ...], retained: Retained) -> Iterator[Diagnostic]:
    for statement in body:
        match statement:
            case core.Assign(keys=keys, value=value):
                for expr in (*keys, value):
                    yield from _quantified(expr, retained)
            case core.IfStatement(condition=condition, then=then, otherwise=otherwise):
                yield from _quantified(condition, retained)
                yield from _in_statements((*then, *otherwise), retained)
            case core.For(binders=binders, where=where, body=inner):
                yield from _over(binders, retained, statement.span)
                yield from _quantified(where, retained)
                yield from _in_statements(inner, retained)
            case _:
                pass


def _quantified(expr: Expr, retained: Retained) -> Iterator[Diagnostic]:
    for node in core.walk(expr):
        yield from _over(bound_here(node), retained, node.span)


def _over(binders: tuple[Binder, ...], retained: Retained, span: Span) -> Iterator[Diagnostic]:
    for binder in binders:
        if is_of(binder.type, retained.entity):
            hint = "speak of those that the event names, or leave out `retain`"
            yield _seen(binder.name, "stands for every", retained, span, hint)


def _seen(name: str, how: str, retained: Retained, span: Span, hint: str) -> Diagnostic:
    message = f"`{name}` {how} `{retained.entity}`, and those that are released cannot be gone through"
    return Diagnostic("HN0341", message, span, hint=hint)


def _bound_in(formulas: tuple[Expr, ...]) -> Iterator[Binder]:
    return (binder for formula in formulas for node in core.walk(formula) for binder in bound_here(node))


def _awaited(specification: Specification, retained: Retained) -> Iterator[Diagnostic]:
    for claim in specification.claims:
        for node in core.walk(claim.body):
            if not isinstance(node, core.Eventually) or node.bound <= retained.horizon:
                continue
            if any(is_of(binder.type, retained.entity) for binder in free_binders(node)):
                limit, entity = duration(retained.horizon), retained.entity
                message = (
                    f"this is awaited for {duration(node.bound)}, and a `{entity}` is released after {limit}"
                )
                hint = f"retain a `{entity}` for {duration(node.bound)} at least"
                yield Diagnostic("HN0342", message, node.span, hint=hint)
