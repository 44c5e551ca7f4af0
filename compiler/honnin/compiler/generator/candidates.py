"""How to find the values for which a formula holds without looking at every value there is.

`Planner.plans` answers with plans: loops over present keys, over finite types, bindings by equality, and filters. Together the plans
find exactly the assignments that satisfy the formula; one assignment may be found more than once. That this is possible over an
entity's infinitely many values is the `fresh` rule of language.md section 4: a value that no place holds cannot satisfy it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from honnin.compiler.simplify import conjunction, free, is_false, is_true, normal, simplify, substitute
from honnin.spec.core import (
    INT,
    And,
    Binder,
    Compare,
    Count,
    EntityT,
    Exists,
    Expr,
    Forall,
    Lift,
    Lit,
    Or,
    Present,
    RangeT,
    StateRead,
    Sum,
    Value,
    Var,
    finite_values,
    rewrite,
    type_of,
    walk,
)
from honnin.spec.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class Bind:
    """`binder` is the value of an expression over what is bound."""

    binder: Binder
    value: Expr


@dataclass(frozen=True, slots=True)
class Each:
    """`binder` is each of finitely many values."""

    binder: Binder
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """`binder` is each value of its entity seen so far."""

    binder: Binder
    entity: str


@dataclass(frozen=True, slots=True)
class Scan:
    """Each present key of a place: a binder is bound, an expression must be equal, None is anything."""

    place: str
    keys: tuple[Binder | Expr | None, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    condition: Expr


Step: TypeAlias = Bind | Each | Seen | Scan | Filter
Plan: TypeAlias = tuple[Step, ...]


class Unplannable(Exception):
    """No candidates for a variable: a claim that is monitorable never comes to this, so it is a fault of honnin."""


class Places(Protocol):
    def default(self, read: StateRead) -> Expr:
        """What the read gives where the key is not present; the read itself where that is not known by syntax."""


_FULL, _INDEXED, _SEEN, _LEAVES, _NEVER = 100, 8, 1000, 2000, 1_000_000


@dataclass(frozen=True, slots=True)
class _Option:
    """A way to go on: for each alternative, what is done and what is left to satisfy."""

    cost: int
    alternatives: tuple[tuple[tuple[Step, ...], tuple[Expr, ...]], ...]


class Planner:
    def __init__(self, places: Places) -> None:
        self._places = places
        self._uid = -1_000_000

    def plans(self, binders: Sequence[Binder], formula: Expr) -> tuple[Plan, ...]:
        """The plans that find the values of `binders` for which `formula` holds. Raises Unplannable."""
        return tuple(self._plans({binder.uid: binder for binder in binders}, (normal(simplify(formula)),)))

    def _plans(self, unbound: dict[int, Binder], items: tuple[Expr, ...]) -> list[Plan]:
        unbound, items = self._opened(unbound, items)
        if any(is_false(item) for item in items):
            return []
        ready = [item for item in items if not free(item) & unbound.keys()]
        rest = tuple(item for item in items if free(item) & unbound.keys())
        filters: Plan = tuple(Filter(item) for item in ready if not is_true(item))
        if not unbound:
            return [filters]
        option = min(self._options(unbound, rest), key=lambda option: option.cost, default=None)
        if option is None:
            raise Unplannable(", ".join(binder.name for binder in unbound.values()))
        found: list[Plan] = []
        for steps, left in option.alternatives:
            plain = {
                step.binder.uid: step.value
                for step in steps
                if isinstance(step, Bind) and is_plain(step.value)
            }
            bound = {binder.uid for step in steps for binder in bound_by(step)}
            remaining = {uid: binder for uid, binder in unbound.items() if uid not in bound}
            left = tuple(simplify(substitute(item, plain)) for item in left)
            found += [(*filters, *steps, *plan) for plan in self._plans(remaining, left)]
        return found

    def _opened(
        self, unbound: dict[int, Binder], items: tuple[Expr, ...]
    ) -> tuple[dict[int, Binder], tuple[Expr, ...]]:
        """Conjunctions and `exists` opened: what they bind is one more thing to find."""
        opened: list[Expr] = []
        unbound = dict(unbound)
        for item in items:
            match item:
                case And(items=parts):
                    unbound, inner = self._opened(unbound, parts)
                    opened += inner
                case Exists(binder=binder, body=body):
                    self._uid -= 1
                    own = replace(binder, uid=self._uid)
                    unbound, inner = self._opened(
                        {**unbound, own.uid: own}, (_renamed(body, binder.uid, own),)
                    )
                    opened += inner
                case _:
                    opened.append(item)
        return unbound, tuple(opened)

    def _options(self, unbound: dict[int, Binder], items: tuple[Expr, ...]) -> list[_Option]:
        options: list[_Option] = []
        for index, item in enumerate(items):
            others = (*items[:index], *items[index + 1 :])
            options += self._bindings(unbound, item, others)
            options += self._scans(unbound, item, items)
            if isinstance(item, Or):
                options.append(self._branches(unbound, item, items, index))
        for binder in unbound.values():
            values = finite_values(binder.type)
            if values is not None:
                options.append(_Option(max(2, len(values)), (((Each(binder, values),), items),)))
            elif isinstance(binder.type, EntityT):
                options.append(_Option(_SEEN, (((Seen(binder, binder.type.name),), items),)))
            else:
                options += self._leaves(binder, unbound, items)
        return options

    def _leaves(self, binder: Binder, unbound: dict[int, Binder], items: tuple[Expr, ...]) -> list[_Option]:
        """The values that the formula mentions, wherever: no other value makes a difference to it."""
        found: dict[tuple[Step, ...], None] = {}
        inside = {bound.uid for item in items for node in walk(item) for bound in _binders(node)}
        for node in (node for item in items for node in walk(item)):
            match node:
                case Compare(operator="==" | "!="):
                    for side, value in ((node.left, node.right), (node.right, node.left)):
                        own = side.body if isinstance(side, Lift) else side
                        if _is_variable(own, binder) and not _mentions(value, unbound.keys() | inside):
                            found[(*_there(value), *_bound_to(side, value, binder))] = None
                case StateRead(keys=keys) if any(_is_variable(key, binder) for key in keys):
                    found[self._in_ranges(self._scan(node, unbound, inside))] = None
                case _:
                    pass
        return [_Option(_LEAVES, tuple((steps, items) for steps in found))] if found else []

    def _bindings(self, unbound: dict[int, Binder], item: Expr, others: tuple[Expr, ...]) -> list[_Option]:
        """`x == e`, where e is bound, makes x the value of e."""
        if not isinstance(item, Compare) or item.operator != "==":
            return []
        options = []
        for side, value in ((item.left, item.right), (item.right, item.left)):
            variable = side.body if isinstance(side, Lift) else side
            if not isinstance(variable, Var) or variable.binder.uid not in unbound:
                continue
            if free(value) & unbound.keys():
                continue
            steps = _bound_to(side, value, variable.binder)
            options.append(_Option(0, ((steps, others),)))
        return options

    def _scans(self, unbound: dict[int, Binder], item: Expr, items: tuple[Expr, ...]) -> list[_Option]:
        """Where the literal is false at every key that the places it reads do not hold, the present keys are the candidates."""
        if isinstance(item, Or | Forall):
            return []
        options = []
        inside = {binder.uid for node in walk(item) for binder in _binders(node)}
        for uid in sorted(free(item) & unbound.keys(), key=list(unbound).index):
            reads = _reads_at(item, uid)
            if reads and is_false(simplify(_replaced(item, reads, self._places.default))):
                scans = [self._scan(read, unbound, inside) for read in reads]
                cost = sum(_INDEXED if any(_is_expr(key) for key in scan.keys) else _FULL for scan in scans)
                options.append(_Option(cost, tuple((self._in_ranges(scan), items) for scan in scans)))
        return options

    def _scan(self, read: StateRead, unbound: dict[int, Binder], inside: set[int]) -> Scan:
        keys: list[Binder | Expr | None] = []
        for key in read.keys:
            if isinstance(key, Var) and key.binder.uid in unbound and unbound[key.binder.uid] not in keys:
                keys.append(unbound[key.binder.uid])
            elif _mentions(key, unbound.keys() | inside):
                keys.append(None)
            else:
                keys.append(key)
        return Scan(read.state, tuple(keys))

    def _in_ranges(self, scan: Scan) -> tuple[Step, ...]:
        """The scan, without keys outside the ranges of its binders: the keys of a state may be any integers."""
        return (scan, *(step for key in scan.keys if isinstance(key, Binder) for step in _in_range(key)))

    def _branches(self, unbound: dict[int, Binder], item: Or, items: tuple[Expr, ...], index: int) -> _Option:
        """One alternative for each disjunct; where one uses `x!`, its guard may be that those before it are false."""
        alternatives = []
        cost = 1
        for number, part in enumerate(item.items):
            if any(isinstance(node, Present) for node in walk(part)):
                before = tuple(normal(other, False) for other in item.items[:number])
                part = conjunction((*before, part))
            opened, parts = self._opened(unbound, (part,))
            cost += min((option.cost for option in self._options(opened, parts)), default=_NEVER)
            alternatives.append(((), (*items[:index], part, *items[index + 1 :])))
        return _Option(cost, tuple(alternatives))


def _bound_to(side: Expr, value: Expr, binder: Binder) -> tuple[Step, ...]:
    """The binder is what makes `side`, the variable or the variable lifted, equal to the value, if anything does."""
    if not isinstance(side, Lift):
        return (Bind(binder, value), *_in_range(binder, value))
    there = simplify(Compare("!=", value, Lit(None, type_of(value))))
    inner = simplify(Present(value, type_of(side.body)))
    guard = () if is_true(there) else (Filter(there),)
    return (*guard, Bind(binder, inner), *_in_range(binder, inner))


def _there(value: Expr) -> tuple[Step, ...]:
    """That every `x!` in the value has one, the innermost first."""
    uses = [node for node in walk(value) if isinstance(node, Present)]
    return tuple(Filter(Compare("!=", use.body, Lit(None, type_of(use.body)))) for use in reversed(uses))


def _is_variable(expr: Expr, binder: Binder) -> bool:
    return isinstance(expr, Var) and expr.binder.uid == binder.uid


def _in_range(binder: Binder, value: Expr | None = None) -> tuple[Step, ...]:
    """That the binder's value (of which `value` is what is known) is in its range, if it has one."""
    known = isinstance(value, Var) and value.binder.type == binder.type
    if not isinstance(binder.type, RangeT) or known:
        return ()
    return (Filter(in_range(Var(binder, INT), binder.type)),)


def in_range(value: Expr, range: RangeT) -> Expr:
    """That an Int is in a range."""
    low, high = Lit(range.low, INT), Lit(range.high, INT)
    return And((Compare(">=", value, low), Compare("<=", value, high)))


def is_plain(value: Expr) -> bool:
    """Whether the value is had for nothing: it may stand for its name wherever that occurs."""
    return isinstance(value, Var | Lit)


def bound_by(step: Step) -> tuple[Binder, ...]:
    """The binders that have a value after the step."""
    match step:
        case Bind(binder=binder) | Each(binder=binder) | Seen(binder=binder):
            return (binder,)
        case Scan(keys=keys):
            return tuple(key for key in keys if isinstance(key, Binder))
        case Filter():
            return ()


def _binders(node: Expr) -> tuple[Binder, ...]:
    match node:
        case Forall(binder=binder) | Exists(binder=binder):
            return (binder,)
        case Count(binders=binders) | Sum(binders=binders):
            return binders
        case _:
            return ()


def _is_expr(key: Binder | Expr | None) -> bool:
    return key is not None and not isinstance(key, Binder)


def _mentions(expr: Expr, uids: set[int]) -> bool:
    return any(isinstance(node, Var) and node.binder.uid in uids for node in walk(expr))


def _renamed(expr: Expr, uid: int, own: Binder) -> Expr:
    if isinstance(expr, Var):
        return replace(expr, binder=own) if expr.binder.uid == uid else expr
    return rewrite(expr, lambda part: _renamed(part, uid, own))


def _reads_at(item: Expr, uid: int) -> list[StateRead]:
    """The distinct reads that have the variable itself as a key."""
    found: list[StateRead] = []
    for node in walk(item):
        if (
            isinstance(node, StateRead)
            and any(isinstance(key, Var) and key.binder.uid == uid for key in node.keys)
            and node not in found
        ):
            found.append(node)
    return found


def _replaced(expr: Expr, reads: list[StateRead], default: Callable[[StateRead], Expr]) -> Expr:
    if isinstance(expr, StateRead) and expr in reads:
        return default(expr)
    return rewrite(expr, lambda part: _replaced(part, reads, default))


def distinct(plans: Sequence[Plan], binders: Sequence[Binder]) -> bool:
    """Whether no assignment of `binders` can be found twice."""
    if len(plans) != 1:
        return len(plans) == 0
    wanted = {binder.uid for binder in binders}
    for step in plans[0]:
        if any(binder.uid not in wanted for binder in bound_by(step)):
            return False
        if isinstance(step, Scan) and (None in step.keys or step.place.startswith("@")):
            return False
    return True
