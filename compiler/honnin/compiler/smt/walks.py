"""States that a design reaches, by random walks through a small scope: for designs that the explicit search does not treat."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import TypeAlias

from honnin.compiler.product import NOW, Place, Product
from honnin.compiler.smt.steps import Encoding, binders, counts
from honnin.compiler.smt.structures import Sample, Table
from honnin.compiler.smt.terms import State
from honnin.compiler.smt.universe import Reading, Universe
from honnin.compiler.smt.values import Maybe, Term, Times, known_value, times_at
from honnin.compiler.smt.vocabulary import vocabulary
from honnin.spec.core import (
    BoolT,
    EntityT,
    EnumT,
    Given,
    OptionalT,
    RangeT,
    TextT,
    Type,
    Value,
    finite_values,
)

_TRIES = 24
"""So many random choices are made for a step before it is taken to be impossible."""

STATES, WALKS, LENGTH = 300, 60, 14


def walked(prod: Product, tick: Callable[[], object]) -> Iterator[Sample]:
    """States of random walks through small scopes; `tick` is called often, and may raise to end the work."""
    count = 0
    for seed in range(WALKS):
        sizes = random.Random(seed)
        scope = {entity: sizes.choice((1, 2, 2, 2, 3)) for entity in prod.entities}
        for sample in Walker(prod, scope, seed, tick).walk(LENGTH):
            yield sample
            count += 1
        if count >= STATES:
            return


class Walker:
    """Random walks through a product; `scope` says how many values each entity has."""

    def __init__(
        self, prod: Product, scope: Mapping[str, int], seed: int, tick: Callable[[], object]
    ) -> None:
        self.tick = tick
        self.product = prod
        self.random = random.Random(seed)
        self.domains = {name: tuple(f"{name}{i}" for i in range(1, size + 1)) for name, size in scope.items()}
        self.integers, self.texts = _constants(prod)
        # A counter may have come this far.
        self.keys = tuple(sorted({*self.integers, *range(LENGTH + 2)}))

    def walk(self, length: int) -> list[Sample]:
        """The states of one walk, the initial one first; empty when `init` or an assumption forbids what was chosen."""
        universe = Universe(self.domains)
        givens = {g.name: self._random_map(g.value) for g in self.product.givens}
        arbitrary = {p.name: self._random_map(p.value) for p in self.product.places}
        encoding = Encoding(self.product, universe, givens, arbitrary)
        start = encoding.initial()
        if encoding.possible_initially(start) is not True:
            return []
        known: _Tables = {name: self._table(place, start) for name, place in encoding.places.items()}
        found = [self._sample(encoding, known)]
        for _ in range(length):
            self.tick()
            following = self._step(encoding, known)
            if following is None:
                break
            known = following
            found.append(self._sample(encoding, known))
        return found

    def _random_map(self, type: Type) -> Reading:
        chosen: dict[tuple[Term, ...], Term] = {}

        def read(keys: tuple[Term, ...]) -> Term:
            if keys not in chosen:
                chosen[keys] = self._value(type)
            return chosen[keys]

        return read

    def _value(self, type: Type) -> Term:
        match type:
            case OptionalT(inner=inner):
                return Maybe(False, None) if self.random.random() < 0.3 else Maybe(True, self._value(inner))
            case EntityT(name=name):
                return self.random.choice(self.domains[name])
            case EnumT(members=members):
                return self.random.choice(members)
            case BoolT():
                return self.random.random() < 0.5
            case RangeT(low=low, high=high):
                return self.random.randint(low, high)
            case TextT():
                return self.random.choice(self.texts)
            case _:
                return self.random.choice(self.integers)

    def _step(self, encoding: Encoding, known: _Tables) -> _Tables | None:
        """The tables after a random step; None when none was found."""
        state = State({name: _reader(table) for name, table in known.items()})
        now: Term = None
        if self.product.timed:
            now = known[NOW][0][()]
        paths = list(self.product.paths)
        self.random.shuffle(paths)
        for path in paths:
            for _ in range(_TRIES):
                if isinstance(now, int):
                    now = now + self.random.choice((0, 0, 1, *self.integers))
                names = {b.uid: self._value(b.type) for b in binders(path)}
                taken = encoding.take(path, state, names, now=now)
                if taken.possible is True:
                    return self._after(encoding, known, state, taken.state)
                if not names:
                    break
        return None

    def _after(self, encoding: Encoding, known: _Tables, before: State, after: State) -> _Tables:
        return {
            name: self._table(place, after) if after.places[name] is not before.places[name] else known[name]
            for name, place in encoding.places.items()
        }

    def _table(self, place: Place, state: State) -> _Table:
        values = {keys: state.read(place.name, keys) for keys in product(*map(self._keys, place.keys))}
        far = tuple(self._far(key) for key in place.keys)
        default = None if None in far else state.read(place.name, far)
        return values, default

    def _keys(self, type: Type) -> tuple[Term, ...]:
        match type:
            case OptionalT(inner=inner):
                return (Maybe(False, None), *(Maybe(True, key) for key in self._keys(inner)))
            case EntityT(name=name):
                return self.domains[name]
            case _:
                return finite_values(type) or (self.texts if isinstance(type, TextT) else self.keys)

    def _far(self, type: Type) -> Term:
        """A key at which nothing happens, for a type with no end of values; else any."""
        if isinstance(type, TextT):
            return _FAR_TEXT
        values = self._keys(type)
        return values[-1] if values is not self.keys else _FAR

    def _sample(self, encoding: Encoding, known: _Tables) -> Sample:
        now = known_value(known[NOW][0][()]) if self.product.timed else None
        shown = {
            name: _counted(table, encoding.places[name], now) if counts(encoding.places[name]) else table
            for name, table in known.items()
        }
        return Sample(
            self.domains,
            {name: _known_table(table) for name, table in shown.items()},
            {given.name: _given_table(encoding, given) for given in self.product.givens},
        )


def _known_table(table: _Table) -> Table:
    default = known_value(table[1])
    return Table(lambda _: default, {tuple(map(known_value, k)): known_value(v) for k, v in table[0].items()})


def _given_table(encoding: Encoding, given: Given) -> Table:
    return Table(lambda keys: known_value(encoding.givens[given.name](tuple(_terms(given, keys)))))


_Table: TypeAlias = tuple[Mapping[tuple[Term, ...], Term], Term]
_Tables: TypeAlias = Mapping[str, _Table]

_FAR, _FAR_TEXT = 1_000_003, "\0"


def _reader(table: _Table) -> Reading:
    values, default = table
    return lambda keys: values.get(keys, default)


def _counted(table: _Table, place: Place, now: Value) -> _Table:
    """How many of the times are in the window now."""
    assert place.register is not None
    window = place.register.window

    def count(times: Term) -> Term:
        assert isinstance(times, Times) and isinstance(now, int)
        return times_at(times, now - window, now)

    values, default = table
    return {keys: count(times) for keys, times in values.items()}, count(default)


def _terms(given: Given, keys: tuple[Value, ...]) -> Iterator[Term]:
    for key, type in zip(keys, given.keys, strict=True):
        optional = isinstance(type, OptionalT)
        yield Maybe(key is not None, key) if optional else key


def _constants(prod: Product) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The integers and texts to try: those that occur, and a few more."""
    integers, texts = {0, 1, 2, 3}, {"a", "b"}
    for constants in vocabulary(prod, prod.properties).constants.values():
        for constant in constants:
            if isinstance(constant.type, TextT):
                texts.add(str(constant.value))
            elif isinstance(constant.value, int):
                integers.add(constant.value)
    return tuple(sorted(integers)), tuple(sorted(texts))
