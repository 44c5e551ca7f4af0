"""A design together with the machines of its specifications: one transition system, for every engine of the prover.

A **place** is a map with a default: a variable of the design, the program counter of a process (`@handler`), a state of a
specification or one of its history registers. A **path** is one way through a step: the branches of `either` and `if` are
chosen, what remains is a straight list, obeyed in order and all or nothing. A step is possible by a path when every `When`
on it is true where it stands, every `Pick` has a value, and no `x!` on it is none.

Every `Emit` on a path is one position of each specification that has the event (machine.py tells the order of work at a
position). A step in which an assumption of a specification fails is not considered, nor is one that ends in a state in which
an `assume` of the design is false.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from honnin.compiler.deadlines import with_deadlines
from honnin.compiler.formulas import reads_now, statement_expressions
from honnin.compiler.history import lower_with_properties
from honnin.compiler.lower import lower
from honnin.compiler.machine import Machine, Register
from honnin.compiler.reuse import without_reuse
from honnin.spec.core import (
    BOOL,
    TIME,
    Action,
    Assign,
    Binder,
    Claim,
    Either,
    Emit,
    EnumT,
    Expr,
    For,
    Given,
    Goto,
    IfStatement,
    Lit,
    Module,
    Not,
    OptionalT,
    Pick,
    Process,
    Property,
    Specification,
    Statement,
    Stop,
    System,
    Type,
    When,
)
from honnin.spec.records import dataclass, replace

NOW = "@now"
DONE = "done"


@dataclass(frozen=True, slots=True)
class Place:
    """`initial` is None for an arbitrary initial value (`= any`, `@now`). `machine`: the index of the specification it belongs to.

    `register` is set for history registers; a "count" register has no initial value: it is an empty set of times.
    """

    name: str
    keys: tuple[Type, ...]
    value: Type
    initial: Expr | None
    origin: Literal["variable", "counter", "state", "register", "time"]
    machine: int | None = None
    register: Register | None = None


PathStatement: TypeAlias = When | Pick | Assign | For | Emit


@dataclass(frozen=True, slots=True)
class Path:
    """One way through a step. `process` and `label` are None for an action; `next` is the label that the instance moves to.

    `branches`: the way taken at each `either` and `if`, from 0, in the order met (`if`: 0 then, 1 else).
    """

    step: str
    parameters: tuple[Binder, ...]
    body: tuple[PathStatement, ...]
    process: str | None = None
    label: str | None = None
    next: str | None = None
    branches: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """`machines` in the order of `system.implements` (one, of facts, where there are none); `timed` tells whether `@now` is a place.

    `entities` and `givens`: those that the design may name, also where it implements no specification.
    `properties` are the system's, lowered: they read history registers where they speak of the past.
    """

    system: System
    machines: tuple[Machine, ...]
    places: tuple[Place, ...]
    paths: tuple[Path, ...]
    givens: tuple[Given, ...]
    timed: bool
    properties: tuple[Property, ...]
    entities: tuple[str, ...]

    @property
    def assumptions(self) -> tuple[Property, ...]:
        return tuple(p for p in self.properties if p.kind == "assume")

    def place(self, name: str) -> Place:
        """The place `name`; KeyError when there is none."""
        for place in self.places:
            if place.name == name:
                return place
        raise KeyError(name)

    def state_place(self, state: str, machine: int | None) -> str:
        """The place that `StateRead(state)` means, in a formula of machine number `machine`, or (None) in one of the design.

        In a design, the first specification that declares the state; a history register is the only specification's.
        """
        if machine is None and state.startswith("#"):
            machine = 0
        if machine is not None:
            return place_name(self.machines[machine], state)
        for owner in self.machines:
            if any(declared.name == state for declared in owner.specification.states):
                return place_name(owner, state)
        raise KeyError(state)


def place_name(machine: Machine, name: str) -> str:
    """The name of the place of a state or register of one specification."""
    return f"{machine.specification.name}::{name}"


def counter_name(process: str) -> str:
    """The name of the place that holds a process's program counters."""
    return f"@{process}"


def build_product(module: Module, system: System, claims: tuple[Claim, ...]) -> Product:
    """The transition system of `system`, its machines watching `claims` (and every assumption of the specifications)."""
    specifications = _implemented(module, system)
    made = _product(module, system, claims, [without_reuse(s, timed=False) for s in specifications])
    if not made.timed or not any(s.retained for s in specifications):
        return made
    return _product(module, system, claims, [without_reuse(s, timed=True) for s in specifications])


def _product(
    module: Module, system: System, claims: tuple[Claim, ...], specifications: Sequence[Specification]
) -> Product:
    watched = [
        tuple(c for c in specification.claims if c.kind == "assume" or c in claims)
        for specification in specifications
    ]
    if len(specifications) == 1:
        only, properties = lower_with_properties(specifications[0], watched[0], system.properties)
        lowered = [only]
    else:
        properties = system.properties
        lowered = [lower(*each) for each in zip(specifications, watched, strict=True)]
    machines = tuple(with_deadlines(_dating_counts(machine)) for machine in lowered)
    timed = (
        any(check.claim.needs_time for machine in machines for check in machine.checks)
        or any(reads_now(stated.condition) for stated in properties)
        or _reads_now(system)
    )
    places = (
        *(_variable_places(system)),
        *(_counter_places(system)),
        *(place for index, machine in enumerate(machines) for place in _machine_places(index, machine)),
        *((Place(NOW, (), TIME, None, "time"),) if timed else ()),
    )
    named = (module.main, *specifications)
    givens = {given.name: given for specification in named for given in specification.givens}
    entities = tuple(dict.fromkeys(e.name for specification in named for e in specification.entities))
    steps = tuple(paths(system))
    return Product(system, machines, places, steps, tuple(givens.values()), timed, properties, entities)


def specifications_of(module: Module, system: System) -> tuple[Specification, ...]:
    """Those that the system implements; for one that implements none, what it can speak of: the entities and the facts of its file.

    As the prover has them: `retain` is a premise.
    """
    return tuple(without_reuse(s, timed=False) for s in _implemented(module, system))


def _implemented(module: Module, system: System) -> tuple[Specification, ...]:
    if system.implements:
        return tuple(module.specification(name) for name in system.implements)
    facts = tuple(claim for claim in module.main.claims if claim.kind == "assume" and claim.given_only)
    return (replace(module.main, events=(), states=(), updates=(), claims=facts),)


def latest_name(register: Register) -> str:
    """The name of the register that holds the latest of the times that a "count" register holds."""
    return f"{register.name}~"


def _dating_counts(machine: Machine) -> Machine:
    """The machine with the latest time of everything that it counts: what an invariant can say of a count."""
    dates = tuple(
        replace(register, name=latest_name(register), operator="since", stores="latest", window=0)
        for register in machine.registers
        if register.operator == "count"
    )
    return replace(machine, registers=(*machine.registers, *dates))


def _reads_now(system: System) -> bool:
    bodies = [action.body for action in system.actions]
    bodies += [step.body for process in system.processes for step in process.steps]
    expressions = [e for body in bodies for e in statement_expressions(body)]
    return any(reads_now(e) for e in (*expressions, *system.init))


def _variable_places(system: System) -> Iterator[Place]:
    for variable in system.variables:
        yield Place(variable.name, variable.keys, variable.value, variable.initial, "variable")


def counter_type(process: Process) -> EnumT:
    """The labels of a process, `done` last."""
    return EnumT(counter_name(process.name), (*(step.label for step in process.steps), DONE))


def _counter_places(system: System) -> Iterator[Place]:
    for process in system.processes:
        labels = counter_type(process)
        first = Lit(labels.members[0], labels)
        keys = tuple(binder.type for binder in process.parameters)
        yield Place(counter_name(process.name), keys, labels, first, "counter")


def _machine_places(index: int, machine: Machine) -> Iterator[Place]:
    for state in machine.specification.states:
        name = place_name(machine, state.name)
        yield Place(name, state.keys, state.value, state.default, "state", index)
    for register in machine.registers:
        keys = tuple(binder.type for binder in register.keys)
        initial = None
        if register.type == BOOL:
            initial = Lit(False, BOOL)
        elif isinstance(register.type, OptionalT):
            initial = Lit(None, register.type)
        yield Place(
            place_name(machine, register.name), keys, register.type, initial, "register", index, register
        )


def paths(system: System) -> Iterator[Path]:
    """Every path of every step, in the order of the source."""
    for action in system.actions:
        yield from _action_paths(action)
    for process in system.processes:
        yield from _process_paths(process)


def _action_paths(action: Action) -> Iterator[Path]:
    for way in _ways(action.body):
        yield Path(action.name, action.parameters, way.body, branches=way.branches)


def _process_paths(process: Process) -> Iterator[Path]:
    labels = counter_type(process).members
    for step, following in zip(process.steps, labels[1:], strict=True):
        for way in _ways(step.body):
            yield Path(
                f"{process.name}.{step.label}",
                process.parameters,
                way.body,
                process.name,
                step.label,
                following if way.target is None else way.target,
                way.branches,
            )


@dataclass(frozen=True, slots=True)
class _Way:
    """A straight list that a block can become, the label it jumps to (None: it falls through), the branches taken."""

    body: tuple[PathStatement, ...]
    target: str | None = None
    branches: tuple[int, ...] = ()

    def then(self, rest: _Way) -> _Way:
        return _Way((*self.body, *rest.body), rest.target, (*self.branches, *rest.branches))


def _ways(body: tuple[Statement, ...]) -> Iterator[_Way]:
    """The straight lists that a block can become."""
    if not body:
        yield _Way(())
        return
    for head in _ways_of(body[0]):
        if head.target is not None:
            yield head
            continue
        for rest in _ways(body[1:]):
            yield head.then(rest)


def _ways_of(statement: Statement) -> Iterator[_Way]:
    match statement:
        case Goto(label=label):
            yield _Way((), label)
        case Stop():
            yield _Way((), DONE)
        case Either(branches=branches):
            for index, branch in enumerate(branches):
                yield from map(_Way((), None, (index,)).then, _ways(branch))
        case IfStatement(condition=condition, then=then, otherwise=otherwise):
            for index, chosen, branch in ((0, condition, then), (1, Not(condition), otherwise)):
                yield from map(_Way((When(chosen),), None, (index,)).then, _ways(branch))
        case When() | Pick() | Assign() | For() | Emit():
            yield _Way((statement,))
