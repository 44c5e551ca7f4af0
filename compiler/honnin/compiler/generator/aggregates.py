"""Quantifiers, counts and sums over whole maps that are kept up write by write, so that no event looks at every key.

`sum(m[x] for x: T)` changes by what a write changes at the key written; `forall x: T. f` is that no key makes f false, which is a
count. This works where every read in the formula has just the bound names as its keys.
"""

from __future__ import annotations

from honnin.compiler.simplify import free, negation, simplify
from honnin.spec.core import (
    Atom,
    Binder,
    Count,
    EntityT,
    Exists,
    Expr,
    Forall,
    If,
    Lit,
    Now,
    Old,
    Specification,
    StateRead,
    Sum,
    Var,
    walk,
)
from honnin.spec.records import dataclass


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A number that is kept: the sum of `part` over the values of `binders`. `part` reads the states `places`, at those values only."""

    attribute: str
    binders: tuple[Binder, ...]
    part: Expr
    places: tuple[str, ...]


def parts_of(node: Expr) -> tuple[tuple[Binder, ...], Expr] | None:
    """The binders, and the number for each of their values that is to be added up; for a quantifier: how many decide it."""
    match node:
        case Sum(term=term, binders=binders, where=where):
            return binders, If(where, term, Lit(0, node.type), node.type)
        case Count(binders=binders, where=where):
            return binders, where
        case Forall():
            binders, body = _chain(node, Forall)
            return binders, simplify(negation(body))
        case Exists():
            return _chain(node, Exists)
        case _:
            return None


def _chain(node: Expr, kind: type[Forall | Exists]) -> tuple[tuple[Binder, ...], Expr]:
    binders: tuple[Binder, ...] = ()
    while isinstance(node, Forall | Exists) and isinstance(node, kind):
        binders, node = (*binders, node.binder), node.body
    return binders, node


def aggregate(node: Expr, specification: Specification, attribute: str) -> Aggregate | None:
    """The node as a number to be kept, if every read in it is at the values of its binders."""
    parts = parts_of(node)
    if parts is None or free(node):
        return None
    binders, part = parts
    if not any(isinstance(binder.type, EntityT) for binder in binders):
        return None
    own = tuple(binder.uid for binder in binders)
    types = tuple(binder.type for binder in binders)
    places: dict[str, None] = {}
    for inner in walk(part):
        match inner:
            case StateRead(state=name, keys=keys):
                if tuple(key.binder.uid for key in keys if isinstance(key, Var)) != own or len(keys) != len(
                    own
                ):
                    return None
                if name.startswith("#") or specification.state(name).keys != types:
                    return None
                places[name] = None
            case Forall() | Exists() | Count() | Sum() | Now() | Atom() | Old():
                return None
            case _:
                pass
    return Aggregate(attribute, binders, part, tuple(places)) if places else None
