"""Formulas at one event: there every event atom is false or a handful of equalities, and much else is decided by syntax."""

from __future__ import annotations

from collections.abc import Collection

from honnin.compiler.simplify import FALSE, conjunction, simplify, substitute
from honnin.spec.core import (
    INT,
    Atom,
    Binder,
    Compare,
    Event,
    Expr,
    Field,
    Lit,
    Old,
    Pattern,
    RangeT,
    StateRead,
    Var,
    rewrite,
    type_of,
)
from honnin.spec.records import replace

OLD = "@"
"""Before a state's name: the state before the event, where the event changes it."""


def field_variable(index: int, parameter: Field) -> Var:
    """The variable that stands for a field of the event at hand. (Binders of specifications have no negative numbers.)"""
    binder = Binder(parameter.name, -1 - index, parameter.type)
    return Var(binder, INT if isinstance(parameter.type, RangeT) else parameter.type)


def field_variables(event: Event) -> tuple[Var, ...]:
    return tuple(field_variable(index, parameter) for index, parameter in enumerate(event.fields))


def at_event(expr: Expr, event: Event, changed: Collection[str] = ()) -> Expr:
    """`expr` where the present event is `event`, which changes the states `changed`."""
    fields = field_variables(event)

    def specialised(part: Expr) -> Expr:
        match part:
            case Atom(event=name, arguments=arguments):
                if name != event.name:
                    return FALSE
                pairs = zip(arguments, fields, strict=True)
                return conjunction(
                    tuple(Compare("==", specialised(a), field) for a, field in pairs if a is not None)
                )
            case Old(body=body):
                return before(body, changed)
            case _:
                return rewrite(part, specialised)

    return simplify(specialised(expr))


def at_start(expr: Expr) -> Expr:
    """`expr` at position 0: there is no event, and the state before it is the initial one too."""
    match expr:
        case Atom():
            return FALSE
        case Old(body=body):
            return at_start(body)
        case _:
            return simplify(rewrite(expr, at_start))


def before(expr: Expr, changed: Collection[str]) -> Expr:
    """`expr` over the state before an event that changes the states `changed`."""
    expr = rewrite(expr, lambda part: before(part, changed))
    if isinstance(expr, StateRead) and expr.state in changed:
        return replace(expr, state=OLD + expr.state)
    return expr


def matching(pattern: Pattern, event: Event) -> tuple[Expr, dict[int, Expr]]:
    """When the event, which is the pattern's, matches; and the fields that the pattern's binders stand for."""
    conditions: list[Expr] = []
    bound: dict[int, Expr] = {}
    for argument, field in zip(pattern.arguments, field_variables(event), strict=True):
        match argument:
            case Binder(uid=uid):
                bound[uid] = field
            case Lit():
                typed = replace(argument, type=type_of(field))
                conditions.append(simplify(Compare("==", field, typed)))
            case None:
                pass
    return conjunction(tuple(conditions)), bound


def triggered(patterns: tuple[Pattern, ...], event: Event) -> list[tuple[Expr, dict[int, Expr]]]:
    """The alternatives that `event` can match, each with its condition and bindings, up to one that always matches."""
    found: list[tuple[Expr, dict[int, Expr]]] = []
    for pattern in patterns:
        if pattern.event == event.name:
            condition, bound = matching(pattern, event)
            found.append((condition, bound))
            if isinstance(condition, Lit):
                break
    return found


def with_bindings(expr: Expr, bound: dict[int, Expr]) -> Expr:
    return substitute(expr, bound)
