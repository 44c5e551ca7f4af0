"""Expressions over literals alone, computed."""

from __future__ import annotations

from honnin.spec import core
from honnin.spec.core import BOOL, Lit
from honnin.spec.records import replace

LARGEST_NUMBER = 10**1000
"""The largest number that a constant may be."""


def fold(expr: core.Expr) -> Lit | None:
    """The value of an expression over literals alone; None when it reads anything else, or grows beyond LARGEST_NUMBER."""
    folded = _fold(expr)
    too_large = folded is not None and isinstance(folded.value, int) and abs(folded.value) > LARGEST_NUMBER
    return None if too_large else folded


def _fold(expr: core.Expr) -> Lit | None:
    match expr:
        case Lit():
            return expr
        case core.Lift(body=body, type=type):
            inner = fold(body)
            return None if inner is None else replace(inner, type=type)
        case core.Minus(body=body):
            inner = fold(body)
            return None if inner is None or inner.value is None else replace(inner, value=-int(inner.value))
        case core.Arithmetic(operator=operator, left=left, right=right, type=type):
            one, other = fold(left), fold(right)
            if one is None or other is None:
                return None
            a, b = int(one.value or 0), int(other.value or 0)
            value = a + b if operator == "+" else a - b if operator == "-" else a * b
            return Lit(value, type, span=expr.span)
        case core.Not(body=body):
            inner = fold(body)
            return None if inner is None else Lit(not inner.value, BOOL, span=expr.span)
        case _:
            return None
