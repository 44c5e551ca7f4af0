"""An oracle that is given the snapshot of another goes on as the other would have, wherever the trace is cut; sealed or not."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from honnin.spec import core
from honnin.spec.core import EntityT, Specification, TextT, base_type
from honnin.spec.personal import personal
from tests.compiler.harness import oracle_module, raw_facts, report_of

from .pairs import Pair, drawn

SEEDS = range(16)
KEY = b"0123456789abcdef"


def observed(oracle: Any, module: Any, events: tuple[core.Occurrence, ...], *, direct: bool) -> None:
    """The events by the methods of their names, or by their numbers."""
    numbers = {event.name: number for number, event in enumerate(module.EVENTS)}
    for event in events:
        if direct:
            at = None if event.at is None else _seconds(event.at)
            getattr(oracle, module.METHODS[event.event])(*_raw(module, numbers[event.event], event), at=at)
        else:
            oracle.observe_values(numbers[event.event], event.values, event.at)


def _raw(module: Any, number: int, event: core.Occurrence) -> list[Any]:
    fields = module.EVENTS[number].fields
    return [
        _seconds(value) if field.seconds and isinstance(value, int) else value
        for field, value in zip(fields, event.values, strict=True)
    ]


def _seconds(microseconds: int) -> Any:
    return Decimal(microseconds) / 1_000_000


def tick(oracle: Any, end: int | None) -> None:
    if end is not None:
        oracle.tick(_seconds(end))


def told(oracle: Any) -> Any:
    return report_of(oracle), [tuple(one) for one in oracle.violations], oracle.finish()


def kept(oracle: Any) -> str:
    """Everything in the oracle's attributes but what is the same in every oracle of its class."""
    snapshot = oracle.snapshot()
    return json.dumps(snapshot, sort_keys=True)


def all_personal(specification: Specification) -> Specification:
    """The specification, every entity and every Text of its events personal."""

    def hidden(field: core.Field) -> core.Field:
        inner = base_type(field.type)
        return replace(field, personal=isinstance(inner, EntityT | TextT))

    events = tuple(replace(event, fields=tuple(map(hidden, event.fields))) for event in specification.events)
    made = replace(specification, events=events)
    entities, places = personal(made)
    return replace(made, personal_entities=entities, personal_places=places)


def checked(specification: Specification, pair: Pair, **setting: Any) -> None:
    """The trace, cut at two places by snapshots that go through JSON, against the whole trace."""
    module = oracle_module(specification)
    facts = raw_facts(specification, pair.facts)
    random = Random(f"{pair.seed}.{pair.number}")
    direct = random.random() < 0.5
    whole = module.Oracle("collect", facts, **setting)
    observed(whole, module, pair.trace, direct=direct)
    first, second = sorted(random.randint(0, len(pair.trace)) for _ in range(2))
    oracle = module.Oracle("collect", facts, **setting)
    for part in (pair.trace[:first], pair.trace[first:second]):
        observed(oracle, module, part, direct=direct)
        text = kept(oracle)
        oracle = module.Oracle("collect", facts, **setting)
        observed(oracle, module, pair.trace[: random.randint(0, 2)], direct=direct)
        oracle.restore(json.loads(text))
        assert kept(oracle) == text
    observed(oracle, module, pair.trace[second:], direct=direct)
    tick(whole, pair.end)
    tick(oracle, pair.end)
    assert told(oracle) == told(whole), str(pair)


@pytest.mark.parametrize("seed", SEEDS)
def test_on_drawn_pairs(seed: int) -> None:
    specification, pairs = drawn(seed)
    for pair in pairs:
        checked(specification, pair, reveal=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_with_everything_sealed(seed: int) -> None:
    """The sealed oracle says, cut or not, what one that is not sealed says with the same key."""
    specification, pairs = drawn(seed)
    specification = all_personal(specification)
    module = oracle_module(specification)
    for pair in pairs:
        checked(specification, pair, mask_key=KEY, sealed=True)
        facts = raw_facts(specification, pair.facts)
        plain = module.Oracle("collect", facts, mask_key=KEY)
        sealed = module.Oracle("collect", facts, mask_key=KEY, sealed=True)
        for oracle in (plain, sealed):
            observed(oracle, module, pair.trace, direct=True)
            tick(oracle, pair.end)
        assert told(sealed) == told(plain), str(pair)


def test_what_is_kept_is_all_that_changes() -> None:
    """No attribute of the generated class that an event changes is left out of the snapshot."""
    for seed in SEEDS:
        specification, pairs = drawn(seed)
        module = oracle_module(specification)
        for pair in pairs:
            oracle = module.Oracle("collect", raw_facts(specification, pair.facts), reveal=True)
            known = {*oracle._KEPT, *oracle._AWAITED, *BASE}
            before = attributes(oracle, known)
            observed(oracle, module, pair.trace, direct=False)
            assert attributes(oracle, known) == before, str(pair)


def attributes(oracle: Any, known: set[str]) -> dict[str, str]:
    """Everything that the oracle has, but what is `known` to change; queues of deadlines are in `_waiting`."""
    slots = {name for owner in type(oracle).__mro__ for name in getattr(owner, "__slots__", ())}
    names = {*vars(oracle), *slots} - known - {name for name in slots if name.startswith("_awaited_")}
    return {name: repr(getattr(oracle, name)) for name in sorted(names)}


BASE = {
    *("_now", "_dated", "_broken", "_deadlines", "_raised", "_settled", "_obligations", "_hits", "_dropped"),
    *("position", "violations", "broken", "faults", "_lock", "_waiting", "_due", "_cleared", "_groups"),
}
"""What every oracle keeps, beside what its generated class keeps."""


def test_a_fault_is_noticed() -> None:
    """Snapshots that leave out the first attribute of each class are found out."""
    lost = 0
    for seed in SEEDS[:8]:
        specification, pairs = drawn(seed)
        module = oracle_module(specification)
        kept_names = module.Oracle._KEPT
        module.Oracle._KEPT = kept_names[1:]
        for pair in pairs:
            whole = module.Oracle("collect", raw_facts(specification, pair.facts), reveal=True)
            cut = module.Oracle("collect", raw_facts(specification, pair.facts), reveal=True)
            observed(whole, module, pair.trace, direct=False)
            observed(cut, module, pair.trace[:-1], direct=False)
            restored = module.Oracle("collect", raw_facts(specification, pair.facts), reveal=True)
            restored.restore(cut.snapshot())
            observed(restored, module, pair.trace[-1:], direct=False)
            lost += told(restored) != told(whole)
    assert lost
