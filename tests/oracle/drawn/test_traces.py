"""What the strategies promise, judged by the reference meaning: on all examples, and on drawn specifications."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import find, settings

from honnin.oracle import Spec, load
from honnin.oracle.hypothesis import Event, events, traces
from honnin.oracle.monitor import compile_specification
from honnin.spec.meaning import evaluate
from tests.laws.drawing import Drawing
from tests.oracle.drawn.judged import assert_violates, each, is_accepted, report

ROOT = Path(__file__).parents[3]
FILES = [
    *sorted(ROOT.glob("examples/*/*.honnin")),
    *(ROOT / "tests/oracle/data" / f"{name}.honnin" for name in ("bounded", "certificate_issuance")),
]
CERTIFICATES = ROOT / "tests/oracle/data/certificate_issuance.honnin"
EXAMPLES = 10
DRAWN = 10
SEEDS = range(10)
MANY = range(1_000, 1_300)


def invariants(spec: Spec) -> list[str]:
    return [claim.name for claim in spec.claims if claim.kind == "invariant" and claim.prove_only is None]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_valid_traces_of_the_examples(file: Path) -> None:
    spec = load(file)
    seen = each(traces(spec), partial(_accepted, spec), EXAMPLES)
    assert sum(len(trace) > 2 for trace in seen) >= EXAMPLES // 10


def _accepted(spec: Spec, trace: Any) -> None:
    assert is_accepted(report(spec, trace))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_violating_traces_of_the_examples(file: Path) -> None:
    spec = load(file)
    for claim in invariants(spec):
        seen = each(traces(spec, violating=claim), partial(assert_violates, spec, claim), EXAMPLES)
        assert len(seen) == EXAMPLES


@lru_cache
def drawn(seed: int) -> Spec:
    """A drawn specification without the claims that fail before any event: there would be no valid trace."""
    drawing = Drawing(seed)
    made = drawing.specification()
    start = [evaluate(made, (), drawing.facts()) for _ in range(3)]
    failing = {failure.claim for said in start for failure in (*said.violated, *said.broken)}
    claims = tuple(claim for claim in made.claims if claim.name not in failing)
    return compile_specification(replace(made, claims=claims), f"drawn {seed}")


def valid(seed: int, examples: int) -> list[Any]:
    """Valid traces of a drawn specification; each is judged."""
    spec = drawn(seed)
    return each(traces(spec), partial(_accepted, spec), examples, seldom=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_valid_traces_of_drawn_specifications(seed: int) -> None:
    valid(seed, DRAWN)


def test_most_drawn_specifications_accept_traces_of_some_length() -> None:
    lengths = [max(map(len, valid(seed, 5)), default=0) for seed in SEEDS]
    assert sum(length > 3 for length in lengths) >= len(SEEDS) // 2, lengths


def violations(seed: int, examples: int) -> int:
    """How many violating traces a drawn specification gives; each is judged."""
    spec, found = drawn(seed), 0
    for claim in invariants(spec):
        strategy = traces(spec, violating=claim)
        seen = each(strategy, partial(assert_violates, spec, claim), examples, seldom=True)
        found += len(seen)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_violating_traces_of_drawn_specifications(seed: int) -> None:
    violations(seed, 3)


def test_most_drawn_specifications_can_be_violated() -> None:
    assert sum(violations(seed, 1) > 0 for seed in SEEDS) >= len(SEEDS) // 2


@pytest.mark.long
@pytest.mark.parametrize("seed", MANY)
def test_many_drawn_specifications(seed: int) -> None:
    valid(seed, 30)
    violations(seed, 10)


def test_the_smallest_violating_trace_is_short() -> None:
    spec = load(CERTIFICATES)
    trace = find(
        traces(spec, violating="right_person"),
        lambda trace: len(trace) > 1,
        settings=settings(database=None, derandomize=True),
    )
    assert [event.name for event in trace] == ["request", "issue"]
    assert trace.change is not None


def test_facts_and_entities_are_those_that_are_given() -> None:
    spec = load(CERTIFICATES)
    facts = {"entitled": {"table": [["alice", "residence_record", "alice", True]], "default": False}}
    people = {"Person": ["alice"], "Terminal": ["t1"]}
    seen = each(traces(spec, facts=facts, entities=people), partial(_accepted, spec), 30)
    assert all(trace.facts == facts for trace in seen)
    fields = [event.fields for trace in seen for event in trace]
    assert {field.get("holder", "alice") for field in fields} == {"alice"}
    oracle = spec.oracle(facts=facts)
    for trace in seen[:5]:
        trace.report(oracle)


def test_what_cannot_be_drawn_is_said() -> None:
    with pytest.raises(
        ValueError, match=r"HN0676: .* has no monitored invariant `served`; it has right_person, may_have_it"
    ):
        traces(CERTIFICATES, violating="served")
    with pytest.raises(ValueError, match=r"HN0674: .* has no event isue"):
        events(CERTIFICATES, "isue")


def test_single_events() -> None:
    seen: list[Event] = []
    each(events(CERTIFICATES, "issue").map(seen.append), lambda _: None, 20)  # type: ignore[arg-type]
    assert {event.name for event in seen} == {"issue"}
    assert {event.fields["subject"] for event in seen} <= {"p1", "p2", "p3"}
    assert repr(Event("issue", {"request": "r1", "page": 2}, at=1.5)) == "issue(request='r1', page=2, at=1.5)"
