"""One step of a design, taken in every way that agrees with what is to be observed (language.md section 6).

A condition on unknowns is put down for later, and both ways of an `if` are tried under it; where it matters which value is written
where, each is tried. What is observed binds the unknowns that it shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

from honnin.compiler.conformance.constraints import Choices, Condition, constraint_of
from honnin.compiler.conformance.kinds import Kind
from honnin.compiler.conformance.observed import Label, Observed, same
from honnin.compiler.conformance.state import Frame, Moment
from honnin.compiler.conformance.store import Store
from honnin.compiler.conformance.unknowns import Cell, Symbol, Unchosen, inner, resolved, stored, unknown
from honnin.spec import core
from honnin.spec.core import EntityT, Expr, Occurrence, OptionalT, Statement, Value
from honnin.spec.design import DONE
from honnin.spec.evaluation import Environment, Impossible, Place, Term, bind, holds, value
from honnin.spec.records import dataclass, replace
from honnin.spec.updates import updated


@dataclass(frozen=True, slots=True)
class State:
    """`picks`: how many unknowns picks have made so far."""

    moment: Moment
    choices: Choices
    picks: int = 0

    @property
    def key(self) -> object:
        """Equal for states from which the same can happen."""
        return self.moment, self.choices.bound, frozenset(self.choices.waiting)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was possible: where it led, and how many observations it explained. `free`: what it would show at the position
    that was left open."""

    state: State
    index: int
    free: Observed | None


@dataclass(frozen=True, slots=True)
class Log:
    """What is to be observed. At position `free` anything may be; nothing follows it."""

    observed: Sequence[Observed]
    shown: frozenset[str]
    labelled: frozenset[str]
    free: int

    def at(self, position: int) -> Observed | None:
        return self.observed[position] if position < min(self.free, len(self.observed)) else None


Wants: TypeAlias = Literal["shows", "hides", "either"]
"""Whether a step is to show something first, nothing at all, or whatever comes."""


@dataclass(frozen=True, slots=True)
class _Run:
    """A step on its way: `bound` while it goes on, `changed` what the step bound, `delayed` what it requires. It `differs` from
    what was observed after it agreed with some of it: how far it agreed counts only if the step is possible."""

    moment: Moment
    bound: Store[Symbol, Cell]
    environment: Environment
    index: int
    picks: int
    wants: Wants
    start: int
    changed: frozenset[Symbol] = frozenset()
    delayed: tuple[Condition, ...] = ()
    leaves: str | None = None
    free: Observed | None = None
    differs: bool = False

    def bind(self, symbol: Symbol, cell: Cell) -> _Run:
        bound = self.bound.with_({symbol: cell})
        environment = {
            uid: resolved(cell, bound) if unknown(term) == symbol else term
            for uid, term in self.environment.items()
        }
        return replace(self, bound=bound, environment=environment, changed=self.changed | {symbol})

    def delay(self, expr: Expr, holds: bool) -> _Run:
        condition = Condition(expr, holds, self.moment, self.environment)
        return replace(self, delayed=(*self.delayed, condition))


_Way: TypeAlias = tuple[_Run, tuple[Statement, ...]]


@dataclass(slots=True)
class Taker:
    """`agreed`: up to which observation some step agreed, even if it went on otherwise."""

    frame: Frame
    log: Log
    agreed: int = 0

    def take(
        self,
        state: State,
        index: int,
        kind: Kind,
        arguments: tuple[Term, ...],
        now: int | None,
        wants: Wants,
    ) -> Iterator[Taken]:
        """Every way in which the step with these arguments is possible here at time `now`."""
        moment = replace(state.moment, now=now)
        if kind.process is not None and self.frame.label(moment, kind.process, arguments) != kind.label:
            return
        environment = {binder.uid: term for binder, term in zip(kind.parameters, arguments, strict=True)}
        bound = state.choices.bound
        assert isinstance(bound, Store)
        run = _Run(moment, bound, environment, index, state.picks, wants, index)
        if kind.name in self.log.labelled:
            labelled = self._show(run, Label(kind.name, tuple(_value(term) for term in arguments)))
            if labelled is None:
                return
            run = labelled
        for end in self._execute(kind, kind.body, run):
            if wants == "shows" and end.index == index and end.free is None:
                continue
            taken = self._end(state, kind, arguments, end)
            if taken is not None:
                self.agreed = max(self.agreed, taken.index)
                if not end.differs:
                    yield taken

    def _end(self, state: State, kind: Kind, arguments: tuple[Term, ...], run: _Run) -> Taken | None:
        if kind.process is not None:
            follows = kind.follows if run.leaves is None else run.leaves
            run = replace(run, moment=run.moment.move(kind.process, arguments, kind.label, follows))
        stated = assumed(self.frame, run.moment, run.bound)
        if stated is None:
            return None
        delayed = (*run.delayed, *stated)
        new = [constraint_of(delayed, self.frame)] if delayed else []
        choices = state.choices.settled(self.frame, run.bound, new, run.changed)
        if choices is None:
            return None
        return Taken(State(run.moment, choices, run.picks), run.index, run.free)

    # ------------------------------------------------------------ statements

    def _execute(self, kind: Kind, body: tuple[Statement, ...], run: _Run) -> Iterator[_Run]:
        if not body or run.leaves is not None:
            yield run
            return
        for following, entered in self._ways(kind, body[0], run):
            yield from self._execute(kind, (*entered, *body[1:]), following)

    def _ways(self, kind: Kind, statement: Statement, run: _Run) -> Iterator[_Way]:
        """Every way to do one statement: the run after it, and the statements of the block that it enters."""
        try:
            ways = self._direct(kind, statement, run)
        except Impossible:
            return
        except Unchosen as unchosen:
            for cell in self._cells(unchosen.symbol):
                yield from self._ways(kind, statement, run.bind(unchosen.symbol, cell))
            return
        yield from ways

    def _cells(self, symbol: Symbol) -> Iterator[Cell]:
        """Each value that the unknown can have; for an optional one none, or another unknown."""
        match symbol.type:
            case OptionalT(inner=EntityT()):
                yield from (None, inner(symbol))
            case type:
                yield from (stored(term) for term in self.frame.domain(type))

    def _direct(self, kind: Kind, statement: Statement, run: _Run) -> list[_Way]:
        match statement:
            case core.Assign():
                changes = self._assigned(statement, run, run.environment)
                return [(replace(run, moment=run.moment.assign(changes)), ())]
            case core.IfStatement(condition=condition):
                entered = {True: statement.then, False: statement.otherwise}
                return [(each, entered[truth]) for each, truth in self._decided(condition, run)]
            case core.Either():
                return [(run, branch) for branch in statement.branches]
            case core.For():
                return [(replace(run, moment=run.moment.assign(self._loop(statement, run))), ())]
            case core.Emit():
                shown = self._emit(statement, run)
                return [] if shown is None else [(shown, ())]
            case core.When(condition=condition):
                return [(each, ()) for each, truth in self._decided(condition, run) if truth]
            case core.Pick():
                return [(each, ()) for each in self._picked(kind, statement, run)]
            case core.Goto(label=label):
                return [(replace(run, leaves=label), ())]
            case core.Stop():
                return [(replace(run, leaves=DONE), ())]

    def _value(self, expr: Expr, run: _Run) -> Term:
        return self.frame.value(expr, run.moment, run.bound, run.environment)

    def _decided(self, condition: Expr, run: _Run) -> list[tuple[_Run, bool]]:
        """Whether the condition holds; both, each under a condition for later, where unknowns decide it."""
        try:
            return [(run, self._value(condition, run) is True)]
        except Unchosen:
            return [(run.delay(condition, True), True), (run.delay(condition, False), False)]

    def _assigned(self, statement: core.Assign, run: _Run, environment: Environment) -> dict[Place, Cell]:
        here = self.frame.here(run.moment, run.bound)
        keys = tuple(value(key, here, environment) for key in statement.keys)
        for key in keys:
            hash(key)  # an unknown key must be chosen first
        term = value(statement.value, here, environment)
        place = statement.place, keys
        if statement.operator == ":=":
            return {place: stored(term)}
        variables = here.state.variables
        old = variables[place] if place in variables else here.world.variable_defaults[statement.place]
        return {place: stored(updated(statement, old, term))}

    def _loop(self, statement: core.For, run: _Run) -> dict[Place, Cell]:
        """All that the iterations write; each sees the state before the `for` and what it wrote itself."""
        here = self.frame.here(run.moment, run.bound)
        changes: dict[Place, Cell] = {}
        for environment in bind(statement.binders, here, run.environment):
            if holds(statement.where, here, environment):
                changes.update(self._iteration(statement.body, run, environment))
        return changes

    def _iteration(self, body: Sequence[Statement], run: _Run, environment: Environment) -> dict[Place, Cell]:
        changes: dict[Place, Cell] = {}
        for statement in body:
            here = self.frame.here(run.moment, run.bound)
            match statement:
                case core.Assign():
                    written = self._assigned(statement, run, environment)
                case core.IfStatement():
                    chosen = holds(statement.condition, here, environment)
                    written = self._iteration(
                        statement.then if chosen else statement.otherwise, run, environment
                    )
                case _:
                    raise TypeError(f"{type(statement).__name__} does not stand in a `for`")
            changes.update(written)
            run = replace(run, moment=run.moment.assign(written))
        return changes

    # ------------------------------------------------------------ picks

    def _picked(self, kind: Kind, statement: core.Pick, run: _Run) -> Iterator[_Run]:
        binder = statement.binder
        for term, after in self._candidates(kind, binder, run):
            picked = replace(after, environment={**run.environment, binder.uid: term})
            try:
                yield from (each for each, truth in self._decided(statement.where, picked) if truth)
            except Impossible:
                continue

    def _candidates(self, kind: Kind, binder: core.Binder, run: _Run) -> Iterator[tuple[Term, _Run]]:
        shows = run.wants == "shows" or not kind.may_hide
        hinted = hinted_value(kind, binder.uid, self.log.at(run.index)) if shows else None
        if hinted is not None:
            if all(value == hinted[0] for value in hinted) and self.frame.blank.has(binder.type, hinted[0]):
                yield hinted[0], run
        elif binder.uid in kind.symbolic and len(self.frame.domain(binder.type)) > 1:
            symbol = Symbol(("pick", run.picks), binder.type)
            yield resolved(symbol, {}), replace(run, picks=run.picks + 1)
        else:
            yield from ((term, run) for term in self.frame.domain(binder.type))

    # ------------------------------------------------------------ what is observed

    def _emit(self, statement: core.Emit, run: _Run) -> _Run | None:
        ended = run.differs or run.free is not None or run.index == len(self.log.observed)
        if ended or statement.event not in self.log.shown:
            return self._unseen(statement, run)
        if run.wants == "hides":
            return None
        expected = self.log.at(run.index)
        if expected is not None and not (
            isinstance(expected, Occurrence) and expected.event == statement.event
        ):
            return self._differing(statement, run)
        values: Sequence[Value] | None = expected.values if isinstance(expected, Occurrence) else None
        shown: list[Value] = []
        for index, argument in enumerate(statement.arguments):
            run, cell = self._argument(argument, run, None if values is None else (values[index],))
            if values is not None and cell != values[index]:
                return self._differing(statement, run)
            shown.append(cell)
        event = Occurrence(statement.event, tuple(shown), run.moment.now)
        after = self._show(run, event)
        return None if after is None else replace(after, moment=self.frame.seen(after.moment, event))

    def _differing(self, statement: core.Emit, run: _Run) -> _Run | None:
        """The step shows something else than what was observed there; None where it agreed with nothing yet."""
        return None if run.index == run.start else self._unseen(statement, replace(run, differs=True))

    def _unseen(self, statement: core.Emit, run: _Run) -> _Run:
        """The event happens where nobody looks."""
        terms = [self._value(argument, run) for argument in statement.arguments]
        if not self.frame.reads_specification:
            return run
        event = Occurrence(statement.event, tuple(map(_value, terms)), run.moment.now)
        return replace(run, moment=self.frame.seen(run.moment, event))

    def _argument(self, argument: Expr, run: _Run, expected: tuple[Value] | None) -> tuple[_Run, Value]:
        """The value of an emitted argument; where it is an unknown, this becomes what was observed."""
        try:
            symbol, term = None, self._value(argument, run)
            symbol = unknown(term)
        except Unchosen as unchosen:
            if expected is None or not self._reads(argument, unchosen.symbol, run):
                raise
            symbol = unchosen.symbol
        if symbol is None:
            return run, _value(term)
        if expected is None:
            raise Unchosen(symbol)
        if not self.frame.blank.has(symbol.type, expected[0]):
            raise Impossible
        return run.bind(symbol, expected[0]), expected[0]

    def _reads(self, argument: Expr, symbol: Symbol, run: _Run) -> bool:
        """Whether the argument is the variable of that unknown, and nothing else."""
        while isinstance(argument, core.Lift | core.Present):
            argument = argument.body
        if not isinstance(argument, core.VarRead):
            return False
        try:
            keys = tuple(self._value(key, run) for key in argument.keys)
        except Unchosen:
            return False
        return symbol.origin == (argument.variable, keys)

    def _show(self, run: _Run, one: Observed) -> _Run | None:
        """The run with one observation more; None where another was expected."""
        expected = self.log.at(run.index)
        if expected is not None and not same(expected, one):
            return None
        if run.index == self.log.free:
            return replace(run, free=one)
        return replace(run, index=run.index + 1)


def _value(term: Term) -> Value:
    cell = stored(term)
    if isinstance(cell, Symbol):
        raise Unchosen(cell)
    return cell


def hinted_value(kind: Kind, uid: int, expected: Observed | None) -> tuple[Value, ...] | None:
    """What the bound name must be (all of these) so that the step shows the observation first; None where that is not said."""
    if not isinstance(expected, Occurrence):
        return None
    indexes = kind.hints(expected.event).get(uid)
    return None if indexes is None else tuple(expected.values[index] for index in sorted(indexes))


def assumed(frame: Frame, moment: Moment, known: Mapping[Symbol, Cell]) -> tuple[Condition, ...] | None:
    """The system's assumptions that unknowns decide; None where one is false."""
    delayed = []
    for stated in frame.design.system.properties:
        if stated.kind == "assume":
            try:
                if frame.value(stated.condition, moment, known, {}) is not True:
                    return None
            except Unchosen:
                delayed.append(Condition(stated.condition, True, moment, {}))
    return tuple(delayed)
