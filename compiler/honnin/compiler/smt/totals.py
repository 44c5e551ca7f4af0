"""`count` and `sum` over an entity of any number, as integers that are kept up.

In the state before a step such a total is an arbitrary integer. A step writes places at a few keys, so after it the total differs by
what these keys contribute then and contributed before. That is exact where every place that the step writes and the total
reads has the counted variable among its keys; otherwise the total may be anything after the step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import permutations

import z3

from honnin.compiler.product import NOW, counter_name
from honnin.compiler.simplify import substitute
from honnin.compiler.smt.terms import Environment, Moment, State, evaluate, holds
from honnin.compiler.smt.universe import Reading, Universe, Unsupported
from honnin.compiler.smt.values import (
    Formula,
    Number,
    Term,
    add,
    at_most,
    conj,
    disj,
    identity,
    iff,
    implies,
    neg,
    number,
)
from honnin.compiler.smt.vocabulary import by_place
from honnin.spec import core
from honnin.spec.core import INT, Binder, Count, Expr, Sum, Type, Var, walk


class Totals:
    """The totals of a proof; `before` is the state of which they are arbitrary."""

    def __init__(self, universe: Universe, before: State) -> None:
        self.universe = universe
        self.before = before
        self._known: dict[Expr, Reading] = {}
        self._closed: list[tuple[Count, Number]] = []

    def value(self, expr: Count | Sum, at: Moment, names: Environment) -> Number:
        """The total where `at` is."""
        expr = _of_places(expr, at)
        if len(expr.binders) > 1:
            raise Unsupported("a `count` or `sum` over several variables")
        if any(isinstance(node, _UNSTEADY) for node in walk(expr)):
            raise Unsupported("a `count` or `sum` that speaks of events or the time")
        if at.state.origin is not self.before:
            return self._from_scratch(expr, at, names)
        touched = self._touched(expr, at)
        if touched is None:
            return self._anew(expr, at, names)
        total = self._before(expr, at, names)
        base = replace(at, state=self.before)
        for index, value in enumerate(touched):
            change = number(_contribution(expr, at, names, value)) - number(
                _contribution(expr, base, names, value)
            )
            new = conj(
                neg(self.universe.equal(expr.binders[0].type, value, other)) for other in touched[:index]
            )
            total = add(total, _if(new, change))
        return total

    def _from_scratch(self, expr: Count | Sum, at: Moment, names: Environment) -> Number:
        """In an initial state: 0 where no value contributes, else anything."""
        anything = self.universe.fresh(expr.binders[0].type)
        if _contribution(expr, at, names, anything) == 0:
            return 0
        return number(self.universe.fresh(INT))

    def _anew(self, expr: Count | Sum, at: Moment, names: Environment) -> Number:
        """After writes that cannot be followed: anything; of a count, as far as its size says."""
        total = number(self.universe.fresh(INT))
        if isinstance(expr, Count) and not _free(expr):
            self.universe.side.append(_boolean(self._sizes(expr, total, at, names)))
        return total

    def _before(self, expr: Count | Sum, at: Moment, names: Environment) -> Number:
        free = _free(expr)
        shape = _canonical(expr, free)
        types = tuple(b.type for b in free)
        if shape not in self._known:
            self._known[shape] = self.universe.function(types, INT)
            if isinstance(expr, Count):
                self._bound(expr, free, self._known[shape], replace(at, state=self.before))
            if isinstance(expr, Count) and not free:
                self._compare(expr, number(self._known[shape](())), replace(at, state=self.before))
        return number(self._known[shape](tuple(names[b.uid] for b in free)))

    def _compare(self, expr: Count, count: Number, at: Moment) -> None:
        """Where all that is counted in one is counted in the other, there is not more of it; less, if that is not all."""
        binder = expr.binders[0]
        for other, other_count in self._closed:
            if other.binders[0].type != binder.type:
                continue
            for (less, small), (more, large) in permutations(((expr, count), (other, other_count))):
                inside = self.universe.quantify(True, binder.type, _Inclusion(less, more, at))
                as_much = self.universe.quantify(True, binder.type, _Inclusion(more, less, at))
                bound = conj((at_most(small, large), disj((as_much, at_most(add(small, 1), large)))))
                self.universe.side.append(_boolean(implies(inside, bound)))
        self._closed.append((expr, count))

    def _bound(self, expr: Count, free: tuple[Binder, ...], count: Reading, at: Moment) -> None:
        """A count is 0 when there is nothing to count, 1 when there is one thing, else more."""

        def fact(names: dict[int, Term], left: tuple[Binder, ...]) -> Formula:
            if left:
                return self.universe.quantify(
                    True, left[0].type, lambda value: fact({**names, left[0].uid: value}, left[1:])
                )
            return self._sizes(expr, number(count(tuple(names[b.uid] for b in free))), at, names)

        known = fact({}, free)
        if not isinstance(known, bool):
            self.universe.side.append(known)

    def _sizes(self, expr: Count, count: Number, at: Moment, names: Environment) -> Formula:
        binder = expr.binders[0]

        def is_counted(value: Term) -> Formula:
            return holds(expr.where, at, {**names, binder.uid: value})

        def some(body: Reading) -> Formula:
            return self.universe.quantify(False, binder.type, lambda value: holds_of(body, value))

        def holds_of(body: Reading, value: Term) -> Formula:
            found = body((value,))
            assert isinstance(found, bool | z3.BoolRef)
            return found

        def another(one: Term) -> Formula:
            def differs(keys: tuple[Term, ...]) -> Term:
                return conj((is_counted(keys[0]), neg(self.universe.equal(binder.type, one, keys[0]))))

            return some(differs)

        return conj(
            (
                at_most(0, count),
                iff(at_most(1, count), some(lambda keys: is_counted(keys[0]))),
                iff(at_most(2, count), some(lambda keys: conj((is_counted(keys[0]), another(keys[0]))))),
            )
        )

    def _touched(self, expr: Count | Sum, at: Moment) -> list[Term] | None:
        """The values of the counted variable at which something that the total reads was written; None: others too."""
        found: dict[object, Term] = {}
        for name, keys in _reads(expr):
            written = at.state.touched.get(name, ())
            if written is not None and not written:
                continue
            index = _position(expr.binders[0], keys)
            if written is None or index is None:
                return None
            found.update((identity(key[index]), key[index]) for key in written)
        return list(found.values())


@dataclass(frozen=True, slots=True)
class _Inclusion:
    """Whether a value that `less` counts is counted by `more`."""

    less: Count
    more: Count
    at: Moment

    def __call__(self, value: Term) -> Formula:
        return implies(*(holds(c.where, self.at, {c.binders[0].uid: value}) for c in (self.less, self.more)))


def _boolean(formula: Formula) -> z3.BoolRef:
    return z3.BoolVal(formula) if isinstance(formula, bool) else formula


_UNSTEADY = (core.Atom, core.Old, core.Now, core.Eventually)


def _of_places(expr: Count | Sum, at: Moment) -> Count | Sum:
    found = by_place(expr, at.place)
    assert isinstance(found, Count | Sum)
    return found


def _contribution(expr: Count | Sum, at: Moment, names: Environment, value: Term) -> Number:
    inner = {**names, expr.binders[0].uid: value}
    where = holds(expr.where, at, inner)
    if where is False:
        return 0
    return _if(where, 1 if isinstance(expr, Count) else number(evaluate(expr.term, at, inner)))


def _if(condition: Formula, value: Number) -> Number:
    if isinstance(condition, bool):
        return value if condition else 0
    return z3.If(condition, value, 0)


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


def _free(expr: Count | Sum) -> tuple[Binder, ...]:
    """The variables that are bound outside, in order."""
    bound = {b.uid for node in walk(expr) if isinstance(node, Count | Sum) for b in node.binders}
    bound |= {node.binder.uid for node in walk(expr) if isinstance(node, core.Forall | core.Exists)}
    found = {n.binder.uid: n.binder for n in walk(expr) if isinstance(n, Var) and n.binder.uid not in bound}
    return tuple(found.values())


def _canonical(expr: Count | Sum, free: tuple[Binder, ...]) -> Expr:
    """The same for every total that differs only in the names of its variables."""

    def numbered(binder: Binder, index: int) -> tuple[int, Expr]:
        return binder.uid, Var(replace(binder, uid=-index), _type(binder.type))

    own = expr.binders[0]
    names = dict(numbered(b, 1_000 + i) for i, b in enumerate(free)) | dict((numbered(own, 999),))
    return replace(substitute(expr, names), binders=(replace(own, uid=-999),))  # type: ignore[arg-type]


def _type(type: Type) -> Type:
    return INT if isinstance(type, core.RangeT) else type
