"""A run of a design as data: the object that `prove --format json` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from honnin.oracle.story import occurrence_record
from honnin.spec.core import Module

if TYPE_CHECKING:
    from honnin.compiler.answers import Counterexample, GivenValue, Initial, TakenStep


def run_record(run: Counterexample, module: Module) -> dict[str, Any]:
    """The run as an object."""
    return {
        "claim": run.claim,
        "specification": run.specification,
        "scope": {name: list(values) for name, values in run.scope.items()},
        "givens": [_value_record(given.given, given) for given in run.givens],
        "initial": [_value_record(first.variable, first) for first in run.initial],
        "steps": [_step_record(step, module) for step in run.steps],
    }


def _value_record(name: str, item: GivenValue | Initial) -> dict[str, Any]:
    return {"place": name, "keys": list(item.keys), "value": item.value}


def _step_record(step: TakenStep, module: Module) -> dict[str, Any]:
    return {
        "step": step.step,
        "arguments": {argument.name: argument.value for argument in step.arguments},
        "picks": {pick.name: pick.value for pick in step.picks},
        "changes": [
            {"place": change.place, "keys": list(change.keys), "before": change.before, "after": change.after}
            for change in step.changes
        ],
        "events": [occurrence_record(event, module.specifications) for event in step.events],
    }
