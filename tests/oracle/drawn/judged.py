"""Drawn traces before the reference meaning."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import UnsatisfiedAssumption
from hypothesis.strategies import DataObject, SearchStrategy, data

from honnin.oracle.hypothesis import Trace
from honnin.oracle.monitor import Spec
from honnin.spec.core import Occurrence, Specification
from honnin.spec.facts import parse_facts
from honnin.spec.meaning import evaluate
from honnin.spec.trace import read_line
from honnin.spec.verdicts import Report


def monitored(specification: Specification) -> Specification:
    """The specification with the claims that an oracle judges."""
    claims = tuple(claim for claim in specification.claims if claim.prove_only is None)
    return replace(specification, claims=claims)


def report(spec: Spec, trace: Trace) -> Report:
    """What the reference meaning says of the trace: its events are read from JSON by the reference reader."""
    specification = monitored(spec.specification)
    facts = parse_facts(json.dumps(trace.facts or {}), specification)
    assert not isinstance(facts, tuple), facts
    occurrences: list[Occurrence] = []
    for event in trace:
        fields = {field.name: field.log_name for field in specification.event(event.name).fields}
        told = {"event": event.name, **{fields[name]: value for name, value in event.fields.items()}}
        if event.at is not None:
            told["at"] = event.at
        read = read_line(json.dumps(told), specification, needs_time=event.at is not None)
        assert isinstance(read, Occurrence), read
        occurrences.append(read)
    end = None if trace.end is None else round(trace.end * 1_000_000)
    return evaluate(specification, occurrences, facts, end=end)


def is_accepted(found: Report) -> bool:
    """Nothing violated, broken, pending, or a fault of the specification."""
    return not (found.violated or found.broken or found.pending or found.faults)


def assert_violates(spec: Spec, claim: str, trace: Trace) -> None:
    """The claim fails at the last event or by the clock at the end; nothing does before."""
    found = report(spec, trace)
    assert trace.valid is not None and trace.change
    assert is_accepted(report(spec, trace.valid))
    assert not found.broken and not found.faults
    assert claim in {failure.claim for failure in found.violated}
    last = None if trace.end is not None else len(trace)
    assert {failure.position for failure in found.violated} == {last}


def each(
    strategy: SearchStrategy[Trace], check: Callable[[Trace], None], examples: int, *, seldom: bool = False
) -> list[Trace]:
    """Checks some traces, the same in every run; gives them. `seldom`: a draw may fail, and is one of the examples then."""
    seen: list[Trace] = []

    @settings(
        max_examples=examples,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(data())
    def run(drawn: DataObject) -> None:
        try:
            trace = drawn.draw(strategy)
        except UnsatisfiedAssumption:
            if seldom:
                return
            raise
        seen.append(trace)
        check(trace)

    run()
    return seen
