"""Past operators moved inwards, past quantifiers and past what never changes: the same meaning, and more that an oracle can decide.

`once (exists q. q != p and auth(t, q))` is `exists q. q != p and once auth(t, q)`: what has to be remembered is then who authenticated
at t, and no longer who was somebody else than p, which nearly everybody is. Entities have the same values at every position, and a
comparison of names the same value, so each step is an equivalence:

    once, earlier, previously:  (exists x. f)   is  exists x. once f      historically:  (forall x. f)   is  forall x. historically f
                                (f or g)            once f or once g                     (f and g)           historically f and historically g
                                (c and f)           c and once f                         (c or f)            c or historically f
    f since (exists x. g)  is  exists x. f since g,  f since (g or h)  is  (f since g) or (f since h),  f since (c and g)  is  c and f since g

where c compares names, literals and givens only. `not` is moved inwards first, as far as that helps.
"""

from __future__ import annotations

from collections.abc import Callable

from honnin.spec import core
from honnin.spec.core import BOOL, And, Exists, Expr, Forall, Implies, Not, Or, rewrite, walk
from honnin.spec.records import replace


def spread(expr: Expr) -> Expr:
    """An equal formula in which every past operator stands as far inside as it can."""
    expr = rewrite(expr, spread)
    match expr:
        case core.Once() | core.Earlier() | core.Previously():
            return _some(expr.body, lambda body: replace(expr, body=body))
        case core.Since(right=right):
            return _some(right, lambda right: replace(expr, right=right))
        case core.Historically(body=body):
            return _every(body, lambda body: replace(expr, body=body))
        case _:
            return expr


Wrap = Callable[[Expr], Expr]


def _some(body: Expr, wrap: Wrap) -> Expr:
    """`wrap(body)`, where `wrap` says that the body holds at some position."""
    match _opened(body):
        case Exists(binder=binder, body=inner):
            return Exists(binder, _some(inner, wrap))
        case Or(items=items):
            return Or(tuple(_some(item, wrap) for item in items))
        case And(items=items) if fixed := tuple(item for item in items if is_fixed(item)):
            rest = tuple(item for item in items if not is_fixed(item))
            return And((*fixed, _some(_joined(And, rest), wrap))) if rest else wrap(body)
        case opened:
            return wrap(opened)


def _every(body: Expr, wrap: Wrap) -> Expr:
    """`wrap(body)`, where `wrap` says that the body holds at every position."""
    match _opened(body):
        case Forall(binder=binder, body=inner):
            return Forall(binder, _every(inner, wrap))
        case And(items=items):
            return And(tuple(_every(item, wrap) for item in items))
        case Or(items=items) if fixed := tuple(item for item in items if is_fixed(item)):
            rest = tuple(item for item in items if not is_fixed(item))
            return Or((*fixed, _every(_joined(Or, rest), wrap))) if rest else wrap(body)
        case Implies(left=left, right=right) if is_fixed(left):
            return Implies(left, _every(right, wrap))
        case opened:
            return wrap(opened)


def _joined(kind: type[And | Or], items: tuple[Expr, ...]) -> Expr:
    return items[0] if len(items) == 1 else kind(items)


def _opened(expr: Expr) -> Expr:
    """The formula with a `not` in front of it moved one step inwards; `a implies b` that is denied is `a and not b`."""
    match expr:
        case Not(body=Not(body=body)):
            return _opened(body)
        case Not(body=Forall(binder=binder, body=body)):
            return Exists(binder, Not(body))
        case Not(body=Exists(binder=binder, body=body)):
            return Forall(binder, Not(body))
        case Not(body=And(items=items)):
            return Or(tuple(Not(item) for item in items))
        case Not(body=Or(items=items)):
            return And(tuple(Not(item) for item in items))
        case Not(body=Implies(left=left, right=right)):
            return And((left, Not(right)))
        case _:
            return expr


def is_fixed(expr: Expr) -> bool:
    """Whether the formula compares names, literals and givens only: it has the same value at every position."""
    changes = (core.StateRead, core.Atom, core.Now, core.Old, core.VarRead, core.AtLabel, *core.TEMPORAL)
    quantifies = (Forall, Exists, core.Count, core.Sum)
    return core.type_of(expr) == BOOL and not any(
        isinstance(node, (*changes, *quantifies)) for node in walk(expr)
    )
