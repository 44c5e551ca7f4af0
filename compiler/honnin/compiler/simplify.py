"""Formulas rewritten without a change of meaning: constants folded, connectives flattened, negations pushed inwards.

Order is kept wherever a guard (`x != none`) may stand to the left of its use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from honnin.spec.core import (
    BOOL,
    And,
    Arithmetic,
    BoolT,
    Compare,
    Count,
    Exists,
    Expr,
    Forall,
    If,
    Iff,
    Implies,
    Lift,
    Lit,
    Minus,
    Not,
    Old,
    Or,
    Present,
    Sum,
    Value,
    Var,
    children,
    rewrite,
    type_of,
)
from honnin.spec.records import replace

TRUE, FALSE = Lit(True, BOOL), Lit(False, BOOL)

_Operator: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]
_OPPOSITE: dict[_Operator, _Operator] = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_HOLDS: dict[str, Callable[[int, int], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def is_true(expr: Expr) -> bool:
    return isinstance(expr, Lit) and expr.value is True


def is_false(expr: Expr) -> bool:
    return isinstance(expr, Lit) and expr.value is False


def literal_of(expr: Expr | None) -> Lit | None:
    """The literal that the expression is, if it is one."""
    if isinstance(expr, Lift):
        expr = expr.body
    return expr if isinstance(expr, Lit) else None


def conjuncts(condition: Expr) -> tuple[Expr, ...]:
    """What it is all of; nested conjunctions are opened."""
    if isinstance(condition, And):
        return tuple(part for item in condition.items for part in conjuncts(item))
    return (condition,)


def conjunction(items: tuple[Expr, ...]) -> Expr:
    """All of `items`, in order: nested conjunctions are opened, `true` is dropped, `false` swallows the rest."""
    kept: dict[Expr, None] = {}
    for item in items:
        for part in item.items if isinstance(item, And) else (item,):
            if is_false(part):
                return FALSE
            if not is_true(part):
                kept[part] = None
    if not kept:
        return TRUE
    return next(iter(kept)) if len(kept) == 1 else And(tuple(kept))


def disjunction(items: tuple[Expr, ...]) -> Expr:
    """One of `items`, in order; the dual of `conjunction`."""
    kept: dict[Expr, None] = {}
    for item in items:
        for part in item.items if isinstance(item, Or) else (item,):
            if is_true(part):
                return TRUE
            if not is_false(part):
                kept[part] = None
    if not kept:
        return FALSE
    return next(iter(kept)) if len(kept) == 1 else Or(tuple(kept))


def negation(expr: Expr) -> Expr:
    """`not expr`, without a double negation."""
    match expr:
        case Lit(value=bool() as value):
            return FALSE if value else TRUE
        case Not(body=body):
            return body
        case _:
            return Not(expr)


def substitute(expr: Expr, values: Mapping[int, Expr]) -> Expr:
    """The expression with the variables whose binder's uid is in `values` replaced."""
    if not values:
        return expr
    if isinstance(expr, Var):
        return values.get(expr.binder.uid, expr)
    return rewrite(expr, lambda part: substitute(part, values))


def free(expr: Expr) -> frozenset[int]:
    """The uids of the variables that occur and are bound outside."""
    match expr:
        case Var(binder=binder):
            return frozenset((binder.uid,))
        case Forall(binder=binder) | Exists(binder=binder):
            return free(expr.body) - {binder.uid}
        case Count(binders=binders) | Sum(binders=binders):
            inner = frozenset(uid for part in children(expr) for uid in free(part))
            return inner - {binder.uid for binder in binders}
        case _:
            return frozenset(uid for part in children(expr) for uid in free(part))


def simplify(expr: Expr) -> Expr:
    """The same value in every state, with what is decided by syntax decided."""
    expr = rewrite(expr, simplify)
    match expr:
        case Not(body=body):
            return negation(body)
        case And(items=items):
            return conjunction(items)
        case Or(items=items):
            return disjunction(items)
        case Implies(left=left, right=right):
            return _implication(expr, left, right)
        case Iff(left=left, right=right):
            return _equivalence(expr, left, right)
        case Compare():
            return _comparison(expr)
        case If(condition=condition, then=then, otherwise=otherwise):
            if isinstance(condition, Lit):
                return then if condition.value else otherwise
            return then if then == otherwise else expr
        case Old(body=Lit()):
            return expr.body
        case Forall(binder=binder, body=body) | Exists(binder=binder, body=body):
            return expr if binder.uid in free(body) else body
        case Count(where=where) | Sum(where=where) if is_false(where):
            return Lit(0, type_of(expr))
        case Sum(term=Lit(value=0)):
            return Lit(0, type_of(expr))
        case Arithmetic() | Minus():
            return _number(expr)
        case Present(body=Lift(body=body)):
            return body
        case _:
            return expr


def _implication(expr: Implies, left: Expr, right: Expr) -> Expr:
    if is_false(left) or is_true(right):
        return TRUE
    if is_true(left):
        return right
    return negation(left) if is_false(right) else expr


def _equivalence(expr: Iff, left: Expr, right: Expr) -> Expr:
    for one, other in ((left, right), (right, left)):
        if is_true(one):
            return other
        if is_false(one):
            return negation(other)
    return TRUE if left == right else expr


def _comparison(expr: Compare) -> Expr:
    left, right = expr.left, expr.right
    if isinstance(left, Lift) and isinstance(right, Lift):
        left, right = left.body, right.body
    if left == right:
        return TRUE if expr.operator in ("==", "<=", ">=") else FALSE
    if expr.operator in ("==", "!="):
        equal = _equal(left, right)
        if equal is not None:
            return TRUE if equal == (expr.operator == "==") else FALSE
        if isinstance(type_of(left), BoolT):
            sides = Iff(left, right)
            return simplify(sides if expr.operator == "==" else Not(sides))
    elif isinstance(left, Lit) and isinstance(right, Lit):
        return Lit(_HOLDS[expr.operator](_integer(left.value), _integer(right.value)), BOOL)
    return replace(expr, left=left, right=right)


def _equal(left: Expr, right: Expr) -> bool | None:
    match left, right:
        case Lit(value=a), Lit(value=b):
            return type(a) is type(b) and a == b
        case (Lit(value=None), Lift()) | (Lift(), Lit(value=None)):
            return False
        case (Lift(body=Lit(value=a)), Lit(value=b)) | (Lit(value=a), Lift(body=Lit(value=b))):
            return type(a) is type(b) and a == b
        case _:
            return None


def _number(expr: Arithmetic | Minus) -> Expr:
    match expr:
        case Minus(body=Lit(value=value)):
            return Lit(-_integer(value), expr.type)
        case Arithmetic(operator=operator, left=Lit(value=a), right=Lit(value=b)):
            x, y = _integer(a), _integer(b)
            return Lit(x + y if operator == "+" else x - y if operator == "-" else x * y, expr.type)
        case _:
            return expr


def _integer(value: Value) -> int:
    assert isinstance(value, int)
    return value


_OPENED = 3
"""How deep `iff` and Bool `if` are written out: each doubles what is inside it."""


def normal(expr: Expr, wanted: bool = True, opened: int = _OPENED) -> Expr:
    """Negation normal form of `expr` (of `not expr` when `wanted` is false), without `implies`, shallow `iff` and Bool `if`.

    What is left under `and`, `or`, `exists` is a literal: a read, its negation, a comparison, a `forall`, or a deep `iff` or `if`.
    """
    match expr:
        case Not(body=body):
            return normal(body, not wanted, opened)
        case And(items=items):
            parts = tuple(normal(item, wanted, opened) for item in items)
            return conjunction(parts) if wanted else disjunction(parts)
        case Or(items=items):
            parts = tuple(normal(item, wanted, opened) for item in items)
            return disjunction(parts) if wanted else conjunction(parts)
        case Implies(left=left, right=right):
            return normal(Or((Not(left), right)), wanted, opened)
        case Iff(left=left, right=right) if opened:
            less = opened - 1
            both = (normal(left, True, less), normal(right, wanted, less))
            neither = (normal(left, False, less), normal(right, not wanted, less))
            return disjunction((conjunction(both), conjunction(neither)))
        case If(condition=condition, then=then, otherwise=otherwise) if opened and isinstance(
            expr.type, BoolT
        ):
            less = opened - 1
            first = (normal(condition, True, less), normal(then, wanted, less))
            second = (normal(condition, False, less), normal(otherwise, wanted, less))
            return disjunction((conjunction(first), conjunction(second)))
        case Compare(operator=("==" | "!=") as operator) if isinstance(type_of(expr.left), BoolT):
            return normal(Iff(expr.left, expr.right), wanted == (operator == "=="), opened)
        case Compare(operator=operator) if not wanted:
            return replace(expr, operator=_OPPOSITE[operator])
        case Forall(binder=binder, body=body) if not wanted:
            return Exists(binder, normal(body, False, opened))
        case Exists(binder=binder, body=body):
            inner = normal(body, wanted, opened)
            return Exists(binder, inner) if wanted else Forall(binder, inner)
        case Lit(value=bool() as value):
            return TRUE if value == wanted else FALSE
        case _:
            return expr if wanted else Not(expr)
