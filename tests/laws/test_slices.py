"""A log split by a field that slices a claim gives, part by part, the verdicts on that claim that the whole log gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from honnin.compiler.cost.slices import Slice, slices
from honnin.compiler.generator.program import Program, program
from honnin.compiler.lower import lower
from honnin.spec.core import Claim, Occurrence, Specification, Value
from honnin.spec.meaning import evaluate

from .pairs import Pair, drawn

SEEDS = range(400)
Found = set[tuple[str, int]]


def judged(specification: Specification, pair: Pair, numbered: list[tuple[int, Occurrence]]) -> Found | None:
    """The claims that fail with the trigger's position in the whole log; None where an event was a fault of the specification."""
    trace = [occurrence for _, occurrence in numbered]
    report = evaluate(specification, trace, pair.facts, end=pair.end)
    if report.faults:
        return None
    return {(failure.claim, numbered[(failure.trigger or 0) - 1][0]) for failure in report.violated}


def parts(
    specification: Specification, one: Slice, pair: Pair
) -> Iterator[tuple[Value, list[tuple[int, Occurrence]]]]:
    """The events that matter, by the value of their own field."""
    places = {
        name: [field.name for field in specification.event(name).fields].index(field)
        for name, field in one.fields
    }
    apart: dict[Value, list[tuple[int, Occurrence]]] = {}
    for position, occurrence in enumerate(pair.trace, start=1):
        if occurrence.event in places:
            own = occurrence.values[places[occurrence.event]]
            apart.setdefault(own, []).append((position, occurrence))
    yield from apart.items()


def disagreements(
    seed: int, sliced: Callable[[Program, Claim], tuple[Slice, ...]], count: list[int]
) -> Iterator[str]:
    whole, pairs = drawn(seed)
    claims = tuple(claim for claim in whole.claims if claim.prove_only is None and claim.kind == "invariant")
    for claim in claims:
        specification = replace(whole, claims=(claim,))
        made = program(lower(specification, (claim,)))
        for one in sliced(made, claim) if made.checks else ():
            for pair in pairs:
                expected = judged(specification, pair, list(enumerate(pair.trace, start=1)))
                found = [judged(specification, pair, part) for _, part in parts(specification, one, pair)]
                if expected is None or None in found:
                    continue
                count.append(len(found))
                if set().union(*(part for part in found if part is not None)) != expected:
                    yield f"{pair}: {claim.name} by {one.entity}"


def by_syntax(made: Program, claim: Claim) -> tuple[Slice, ...]:
    return slices(made, made.checks[0])


def by_any_field(made: Program, claim: Claim) -> tuple[Slice, ...]:
    """A field of some entity for each event that has one, whatever the claim says."""
    fields = [
        (event.name, next((f.name for f in event.fields if f.type in made.specification.entities), None))
        for event in made.specification.events
    ]
    return (Slice("any", tuple((event, field) for event, field in fields if field is not None)),)


@pytest.mark.parametrize("start", range(0, len(SEEDS), 100))
def test_parts_say_what_the_whole_says(start: int) -> None:
    count: list[int] = []
    for seed in SEEDS[start : start + 100]:
        assert not list(disagreements(seed, by_syntax, count)), seed
    assert sum(parts > 1 for parts in count) >= 10


def test_a_fault_is_noticed() -> None:
    """Logs that are split by any field at all."""
    assert any(list(disagreements(seed, by_any_field, [])) for seed in range(20))
