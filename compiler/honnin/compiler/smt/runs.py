"""Runs in which everything is known: done again over known values, and told as counterexamples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import product

from honnin.compiler.answers import Change, Choice, Counterexample, GivenValue, Initial, TakenStep
from honnin.compiler.product import Path, Product
from honnin.compiler.smt.steps import Encoding, Taken, counts
from honnin.compiler.smt.terms import State, holds
from honnin.compiler.smt.universe import Reading, Universe
from honnin.compiler.smt.values import Maybe, Term, identity, known_value
from honnin.spec.core import (
    BoolT,
    EntityT,
    EnumT,
    Occurrence,
    OptionalT,
    Pick,
    Property,
    RangeT,
    TextT,
    Type,
    Value,
)
from honnin.spec.records import dataclass


@dataclass(frozen=True, slots=True)
class Chosen:
    """A step chosen: the path, the values of its parameters and picks by the binder's number, and the time."""

    path: Path
    names: Mapping[int, Value]
    now: int | None


@dataclass(frozen=True, slots=True)
class Script:
    """All that a run depends on. `givens` and `initial`: by name, the values at the keys that matter."""

    scope: Mapping[str, tuple[Value, ...]]
    givens: Mapping[str, Mapping[tuple[Value, ...], Value]]
    initial: Mapping[str, Mapping[tuple[Value, ...], Value]]
    steps: tuple[Chosen, ...]


class Recorder:
    """A map that remembers at which keys it was read, and what it held."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.read: dict[object, tuple[tuple[Term, ...], Term]] = {}

    def __call__(self, keys: tuple[Term, ...]) -> Term:
        key = tuple(map(identity, keys))
        if key not in self.read:
            self.read[key] = (keys, self.reading(keys))
        return self.read[key][1]

    def known(self) -> list[tuple[tuple[Value, ...], Value]]:
        """The keys and values, where they are known."""
        return [(tuple(map(known_value, keys)), known_value(term)) for keys, term in self.read.values()]


def short_names(scope: Mapping[str, int]) -> dict[str, tuple[Value, ...]]:
    """Names for the values of each entity: the shortest beginnings of the entities' names that tell them apart."""
    found: dict[str, tuple[Value, ...]] = {}
    taken: set[str] = set()
    for entity, size in scope.items():
        lower = entity.lower()
        prefix = next((lower[:n] for n in range(1, len(lower)) if lower[:n] not in taken), lower)
        taken.add(prefix)
        found[entity] = tuple(f"{prefix}{i}" for i in range(1, size + 1))
    return found


def as_term(value: Value, type: Type) -> Term:
    """A value of the language as a known term."""
    if isinstance(type, OptionalT):
        return Maybe(value is not None, value)
    return value


def some_value(type: Type, domains: Mapping[str, tuple[Value, ...]]) -> Value:
    """Some value of the type: the one that it has when nobody says one, if there is such a value."""
    match type:
        case OptionalT():
            return None
        case BoolT():
            return False
        case EntityT(name=name):
            return domains[name][0]
        case EnumT(members=members):
            return members[0]
        case RangeT(low=low, high=high):
            return min(max(0, low), high)
        case TextT():
            return ""
        case _:
            return 0


def known_map(
    keys: tuple[Type, ...],
    value: Type,
    found: Mapping[tuple[Value, ...], Value],
    domains: Mapping[str, tuple[Value, ...]],
) -> Recorder:
    """The map that holds these values, and some value elsewhere."""
    table = {
        tuple(identity(as_term(key, type)) for key, type in zip(at, keys, strict=True)): as_term(term, value)
        for at, term in found.items()
    }
    default = as_term(some_value(value, domains), value)
    return Recorder(lambda at: table.get(tuple(map(identity, at)), default))


class Rerun:
    """A script carried out over known values."""

    def __init__(self, product: Product, script: Script) -> None:
        self.product = product
        self.script = script
        self.universe = Universe(script.scope)
        self.givens = {
            g.name: known_map(g.keys, g.value, script.givens.get(g.name, {}), script.scope)
            for g in product.givens
        }
        self.initial = {
            p.name: known_map(p.keys, p.value, script.initial.get(p.name, {}), script.scope)
            for p in product.places
            if p.initial is None and not counts(p)
        }
        self.encoding = Encoding(product, self.universe, self.givens, self.initial)
        self.start = self.encoding.initial()
        self.taken = tuple(self._run())

    def _run(self) -> Iterator[Taken]:
        state, ledgers, number = self.start, None, 1
        for step in self.script.steps:
            names = {
                b.uid: as_term(step.names[b.uid], b.type)
                for b in (*step.path.parameters, *(s.binder for s in step.path.body if isinstance(s, Pick)))
            }
            taken = self.encoding.take(step.path, state, names, now=step.now, ledgers=ledgers, number=number)
            yield taken
            state, ledgers, number = taken.state, taken.ledgers, number + len(taken.events)

    @property
    def is_run(self) -> bool:
        """Whether the script is a run of the product."""
        return self.encoding.possible_initially(self.start) is True and all(
            taken.possible is True for taken in self.taken
        )

    def failed(self, properties: tuple[Property, ...]) -> tuple[str, str | None] | None:
        """What fails at the last step (at the start, when there is none): its name, and its specification's if it has one."""
        last = self.taken[-1] if self.taken else None
        state = self.start if last is None else last.state
        there = (
            self.encoding.judged_initially(state)
            if last is None
            else [(one.machine, one.judged) for one in last.judged if one.failed is True]
        )
        for machine, judged in there:
            specification = self.product.machines[machine].specification.name
            if judged is None:
                return "write conflict", specification
            if judged.failed is True and judged.check.claim.kind != "assume":
                return judged.check.claim.name, specification
        at = self.encoding.design(state, None if last is None else last.now)
        for stated in properties:
            if holds(stated.condition, at, {}) is False:
                return stated.name, None
        return None

    # ------------------------------------------------------------ the account

    def counterexample(self, properties: tuple[Property, ...]) -> Counterexample | None:
        """The run as an account of what fails at its end; None when it is no run or nothing fails."""
        failed = self.failed(properties) if self.is_run else None
        if failed is None:
            return None
        name, specification = failed
        # What was read so far is what the run depends on; the account of the changes reads more.
        givens = tuple(
            GivenValue(given, keys, value)
            for given, table in self.givens.items()
            for keys, value in table.known()
        )
        initial = tuple(
            Initial(variable, keys, value)
            for variable, table in self.initial.items()
            if self.encoding.places[variable].origin == "variable"
            for keys, value in table.known()
        )
        states = [self.start, *(taken.state for taken in self.taken)]
        return Counterexample(
            claim=name,
            specification=specification,
            scope=self.script.scope,
            givens=givens,
            initial=initial,
            steps=tuple(
                self._step(chosen, taken, before)
                for chosen, taken, before in zip(self.script.steps, self.taken, states, strict=False)
            ),
        )

    def _step(self, chosen: Chosen, taken: Taken, before: State) -> TakenStep:
        path = chosen.path
        return TakenStep(
            step=path.step,
            arguments=tuple(Choice(b.name, chosen.names[b.uid]) for b in path.parameters),
            picks=tuple(
                Choice(s.binder.name, chosen.names[s.binder.uid]) for s in path.body if isinstance(s, Pick)
            ),
            branches=path.branches,
            events=tuple(
                Occurrence(e.event, tuple(map(known_value, e.arguments)), chosen.now) for e in taken.events
            ),
            changes=tuple(self._changes(before, taken.state)),
            now=chosen.now,
        )

    def _changes(self, before: State, after: State) -> Iterator[Change]:
        for place in self.product.places:
            if (
                place.origin not in ("variable", "counter")
                or after.places[place.name] is before.places[place.name]
            ):
                continue
            for keys in product(*(self._keys(key) for key in place.keys)):
                old, new = before.read(place.name, keys), after.read(place.name, keys)
                if identity(old) != identity(new):
                    yield Change(
                        place.name, tuple(map(known_value, keys)), known_value(old), known_value(new)
                    )

    def _keys(self, type: Type) -> tuple[Term, ...]:
        """The values of the type; of a type without end, those that occur in the run."""
        values = self.universe.domain(type)
        if values is not None:
            return values
        kind = str if isinstance(type, TextT) else int
        return tuple(
            term for term in self._occurring if isinstance(term, kind) and not isinstance(term, bool)
        )

    @cached_property
    def _occurring(self) -> tuple[Term, ...]:
        """The values in the events and in the places whose keys can be listed."""
        found: dict[Term, None] = dict.fromkeys(
            known_value(argument)
            for taken in self.taken
            for event in taken.events
            for argument in event.arguments
        )
        for place in self.product.places:
            domains = [self.universe.domain(key) for key in place.keys]
            if counts(place) or None in domains:
                continue
            for state in (self.start, *(taken.state for taken in self.taken)):
                for keys in product(*(values for values in domains if values is not None)):
                    found[known_value(state.read(place.name, keys))] = None
        return tuple(found)
