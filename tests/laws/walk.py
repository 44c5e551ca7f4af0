"""Every run of a small design, one step at a time, by the reference meaning alone: what the prover is judged by."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from honnin.spec import core
from honnin.spec.core import (
    EntityT,
    Given,
    Module,
    Occurrence,
    OptionalT,
    Specification,
    System,
    Type,
    Value,
    finite_values,
)
from honnin.spec.design import Configuration, Design, Taken, broken_properties, initial_states, steps
from honnin.spec.evaluation import Place, Snapshot, Term, World
from honnin.spec.facts import Facts, FactTable, Missing
from honnin.spec.meaning import evaluate
from honnin.spec.verdicts import Report

WRITE_CONFLICT = "write conflict"
MOST_EDGES = 30_000
MOST_TABLES = 256


class TooMany(Exception):
    """The runs cannot all be walked."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What a check asks for: claims violated or reached, properties of the design; a write conflict always."""

    claims: frozenset[str]
    properties: frozenset[str]


@dataclass(frozen=True, slots=True)
class Walked:
    """`found`: what the shortest runs show at their ends, after `steps` steps; nothing: no run of so many steps shows anything.

    `complete`: no longer run leads anywhere new. `taken`: the steps that some run takes; `exercised`: the claims that one exercises.
    """

    found: frozenset[str]
    steps: int
    complete: bool = False
    taken: frozenset[str] = frozenset()
    exercised: frozenset[str] = frozenset()


def sought(module: Module, check: core.Check) -> Sought:
    """What a check of a design asks for."""
    system = module.system(check.subject)
    kind = "cover" if check.relation == "reaches" else "invariant"
    claims = [
        claim.name
        for specification in _specifications(module, system)
        for claim in specification.claims
        if claim.kind == kind and check.target in (specification.name, claim.name)
    ]
    own = [p.name for p in system.properties if p.kind != "assume" and p.name == check.target]
    return Sought(frozenset(claims), frozenset() if claims else frozenset(own))


def walk(
    module: Module,
    name: str,
    goal: Sought,
    scope: Mapping[str, tuple[Value, ...]],
    depth: int,
    *,
    most: int = MOST_EDGES,
) -> Walked:
    """All runs of the system of at most `depth` steps, over these values of each entity.

    TooMany when they have more than `most` steps altogether.
    """
    system = module.system(name)
    specifications = _specifications(module, system)
    remembers = _remembers(system, specifications)
    reached: Iterator[tuple[str, Configuration]] = (
        ("", start)
        for facts in _all_facts(specifications, scope)
        for start in initial_states(Design(system, specifications, facts, scope))
    )
    known: set[Hashable] = set()
    taken: set[str] = set()
    exercised: set[str] = set()
    edges = 0
    for number in range(depth + 1):
        level: list[Configuration] = []
        found: set[str] = set()
        for step, state in reached:
            edges += 1
            if edges > most:
                raise TooMany
            reports = _reports(state)
            if any(report.broken for report in reports):
                continue
            taken.add(step)
            exercised |= {claim for report in reports for claim, count in report.exercised.items() if count}
            found |= _shown(state, reports, goal)
            key = state_key(state, remembers)
            if key not in known:
                known.add(key)
                level.append(state)
        if found or not level or number == depth:
            complete = not level and not found
            return Walked(frozenset(found), number, complete, frozenset(taken - {""}), frozenset(exercised))
        reached = ((way.move.step, way.next) for state in level for way in steps(state))
    raise AssertionError("a walk of fewer than no steps")


def takes(
    module: Module, name: str, scope: Mapping[str, tuple[Value, ...]], depth: int, *, most: int = MOST_EDGES
) -> frozenset[Hashable]:
    """Every step that a run of at most `depth` steps takes: from what state, what it emits, and to what state it leads."""
    system = module.system(name)
    specifications = _specifications(module, system)
    remembers = _remembers(system, specifications)
    level: dict[Hashable, Configuration] = {}
    for facts in _all_facts(specifications, scope):
        for start in initial_states(Design(system, specifications, facts, scope)):
            level[_labelled(start, facts, remembers)] = start
    found: set[Hashable] = set()
    known = set(level)
    for _ in range(depth):
        following: dict[Hashable, Configuration] = {}
        for key, state in level.items():
            for way in steps(state):
                if any(report.broken for report in _reports(way.next)):
                    continue
                after = _labelled(way.next, way.next.design.facts, remembers)
                found.add((key, way.move.step, way.move.arguments, way.emitted, after))
                if len(found) > most:
                    raise TooMany
                if after not in known:
                    known.add(after)
                    following[after] = way.next
        level = following
    return frozenset(found)


def _labelled(state: Configuration, facts: Facts, remembers: bool) -> Hashable:
    """`state_key`, the same for two designs over equal facts."""
    tables = tuple(
        (name, tuple(sorted(table.values.items(), key=repr))) for name, table in sorted(facts.items())
    )
    return tables, state_key(state, remembers)[1:]


def can_report(states: Iterable[Configuration], events: Sequence[Occurrence], silent: int) -> bool:
    """Whether a run from one of the states, without time, reports these events first; at most so many steps in a row report nothing."""
    tried: set[Hashable] = set()

    def goes_on(state: Configuration, at: int, left: int) -> bool:
        if at == len(events):
            return True
        here = state_key(state, True), at, left
        if here in tried:
            return False
        tried.add(here)
        return any(follows(taken, at, left) for taken in steps(state, 0))

    def follows(taken: Taken, at: int, left: int) -> bool:
        if not taken.emitted:
            return left > 0 and goes_on(taken.next, at, left - 1)
        said = list(taken.emitted[: len(events) - at])
        return said == list(events[at : at + len(said)]) and goes_on(taken.next, at + len(said), silent)

    return any(goes_on(state, 0, silent) for state in states)


def _specifications(module: Module, system: System) -> tuple[Specification, ...]:
    return tuple(module.specification(name) for name in system.implements)


# ---------------------------------------------------------------- one state


def _reports(state: Configuration) -> list[Report]:
    """The verdicts of each specification on all that it has seen."""
    reports = []
    for specification in state.design.specifications:
        names = {event.name for event in specification.events}
        own = [event for event in state.trace if event.event in names]
        reports.append(evaluate(specification, own, state.design.facts, scope=state.design.scope))
    return reports


def _shown(state: Configuration, reports: list[Report], goal: Sought) -> set[str]:
    found = {failure.claim for report in reports for failure in report.violated}
    found |= {name for report in reports for name, count in report.reached.items() if count}
    found &= goal.claims
    found |= set(broken_properties(state)) & goal.properties
    if any(report.faults for report in reports):
        found.add(WRITE_CONFLICT)
    return found


def state_key(state: Configuration, remembers: bool) -> tuple[Hashable, ...]:
    """Two states with one key go on in the same ways, and show the same."""
    variables = _set_places(state.variables, state.past.variable_defaults)
    snapshots = (*state.past.before, *state.past.after) if remembers else ()
    past: Hashable = (state.trace if remembers else (), tuple(_shot(one, state.past) for one in snapshots))
    worlds = [
        (specification.name, state.worlds[specification.name])
        for specification in state.design.specifications
    ]
    states = tuple(
        (name, _set_places(world.after[-1].states, world.state_defaults)) for name, world in worlds
    )
    return id(state.design.facts), variables, states, frozenset(state.labels.items()), past


def _shot(snapshot: Snapshot, world: World) -> Hashable:
    return (
        _set_places(snapshot.states, world.state_defaults),
        _set_places(snapshot.variables, world.variable_defaults),
        frozenset(snapshot.labels.items()),
    )


def _set_places(values: Mapping[Place, Term], defaults: Mapping[str, Term]) -> Hashable:
    """The places that differ from their defaults: a place that is set to its default is as if never set."""
    return frozenset((place, repr(value)) for place, value in values.items() if value != defaults[place[0]])


def _remembers(system: System, specifications: tuple[Specification, ...]) -> bool:
    """Whether anything looks at the past."""
    formulas = [claim.body for s in specifications for claim in s.claims]
    formulas += [claim.when for s in specifications for claim in s.claims]
    formulas += [stated.condition for stated in system.properties]
    return any(isinstance(node, core.TEMPORAL) for formula in formulas for node in core.walk(formula))


# ---------------------------------------------------------------- facts


def _all_facts(
    specifications: tuple[Specification, ...], scope: Mapping[str, tuple[Value, ...]]
) -> list[Facts]:
    """Every way in which the givens can be."""
    givens = {given.name: given for specification in specifications for given in specification.givens}
    tables = [[(name, table) for table in _tables(given, scope)] for name, given in givens.items()]
    return [dict(chosen) for chosen in product(*tables)]


def _tables(given: Given, scope: Mapping[str, tuple[Value, ...]]) -> list[FactTable]:
    keys = list(product(*(_values(key, scope) for key in given.keys)))
    values = _values(given.value, scope)
    if len(values) ** len(keys) > MOST_TABLES:
        raise TooMany
    return [
        FactTable(dict(zip(keys, chosen, strict=True)), Missing())
        for chosen in product(values, repeat=len(keys))
    ]


def _values(type: Type, scope: Mapping[str, tuple[Value, ...]]) -> tuple[Value, ...]:
    match type:
        case EntityT(name=name):
            return scope[name]
        case OptionalT(inner=inner):
            return (None, *_values(inner, scope))
        case _:
            listed = finite_values(type)
            if listed is None:
                raise TooMany
            return listed
