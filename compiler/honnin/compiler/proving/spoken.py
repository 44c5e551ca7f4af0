"""Invariants found by a proof, in the language: places are called by what they hold."""

from __future__ import annotations

from honnin.compiler.machine import Register
from honnin.compiler.product import Place, Product
from honnin.compiler.simplify import is_true, substitute
from honnin.spec.core import (
    Earlier,
    Expr,
    Once,
    Previously,
    Since,
    StateRead,
    VarRead,
    rewrite,
)
from honnin.spec.words import expression


def spoken(product: Product, clause: Expr) -> str:
    """A closed formula over places as text that a `lemma` of the design could say."""
    return expression(_in_words(product, clause), product.system)


def _in_words(product: Product, expr: Expr) -> Expr:
    expr = rewrite(expr, lambda part: _in_words(product, part))
    match expr:
        case VarRead(variable=name, keys=keys):
            place = product.place(name)
            if place.origin == "state":
                return StateRead(name.split("::", 1)[1], keys, expr.type)
            if place.register is not None:
                return _past(product, place, place.register, keys)
            return expr
        case _:
            return expr


def _past(product: Product, place: Place, register: Register, keys: tuple[Expr, ...]) -> Expr:
    """What a history register holds between two events, as a formula about the events so far."""
    values = {binder.uid: key for binder, key in zip(register.keys, keys, strict=True)}
    begin = substitute(_before(product, place, register.set), values)
    hold = substitute(_before(product, place, register.hold), values)
    if register.operator == "previously":
        return begin
    return Once(None, begin) if is_true(hold) else Since(None, hold, begin)


def _before(product: Product, place: Place, formula: Expr) -> Expr:
    """A register's formula: the registers that it reads speak of the positions before."""
    formula = rewrite(formula, lambda part: _before(product, place, part))
    if not isinstance(formula, StateRead) or not formula.state.startswith("#") or place.machine is None:
        return formula
    inner = product.machines[place.machine].register(formula.state)
    values = {binder.uid: key for binder, key in zip(inner.keys, formula.keys, strict=True)}
    begin = substitute(_before(product, place, inner.set), values)
    hold = substitute(_before(product, place, inner.hold), values)
    if inner.operator == "previously":
        return Previously(None, begin)
    return Earlier(None, begin) if is_true(hold) else Previously(None, Since(None, hold, begin))
