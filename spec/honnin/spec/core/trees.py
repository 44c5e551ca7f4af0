"""Walking through formulas and rewriting them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from honnin.spec.core.expressions import (
    And,
    Arithmetic,
    AtLabel,
    Atom,
    Compare,
    Count,
    CountPast,
    Expr,
    GivenRead,
    If,
    Iff,
    Implies,
    Lift,
    Lit,
    Minus,
    Now,
    Old,
    Or,
    Present,
    Since,
    StateRead,
    Sum,
    Var,
    VarRead,
)
from honnin.spec.core.types import BOOL, INT, TIME, Type
from honnin.spec.records import replace


def type_of(expr: Expr) -> Type:
    """The type of any expression; never a RangeT."""
    match expr:
        case Now():
            return TIME
        case Count() | CountPast():
            return INT
        case (
            Lit()
            | Var()
            | StateRead()
            | GivenRead()
            | VarRead()
            | Lift()
            | Present()
            | Arithmetic()
            | Minus()
            | If()
            | Sum()
            | Old()
        ):
            return expr.type
        case _:
            return BOOL


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct sub-expressions, in source order."""
    match expr:
        case Lit() | Var() | Now():
            return ()
        case StateRead(keys=keys) | GivenRead(keys=keys) | VarRead(keys=keys) | AtLabel(keys=keys):
            return keys
        case And(items=items) | Or(items=items):
            return items
        case Implies() | Iff() | Compare() | Arithmetic() | Since():
            return (expr.left, expr.right)
        case If():
            return (expr.condition, expr.then, expr.otherwise)
        case Count():
            return (expr.where,)
        case Sum():
            return (expr.term, expr.where)
        case Atom():
            return tuple(argument for argument in expr.arguments if argument is not None)
        case _:
            return (expr.body,)


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and everything in it, outermost first, from the left."""
    stack = [expr]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


def rewrite(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The expression with `change` applied to each direct sub-expression."""
    match expr:
        case Lit() | Var() | Now():
            return expr
        case StateRead() | GivenRead() | VarRead() | AtLabel():
            return replace(expr, keys=tuple(change(key) for key in expr.keys))
        case And() | Or():
            return replace(expr, items=tuple(change(item) for item in expr.items))
        case Implies() | Iff() | Compare() | Arithmetic() | Since():
            return replace(expr, left=change(expr.left), right=change(expr.right))
        case If():
            return replace(
                expr,
                condition=change(expr.condition),
                then=change(expr.then),
                otherwise=change(expr.otherwise),
            )
        case Count():
            return replace(expr, where=change(expr.where))
        case Sum():
            return replace(expr, term=change(expr.term), where=change(expr.where))
        case Atom():
            return replace(expr, arguments=tuple(a if a is None else change(a) for a in expr.arguments))
        case _:
            return replace(expr, body=change(expr.body))
