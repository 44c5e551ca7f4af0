"""A state of the design on the way through the observations, with what is not chosen yet, and formulas over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import TypeAlias

from honnin.compiler.conformance.kinds import Kind
from honnin.compiler.conformance.store import Store
from honnin.compiler.conformance.unknowns import Cell, Known, Seen, Variables
from honnin.spec import core
from honnin.spec.core import Binder, Expr, Occurrence, Type, Value
from honnin.spec.design import DONE, Design, initial_state
from honnin.spec.evaluation import Environment, Here, Place, Snapshot, Term, World, value
from honnin.spec.records import dataclass, field, replace
from honnin.spec.updates import extend

States: TypeAlias = tuple[Store[Place, Value], ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """What formulas read: the variables, where instances wait (those that never moved left out), what each specification has
    seen, the time in microseconds. `waiting`: the instances that moved, by process and label."""

    variables: Variables
    labels: Store[Place, str]
    states: States
    now: int | None
    waiting: Store[tuple[str, str], frozenset[tuple[Term, ...]]] = field(compare=False)

    def move(self, process: str, keys: tuple[Term, ...], left: str, label: str) -> Moment:
        """The instance waits at the label, and no longer where it was."""
        there = {(process, left): self.waiting.get((process, left), _NOBODY) - {keys}}
        there[process, label] = there.get((process, label), self.waiting.get((process, label), _NOBODY)) | {
            keys
        }
        labels = self.labels.with_({(process, keys): label})
        return replace(self, labels=labels, waiting=self.waiting.with_(there))

    def assign(self, changes: Mapping[Place, Cell]) -> Moment:
        return replace(self, variables=self.variables.with_(changes))


class _Labels(Mapping[Place, str]):
    __slots__ = ("_first", "_moved")

    def __init__(self, moved: Store[Place, str], first: Mapping[str, str]) -> None:
        self._moved = moved
        self._first = first

    def __getitem__(self, place: Place) -> str:
        return self._moved[place] if place in self._moved else self._first[place[0]]

    def __iter__(self) -> Iterator[Place]:
        return iter(self._moved)

    def __len__(self) -> int:
        return len(self._moved)


@dataclass(frozen=True, slots=True)
class Frame:
    """What does not change along a run: the design, and the defaults. `any`: the types of its `= any` variables."""

    design: Design
    blank: World
    any: Mapping[str, Type]
    first: Mapping[str, str]
    reads_specification: bool

    def here(self, moment: Moment, known: Known) -> Here:
        """Where formulas over that moment are evaluated."""
        states: dict[Place, Term] = {}
        for held in reversed(moment.states):
            states.update(held)
        snapshot = Snapshot(
            states, Seen(moment.variables, known, self.any), _Labels(moment.labels, self.first)
        )
        world = World(
            self.design.facts,
            self.design.scope,
            (None,),
            (_NOTHING,),
            (_NOTHING,),
            self.blank.state_defaults,
            self.blank.variable_defaults,
            snapshot,
            moment.now,
        )
        return Here(world, 0, "present")

    def value(self, expr: Expr, moment: Moment, known: Known, environment: Environment) -> Term:
        return value(expr, self.here(moment, known), environment)

    def label(self, moment: Moment, process: str, keys: tuple[Term, ...]) -> str:
        place = process, keys
        return moment.labels[place] if place in moment.labels else self.first[process]

    def waiting(self, moment: Moment, kind: Kind, fixed: Mapping[int, Term]) -> list[tuple[Term, ...]]:
        """The arguments with which the step can be taken, as far as instances wait there; those in `fixed` (by index) are said."""
        process = kind.process
        if process is None or self.first[process] == kind.label or len(fixed) == len(kind.parameters):
            found = self.arguments(kind.parameters, fixed)
            return [one for one in found if process is None or self.label(moment, process, one) == kind.label]
        there = moment.waiting.get((process, kind.label), _NOBODY)
        return [one for one in there if all(one[index] == term for index, term in fixed.items())]

    def domain(self, type: Type) -> tuple[Term, ...]:
        return self.blank.domain(type)

    def arguments(self, parameters: tuple[Binder, ...], fixed: Mapping[int, Term]) -> list[tuple[Term, ...]]:
        """Every combination of values of the parameters; those in `fixed` (by their index) have one."""
        values: list[tuple[Term, ...]] = []
        for index, parameter in enumerate(parameters):
            if index in fixed:
                values.append((fixed[index],) if self.blank.has(parameter.type, fixed[index]) else ())
            else:
                values.append(self.domain(parameter.type))
        return list(product(*values))

    def seen(self, moment: Moment, event: Occurrence) -> Moment:
        """The moment after the event, as the specifications see it; the same where no step reads them."""
        if not self.reads_specification:
            return moment
        states = list(moment.states)
        for index, specification in enumerate(self.design.specifications):
            if any(declared.name == event.event for declared in specification.events):
                before = Snapshot(states[index])
                world = replace(
                    self.blank,
                    after=(before,),
                    before=(before,),
                    state_defaults=self._defaults(index),
                )
                world, _ = extend(specification, world, event)
                states[index] = Store[Place, Value]().with_(_values(world.after[-1].states))
        return replace(moment, states=tuple(states))

    def _defaults(self, index: int) -> Mapping[str, Term]:
        own = {state.name for state in self.design.specifications[index].states}
        return {name: term for name, term in self.blank.state_defaults.items() if name in own}


_NOTHING = Snapshot()
_NOBODY: frozenset[tuple[Term, ...]] = frozenset()


def _values(states: Mapping[Place, Term]) -> dict[Place, Value]:
    return {
        place: term for place, term in states.items() if term is None or isinstance(term, bool | int | str)
    }


def frame_of(design: Design) -> Frame:
    """The frame of a design."""
    variables = design.system.variables
    bare = replace(design.system, init=(), properties=())
    start = initial_state(replace(design, system=bare), {})
    assert start is not None, "nothing forbids an initial state without conditions"
    return Frame(
        design,
        start.past,
        {variable.name: variable.value for variable in variables if variable.initial is None},
        {p.name: p.steps[0].label if p.steps else DONE for p in design.system.processes},
        _reads_specification(design),
    )


def _reads_specification(design: Design) -> bool:
    """Whether a formula that the search evaluates reads what the specifications have seen."""
    conditions = [p.condition for p in design.system.properties if p.kind == "assume"]
    stated = any(
        isinstance(part, core.StateRead)
        for expr in (*conditions, *design.system.init)
        for part in core.walk(expr)
    )
    return stated or bool(design.system.reads_specification)
