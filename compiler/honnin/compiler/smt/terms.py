"""Core expressions to terms, read over the states of a transition system.

`evaluate` is total: `x!` is the value that stands beside the presence of x, whatever it is when x is none. Where a step may be
impossible for want of a value, `defined` says when it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from honnin.compiler.limit import OVERDUE, look_up
from honnin.compiler.product import NOW, counter_name, counter_type
from honnin.compiler.smt.inwards import moved
from honnin.compiler.smt.universe import Reading, Universe, Unsupported
from honnin.compiler.smt.values import (
    NONE,
    Formula,
    Maybe,
    Number,
    Term,
    Times,
    add,
    at_most,
    choose,
    conj,
    counted,
    disj,
    formula,
    iff,
    implies,
    maybe,
    neg,
    number,
    times_at,
)
from honnin.spec import core
from honnin.spec.core import Binder, EnumT, Expr, OptionalT, System, type_of
from honnin.spec.records import dataclass, field, replace

Environment: TypeAlias = Mapping[int, Term]
"""The values of the bound names, by the binder's number."""


@dataclass(frozen=True, slots=True)
class State:
    """What every place holds, as maps.

    `touched`: the keys at which places were written since the state `origin`, None where that cannot be said.
    """

    places: Mapping[str, Reading]
    touched: Mapping[str, tuple[tuple[Term, ...], ...] | None] = field(default_factory=dict)
    start: State | None = None

    @property
    def origin(self) -> State:
        return self if self.start is None else self.start

    def read(self, place: str, keys: tuple[Term, ...]) -> Term:
        return self.places[place](keys)

    def having(self, changes: Mapping[str, Reading]) -> State:
        """The state with these places replaced."""
        if not changes:
            return self
        return State({**self.places, **changes}, {**self.touched, **dict.fromkeys(changes)}, self.origin)

    def written(self, place: str, reading: Reading, keys: tuple[tuple[Term, ...], ...]) -> State:
        """The state with one place replaced, which differs at these keys only."""
        before = self.touched.get(place, ())
        touched = None if before is None else (*before, *keys)
        return State({**self.places, place: reading}, {**self.touched, place: touched}, self.origin)

    def adopting(self, other: State, prefix: str) -> State:
        """The state with the places whose names begin so taken from another state of the same origin."""
        return State(
            {name: (other if name.startswith(prefix) else self).places[name] for name in self.places},
            {
                name: (other if name.startswith(prefix) else self).touched.get(name, ())
                for name in self.places
            },
            self.origin,
        )


@dataclass(frozen=True, slots=True)
class Happening:
    """An event with its arguments."""

    event: str
    arguments: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """Where formulas are read: a state, the state that `old` speaks of, the event there and its time.

    `place` gives the place that the name of a state means here. `eventually` gives the value of a deadline formula.
    """

    universe: Universe
    state: State
    place: Callable[[str], str]
    labels: Mapping[str, EnumT]
    windows: Mapping[str, int]
    givens: Mapping[str, Reading]
    now: Term = None
    event: Happening | None = None
    old: State | None = None
    eventually: Callable[[core.Eventually, Environment], Formula] | None = None
    total: Total | None = None

    def over(self, state: State) -> Moment:
        return replace(self, state=state)


Total: TypeAlias = Callable[[core.Count | core.Sum, Moment, Environment], Number]


def labels_of(system: System) -> dict[str, EnumT]:
    """The type of each process's program counter."""
    return {process.name: counter_type(process) for process in system.processes}


def evaluate(expr: Expr, at: Moment, names: Environment) -> Term:
    """The value of the expression there."""
    if OVERDUE:
        look_up()
    return _EVALUATE[type(expr)](expr, at, names)


def holds(expr: Expr, at: Moment, names: Environment) -> Formula:
    """The value of a formula."""
    return formula(evaluate(expr, at, names))


def all_of(exprs: tuple[Expr, ...], at: Moment, names: Environment) -> tuple[Term, ...]:
    return tuple(evaluate(expr, at, names) for expr in exprs)


def literal(expr: core.Lit) -> Term:
    """The value of a literal."""
    if isinstance(expr.type, OptionalT):
        return NONE if expr.value is None else Maybe(True, expr.value)
    return expr.value


def _var(expr: core.Var, at: Moment, names: Environment) -> Term:
    return names[expr.binder.uid]


def _now(expr: core.Now, at: Moment, names: Environment) -> Term:
    return at.state.read(NOW, ()) if at.now is None else at.now


def _state_read(expr: core.StateRead, at: Moment, names: Environment) -> Term:
    return _place(at.place(expr.state), expr.keys, at, names)


def _given_read(expr: core.GivenRead, at: Moment, names: Environment) -> Term:
    return at.givens[expr.given](all_of(expr.keys, at, names))


def _var_read(expr: core.VarRead, at: Moment, names: Environment) -> Term:
    return _place(expr.variable, expr.keys, at, names)


def _place(place: str, keys: tuple[Expr, ...], at: Moment, names: Environment) -> Term:
    """What the place holds; of a place that counts, how many times are in its window now."""
    found = at.state.read(place, all_of(keys, at, names))
    if isinstance(found, Times):
        now = number(_now(core.Now(), at, names))
        return times_at(found, now - at.windows[place], now)
    return found


def _at_label(expr: core.AtLabel, at: Moment, names: Environment) -> Term:
    label = at.state.read(counter_name(expr.process), all_of(expr.keys, at, names))
    return at.universe.equal(at.labels[expr.process], label, expr.label)


def _lift(expr: core.Lift, at: Moment, names: Environment) -> Term:
    return Maybe(True, evaluate(expr.body, at, names))


def _present(expr: core.Present, at: Moment, names: Environment) -> Term:
    inner = maybe(evaluate(expr.body, at, names))
    # Where nothing is there the value is arbitrary; whoever reads it has asked first.
    return inner.value if inner.some is not False else at.universe.anything(expr.type)


def _not(expr: core.Not, at: Moment, names: Environment) -> Term:
    return neg(holds(expr.body, at, names))


def _and(expr: core.And, at: Moment, names: Environment) -> Term:
    return conj(_until(expr.items, False, at, names))


def _or(expr: core.Or, at: Moment, names: Environment) -> Term:
    return disj(_until(expr.items, True, at, names))


def _until(items: tuple[Expr, ...], decisive: bool, at: Moment, names: Environment) -> list[Formula]:
    """The values of the items, up to the first that decides."""
    found = []
    for item in items:
        found.append(holds(item, at, names))
        if found[-1] is decisive:
            break
    return found


def _implies(expr: core.Implies, at: Moment, names: Environment) -> Term:
    left = holds(expr.left, at, names)
    return True if left is False else implies(left, holds(expr.right, at, names))


def _iff(expr: core.Iff, at: Moment, names: Environment) -> Term:
    return iff(holds(expr.left, at, names), holds(expr.right, at, names))


def _compare(expr: core.Compare, at: Moment, names: Environment) -> Term:
    left, right = evaluate(expr.left, at, names), evaluate(expr.right, at, names)
    match expr.operator:
        case "==":
            return at.universe.equal(type_of(expr.left), left, right)
        case "!=":
            return neg(at.universe.equal(type_of(expr.left), left, right))
        case "<=":
            return at_most(left, right)
        case ">=":
            return at_most(right, left)
        case "<":
            return neg(at_most(right, left))
        case ">":
            return neg(at_most(left, right))


def _arithmetic(expr: core.Arithmetic, at: Moment, names: Environment) -> Term:
    left, right = number(evaluate(expr.left, at, names)), number(evaluate(expr.right, at, names))
    match expr.operator:
        case "+":
            return add(left, right)
        case "-":
            return left - right
        case "*":
            return left * right


def _minus(expr: core.Minus, at: Moment, names: Environment) -> Term:
    return -number(evaluate(expr.body, at, names))


def _if(expr: core.If, at: Moment, names: Environment) -> Term:
    condition = holds(expr.condition, at, names)
    if isinstance(condition, bool):
        return evaluate(expr.then if condition else expr.otherwise, at, names)
    then, otherwise = evaluate(expr.then, at, names), evaluate(expr.otherwise, at, names)
    return at.universe.ite(expr.type, condition, then, otherwise)


def _forall(expr: core.Forall, at: Moment, names: Environment) -> Term:
    return _quantified(True, expr, at, names)


def _exists(expr: core.Exists, at: Moment, names: Environment) -> Term:
    return _quantified(False, expr, at, names)


def _quantified(every: bool, expr: core.Forall | core.Exists, at: Moment, names: Environment) -> Term:
    uid, type = expr.binder.uid, expr.binder.type
    if at.universe.domain(type) is not None:
        simpler = moved(expr)
        if simpler is not expr:
            return evaluate(simpler, at, names)
    return at.universe.quantify(every, type, lambda value: holds(expr.body, at, {**names, uid: value}))


def _is_listed(expr: core.Count | core.Sum, at: Moment) -> bool:
    return all(at.universe.domain(b.type) is not None for b in expr.binders)


def _count(expr: core.Count, at: Moment, names: Environment) -> Term:
    if at.total is not None and not _is_listed(expr, at):
        return at.total(expr, at, names)
    total: Number = 0
    for inner in at.universe.bind(expr.binders, names):
        total = add(total, counted(holds(expr.where, at, inner), 1))
    return total


def _sum(expr: core.Sum, at: Moment, names: Environment) -> Term:
    if at.total is not None and not _is_listed(expr, at):
        return at.total(expr, at, names)
    total: Number = 0
    for inner in at.universe.bind(expr.binders, names):
        condition = holds(expr.where, at, inner)
        if condition is not False:
            total = add(total, counted(condition, number(evaluate(expr.term, at, inner))))
    return total


def _old(expr: core.Old, at: Moment, names: Environment) -> Term:
    return evaluate(expr.body, at if at.old is None else at.over(at.old), names)


def _atom(expr: core.Atom, at: Moment, names: Environment) -> Term:
    if at.event is None or at.event.event != expr.event:
        return False
    return conj(
        at.universe.equal(type_of(wanted), evaluate(wanted, at, names), found)
        for wanted, found in zip(expr.arguments, at.event.arguments, strict=True)
        if wanted is not None
    )


def _eventually(expr: core.Eventually, at: Moment, names: Environment) -> Term:
    if at.eventually is None:
        raise Unsupported("a deadline (`eventually`)")
    return at.eventually(expr, names)


def _temporal(expr: Expr, at: Moment, names: Environment) -> Term:
    raise Unsupported("a past operator in a property of the design")


_EVALUATE: dict[type, Callable[..., Term]] = {
    core.Lit: lambda expr, at, names: literal(expr),
    core.Var: _var,
    core.Now: _now,
    core.StateRead: _state_read,
    core.GivenRead: _given_read,
    core.VarRead: _var_read,
    core.AtLabel: _at_label,
    core.Lift: _lift,
    core.Present: _present,
    core.Not: _not,
    core.And: _and,
    core.Or: _or,
    core.Implies: _implies,
    core.Iff: _iff,
    core.Compare: _compare,
    core.Arithmetic: _arithmetic,
    core.Minus: _minus,
    core.If: _if,
    core.Forall: _forall,
    core.Exists: _exists,
    core.Count: _count,
    core.Sum: _sum,
    core.Old: _old,
    core.Atom: _atom,
    core.Eventually: _eventually,
    core.Once: _temporal,
    core.Earlier: _temporal,
    core.Historically: _temporal,
    core.Previously: _temporal,
    core.Since: _temporal,
    core.CountPast: _temporal,
}


def defined(expr: Expr, at: Moment, names: Environment) -> Formula:
    """Whether no `x!` that is evaluated on the way, from the left, finds none."""
    match expr:
        case core.Present(body=body):
            return conj((defined(body, at, names), maybe(evaluate(body, at, names)).some))
        case core.And(items=items):
            return _defined_until(items, True, at, names)
        case core.Or(items=items):
            return _defined_until(items, False, at, names)
        case core.Implies(left=left, right=right):
            return _defined_until((left, right), True, at, names)
        case core.If(condition=condition, then=then, otherwise=otherwise):
            branches = (defined(then, at, names), defined(otherwise, at, names))
            if branches == (True, True):
                return defined(condition, at, names)
            return conj((defined(condition, at, names), choose(holds(condition, at, names), *branches)))
        case core.Forall() | core.Exists() | core.Count() | core.Sum():
            return True
        case _:
            return conj(defined(part, at, names) for part in core.children(expr))


def _defined_until(items: tuple[Expr, ...], onward: bool, at: Moment, names: Environment) -> Formula:
    """Each item is defined, or one before it had decided: evaluation goes on while the value is `onward`."""
    result: Formula = True
    for item in reversed(items):
        here = defined(item, at, names)
        if result is not True:
            value = holds(item, at, names)
            result = implies(value if onward else neg(value), result)
        result = conj((here, result))
    return result


def bind(binders: tuple[Binder, ...], universe: Universe) -> dict[int, Term]:
    """An arbitrary value for each binder."""
    return {binder.uid: universe.fresh(binder.type) for binder in binders}
