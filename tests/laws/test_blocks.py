"""The work of many events in one loop does what the same events do one after another, to the last attribute, whenever it is looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from honnin.compiler.generator import blocks
from honnin.compiler.generator.blocks import NotInOne, in_one
from honnin.compiler.generator.module import generate
from honnin.compiler.lower import lower
from honnin.spec.core import Occurrence, Specification
from tests.compiler.harness import import_source, raw_facts

from .pairs import Pair, drawn
from .releases import releasing

SEEDS = range(24)
LONG_SEEDS = range(1_000, 1_400)


class Stopped(Exception):
    """What is told of a finding may end the run."""


def looked_at(oracle: Any) -> str:
    """Everything that the oracle found and knows; what it found is taken away, as `watch` does."""
    found = [list(map(repr, some)) for some in (oracle.violations, oracle.broken, oracle.faults)]
    known = json.dumps([found, oracle.snapshot()], sort_keys=True, default=repr)
    oracle.violations.clear()
    oracle.broken.clear()
    oracle.faults.clear()
    return known


def one_by_one(
    module: Any, oracle: Any, events: list[tuple[int, Occurrence, int]]
) -> Iterator[tuple[int, str]]:
    """After each event with findings, its number and what is known."""
    for number, (kind, event, at) in enumerate(events, start=5):
        oracle.observe_values(kind, event.values, at)
        if oracle.violations or oracle.broken or oracle.faults:
            yield number, looked_at(oracle)
    yield 0, looked_at(oracle)


def at_once(
    run: Any, classes: list[type], oracle: Any, events: list[tuple[int, Occurrence, int]], patience: int
) -> Iterator[tuple[int, str]]:
    """The same of the loop; after so many findings it is stopped."""
    told: list[tuple[int, str]] = []

    def tell(number: int) -> None:
        told.append((number, looked_at(oracle)))
        if len(told) == patience:
            raise Stopped

    made = [
        classes[kind](**{f"f{place}": value for place, value in enumerate(event.values)})
        for kind, event, _ in events
    ]
    try:
        run(oracle, made, [at for *_, at in events], 5, tell, classes)
    except Stopped:
        told.append((0, looked_at(oracle)))
        return iter(told)
    return iter([*told, (0, looked_at(oracle))])


def numbered(module: Any, pair: Pair) -> list[tuple[int, Occurrence, int]]:
    """The events with their numbers and times."""
    numbers = {event.name: number for number, event in enumerate(module.EVENTS)}
    found, now = [], 0
    for event in pair.trace:
        now = now if event.at is None else event.at
        found.append((numbers[event.event], event, now))
    return found


@pytest.mark.parametrize("draw", [drawn, releasing], ids=["any", "released"])
@pytest.mark.parametrize("seed", SEEDS)
def test_on_drawn_pairs(draw: Any, seed: int) -> None:
    check(draw, seed)


@pytest.mark.long
def test_on_many_drawn_pairs() -> None:
    for seed in LONG_SEEDS:
        check(drawn, seed)
        check(releasing, seed)


def check(draw: Callable[[int], tuple[Specification, list[Pair]]], seed: int) -> None:
    """The loop and the handlers agree about every pair."""
    specification, pairs = draw(seed)
    source = generate(lower(specification, specification.claims), "digest", standalone=False)
    module = import_source(source)
    names = dict(vars(module))
    numbers = list(range(len(module.EVENTS)))
    runs = {}
    for kind in ("Oracle", "Brief"):
        if f"\nclass {kind}(" in source:
            exec(compile(in_one(source, numbers, kind), "loop", "exec"), names)  # noqa: S102
            runs[kind] = names["run"]
    classes = [type(f"Event{number}", (SimpleNamespace,), {}) for number in numbers]
    random = Random(seed)
    for pair in pairs:
        facts = raw_facts(specification, pair.facts)
        events = numbered(module, pair)
        settings = {"explain": random.random() < 0.7, "shared": random.random() < 0.5}
        one, other = (module.Oracle("collect", facts, mask_key=b"0" * 16, **settings) for _ in range(2))
        assert type(one) in type(one)._QUICK
        looked_at(one), looked_at(other)
        single = list(one_by_one(module, one, events))
        patience = random.randint(1, 4)
        stops = len(single) > patience
        if stops:
            last = single[patience - 1][0] - 4
            third = module.Oracle("collect", facts, mask_key=b"0" * 16, **settings)
            looked_at(third)
            single = list(one_by_one(module, third, events[:last]))
        assert (
            list(at_once(runs[type(one).__mro__[1].__name__], classes, other, events, patience)) == single
        ), pair


def test_a_statement_that_cannot_stand_in_a_loop_is_refused() -> None:
    source = """
class Oracle(OracleBase):
    def _start(self):
        self._x = 0

    def _on_0(self, _t, a):
        return a


class Shared(Oracle):
"""
    with pytest.raises(NotInOne):
        in_one(source, [0])
    with pytest.raises(NotInOne):
        in_one(source.replace("return a", "self._y = a"), [0])
    in_one(source.replace("return a", "self._x = a"), [0])


def test_a_fault_is_noticed_in_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop that forgets the position when it writes back what it did."""
    right = blocks._Names.kept
    monkeypatch.setattr(
        blocks._Names, "kept", lambda names: right(names).replace("self.position = ", "__forgotten = ")
    )
    with pytest.raises(AssertionError):
        for seed in SEEDS:
            check(drawn, seed)


def test_a_fault_is_noticed_in_what_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that works on with what it knew before a method was called."""
    right = blocks._Names.read
    monkeypatch.setattr(
        blocks._Names, "read", lambda names, wanted: right(names, wanted) if wanted == names.all else "pass"
    )
    with pytest.raises(AssertionError):
        for seed in SEEDS:
            check(drawn, seed)
            check(releasing, seed)
