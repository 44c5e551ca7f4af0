"""`count` and `sum` over entities of any number, as integers that are kept up.

In a root state - the state before a step, an initial state, a state after writes that cannot be followed - such a total is an arbitrary
integer of which `total_facts` says what is known. A step writes places at a few keys, so after it the total differs by what
these keys contribute then and contributed before. That is exact where every place that the step writes and the total reads has
the variables of the total among its keys; else the state after the step is a root of its own.

Sound: whatever a total of a reachable state is, its value satisfies the facts and the differences, so a proof from them is a
proof. Nothing is concluded from what they leave open: a state that they allow need not be one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from honnin.compiler.product import NOW, counter_name
from honnin.compiler.smt.terms import Environment, Moment, State
from honnin.compiler.smt.total_facts import (
    Facts,
    Kept,
    Total,
    canonical_total,
    contribution,
    free_binders,
    if_number,
)
from honnin.compiler.smt.universe import Universe, Unsupported
from honnin.compiler.smt.values import Formula, Number, Term, add, conj, identity, neg, number
from honnin.compiler.smt.vocabulary import by_place
from honnin.spec import core
from honnin.spec.core import INT, Binder, Expr, Var, walk
from honnin.spec.records import dataclass, replace


@dataclass(slots=True)
class _Root:
    """A state in which totals are arbitrary integers, those of them that are known, and the facts stated of them."""

    state: State
    facts: Facts
    known: dict[Expr, Kept]


class Totals:
    """The totals of a proof; `before` is the state before the step."""

    def __init__(self, universe: Universe, before: State) -> None:
        self.universe = universe
        self.before = before
        self._roots: dict[int, _Root] = {}
        self._quiet = False

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Inside, no facts are stated of a total that is met for the first time: they cost, and many are only looked at."""
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False

    def value(self, expr: Total, at: Moment, names: Environment) -> Number:
        """The total where `at` is."""
        expr = _of_places(expr, at)
        if any(isinstance(node, _UNSTEADY) for node in walk(expr)):
            raise Unsupported("a `count` or `sum` that speaks of events or the time")
        touched = self._touched(expr, at)
        if touched is None or at.state.origin is not self.before:
            return self._at_root(expr, at, names)
        base = replace(at, state=self.before)
        total = self._at_root(expr, base, names)
        for index, values in enumerate(touched):
            then = contribution(expr, at, names, values)
            change = number(then) - number(contribution(expr, base, names, values))
            total = add(total, if_number(self._is_new(expr, values, touched[:index]), change))
        return total

    def _is_new(self, expr: Total, values: tuple[Term, ...], others: list[tuple[Term, ...]]) -> Formula:
        types = tuple(b.type for b in expr.binders)
        return conj(neg(self.universe.all_equal(types, values, other)) for other in others)

    def _at_root(self, expr: Total, at: Moment, names: Environment) -> Number:
        anything = tuple(self.universe.fresh(b.type) for b in expr.binders)
        if contribution(expr, at, names, anything) == 0:
            return 0
        root = self._roots.setdefault(id(at.state), _Root(at.state, Facts(self.universe), {}))
        free = free_binders(expr)
        shape = canonical_total(expr, free)
        if shape not in root.known:
            value = self.universe.function(tuple(b.type for b in free), INT)
            root.known[shape] = Kept(expr, free, value)
            root.facts.not_negative(root.known[shape])
        if not self._quiet:
            root.facts.state(root.known[shape], at)
        return number(root.known[shape].value(tuple(names[b.uid] for b in free)))

    def _touched(self, expr: Total, at: Moment) -> list[tuple[Term, ...]] | None:
        """The values of the total's variables at which something that it reads was written; None: others too."""
        found: dict[object, tuple[Term, ...]] = {}
        for name, keys in _reads(expr):
            written = at.state.touched.get(name, ())
            if written is not None and not written:
                continue
            positions = [_position(binder, keys) for binder in expr.binders]
            if written is None or None in positions:
                return None
            for key in written:
                values = tuple(key[index] for index in positions if index is not None)
                found[tuple(map(identity, values))] = values
        return list(found.values())


_UNSTEADY = (core.Atom, core.Old, core.Now, core.Eventually)


def _of_places(expr: Total, at: Moment) -> Total:
    found = by_place(expr, at.place)
    assert isinstance(found, core.Count | core.Sum)
    return found


def _reads(expr: Expr) -> list[tuple[str, tuple[Expr, ...]]]:
    """Every place that the expression reads, with the keys."""
    found: list[tuple[str, tuple[Expr, ...]]] = []
    for node in walk(expr):
        match node:
            case core.VarRead(variable=name, keys=keys):
                found.append((name, keys))
            case core.AtLabel(process=process, keys=keys):
                found.append((counter_name(process), keys))
            case core.Now():
                found.append((NOW, ()))
            case _:
                pass
    return found


def _position(binder: Binder, keys: tuple[Expr, ...]) -> int | None:
    for index, key in enumerate(keys):
        if isinstance(key, Var) and key.binder.uid == binder.uid:
            return index
    return None
