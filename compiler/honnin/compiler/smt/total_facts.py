"""What is true of every `count` and `sum` over finitely many values, as facts that z3 is told.

Each fact holds of any finite number of values, and entities have finitely many: telling them excludes no state that there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import permutations
from typing import TypeAlias

import z3

from honnin.compiler.simplify import substitute
from honnin.compiler.smt.terms import Environment, Moment, evaluate, holds
from honnin.compiler.smt.universe import Reading, Universe
from honnin.compiler.smt.values import (
    Formula,
    Number,
    Term,
    add,
    at_most,
    conj,
    disj,
    iff,
    implies,
    neg,
    number,
)
from honnin.spec import core
from honnin.spec.core import INT, Binder, Count, Expr, Lit, Sum, Type, Var, walk
from honnin.spec.records import dataclass, field, replace

Total: TypeAlias = Count | Sum


@dataclass(frozen=True, slots=True)
class Kept:
    """A total of a root state. `free`: its variables that are bound outside, of which `value` is a map."""

    expr: Total
    free: tuple[Binder, ...]
    value: Reading

    def at(self, names: Environment) -> Number:
        return number(self.value(tuple(names[b.uid] for b in self.free)))


def contribution(expr: Total, at: Moment, names: Environment, values: tuple[Term, ...]) -> Number:
    """What these values of its variables add to the total."""
    inner = {**names, **{b.uid: value for b, value in zip(expr.binders, values, strict=True)}}
    where = holds(expr.where, at, inner)
    if where is False:
        return 0
    return if_number(where, 1 if isinstance(expr, Count) else number(evaluate(expr.term, at, inner)))


def if_number(condition: Formula, value: Number) -> Number:
    """The value where the condition holds, else 0."""
    if isinstance(condition, bool):
        return value if condition else 0
    return z3.If(condition, value, 0)


def free_binders(expr: Total) -> tuple[Binder, ...]:
    """The variables that are bound outside, in order."""
    bound = {b.uid for node in walk(expr) if isinstance(node, Count | Sum) for b in node.binders}
    bound |= {node.binder.uid for node in walk(expr) if isinstance(node, core.Forall | core.Exists)}
    found = {n.binder.uid: n.binder for n in walk(expr) if isinstance(n, Var) and n.binder.uid not in bound}
    return tuple(found.values())


def canonical_total(expr: Total, free: tuple[Binder, ...]) -> Expr:
    """The same for every total that differs only in the names of its variables, of which `free` are bound outside."""

    def numbered(binder: Binder, index: int) -> tuple[int, Expr]:
        return binder.uid, Var(replace(binder, uid=-index, name=""), _type(binder.type))

    names = dict(numbered(b, 1_000 + i) for i, b in enumerate(free))
    names |= dict(numbered(b, 900 + i) for i, b in enumerate(expr.binders))
    own = tuple(replace(b, uid=-900 - i, name="") for i, b in enumerate(expr.binders))
    return replace(substitute(expr, names), binders=own)  # type: ignore[arg-type]


def _type(type: Type) -> Type:
    return INT if isinstance(type, core.RangeT) else type


@dataclass(slots=True)
class Facts:
    """The facts stated of the totals of one state."""

    universe: Universe
    _stated: list[tuple[Kept, Moment]] = field(default_factory=list)
    _whole: list[tuple[Kept, Moment]] = field(default_factory=list)

    def not_negative(self, kept: Kept) -> None:
        """A count is 0 at least."""
        if isinstance(kept.expr, Count):
            self._tell(kept.free, lambda names: at_most(0, kept.at(names)))

    def state(self, kept: Kept, at: Moment) -> None:
        """All that is known of the total, and of it beside those stated before."""
        if any(kept is other for other, _ in self._stated):
            return
        sizes = self._count if isinstance(kept.expr, Count) else self._sum
        self._tell(kept.free, lambda names: sizes(kept, at, names))
        for other, _ in list(self._stated):
            if not kept.free and not other.free and _types(kept) == _types(other):
                for less, more in permutations((kept, other)):
                    self._tell((), lambda _, less=less, more=more: self._compare(less, more, at))  # type: ignore[misc]
        self._stated.append((kept, at))
        self._share(kept, at)

    def _tell(self, free: tuple[Binder, ...], fact: Callable[[Environment], Formula]) -> None:
        known = self._every(free, {}, fact)
        if not isinstance(known, bool):
            self.universe.side.append(known)

    def _every(
        self, binders: tuple[Binder, ...], names: Environment, body: Callable[[Environment], Formula]
    ) -> Formula:
        return self._quantified(True, binders, names, body)

    def _some(
        self, binders: tuple[Binder, ...], names: Environment, body: Callable[[Environment], Formula]
    ) -> Formula:
        return self._quantified(False, binders, names, body)

    def _quantified(
        self,
        every: bool,
        binders: tuple[Binder, ...],
        names: Environment,
        body: Callable[[Environment], Formula],
    ) -> Formula:
        if not binders:
            return body(names)
        first, rest = binders[0], binders[1:]
        return self.universe.quantify(
            every, first.type, lambda v: self._quantified(every, rest, {**names, first.uid: v}, body)
        )

    # ------------------------------------------------------------ one total

    def _count(self, kept: Kept, at: Moment, names: Environment) -> Formula:
        """A count is 0 when there is nothing to count, 1 when there is one thing, else more."""
        expr, total = kept.expr, kept.at(names)

        def counted(inner: Environment) -> Formula:
            return holds(expr.where, at, inner)

        def another(inner: Environment) -> Formula:
            def differs(other: Environment) -> Formula:
                same = conj(self.universe.equal(b.type, inner[b.uid], other[b.uid]) for b in expr.binders)
                return conj((counted(other), neg(same)))

            return conj((counted(inner), self._some(expr.binders, names, differs)))

        return conj(
            (
                iff(at_most(1, total), self._some(expr.binders, names, counted)),
                iff(at_most(2, total), self._some(expr.binders, names, another)),
            )
        )

    def _sum(self, kept: Kept, at: Moment, names: Environment) -> Formula:
        """Where no part is negative, neither is the sum, and no part is more than it; and the other way round."""
        expr, total = kept.expr, kept.at(names)

        def part(inner: Environment) -> Number:
            return contribution(expr, at, inner, tuple(inner[b.uid] for b in expr.binders))

        def every(body: Callable[[Number], Formula]) -> Formula:
            return self._every(expr.binders, names, lambda inner: body(part(inner)))

        return conj(
            (
                implies(
                    every(lambda n: at_most(0, n)),
                    conj((at_most(0, total), every(lambda n: at_most(n, total)))),
                ),
                implies(
                    every(lambda n: at_most(n, 0)),
                    conj((at_most(total, 0), every(lambda n: at_most(total, n)))),
                ),
            )
        )

    # ------------------------------------------------------------ two totals

    def _compare(self, less: Kept, more: Kept, at: Moment) -> Formula:
        """Where each part of one is at most the same part of the other, so is the whole; of counts less, if not every part is equal."""

        def parts(names: Environment) -> tuple[Number, Number]:
            values = tuple(names[b.uid] for b in less.expr.binders)
            return contribution(less.expr, at, {}, values), contribution(more.expr, at, {}, values)

        def everywhere(body: Callable[[Number, Number], Formula]) -> Formula:
            return self._every(less.expr.binders, {}, lambda names: body(*parts(names)))

        small, large = less.at({}), more.at({})
        as_much = everywhere(lambda a, b: at_most(b, a))
        bound = conj((at_most(small, large), disj((as_much, at_most(add(small, 1), large)))))
        return implies(everywhere(lambda a, b: at_most(a, b)), bound)

    def _share(self, kept: Kept, at: Moment) -> None:
        """Where all values are counted too: two counts that share nothing are together at most that."""
        if not isinstance(kept.expr, Count):
            return
        if _is_whole(kept):
            self._whole.append((kept, at))
            counts = [k for k, _ in self._stated]
            self._tell_shares(kept, ((one, other) for one in counts for other in counts), at)
            return
        for whole, _ in self._whole:
            self._tell_shares(whole, ((kept, other) for other, _ in list(self._stated)), at)

    def _tell_shares(self, whole: Kept, pairs: Iterable[tuple[Kept, Kept]], at: Moment) -> None:
        for one, other in pairs:
            if all(
                isinstance(k.expr, Count) and _types(k) == _types(whole) and not _is_whole(k)
                for k in (one, other)
            ):
                self._tell_share(whole, one, other, at)

    def _tell_share(self, whole: Kept, one: Kept, other: Kept, at: Moment) -> None:
        types = tuple(b.type for b in (*one.free, *other.free))

        def fact(keys: tuple[Term, ...]) -> Formula:
            first = dict(zip((b.uid for b in one.free), keys, strict=False))
            second = dict(zip((b.uid for b in other.free), keys[len(one.free) :], strict=True))

            def both(names: Environment) -> Formula:
                values = [names[b.uid] for b in one.expr.binders]
                there = dict(zip((b.uid for b in other.expr.binders), values, strict=True))
                return conj(
                    (
                        holds(one.expr.where, at, {**first, **names}),
                        holds(other.expr.where, at, {**second, **there}),
                    )
                )

            together = add(one.at(first), other.at(second))
            return disj((self._some(one.expr.binders, {}, both), at_most(together, whole.at({}))))

        known = self._of_keys(types, (), fact)
        if not isinstance(known, bool):
            self.universe.side.append(known)

    def _of_keys(
        self,
        types: tuple[core.Type, ...],
        keys: tuple[Term, ...],
        fact: Callable[[tuple[Term, ...]], Formula],
    ) -> Formula:
        if not types:
            return fact(keys)
        return self.universe.quantify(
            True, types[0], lambda value: self._of_keys(types[1:], (*keys, value), fact)
        )


def _types(kept: Kept) -> tuple[core.Type, ...]:
    return tuple(b.type for b in kept.expr.binders)


def _is_whole(kept: Kept) -> bool:
    """Whether it counts every value."""
    return isinstance(kept.expr.where, Lit) and kept.expr.where.value is True
