"""How an event changes what is known of the states: the updates of a specification, with those of the companions `m@known`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count

from honnin.compiler.midway.formulas import BEGINS, KNOWN, LOST, NAMED, NEW, Bounds, Scope
from honnin.compiler.simplify import FALSE, TRUE, conjunction, is_false, is_true, negation
from honnin.spec import core
from honnin.spec.core import BOOL, TIME, After, Assign, Binder, Event, Expr, OptionalT, Statement, StateRead
from honnin.spec.monitorable import undecided
from honnin.spec.records import dataclass

_FIRST_UID = 1 << 40
"""Of the binders that are made here: above those of any text."""


@dataclass(frozen=True, slots=True)
class _Guarded:
    """One assignment, for the values of `binders` and under `guards`, from the outermost."""

    binders: Scope
    guards: tuple[Expr, ...]
    assign: Assign


def after_beginning(events: tuple[Event, ...]) -> Iterator[After]:
    """The first event of the log says when it begins."""
    begins = StateRead(BEGINS, (), OptionalT(TIME))
    first = core.Compare("==", begins, core.Lit(None, OptionalT(TIME)))
    now = core.Lift(core.Now(), OptionalT(TIME))
    for event in events:
        pattern = core.Pattern(event.name, (None,) * len(event.fields))
        note = core.IfStatement(first, (Assign(BEGINS, (), ":=", now),), ())
        yield After((pattern,), TRUE, (note,))


def after_naming(events: tuple[Event, ...], bounds: Bounds) -> Iterator[After]:
    """The first event that names a retained identity says whether its life begins there."""
    uids = count(_FIRST_UID << 1)
    for event in events:
        for place, named in enumerate(event.fields):
            entity = named.type.name if isinstance(named.type, core.EntityT) else ""
            if entity not in bounds.horizons or event.direction == "hidden":
                continue
            binder = Binder(named.name, next(uids), named.type)
            keys = (core.Var(binder, named.type),)
            arguments = tuple(binder if place == other else None for other in range(len(event.fields)))
            note = (
                Assign(entity + NEW, keys, ":=", bounds.late(entity)),
                Assign(entity + NAMED, keys, ":=", TRUE),
            )
            first = negation(StateRead(entity + NAMED, keys, BOOL))
            yield After((core.Pattern(event.name, arguments),), TRUE, (core.IfStatement(first, note, ()),))


def lasting(specification: core.Specification) -> frozenset[str]:
    """The states under a retained identity alone that are written at once where an event names it."""
    retained = {one.entity for one in specification.retained}
    found = {
        state.name
        for state in specification.states
        if len(state.keys) == 1 and isinstance(state.keys[0], core.EntityT) and state.keys[0].name in retained
    }
    for after in specification.updates:
        for one in _flat(after.body, (), ()):
            if not all(isinstance(key, core.Var) for key in one.assign.keys) or one.binders:
                found.discard(one.assign.place)
    return frozenset(found)


class Updates:
    """Makes the updates of a specification, one after another."""

    def __init__(self, bounds: Bounds, states: tuple[core.State, ...], updates: tuple[After, ...]) -> None:
        self._bounds = bounds
        self._states = {state.name: state for state in states}
        self._uids = count(_FIRST_UID)
        self._writes = Counter(_writes(updates))

    def of(self, after: After) -> After:
        """What it does, as far as it is known; and what is known then."""
        scope = tuple(dict.fromkeys(a for p in after.patterns for a in p.arguments if isinstance(a, Binder)))
        body: list[Statement] = []
        for guarded in _flat(after.body, (), (after.when,)):
            events = {pattern.event for pattern in after.patterns}
            body += self._assignment(guarded, events, scope)
        return After(after.patterns, TRUE, tuple(body))

    def _assignment(self, one: _Guarded, events: set[str], around: Scope) -> Iterator[Statement]:
        bounds, assign = self._bounds, one.assign
        scope = (*around, *one.binders)
        keys = tuple(bounds.value(key, scope) for key in assign.keys)
        known_place = conjunction(tuple(bounds.known(key, scope) for key in assign.keys))
        must = conjunction(tuple(bounds.lower(guard, scope) for guard in one.guards))
        may = conjunction(tuple(bounds.upper(guard, scope) for guard in one.guards))
        read: Expr = StateRead(assign.place + KNOWN, keys, BOOL)
        within = read if any(not core.listable(binder.type) for binder in one.binders) else TRUE
        adds = assign.operator != ":="
        learn: tuple[Statement, ...] = (Assign(assign.place + KNOWN, keys, ":=", TRUE),)
        forget: tuple[Statement, ...] = (Assign(assign.place + KNOWN, keys, ":=", FALSE),)
        if assign.place in bounds.lasting:
            read = bounds.known(StateRead(assign.place, keys, self._states[assign.place].value), scope)
            learn += (Assign(assign.place + LOST, keys, ":=", FALSE),)
            forget += (Assign(assign.place + LOST, keys, ":=", TRUE),)
        if not is_true(known_place):
            yield from self._lost(assign.place, conjunction((may, negation(known_place))), one, around)
        sure = conjunction((must, bounds.known(assign.value, scope), read if adds else TRUE))
        if self._contended(assign, events):
            sure = FALSE
        value = bounds.value(assign.value, scope)
        done: tuple[Statement, ...] = (Assign(assign.place, keys, assign.operator, value, span=assign.span),)
        if not adds and is_true(within):
            done += learn
        yield from _under(one.binders, conjunction((within, known_place, sure)), done)
        doubt = conjunction((within, known_place, may, negation(sure)))
        yield from _under(one.binders, doubt, forget)

    def _contended(self, assign: Assign, events: set[str]) -> bool:
        """Whether another write of one of the events may be to the same place, and one of them sets it."""
        for event in events:
            writes = [
                (op, n)
                for (name, place, op), n in self._writes.items()
                if (name, place) == (event, assign.place)
            ]
            if sum(n for _, n in writes) > 1 and any(op == ":=" for op, _ in writes):
                return True
        return False

    def _lost(self, place: str, where: Expr, one: _Guarded, around: Scope) -> Iterator[Statement]:
        """It is not known which place is written: every one may have been."""
        state = self._states[place]
        every = tuple(Binder(f"any{n}", next(self._uids), key) for n, key in enumerate(state.keys))
        read = StateRead(place + KNOWN, tuple(core.Var(b, b.type) for b in every), BOOL)
        forget = Assign(read.state, read.keys, ":=", FALSE)
        happens: Expr = where
        for binder in reversed(one.binders):
            happens = core.Exists(binder, happens)
        if any(undecided(happens, around, self._bounds.defaults)):
            happens = TRUE
        yield from _under(every, conjunction((read, happens)), (forget,))


def _under(binders: Scope, condition: Expr, body: tuple[Statement, ...]) -> Iterator[Statement]:
    if is_false(condition):
        return
    if binders:
        yield core.For(binders, condition, body)
    elif is_true(condition):
        yield from body
    else:
        yield core.IfStatement(condition, body, ())


def _flat(body: tuple[Statement, ...], binders: Scope, guards: tuple[Expr, ...]) -> Iterator[_Guarded]:
    for statement in body:
        match statement:
            case Assign():
                yield _Guarded(binders, guards, statement)
            case core.IfStatement(condition=condition, then=then, otherwise=otherwise):
                yield from _flat(then, binders, (*guards, condition))
                yield from _flat(otherwise, binders, (*guards, negation(condition)))
            case core.For(binders=more, where=where, body=inner):
                yield from _flat(inner, (*binders, *more), (*guards, where))
            case _:
                raise TypeError(f"{type(statement).__name__} in an `after`")


def _writes(updates: tuple[After, ...]) -> Iterator[tuple[str, str, str]]:
    """The event, the place and the operator of every assignment, each time that it is written down."""
    for after in updates:
        for one in _flat(after.body, (), ()):
            for event in {pattern.event for pattern in after.patterns}:
                yield event, one.assign.place, ":=" if one.assign.operator == ":=" else "+="
