"""What assignments do to places: every new map asks, at some keys, which assignment wrote there.

Nothing is expanded: a `for` writes m[.., x, ..] for every x, so at given keys its variables are read off the keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations_with_replacement

from honnin.compiler.product import Place
from honnin.compiler.simplify import negation
from honnin.compiler.smt.terms import Environment, Happening, Moment, State, all_of, evaluate, holds, literal
from honnin.compiler.smt.universe import Reading, Universe
from honnin.compiler.smt.values import Formula, Term, add, conj, counted, disj, neg, number
from honnin.spec.core import (
    After,
    Assign,
    Binder,
    Expr,
    For,
    IfStatement,
    Lit,
    OptionalT,
    Pattern,
    Statement,
    Type,
    Var,
)
from honnin.spec.records import dataclass, replace


def matches(
    patterns: tuple[Pattern, ...], event: Happening, types: Sequence[Type], universe: Universe
) -> Iterator[tuple[Formula, dict[int, Term]]]:
    """For each alternative that may be the first to match: when it is, and what it binds."""
    before: Formula = False
    for pattern in patterns:
        if pattern.event != event.event:
            continue
        bound: dict[int, Term] = {}
        equal: list[Formula] = []
        for argument, type, term in zip(pattern.arguments, types, event.arguments, strict=True):
            if isinstance(argument, Binder):
                bound[argument.uid] = term
            elif argument is not None:
                equal.append(universe.equal(type, term, _lifted(argument, type)))
        here = conj(equal)
        first = conj((here, neg(before)))
        if first is not False:
            yield first, bound
        before = disj((before, here))


def _lifted(argument: Lit, type: Type) -> Term:
    """A pattern's literal as a value of the field's type."""
    if isinstance(type, OptionalT) and not isinstance(argument.type, OptionalT):
        return literal(replace(argument, type=type))
    return literal(argument)


@dataclass(frozen=True, slots=True)
class Write:
    """One assignment of an `after` block, done under `condition` for all values of `loops` (their `where` is in `conditions`)."""

    assign: Assign
    condition: Formula
    names: Environment
    loops: tuple[Binder, ...]
    conditions: tuple[Expr, ...]


def writes_of(updates: tuple[After, ...], event: Happening, types: Sequence[Type], at: Moment) -> list[Write]:
    """Every assignment that the event may cause."""
    return [
        write
        for block in updates
        for matched, bound in matches(block.patterns, event, types, at.universe)
        for write in _writes(block.body, conj((matched, holds(block.when, at, bound))), bound, (), ())
    ]


def _writes(
    body: tuple[Statement, ...],
    condition: Formula,
    names: Environment,
    loops: tuple[Binder, ...],
    conditions: tuple[Expr, ...],
) -> Iterator[Write]:
    if condition is False:
        return
    for statement in body:
        match statement:
            case Assign():
                yield Write(statement, condition, names, loops, conditions)
            case IfStatement(condition=test, then=then, otherwise=otherwise):
                yield from _writes(then, condition, names, loops, (*conditions, test))
                yield from _writes(otherwise, condition, names, loops, (*conditions, negation(test)))
            case For(binders=binders, where=where, body=inner):
                yield from _writes(inner, condition, names, (*loops, *binders), (*conditions, where))
            case _:
                raise TypeError(f"{type(statement).__name__} stands only in steps of systems")


def apply_writes(writes: list[Write], places: Mapping[str, Place], at: Moment) -> tuple[State, Formula]:
    """The state after all the writes at once, and whether two of them conflict (then the state is as it was)."""
    by_place: dict[str, list[Write]] = {}
    for write in writes:
        by_place.setdefault(at.place(write.assign.place), []).append(write)
    conflict = disj(
        _conflict(one, other, places[name], at)
        for name, group in by_place.items()
        for one, other in combinations_with_replacement(group, 2)
    )
    if conflict is True:
        return at.state, True
    state = at.state
    for name, group in by_place.items():
        reading = at.universe.memo(_written(group, places[name], conflict, at))
        if any(write.loops for write in group):
            state = state.having({name: reading})
        else:
            keys = tuple(all_of(write.assign.keys, at, write.names) for write in group)
            state = state.written(name, reading, keys)
    return state, conflict


def _written(group: list[Write], place: Place, conflict: Formula, at: Moment) -> Reading:
    def read(keys: tuple[Term, ...]) -> Term:
        old = at.state.read(place.name, keys)
        added = old
        assigned: list[tuple[Formula, Term]] = []
        for write in group:
            here, names = _reaches(write, place, keys, at)
            if here is False:
                continue
            value = evaluate(write.assign.value, at, names)
            if write.assign.operator == ":=":
                assigned.append((here, value))
            else:
                added = _plus(added, write.assign.operator, here, value)
        result = added
        for here, value in reversed(assigned):
            result = at.universe.ite(place.value, here, value, result)
        return at.universe.ite(place.value, conflict, old, result)

    return read


def _plus(total: Term, operator: str, condition: Formula, value: Term) -> Term:
    signed = number(value) if operator == "+=" else -number(value)
    return add(total, counted(condition, signed))


def _reaches(write: Write, place: Place, keys: tuple[Term, ...], at: Moment) -> tuple[Formula, Environment]:
    """Whether the assignment writes at these keys, and the names that are bound when it does."""
    names, solved = solve(write.loops, write.assign.keys, place, keys, write.names, at)
    parts: list[Formula] = [write.condition, solved]
    for condition in write.conditions:
        if parts[-1] is False:
            break
        parts.append(holds(condition, at, names))
    if False not in parts:
        own = all_of(write.assign.keys, at, names)
        parts.append(at.universe.all_equal(place.keys, own, keys))
    return conj(parts), names


def solve(
    loops: tuple[Binder, ...],
    written: tuple[Expr, ...],
    place: Place,
    keys: tuple[Term, ...],
    names: Environment,
    at: Moment,
) -> tuple[Environment, Formula]:
    """The loop variables read off the keys at which they stand, and whether what stands there is a value of theirs."""
    found: dict[int, Term] = dict(names)
    allowed: list[Formula] = []
    for binder in loops:
        index = next(
            i for i, key in enumerate(written) if isinstance(key, Var) and key.binder.uid == binder.uid
        )
        found[binder.uid] = keys[index]
        allowed.append(at.universe.allowed(keys[index], binder.type))
    return found, conj(allowed)


def _conflict(one: Write, other: Write, place: Place, at: Moment) -> Formula:
    """Whether both can write at the same keys what cannot both be done."""
    if ":=" not in (one.assign.operator, other.assign.operator):
        return False
    if one is other and not one.loops:
        return False
    variables = [(binder, 0) for binder in one.loops] + [(binder, 1) for binder in other.loops]
    return _some(variables, ({}, {}), lambda bound: _clash((one, other), bound, place, at), at.universe)


def _some(
    variables: list[tuple[Binder, int]],
    bound: tuple[Environment, Environment],
    body: object,
    universe: Universe,
) -> Formula:
    assert callable(body)
    if not variables:
        result: Formula = body(bound)
        return result
    (binder, side), rest = variables[0], variables[1:]

    def inner(value: Term) -> Formula:
        extended = {**bound[side], binder.uid: value}
        return _some(rest, (extended, bound[1]) if side == 0 else (bound[0], extended), body, universe)

    return universe.quantify(False, binder.type, inner)


def _clash(
    writes: tuple[Write, Write], bound: tuple[Environment, Environment], place: Place, at: Moment
) -> Formula:
    parts: list[Formula] = []
    names = [{**write.names, **own} for write, own in zip(writes, bound, strict=True)]
    for write, own in zip(writes, names, strict=True):
        parts.append(write.condition)
        for condition in write.conditions:
            if parts[-1] is False:
                return False
            parts.append(holds(condition, at, own))
    if False in parts:
        return False
    one, other = writes
    parts.append(
        at.universe.all_equal(
            place.keys, all_of(one.assign.keys, at, names[0]), all_of(other.assign.keys, at, names[1])
        )
    )
    if parts[-1] is not False and one.assign.operator == other.assign.operator:
        values = [evaluate(w.assign.value, at, own) for w, own in zip(writes, names, strict=True)]
        parts.append(neg(at.universe.equal(place.value, *values)))
    return conj(parts)
