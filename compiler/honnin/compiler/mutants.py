"""Mutants of a design: the design with one place of one step changed as a programmer might get it wrong. No search, only trees.

A mutant is a guard left out or with a wider bound, a condition that is always or never true, an assignment, an event, a `for` or a
jump forgotten, a further way to do nothing, or one name read or written in place of another of its type. Fewer ways through a step are no mutant: what never goes
wrong does not go wrong when less happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

from honnin.compiler.guarded import well_guarded
from honnin.compiler.mutations import Change, Changes, Kind
from honnin.compiler.simplify import TRUE
from honnin.compiler.sites import Block, Site, sites
from honnin.compiler.swaps import Names
from honnin.spec.core import (
    BOOL,
    Assign,
    Binder,
    Either,
    IfStatement,
    Lit,
    Not,
    Pick,
    Process,
    Property,
    Statement,
    System,
    SystemVar,
    VarRead,
    When,
)
from honnin.spec.records import dataclass, replace
from honnin.spec.source import Span

OWN: Final = "@own"
"""The variable of a marked mutant that a step of its own sets, and the property that there is none: no author can write the name."""

_ORDER: Final[tuple[Kind, ...]] = (
    "guard dropped",
    "condition fixed",
    "update forgotten",
    "reset forgotten",
    "event forgotten",
    "jump forgotten",
    "branch added",
    "bound widened",
    "premise dropped",
    "swapped",
)
"""The most telling first: what there is no time for is of the last kinds."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """`system`: the design changed at `span`, in the step `step`; `words` say how.

    `marked`: the same mutant with one variable more, set by a step in which it does not do what the design would do with the same
    choices; its property OWN says that there is no such step. `claim`: the specification and the assumption of it that is left out.
    """

    system: System
    marked: System
    kind: Kind
    step: str
    span: Span
    words: str
    claim: tuple[str, str] | None = None


def mutants(system: System) -> tuple[Mutant, ...]:
    """Every mutant of the design, each once."""
    found: dict[tuple[str, Block], Mutant] = {}
    for place in _steps(system):
        for site in sites(place.body, place.parameters):
            names = Names(system, place.process, site.names)
            for change in Changes(site, names, place.following).all():
                body = site.put(change.instead)
                told_apart = _told_apart(site, change)
                if body == place.body or not (well_guarded(body) and well_guarded(told_apart)):
                    continue
                mutant = Mutant(
                    place.put(body),
                    _marked(place.put(told_apart)),
                    change.kind,
                    place.name,
                    change.span,
                    change.words,
                )
                found.setdefault((place.name, body), mutant)
    return tuple(sorted(found.values(), key=lambda mutant: _ORDER.index(mutant.kind)))


@dataclass(frozen=True, slots=True)
class _Step:
    """A step of the design. `put`: the design with another body for it; `following`: the label behind it."""

    name: str
    body: Block
    parameters: tuple[Binder, ...]
    process: Process | None
    following: str | None
    put: Callable[[Block], System]


def _steps(system: System) -> Iterator[_Step]:
    for index, action in enumerate(system.actions):

        def put_action(body: Block, index: int = index) -> System:
            actions = list(system.actions)
            actions[index] = replace(actions[index], body=body)
            return replace(system, actions=tuple(actions))

        yield _Step(action.name, action.body, action.parameters, None, None, put_action)
    for index, process in enumerate(system.processes):
        for number, (step, after) in enumerate(pairwise((*process.steps, None))):
            assert step is not None

            def put_step(body: Block, index: int = index, number: int = number) -> System:
                processes = list(system.processes)
                steps = list(processes[index].steps)
                steps[number] = replace(steps[number], body=body)
                processes[index] = replace(processes[index], steps=tuple(steps))
                return replace(system, processes=tuple(processes))

            following = None if after is None else after.label
            name = f"{process.name}.{step.label}"
            yield _Step(name, step.body, process.parameters, process, following, put_step)


# ---------------------------------------------------------------- steps of the mutant's own


def _told_apart(site: Site, change: Change) -> Block:
    """The step of the mutant, in which the ways of its own set OWN."""
    own = _setting((*change.own, *site.follow))
    if change.same is None:
        return site.turn(own)
    return site.turn((Either(((*change.same, *site.follow), own)),))


def _setting(body: Block) -> Block:
    """The statements, with OWN set on every way, behind the guards."""
    if not any(map(_guards, body)):
        return (Assign(OWN, (), ":=", TRUE), *body)
    first, rest = body[0], body[1:]
    match first:
        case Either(branches=branches):
            return (replace(first, branches=tuple(_setting((*branch, *rest)) for branch in branches)),)
        case IfStatement(then=then, otherwise=otherwise):
            return (replace(first, then=_setting((*then, *rest)), otherwise=_setting((*otherwise, *rest))),)
        case _:
            return (first, *_setting(rest))


def _guards(statement: Statement) -> bool:
    match statement:
        case When() | Pick():
            return True
        case IfStatement(then=then, otherwise=otherwise):
            return any(map(_guards, (*then, *otherwise)))
        case Either(branches=branches):
            return any(_guards(inner) for branch in branches for inner in branch)
        case _:
            return False


def _marked(system: System) -> System:
    own = SystemVar(OWN, (), BOOL, Lit(False, BOOL))
    none = Property(OWN, "invariant", Not(VarRead(OWN, (), BOOL)))
    return replace(system, variables=(*system.variables, own), properties=(*system.properties, none))


__all__ = ["OWN", "Kind", "Mutant", "mutants"]
