"""A run told plainly: it begins at time 0, no more time passes than has to, its numbers are small, its values are named in the order in which
they are met.

What an engine happened to choose gives way to something simpler wherever the run, taken by the reference meaning, still shows what it is
to show. Its steps remain the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import gcd
from typing import Final

from honnin.compiler.answers import Counterexample, GivenValue, Initial
from honnin.compiler.explicit.layout import expressions
from honnin.compiler.product import Product
from honnin.compiler.replay import Goal, ReplayDisagrees, Run, confirmed, path_of, run_of
from honnin.spec.core import (
    DurationT,
    EntityT,
    Eventually,
    IntT,
    Lit,
    Pick,
    RangeT,
    Type,
    Value,
    base_type,
    walk,
)
from honnin.spec.design import Move
from honnin.spec.records import dataclass, replace
from honnin.spec.words import UNITS

ATTEMPTS: Final = 64
"""Runs that are tried: each is taken by the reference meaning."""

TOGETHER: Final = (1, 2, 3, 10)
"""No number is larger than these, is tried first: some have to become small together."""

Change = Callable[[Value, Type], Value]


def plain(product: Product, found: Counterexample, goal: Goal) -> Counterexample:
    """The run with simpler times, numbers and names; `found` itself where it has none that is simpler."""
    attempts = _Attempts(product, goal, found, ATTEMPTS)
    if product.timed:
        _earlier(attempts)
    _smaller(attempts)
    _in_order(attempts)
    return attempts.best


@dataclass(slots=True)
class _Attempts:
    """`best`: the simplest run so far. `left`: how many more are tried."""

    product: Product
    goal: Goal
    best: Counterexample
    left: int

    @property
    def run(self) -> Run:
        return run_of(self.best)

    def works(self, run: Run) -> bool:
        """Whether the run shows the same; then it is the best."""
        if run == self.run:
            return True
        if not self.left:
            return False
        self.left -= 1
        try:
            self.best = confirmed(self.product, run, self.goal)
        except ReplayDisagrees:
            return False
        return True


# ---------------------------------------------------------------- times


def _earlier(attempts: _Attempts) -> None:
    """The first step at 0, each other as soon after the one before as the run allows, in whole units of the specification's durations."""
    unit = _unit(attempts.product)
    for step, move in enumerate(attempts.run.moves):
        before = 0 if step == 0 else attempts.run.moves[step - 1].now or 0
        passed = (move.now or 0) - before

        def at(units: int, step: int = step, before: int = before) -> bool:
            return attempts.works(_moved(attempts.run, step, before + units * unit))

        _least(at, -(-passed // unit))


def _moved(run: Run, step: int, moment: int) -> Run:
    """The run in which that step is at that moment; those after it are moved by as much."""
    earlier = (run.moves[step].now or 0) - moment
    moves = (
        replace(move, now=(move.now or 0) - earlier) if number >= step else move
        for number, move in enumerate(run.moves)
    )
    return replace(run, moves=tuple(moves))


def _unit(product: Product) -> int:
    """The largest unit of which every duration that is written, or a window, is a multiple; a second, where there is none."""
    spans = {register.window for machine in product.machines for register in machine.registers}
    for node in (node for expr in expressions(product) for node in walk(expr)):
        match node:
            case Eventually(bound=bound):
                spans.add(bound)
            case Lit(type=DurationT(), value=int(value)):
                spans.add(value)
            case _:
                pass
    common = gcd(*spans)
    if not common:
        return 1_000_000
    return next((length for _, length in UNITS if common % length == 0), 1)


# ---------------------------------------------------------------- numbers


def _smaller(attempts: _Attempts) -> None:
    """Integers and durations as near to 0 as the run allows, rather above it: all together, then each."""
    numbers = len(_numbers(attempts))
    for most in TOGETHER if numbers > 1 else ():
        if max(map(abs, _numbers(attempts))) <= most or attempts.works(_clamped(attempts, most)):
            break
    for index in range(numbers):
        value = _numbers(attempts)[index]
        if value < 0:
            attempts.works(_with_number(attempts, index, -value))
        sign = -1 if _numbers(attempts)[index] < 0 else 1

        def as_small(size: int, index: int = index, sign: int = sign) -> bool:
            return attempts.works(_with_number(attempts, index, sign * size))

        _least(as_small, abs(value))


def _is_number(value: Value, type: Type) -> bool:
    return value is not None and isinstance(base_type(type), IntT | RangeT | DurationT)


def _numbers(attempts: _Attempts) -> list[int]:
    found: list[int] = []

    def note(value: Value, type: Type) -> Value:
        if _is_number(value, type):
            assert isinstance(value, int)
            found.append(value)
        return value

    _changed(attempts, note)
    return found


def _clamped(attempts: _Attempts, most: int) -> Run:
    def clamp(value: Value, type: Type) -> Value:
        if not _is_number(value, type):
            return value
        assert isinstance(value, int)
        return _allowed(max(-most, min(value, most)), type)

    return _changed(attempts, clamp)


def _with_number(attempts: _Attempts, index: int, number: int) -> Run:
    met = iter(range(len(_numbers(attempts))))

    def change(value: Value, type: Type) -> Value:
        return _allowed(number, type) if _is_number(value, type) and next(met) == index else value

    return _changed(attempts, change)


def _allowed(number: int, type: Type) -> int:
    match base_type(type):
        case RangeT(low=low, high=high):
            return max(low, min(number, high))
        case _:
            return number


def _least(works: Callable[[int], bool], size: int) -> None:
    """Tries 0; else, by halves, to come down from the size, which need not work itself, to one that works where one less does not."""
    if size == 0 or works(0):
        return
    low, high = 0, size
    if not works(high):
        return
    while high - low > 1:
        middle = (low + high) // 2
        if works(middle):
            high = middle
        else:
            low = middle


# ---------------------------------------------------------------- names


def _in_order(attempts: _Attempts) -> None:
    """The values of each entity named in the order in which the steps and their events name them."""
    met: dict[str, dict[Value, None]] = {entity: {} for entity in attempts.best.scope}

    def meet(value: Value, type: Type) -> Value:
        entity = base_type(type)
        if isinstance(entity, EntityT) and value is not None:
            met[entity.name][value] = None
        return value

    for step, move in zip(attempts.best.steps, attempts.run.moves, strict=True):
        _changed_move(attempts.product, move, meet)
        for event in step.events:
            for value, field in zip(event.values, _event_types(attempts.product, event.event), strict=True):
                meet(value, field)
    named = {
        entity: dict(zip(dict.fromkeys((*met[entity], *values)), values, strict=True))
        for entity, values in attempts.best.scope.items()
    }

    def rename(value: Value, type: Type) -> Value:
        entity = base_type(type)
        return named[entity.name][value] if isinstance(entity, EntityT) and value is not None else value

    attempts.works(_changed(attempts, rename))


def _event_types(product: Product, event: str) -> Iterator[Type]:
    for machine in product.machines:
        for declared in machine.specification.events:
            if declared.name == event:
                yield from (field.type for field in declared.fields)
                return


# ---------------------------------------------------------------- the values of a run


def _changed(attempts: _Attempts, change: Change) -> Run:
    """The run with every value that was chosen in it changed, in the order of the account: facts, first values, steps."""
    run, product = attempts.run, attempts.product
    givens: Mapping[str, tuple[tuple[Type, ...], Type]] = {g.name: (g.keys, g.value) for g in product.givens}
    places = {place.name: (place.keys, place.value) for place in product.places}
    return Run(
        run.scope,
        tuple(GivenValue(g.given, *_entry(g.keys, g.value, givens[g.given], change)) for g in run.givens),
        tuple(Initial(i.variable, *_entry(i.keys, i.value, places[i.variable], change)) for i in run.initial),
        tuple(_changed_move(product, move, change) for move in run.moves),
    )


def _entry(
    keys: tuple[Value, ...], value: Value, types: tuple[tuple[Type, ...], Type], change: Change
) -> tuple[tuple[Value, ...], Value]:
    """Keys are names, never numbers to be made smaller."""
    renamed = (
        change(key, type) if isinstance(type, EntityT) else key
        for key, type in zip(keys, types[0], strict=True)
    )
    return tuple(renamed), change(value, types[1])


def _changed_move(product: Product, move: Move, change: Change) -> Move:
    path = path_of(product, move)
    picks = [s.binder for s in path.body if isinstance(s, Pick)]
    arguments = (change(v, b.type) for v, b in zip(move.arguments, path.parameters, strict=True))
    picked = (change(v, b.type) for v, b in zip(move.picks or (), picks, strict=True))
    return replace(move, arguments=tuple(arguments), picks=tuple(picked))
