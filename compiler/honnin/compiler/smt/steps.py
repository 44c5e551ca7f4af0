"""Paths through the steps of a design, executed symbolically: when one is possible, what happens on it, where it leads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from honnin.compiler.product import NOW, Path, Place, Product, counter_name, place_name
from honnin.compiler.smt.ledger import Ledger
from honnin.compiler.smt.positions import Judged, initially, machine_moment, take_position
from honnin.compiler.smt.terms import (
    Environment,
    Happening,
    Moment,
    State,
    Total,
    all_of,
    bind,
    defined,
    evaluate,
    holds,
    labels_of,
)
from honnin.compiler.smt.universe import Reading, Universe
from honnin.compiler.smt.updates import solve
from honnin.compiler.smt.values import Formula, Term, Times, add, at_most, conj, identity, neg, number
from honnin.spec.core import Assign, Binder, Emit, For, IfStatement, Pick, Statement, Type, When
from honnin.spec.records import dataclass, replace


class Encoding:
    """A product in a universe. `givens` and `arbitrary` (initial values that may be anything) are maps that never change."""

    def __init__(
        self,
        product: Product,
        universe: Universe,
        givens: Mapping[str, Reading] | None = None,
        arbitrary: Mapping[str, Reading] | None = None,
    ) -> None:
        self.product = product
        self.universe = universe
        self.places: dict[str, Place] = {place.name: place for place in product.places}
        self.givens: Mapping[str, Reading] = givens or {
            given.name: universe.function(given.keys, given.value) for given in product.givens
        }
        self.arbitrary: Mapping[str, Reading] = arbitrary or {
            place.name: universe.function(place.keys, place.value)
            for place in product.places
            if place.initial is None and not counts(place)
        }
        windows = {p.name: p.register.window for p in product.places if p.register is not None}
        empty = State({})
        self._base = Moment(
            universe, empty, self._design_place, labels_of(product.system), windows, self.givens
        )
        self._set_machines()

    def _set_machines(self) -> None:
        self._machines = tuple(
            machine_moment(self.product, index, self._base) for index in range(len(self.product.machines))
        )

    def total_by(self, total: Total) -> None:
        """From now on `total` says what a `count` or `sum` over an entity of any number is."""
        self._base = replace(self._base, total=total)
        self._set_machines()

    def _design_place(self, state: str) -> str:
        return self.product.state_place(state, None)

    def design(self, state: State, now: Term = None) -> Moment:
        """Where formulas of the design are read."""
        return replace(self._base, state=state, now=now)

    def machine(self, index: int, state: State, now: Term = None, event: Happening | None = None) -> Moment:
        """Where formulas of a specification are read."""
        return replace(self._machines[index], state=state, now=now, event=event)

    # ------------------------------------------------------------ initial states

    def initial(self) -> State:
        """The initial state."""
        blank = State({})
        places: dict[str, Reading] = {}
        for place in self.product.places:
            if counts(place):
                places[place.name] = _constant(Times())
            elif place.initial is None:
                places[place.name] = self.arbitrary[place.name]
            else:
                where = self.design(blank) if place.machine is None else self.machine(place.machine, blank)
                places[place.name] = _constant(evaluate(place.initial, where, {}))
        return State(places)

    def possible_initially(self, state: State) -> Formula:
        """The conditions of `init` hold and no assumption is broken."""
        at = self.design(state)
        return conj(
            (
                *(holds(condition, at, {}) for condition in self.product.system.init),
                *(holds(assumption.condition, at, {}) for assumption in self.product.assumptions),
                *(neg(j.failed) for _, j in self.judged_initially(state) if j.check.claim.kind == "assume"),
            )
        )

    def judged_initially(self, state: State) -> list[tuple[int, Judged]]:
        """The checks of position 0, each with the number of its machine."""
        return [
            (index, judged)
            for index, machine in enumerate(self.product.machines)
            for judged in initially(machine, self.machine(index, state))
        ]

    # ------------------------------------------------------------ steps

    def names(self, path: Path) -> dict[int, Term]:
        """Arbitrary values for the parameters and the picks of a path."""
        return bind(binders(path), self.universe)

    def take(
        self,
        path: Path,
        state: State,
        names: Environment,
        *,
        now: Term = None,
        ledgers: tuple[Ledger, ...] | None = None,
        number: int = 0,
    ) -> Taken:
        """The path taken from a state; its emits are the positions `number`, `number` + 1, ..."""
        run = _Run(self, state, names, now, ledgers or tuple(Ledger() for _ in self.product.machines), number)
        if self.product.timed:
            run.require(at_most(state.read(NOW, ()), now))
            run.state = run.state.having({NOW: _constant(now)})
        run.obey(path)
        return Taken(
            path, names, now, run.possible, tuple(run.judged), tuple(run.events), run.state, run.ledgers
        )


@dataclass(frozen=True, slots=True)
class JudgedThere:
    """A check at a position of a step, or (`judged` None) a write conflict there. `machine`: the number of its machine."""

    machine: int
    position: int
    judged: Judged | None
    failed: Formula


@dataclass(frozen=True, slots=True)
class Taken:
    """A path taken. `possible`: it is one of the design's steps, assumptions included; the rest holds where it is possible."""

    path: Path
    names: Environment
    now: Term
    possible: Formula
    judged: tuple[JudgedThere, ...]
    events: tuple[Happening, ...]
    state: State
    ledgers: tuple[Ledger, ...]


def binders(path: Path) -> tuple[Binder, ...]:
    """The parameters and the picks of a path, in order."""
    return (*path.parameters, *(s.binder for s in path.body if isinstance(s, Pick)))


def counts(place: Place) -> bool:
    """Whether the place holds times (a register that counts)."""
    return place.register is not None and place.register.operator == "count"


def _constant(value: Term) -> Reading:
    return lambda _: value


class _Run:
    """A path on its way."""

    def __init__(
        self,
        encoding: Encoding,
        state: State,
        names: Environment,
        now: Term,
        ledgers: tuple[Ledger, ...],
        number: int,
    ) -> None:
        self.encoding = encoding
        self.universe = encoding.universe
        self.state = state
        self.names = names
        self.now = now
        self.ledgers = ledgers
        self.number = number
        self.possible: Formula = True
        self.judged: list[JudgedThere] = []
        self.events: list[Happening] = []

    @property
    def at(self) -> Moment:
        return self.encoding.design(self.state, self.now)

    def require(self, condition: Formula) -> None:
        self.possible = conj((self.possible, condition))

    def obey(self, path: Path) -> None:
        """Do all of the path, then ask the design's assumptions."""
        if path.process is not None:
            self._start(path)
        for statement in path.body:
            if self.possible is False:
                return
            self._do(statement)
        if path.process is not None:
            self._finish(path)
        for assumption in self.encoding.product.assumptions:
            self.require(holds(assumption.condition, self.at, {}))

    def _start(self, path: Path) -> None:
        assert path.process is not None
        place = self.encoding.places[counter_name(path.process)]
        label = self.state.read(place.name, self._instance(path))
        self.require(self.universe.equal(place.value, label, path.label))

    def _finish(self, path: Path) -> None:
        assert path.process is not None
        place = self.encoding.places[counter_name(path.process)]
        self._write(place, self._instance(path), path.next)

    def _instance(self, path: Path) -> tuple[Term, ...]:
        return tuple(self.names[binder.uid] for binder in path.parameters)

    def _write(self, place: Place, keys: tuple[Term, ...], value: Term) -> None:
        reading = _updated(self.universe, self.state, place, keys, value)
        self.state = self.state.written(place.name, reading, (keys,))

    def _do(self, statement: Statement) -> None:
        match statement:
            case When(condition=condition) | Pick(where=condition):
                self.require(defined(condition, self.at, self.names))
                self.require(holds(condition, self.at, self.names))
            case Assign():
                for part in (*statement.keys, statement.value):
                    self.require(defined(part, self.at, self.names))
                self.state = _assigned(statement, self.at, self.names, self.encoding.places)
            case For():
                self.state = self.state.having(_looped(statement, self.at, self.names, self.encoding.places))
            case Emit():
                self._emit(statement)
            case _:
                raise TypeError(f"{type(statement).__name__} does not stand on a path")

    def _emit(self, statement: Emit) -> None:
        for part in statement.arguments:
            self.require(defined(part, self.at, self.names))
        event = Happening(statement.event, all_of(statement.arguments, self.at, self.names))
        self.events.append(event)
        ledgers = list(self.ledgers)
        before = self.state
        for index, machine in enumerate(self.encoding.product.machines):
            moment = self.encoding.machine(index, before, self.now, event)
            position = take_position(machine, self.encoding.places, moment, ledgers[index], self.number)
            if position is None:
                continue
            self.require(position.assumed)
            ledgers[index] = position.ledger
            self.state = self.state.adopting(position.state, place_name(machine, ""))
            self.judged += [JudgedThere(index, self.number, j, j.failed) for j in position.judged]
            self.judged.append(JudgedThere(index, self.number, None, position.conflict))
        self.ledgers = tuple(ledgers)
        self.number += 1


def _updated(universe: Universe, state: State, place: Place, keys: tuple[Term, ...], value: Term) -> Reading:
    """The place's map with one value replaced."""
    old = state.places[place.name]

    def read(at: tuple[Term, ...]) -> Term:
        here = universe.all_equal(place.keys, at, keys)
        return value if here is True else universe.ite(place.value, here, value, old(at))

    return universe.memo(read)


def _assigned(statement: Assign, at: Moment, names: Environment, places: Mapping[str, Place]) -> State:
    place = places[statement.place]
    keys = all_of(statement.keys, at, names)
    value = evaluate(statement.value, at, names)
    if statement.operator != ":=":
        old = at.state.read(place.name, keys)
        value = add(old, value) if statement.operator == "+=" else number(old) - number(value)
    return at.state.written(place.name, _updated(at.universe, at.state, place, keys, value), (keys,))


# ---------------------------------------------------------------- for


def _looped(
    statement: For, at: Moment, names: Environment, places: Mapping[str, Place]
) -> dict[str, Reading]:
    """The maps that the loop writes: at given keys its variables are read off the keys, and that iteration is done there."""
    written: dict[str, list[Assign]] = {}
    for assign in _assignments(statement.body):
        written.setdefault(assign.place, []).append(assign)

    def reading(name: str, assigns: list[Assign]) -> Reading:
        place = places[name]

        def read(keys: tuple[Term, ...]) -> Term:
            result = at.state.read(name, keys)
            for inner, allowed in _iterations(statement, assigns, place, keys, names, at):
                here = conj((allowed, holds(statement.where, at, inner)))
                if here is not False:
                    done = _body(statement.body, at, inner, places)
                    result = at.universe.ite(place.value, here, done.read(name, keys), result)
            return result

        return at.universe.memo(read)

    return {name: reading(name, assigns) for name, assigns in written.items()}


def _assignments(body: tuple[Statement, ...]) -> Iterator[Assign]:
    for statement in body:
        match statement:
            case Assign():
                yield statement
            case IfStatement(then=then, otherwise=otherwise):
                yield from _assignments((*then, *otherwise))
            case _:
                raise TypeError(f"{type(statement).__name__} does not stand in a `for`")


def _iterations(
    statement: For,
    assigns: Iterable[Assign],
    place: Place,
    keys: tuple[Term, ...],
    names: Environment,
    at: Moment,
) -> Iterator[tuple[Environment, Formula]]:
    """Each iteration that may write at these keys, once."""
    seen = set()
    for assign in assigns:
        inner, allowed = solve(statement.binders, assign.keys, place, keys, names, at)
        key = tuple(identity(inner[binder.uid]) for binder in statement.binders)
        if key not in seen:
            seen.add(key)
            yield inner, allowed


def _body(body: tuple[Statement, ...], at: Moment, names: Environment, places: Mapping[str, Place]) -> State:
    """The state after one iteration."""
    for statement in body:
        match statement:
            case Assign():
                at = at.over(_assigned(statement, at, names, places))
            case IfStatement(condition=condition, then=then, otherwise=otherwise):
                test = holds(condition, at, names)
                states = [_body(branch, at, names, places) for branch in (then, otherwise)]
                at = at.over(choose_state(test, states[0], states[1], at.universe, places))
            case _:
                raise TypeError(f"{type(statement).__name__} does not stand in a `for`")
    return at.state


def choose_state(
    condition: Formula, then: State, otherwise: State, universe: Universe, places: Mapping[str, Place]
) -> State:
    """`then` where the condition holds, else `otherwise`."""

    def chosen(name: str, value: Type) -> Reading:
        a, b = then.places[name], otherwise.places[name]
        return universe.memo(lambda keys: universe.ite(value, condition, a(keys), b(keys)))

    changed = [name for name in then.places if then.places[name] is not otherwise.places[name]]
    return otherwise.having({name: chosen(name, places[name].value) for name in changed})
