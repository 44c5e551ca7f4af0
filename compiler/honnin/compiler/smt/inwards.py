"""Quantifiers moved inwards, for where the values of their variables are gone through one by one.

`forall x, y. not p(x) or not q(y)` has as many cases as there are pairs, `(forall x. not p(x)) or (forall y. not q(y))` has as
many as there are values. Only for readers to which every part has a value, whatever stands to the left of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from honnin.compiler.simplify import conjunction, disjunction, free, negation, normal
from honnin.spec.core import And, Binder, Exists, Expr, Forall, Or

FEWEST: Final = 3
"""Quantifiers of one kind that follow each other: with fewer there is little to gain."""


def moved(expr: Forall | Exists) -> Expr:
    """The formula, or where it begins with many quantifiers one of the same value in which these stand further inside."""
    kind, depth, body = type(expr), 0, expr.body
    while depth < FEWEST and isinstance(body, kind):
        depth, body = depth + 1, body.body
    return _moved(expr) if depth + 1 >= FEWEST else expr


@lru_cache(maxsize=256)
def _moved(expr: Forall | Exists) -> Expr:
    kind: type[Forall | Exists] = type(expr)
    binders: list[Binder] = []
    body: Expr = expr
    while isinstance(body, kind):
        binders.append(body.binder)
        body = body.body
    if kind is Forall:
        return _everywhere(binders, normal(body))
    return negation(_everywhere(binders, normal(body, False)))


def _everywhere(binders: Sequence[Binder], matrix: Expr) -> Expr:
    """The matrix for all values of those of the variables of which it speaks."""
    if isinstance(matrix, And):
        return conjunction(tuple(_everywhere(binders, item) for item in matrix.items))
    parts = matrix.items if isinstance(matrix, Or) else (matrix,)
    speaks_of = {part: free(part) for part in parts}
    own = {b.uid for b in binders}
    found = [part for part in parts if not speaks_of[part] & own]
    for group in _groups([part for part in parts if speaks_of[part] & own], own):
        found.append(_together([b for b in binders if any(b.uid in speaks_of[p] for p in group)], group))
    return disjunction(tuple(found))


def _together(binders: Sequence[Binder], parts: Sequence[Expr]) -> Expr:
    """One of the parts, for all values of the variables, each of which is in some part; a part is decided as soon as it can be."""
    if len(binders) == 1:
        return Forall(binders[0], disjunction(tuple(parts)))
    own = {b.uid for b in binders}
    first = min(parts, key=lambda part: len(free(part) & own))
    outer = next(b for b in binders if b.uid in free(first))
    return Forall(outer, _everywhere([b for b in binders if b is not outer], Or(tuple(parts))))


def _groups(parts: Sequence[Expr], own: set[int]) -> list[list[Expr]]:
    """The parts, those together that speak of one of these variables in common."""
    groups: list[tuple[set[int], list[Expr]]] = []
    for part in parts:
        variables, members = free(part) & own, [part]
        for group in [group for group in groups if group[0] & variables]:
            groups.remove(group)
            variables, members = variables | group[0], [*group[1], *members]
        groups.append((set(variables), members))
    return [members for _, members in groups]
