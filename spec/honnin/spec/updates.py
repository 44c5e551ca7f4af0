"""The states along a trace: how patterns match and what the `after` blocks of an event do (language.md section 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from honnin.spec.core import (
    Assign,
    Binder,
    EntityT,
    For,
    IfStatement,
    Lit,
    Occurrence,
    Pattern,
    Specification,
    Statement,
    Type,
    Value,
    base_type,
)
from honnin.spec.evaluation import Environment, Fresh, Here, Place, Snapshot, Term, World, bind, holds, value
from honnin.spec.facts import Facts, Missing
from honnin.spec.verdicts import Fault


def match(patterns: tuple[Pattern, ...], event: Occurrence) -> Environment | None:
    """What the first pattern that matches the event binds; None when none of them does."""
    for pattern in patterns:
        if pattern.event == event.event and all(
            argument.value == value
            for argument, value in zip(pattern.arguments, event.values, strict=True)
            if isinstance(argument, Lit)
        ):
            return {
                argument.uid: value
                for argument, value in zip(pattern.arguments, event.values, strict=True)
                if isinstance(argument, Binder)
            }
    return None


def entity_values(
    specification: Specification, trace: Sequence[Occurrence], facts: Facts
) -> dict[str, tuple[Value, ...]]:
    """The values of each entity that occur in the trace and in the facts, in order of appearance."""
    seen: dict[str, dict[Value, None]] = {entity.name: {} for entity in specification.entities}

    def see(type: Type, term: Value | Missing) -> None:
        inner = base_type(type)
        if isinstance(inner, EntityT) and term is not None and not isinstance(term, Missing):
            seen[inner.name][term] = None

    for given in specification.givens:
        table = facts[given.name]
        see(given.value, table.default)
        for keys, found in table.values.items():
            for type, key in zip(given.keys, keys, strict=True):
                see(type, key)
            see(given.value, found)
    for occurrence in trace:
        for parameter, found in zip(
            specification.event(occurrence.event).fields, occurrence.values, strict=True
        ):
            see(parameter.type, found)
    return {entity: tuple(values) for entity, values in seen.items()}


def run(
    specification: Specification,
    trace: Sequence[Occurrence],
    facts: Facts,
    domains: Mapping[str, tuple[Term, ...]],
) -> tuple[World, list[Fault]]:
    """The world of a trace with the states at every position, and the conflicts on the way."""
    world = at_start(specification, facts, domains)
    faults: list[Fault] = []
    for occurrence in trace:
        world, conflicts = extend(specification, world, occurrence)
        faults += conflicts
    return world, faults


def at_start(specification: Specification, facts: Facts, domains: Mapping[str, tuple[Term, ...]]) -> World:
    """The world at position 0."""
    blank = World(facts, domains, (None,), (Snapshot(),), (Snapshot(),))
    defaults = {
        state.name: value(state.default, Here(blank, 0, "before"), {}) for state in specification.states
    }
    return World(facts, domains, (None,), (Snapshot(),), (Snapshot(),), defaults)


def extend(specification: Specification, world: World, event: Occurrence) -> tuple[World, list[Fault]]:
    """The world with one more position, and the write conflicts there; a conflict leaves the state as it was."""
    here = Here(world.then(event, world.after[-1]), len(world.events), "before")
    writes: _Writes = {}
    for block in specification.updates:
        bound = match(block.patterns, event)
        if bound is not None and holds(block.when, here, bound):
            for assign, environment in _assignments(block.body, here, bound):
                place = assign.place, tuple(value(key, here, environment) for key in assign.keys)
                writes.setdefault(place, []).append((assign, value(assign.value, here, environment)))
    faults = [
        _fault(here.position, place, written) for place, written in writes.items() if _conflict(written)
    ]
    state = here.state if faults else _applied(writes, world)
    return world.then(event, state), faults


_Writes: TypeAlias = dict[Place, list[tuple[Assign, Term]]]


def _assignments(
    body: tuple[Statement, ...], here: Here, environment: Environment
) -> Iterator[tuple[Assign, Environment]]:
    """The assignments that are done, each with the names bound around it; every read sees the state before the event."""
    for statement in body:
        match statement:
            case Assign():
                yield statement, environment
            case IfStatement():
                chosen = (
                    statement.then if holds(statement.condition, here, environment) else statement.otherwise
                )
                yield from _assignments(chosen, here, environment)
            case For():
                for inner in bind(statement.binders, here, environment):
                    if holds(statement.where, here, inner):
                        yield from _assignments(statement.body, here, inner)
            case _:
                raise TypeError(f"{type(statement).__name__} stands only in steps of systems")


def _conflict(written: list[tuple[Assign, Term]]) -> bool:
    """Whether `:=` meets `+=` or `-=`, or another value, on one place."""
    assigned = [term for assign, term in written if assign.operator == ":="]
    return bool(assigned) and (len(assigned) < len(written) or any(term != assigned[0] for term in assigned))


def _fault(position: int, place: Place, written: list[tuple[Assign, Term]]) -> Fault:
    name, keys = place
    first, first_term = next((assign, term) for assign, term in written if assign.operator == ":=")
    second = next(assign for assign, term in written if assign.operator != ":=" or term != first_term)
    return Fault(position, name, tuple(shown(key) for key in keys), (_words(first), _words(second)))


def _words(assign: Assign) -> str:
    return f"`{assign.place} {assign.operator}` at {assign.span.file}:{assign.span.line}"


def _applied(writes: _Writes, world: World) -> Snapshot:
    """The last state with every place written: its new value, or its old one and all that is added to it."""
    states = dict(world.after[-1].states)
    for place, written in writes.items():
        total = states.get(place, world.state_defaults[place[0]])
        for assign, term in written:
            total = updated(assign, total, term)
        states[place] = total
    return Snapshot(states)


def updated(assign: Assign, old: Term, term: Term) -> Term:
    """What an assignment of `term` makes of a place that held `old`."""
    if assign.operator == ":=":
        return term
    if not isinstance(old, int) or not isinstance(term, int):
        raise TypeError(f"`{assign.operator}` on what is no number")
    return old + term if assign.operator == "+=" else old - term


def shown(term: Term) -> Value:
    """A value as verdicts give it: a fresh one in words."""
    return str(term) if isinstance(term, Fresh) else term
