"""Invariants found by a proof, in the language: places are called by what they hold."""

from __future__ import annotations

from dataclasses import replace

from honnin.compiler.machine import Register
from honnin.compiler.product import Place, Product
from honnin.compiler.simplify import conjunction, disjunction, is_true, substitute
from honnin.spec import core
from honnin.spec.core import BOOL, Expr, StateRead, VarRead, rewrite
from honnin.spec.words import expression


def spoken(product: Product, clause: Expr) -> str:
    """A closed formula over places as text that a `lemma` of the design could say; a history register as its past operator."""
    places = {place.name: place for place in product.places}
    return expression(_readable(_spoken(clause, places)), product.system)


def _readable(clause: Expr) -> Expr:
    """A clause as an implication, where some of its literals are denied."""
    if isinstance(clause, core.Forall):
        return replace(clause, body=_readable(clause.body))
    literals = clause.items if isinstance(clause, core.Or) else (clause,)
    denied: list[Expr] = [literal.body for literal in literals if isinstance(literal, core.Not)]
    stated: list[Expr] = [literal for literal in literals if not isinstance(literal, core.Not)]
    if len(literals) == 1 or not denied:
        return disjunction(tuple(map(_plain, literals)))
    if not stated:
        stated = [core.Not(denied.pop())]
    return core.Implies(conjunction(tuple(denied)), disjunction(tuple(map(_plain, stated))))


def _plain(literal: Expr) -> Expr:
    """`a != b` for `not a == b`."""
    match literal:
        case core.Not(body=core.Compare(operator="==") as equal):
            return replace(equal, operator="!=")
        case _:
            return literal


def _spoken(expr: Expr, places: dict[str, Place]) -> Expr:
    expr = rewrite(expr, lambda part: _spoken(part, places))
    if not isinstance(expr, VarRead):
        return expr
    place = places[expr.variable]
    if place.origin == "state":
        return StateRead(place.name.split("::", 1)[1], expr.keys, expr.type)
    if place.register is None:
        return expr
    return _history(place.register, expr, places, place.name.split("::", 1)[0])


def _history(register: Register, read: VarRead, places: dict[str, Place], specification: str) -> Expr:
    """What a register says between positions: the operator over all positions so far."""
    values = {b.uid: key for b, key in zip(register.keys, read.keys, strict=True)}

    def operand(formula: Expr) -> Expr:
        return _inner(substitute(formula, values), places, specification)

    begin, hold = operand(register.set), operand(register.hold)
    if register.operator == "previously":
        return begin
    if register.operator == "count":
        return core.CountPast(register.window, begin)
    whole: Expr = core.Once(None, begin) if is_true(hold) else core.Since(None, hold, begin)
    if register.type == BOOL:
        return whole
    # The language has no word for the time of a past event.
    return StateRead(f"{register.stores} time of ({expression(whole)})", (), register.type)


def _inner(expr: Expr, places: dict[str, Place], specification: str) -> Expr:
    """A register's formula, in which registers speak of the positions before."""
    expr = rewrite(expr, lambda part: _inner(part, places, specification))
    place = places.get(f"{specification}::{expr.state}") if isinstance(expr, StateRead) else None
    if place is None or place.register is None or not isinstance(expr, StateRead):
        return expr
    whole = _history(place.register, VarRead(place.name, expr.keys, expr.type), places, specification)
    match whole:
        case core.Once():
            return core.Earlier(None, whole.body)
        case StateRead():
            return replace(whole, state=f"previously {whole.state}")
        case _:
            return core.Previously(None, whole)
