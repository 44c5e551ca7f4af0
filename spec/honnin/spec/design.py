"""The reference meaning of systems (language.md section 6): explicit states over a finite scope, one step at a time.

Slow and obvious: it is there to confirm or refute what the prover claims, and to be compared with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product

from honnin.spec import core
from honnin.spec.core import (
    Binder,
    Expr,
    Occurrence,
    Specification,
    Statement,
    System,
    SystemVar,
    TextT,
    Type,
    Value,
)
from honnin.spec.evaluation import (
    Environment,
    Fresh,
    Here,
    Impossible,
    Place,
    Snapshot,
    Term,
    World,
    bind,
    holds,
    value,
)
from honnin.spec.facts import Facts, Missing, default_of
from honnin.spec.meaning import evaluate
from honnin.spec.records import dataclass, replace
from honnin.spec.updates import at_start, extend, updated
from honnin.spec.verdicts import Report

DONE = "done"
"""Where an instance of a process waits that has finished."""


@dataclass(frozen=True, slots=True)
class Design:
    """A system, the specifications that it implements, the facts, and the values of each entity (at least one of each)."""

    system: System
    specifications: tuple[Specification, ...]
    facts: Facts
    scope: Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Configuration:
    """A state of the design between two steps, with all that led to it.

    `past`: the events so far, each with the whole state at its moment. `worlds`: what each specification has seen. `variables`
    that are not in it have their default. `now`: microseconds, None while no step has had a time.
    """

    design: Design
    past: World
    worlds: Mapping[str, World]
    variables: Mapping[Place, Term]
    labels: Mapping[Place, str]
    now: int | None

    @property
    def here(self) -> Here:
        """Where formulas over this state are evaluated."""
        world = replace(self.past, present=self.snapshot, clock=self.now)
        return Here(world, len(world.events) - 1, "present")

    @property
    def snapshot(self) -> Snapshot:
        """The whole state; a state of two specifications is the first one's."""
        states: dict[Place, Term] = {}
        for specification in reversed(self.design.specifications):
            states.update(self.worlds[specification.name].after[-1].states)
        return Snapshot(states, self.variables, self.labels)

    @property
    def trace(self) -> tuple[Occurrence, ...]:
        """Every event emitted so far."""
        return tuple(event for event in self.past.events if event is not None)


@dataclass(frozen=True, slots=True)
class Move:
    """A step to take: an action's name or `process.label`, with its arguments.

    `picks`: the values picked, in order; `branches`: which way was taken at each `either` and `if` on the path, from 0, in the
    order met (not inside `for`). None: whatever fits. `now`: None where time does not matter.
    """

    step: str
    arguments: tuple[Value, ...] = ()
    picks: tuple[Value, ...] | None = None
    branches: tuple[int, ...] | None = None
    now: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was possible: what was chosen on the way, the events emitted in order, and where it led."""

    move: Move
    emitted: tuple[Occurrence, ...]
    next: Configuration


# ---------------------------------------------------------------- initial states


def initial_states(design: Design, now: int | None = None) -> Iterator[Configuration]:
    """Every initial state; ValueError when the values of an `= any` cannot be listed."""
    world = _nothing_yet(design)
    places = [
        ((variable.name, keys), world.domain(variable.value))
        for variable in design.system.variables
        if variable.initial is None
        for keys in product(*(world.domain(key) for key in variable.keys))
    ]
    for chosen in product(*(values for _, values in places)):
        start = initial_state(design, dict(zip((place for place, _ in places), chosen, strict=True)), now)
        if start is not None:
            yield start


def initial_state(
    design: Design, choices: Mapping[Place, Term], now: int | None = None
) -> Configuration | None:
    """The initial state with these values of the `= any` variables (any value, where none is said); None when `init` or an
    assumption forbids it."""
    first_labels = {
        (process.name, keys): process.steps[0].label if process.steps else DONE
        for process in design.system.processes
        for keys in _arguments(design, process.parameters)
    }
    start = Configuration(
        design,
        _nothing_yet(design),
        {s.name: at_start(s, design.facts, design.scope) for s in design.specifications},
        choices,
        first_labels,
        now,
    )
    allowed = all(holds(condition, start.here, {}) for condition in design.system.init)
    return start if allowed and broken_assumption(start) is None else None


def _nothing_yet(design: Design) -> World:
    """The world before any event, with the defaults of every state and variable."""
    defaults: dict[str, Term] = {}
    for specification in reversed(design.specifications):
        defaults.update(at_start(specification, design.facts, design.scope).state_defaults)
    blank = World(design.facts, design.scope, (None,), (Snapshot(),), (Snapshot(),), defaults)
    return replace(
        blank,
        variable_defaults={variable.name: _default(variable, blank) for variable in design.system.variables},
    )


def _default(variable: SystemVar, world: World) -> Term:
    if variable.initial is not None:
        return value(variable.initial, Here(world, 0, "before"), {})
    return _any_value(variable.value, world)


def _any_value(type: Type, world: World) -> Term:
    """Some value of the type."""
    default = default_of(type)
    if not isinstance(default, Missing):
        return default
    match type:
        case TextT():
            return ""
        case core.TimeT():
            return 0
        case _:
            return world.domain(type)[0]


def _arguments(design: Design, parameters: tuple[Binder, ...]) -> Iterator[tuple[Term, ...]]:
    world = World(design.facts, design.scope, (), (), ())
    yield from product(*(world.domain(parameter.type) for parameter in parameters))


# ---------------------------------------------------------------- properties


def broken_assumption(configuration: Configuration) -> str | None:
    """The first of the system's assumptions that is false in this state."""
    return next(iter(_false(configuration, ("assume",))), None)


def broken_properties(configuration: Configuration) -> tuple[str, ...]:
    """The system's invariants and lemmas that are false in this state."""
    return _false(configuration, ("invariant", "lemma"))


def _false(configuration: Configuration, kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        stated.name
        for stated in configuration.design.system.properties
        if stated.kind in kinds and not holds(stated.condition, configuration.here, {})
    )


# ---------------------------------------------------------------- steps


def steps(configuration: Configuration, now: int | None = None) -> Iterator[Taken]:
    """Every step that is possible here at time `now`; ValueError when the values of a parameter or `pick` cannot be listed."""
    design = configuration.design
    for action in design.system.actions:
        for arguments in _arguments(design, action.parameters):
            yield from take(configuration, Move(action.name, _values(arguments), now=now))
    for (process, keys), label in configuration.labels.items():
        if label != DONE:
            yield from take(configuration, Move(f"{process}.{label}", _values(keys), now=now))


def take(configuration: Configuration, move: Move) -> Iterator[Taken]:
    """Every way in which this move is possible here; what it leaves open is tried in every way."""
    moment = replace(configuration, now=configuration.now if move.now is None else move.now)
    if configuration.now is not None and moment.now is not None and moment.now < configuration.now:
        return
    body, parameters, after = _code(moment, move)
    environment = {binder.uid: term for binder, term in zip(parameters, move.arguments, strict=True)}
    start = _Run(moment, environment, (), (), (), None)
    for run in _execute(body, start, move.picks):
        if move.picks not in (None, run.picks) or move.branches not in (None, run.branches):
            continue
        reached = run.configuration
        if after is not None:
            place, following = after
            labels = {**reached.labels, place: following if run.leaves is None else run.leaves}
            reached = replace(reached, labels=labels)
        if broken_assumption(reached) is None:
            full = replace(move, picks=_values(run.picks), branches=run.branches)
            yield Taken(full, run.emitted, reached)


def _code(
    configuration: Configuration, move: Move
) -> tuple[tuple[Statement, ...], tuple[Binder, ...], tuple[Place, str] | None]:
    """The statements and the parameters of a move, and for a process the instance and the label that follows.

    LookupError when there is no such step, no such arguments, or the instance does not wait there.
    """
    system = configuration.design.system
    for action in system.actions:
        if action.name == move.step:
            types = [parameter.type for parameter in action.parameters]
            if len(types) != len(move.arguments) or not all(
                map(configuration.past.has, types, move.arguments)
            ):
                raise LookupError(f"{move.step} has no such arguments")
            return action.body, action.parameters, None
    for process in system.processes:
        labels = (*(step.label for step in process.steps), DONE)
        for step, (label, following) in zip(process.steps, pairwise(labels), strict=True):
            if move.step == f"{process.name}.{label}":
                place = process.name, move.arguments
                if configuration.labels.get(place) != label:
                    raise LookupError(f"{move.step} is not where its instance waits")
                return step.body, process.parameters, (place, following)
    raise LookupError(f"the system has no step {move.step}")


@dataclass(frozen=True, slots=True)
class _Run:
    """A step on its way. `leaves`: the label that `goto` or `stop` chose."""

    configuration: Configuration
    environment: Environment
    emitted: tuple[Occurrence, ...]
    picks: tuple[Term, ...]
    branches: tuple[int, ...]
    leaves: str | None

    def assign(self, changes: Mapping[Place, Term]) -> _Run:
        variables = {**self.configuration.variables, **changes}
        return replace(self, configuration=replace(self.configuration, variables=variables))

    def branch(self, index: int) -> _Run:
        return replace(self, branches=(*self.branches, index))

    def value(self, expr: Expr) -> Term:
        return value(expr, self.configuration.here, self.environment)


def _execute(body: tuple[Statement, ...], run: _Run, picks: tuple[Value, ...] | None) -> Iterator[_Run]:
    """Every way to the end of the statements."""
    if not body or run.leaves is not None:
        yield run
        return
    try:
        ways = _ways(body[0], run, picks)
    except Impossible:
        return
    for following, inner in ways:
        yield from _execute((*inner, *body[1:]), following, picks)


def _ways(
    statement: Statement, run: _Run, picks: tuple[Value, ...] | None
) -> list[tuple[_Run, tuple[Statement, ...]]]:
    """Every way to do one statement: the run after it, and the statements of the block that it enters."""
    match statement:
        case core.Assign():
            return [(run.assign(_assigned(statement, run)), ())]
        case core.IfStatement():
            chosen = run.value(statement.condition) is True
            return [(run.branch(0), statement.then) if chosen else (run.branch(1), statement.otherwise)]
        case core.Either():
            return [(run.branch(index), inner) for index, inner in enumerate(statement.branches)]
        case core.For():
            return [(run.assign(_loop(statement, run)), ())]
        case core.Emit():
            return [(_emit(statement, run), ())]
        case core.When():
            return [(run, ())] if run.value(statement.condition) is True else []
        case core.Pick():
            return [(picked, ()) for picked in _picked(statement, run, picks)]
        case core.Goto():
            return [(replace(run, leaves=statement.label), ())]
        case core.Stop():
            return [(replace(run, leaves=DONE), ())]


def _assigned(statement: core.Assign, run: _Run) -> dict[Place, Term]:
    place = statement.place, tuple(run.value(key) for key in statement.keys)
    old = run.configuration.variables.get(place, run.configuration.past.variable_defaults[statement.place])
    return {place: updated(statement, old, run.value(statement.value))}


def _loop(statement: core.For, run: _Run) -> dict[Place, Term]:
    """All that the iterations write; each sees the state before the `for` and what it wrote itself."""
    changes: dict[Place, Term] = {}
    before = run.configuration.variables
    for inner in bind(statement.binders, run.configuration.here, run.environment):
        if not holds(statement.where, run.configuration.here, inner):
            continue
        ends = list(_execute(statement.body, replace(run, environment=inner), None))
        if not ends:
            raise Impossible
        after = ends[0].configuration.variables
        changes.update(
            {place: after[place] for place in after if place not in before or after[place] != before[place]}
        )
    return changes


def _picked(statement: core.Pick, run: _Run, picks: tuple[Value, ...] | None) -> Iterator[_Run]:
    """The run with each value that may be picked: the next of `picks`, if they are said."""
    world = run.configuration.past
    type = statement.binder.type
    candidates: Sequence[Term]
    if picks is None:
        candidates = world.domain(type)
    else:
        candidates = [term for term in picks[len(run.picks) : len(run.picks) + 1] if world.has(type, term)]
    for term in candidates:
        environment = {**run.environment, statement.binder.uid: term}
        picked = replace(run, environment=environment, picks=(*run.picks, term))
        try:
            if picked.value(statement.where) is True:
                yield picked
        except Impossible:
            continue


def _emit(statement: core.Emit, run: _Run) -> _Run:
    """The run with one event more, seen by each specification that has it."""
    configuration = run.configuration
    values = _values(tuple(run.value(argument) for argument in statement.arguments))
    event = Occurrence(statement.event, values, configuration.now)
    worlds = dict(configuration.worlds)
    for specification in configuration.design.specifications:
        if any(declared.name == event.event for declared in specification.events):
            worlds[specification.name], _ = extend(specification, worlds[specification.name], event)
    seen = replace(configuration, worlds=worlds)
    past = replace(
        configuration.past,
        events=(*configuration.past.events, event),
        before=(*configuration.past.before, configuration.snapshot),
        after=(*configuration.past.after, seen.snapshot),
    )
    return replace(run, configuration=replace(seen, past=past), emitted=(*run.emitted, event))


def _values(terms: Sequence[Term]) -> tuple[Value, ...]:
    """The same values: in a finite scope none is fresh."""
    return tuple(term for term in terms if not isinstance(term, Fresh))


# ---------------------------------------------------------------- replay


@dataclass(frozen=True, slots=True)
class Replay:
    """A run done again. `reports`: by specification, over its own events. `properties`: the system's invariants and lemmas that
    were false, each with the number of steps done by then."""

    trace: tuple[Occurrence, ...]
    reports: Mapping[str, Report]
    properties: tuple[tuple[str, int], ...]
    end: Configuration


@dataclass(frozen=True, slots=True)
class Refused:
    """The run is none of the system's. `step` counts from 1; 0: the initial state."""

    step: int
    reason: str


def replay(
    design: Design, choices: Mapping[tuple[str, tuple[Value, ...]], Value], moves: Sequence[Move]
) -> Replay | Refused:
    """The run that starts with these values of the `= any` variables and takes these moves, judged by the reference meaning."""
    chosen: dict[Place, Term] = dict(choices.items())
    state = initial_state(design, chosen, moves[0].now if moves else None)
    if state is None:
        return Refused(0, "`init` or an assumption forbids this initial state")
    properties = [(name, 0) for name in broken_properties(state)]
    for number, move in enumerate(moves, start=1):
        try:
            ways = list(take(state, move))
        except LookupError as missing:
            return Refused(number, str(missing))
        if not ways:
            return Refused(number, f"{move.step} is not possible there, or breaks an assumption")
        if any(way.next != ways[0].next for way in ways):
            return Refused(
                number, f"{move.step} is possible in several ways: its picks and branches must be said"
            )
        state = ways[0].next
        properties += [(name, number) for name in broken_properties(state)]
    reports = {
        specification.name: evaluate(
            specification, _own(specification, state), design.facts, scope=design.scope
        )
        for specification in design.specifications
    }
    return Replay(state.trace, reports, tuple(properties), state)


def _own(specification: Specification, state: Configuration) -> tuple[Occurrence, ...]:
    names = {event.name for event in specification.events}
    return tuple(event for event in state.trace if event.event in names)
