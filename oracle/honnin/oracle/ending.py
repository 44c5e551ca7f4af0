"""Why the last step of a run breaks a claim: the run's events, shown to the oracle of the specification."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any

from honnin.compiler.replay import any_value
from honnin.oracle.monitor import compile_specification
from honnin.spec.core import (
    DurationT,
    Given,
    Module,
    TimeT,
    Type,
    Value,
    base_type,
    finite_values,
)
from honnin.spec.records import replace

if TYPE_CHECKING:
    from honnin.compiler.answers import Counterexample


def reads(run: Counterexample, module: Module) -> list[str]:
    """What the broken claim bound and read, a line each; nothing for a property of the design, or what is prove only."""
    if run.specification is None:
        return []
    specification = module.specification(run.specification)
    numbers = {event.name: number for number, event in enumerate(specification.events)}
    claims = tuple(
        claim for claim in specification.claims if claim.name == run.claim or claim.kind == "assume"
    )
    spec = compile_specification(replace(specification, claims=claims), f"{module.digest} {run.claim}")
    facts = {given.name: _fact(given, run) for given in specification.givens}
    oracle = spec.oracle("collect", facts=facts, reveal=True, explain=False)
    for step in run.steps:
        for event in step.events:
            if event.event in numbers:
                oracle.observe_values(numbers[event.event], event.values, event.at)
    broken = [violation for violation in oracle.violations if violation.invariant == run.claim]
    return broken[-1].account()[1:] if broken else []


def _fact(given: Given, run: Counterexample) -> Any:
    """The given as a facts file says it; what the run leaves open is anything."""
    known = {one.keys: one.value for one in run.givens if one.given == given.name}
    anything = any_value(given.value, run.scope)
    if not given.keys:
        return _json(known.get((), anything), given.value)
    finite = [finite_values(key) for key in given.keys]
    every = [values for values in finite if values is not None]
    complete = len(every) == len(finite)
    keys = list(product(*every)) if complete else list(known)
    rows = [
        [
            *(_json(key, type) for key, type in zip(row, given.keys, strict=True)),
            _json(known.get(row, anything), given.value),
        ]
        for row in keys
    ]
    return {"table": rows} if complete else {"table": rows, "default": _json(anything, given.value)}


def _json(value: Value, type: Type) -> Any:
    """The value as a facts file has it: times and durations in seconds."""
    inner = base_type(type)
    if isinstance(inner, DurationT | TimeT) and isinstance(value, int):
        return Decimal(value) / 1_000_000
    return value
