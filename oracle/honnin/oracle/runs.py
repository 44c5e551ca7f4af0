"""A run of a design as data: the object that `prove --format json` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from honnin.oracle.sentence import sentence
from honnin.oracle.story import Names, occurrence_record
from honnin.spec.core import Module

if TYPE_CHECKING:
    from honnin.compiler.account import Mark
    from honnin.compiler.answers import Counterexample, GivenValue, Initial, TakenStep


def run_record(run: Counterexample, module: Module, subject: str) -> dict[str, Any]:
    """The run of the design `subject` as an object, with what is told of it."""
    from honnin.compiler.account import account

    system = Names.of(module, subject).system
    marks = account(module, system, run).marks if system is not None else {}
    return {
        "claim": run.claim,
        "specification": run.specification,
        "sentence": sentence(run, module),
        "scope": {name: list(values) for name, values in run.scope.items()},
        "givens": [_value_record(given.given, given) for given in run.givens],
        "initial": [_value_record(first.variable, first) for first in run.initial],
        "steps": [
            _step_record(step, module, marks.get(number, ())) for number, step in enumerate(run.steps, 1)
        ],
    }


def _value_record(name: str, item: GivenValue | Initial) -> dict[str, Any]:
    return {"place": name, "keys": list(item.keys), "value": item.value}


def _step_record(step: TakenStep, module: Module, marks: Sequence[Mark]) -> dict[str, Any]:
    return {
        "step": step.step,
        "arguments": {argument.name: argument.value for argument in step.arguments},
        "picks": {pick.name: pick.value for pick in step.picks},
        "changes": [
            {"place": change.place, "keys": list(change.keys), "before": change.before, "after": change.after}
            for change in step.changes
        ],
        "events": [occurrence_record(event, module.specifications) for event in step.events],
        "marks": [
            {"kind": mark.kind, "place": mark.place, "keys": list(mark.keys), "earlier": mark.earlier}
            for mark in marks
        ],
    }
