"""A run of a design, told: a line for each step, with the values chosen, what changed and the events that were seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from honnin.oracle.plain import event_words, value
from honnin.oracle.table import columns, terminal_width
from honnin.spec.core import DURATION, INT, Module, Occurrence, Specification, System, TimeT, Type, Value
from honnin.spec.render import width
from honnin.spec.words import duration

if TYPE_CHECKING:
    from honnin.compiler.answers import Change, Counterexample, GivenValue, Initial, TakenStep

MARGIN = 4
"""Cells that the table is moved in by who prints it."""


def story(run: Counterexample, module: Module, subject: str) -> list[str]:
    """The run of the design `subject` as lines of text; the facts and the initial values that matter first."""
    design = next((system for system in module.systems if system.name == subject), None)
    facts = [f"{place(given.given, given.keys)} = {plain(given.value)}" for given in run.givens]
    values = [
        f"{_variable(first.variable, first.keys, design)} = {_shown(first.value, first.variable, design)}"
        for first in run.initial
    ]
    start = [*_labelled("given", facts), *_labelled("start", values)]
    rows = [_row(number, step, module, design) for number, step in enumerate(run.steps, 1)]
    return [*(columns(start) if start else []), *_fitting(rows)]


def _fitting(rows: Sequence[Sequence[str]]) -> list[str]:
    """The steps as a table; on a terminal that is too narrow for it, what a step did stands below it."""
    lines = columns(rows) if rows else []
    room = terminal_width()
    if room is None or max(map(width, lines), default=0) + MARGIN <= room:
        return lines
    below = " " * 7
    return [
        line
        for number, name, picks, changes, events in rows
        for line in (
            f"{number}  {name}  {picks}".rstrip(),
            *(below + text for text in (changes, events) if text),
        )
    ]


def _labelled(label: str, lines: Sequence[str]) -> list[tuple[str, str]]:
    return [(label if index == 0 else "", line) for index, line in enumerate(lines)]


def _row(
    number: int, step: TakenStep, module: Module, design: System | None
) -> tuple[str, str, str, str, str]:
    return (
        f"{number:>5}",
        step_name(step),
        ", ".join(f"{pick.name} = {plain(pick.value)}" for pick in step.picks),
        "; ".join(_change(change, design) for change in step.changes if not change.place.startswith("@")),
        "; ".join(occurrence_words(event, module) for event in step.events),
    )


def _change(change: Change, design: System | None) -> str:
    """`store[s1] := p2 (was p1)`."""
    was = "" if change.before is None else f" (was {_shown(change.before, change.place, design)})"
    after = _shown(change.after, change.place, design)
    return f"{_variable(change.place, change.keys, design)} := {after}{was}"


def _variable(name: str, keys: Sequence[Value], design: System | None) -> str:
    """`store[s1]`; `handler[r1].name` for a variable of an instance of a process."""
    process, _, own = name.rpartition(".")
    if not process or design is None:
        return place(name, keys)
    count = len(design.process(process).parameters)
    return f"{place(process, keys[:count])}.{place(own, keys[count:])}"


def _shown(literal: Value, name: str, design: System | None) -> str:
    declared = next((v for v in design.variables if v.name == name), None) if design is not None else None
    return plain(literal) if literal is None or declared is None else value(literal, declared.value)


def step_name(step: TakenStep) -> str:
    """`handler[r1].write` for an instance of a process, `lease_ends()` for an action."""
    values = ", ".join(plain(argument.value) for argument in step.arguments)
    process, dot, label = step.step.rpartition(".")
    if not dot:
        return f"{label}({values})"
    return f"{process}[{values}].{label}" if values else f"{process}.{label}"


def place(name: str, keys: Sequence[Value]) -> str:
    """`store[s1]`; a place of a specification without the specification's name."""
    short = name.rpartition("::")[2]
    return f"{short}[{', '.join(plain(key) for key in keys)}]" if keys else short


def plain(literal: Value) -> str:
    """A value whose type is seen from its place."""
    return "none" if literal is None else value(literal, INT)


def occurrence_words(occurrence: Occurrence, module: Module) -> str:
    """`deliver(r1, p2, 1, 2)`, with its time where it has one."""
    types = field_types(occurrence.event, module.specifications)
    arguments = [
        "none" if item is None else value(item, type)
        for item, type in zip(occurrence.values, types, strict=True)
    ]
    at = "" if occurrence.at is None else f" at {duration(occurrence.at)}"
    return event_words(occurrence.event, arguments) + at


def timely(occurrences: Sequence[Occurrence]) -> list[Occurrence]:
    """The occurrences, without their times where all are 0: nobody wrote them."""
    if any(occurrence.at for occurrence in occurrences):
        return list(occurrences)
    return [replace(occurrence, at=None) for occurrence in occurrences]


def field_types(event: str, specifications: Sequence[Specification]) -> tuple[Type, ...]:
    """The types of the fields of an event of any of the specifications; a time is shown as a distance from the start."""
    for specification in specifications:
        for declared in specification.events:
            if declared.name == event:
                return tuple(DURATION if isinstance(f.type, TimeT) else f.type for f in declared.fields)
    raise KeyError(event)


# ---------------------------------------------------------------- JSON


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


def occurrence_record(occurrence: Occurrence, specifications: Sequence[Specification]) -> dict[str, Any]:
    """The event as a line of a trace has it; `at` in seconds."""
    for specification in specifications:
        for declared in specification.events:
            if declared.name == occurrence.event:
                fields = {f.name: v for f, v in zip(declared.fields, occurrence.values, strict=True)}
                at = {} if occurrence.at is None else {"at": occurrence.at / 1_000_000}
                return {"event": occurrence.event, **at, **fields}
    raise KeyError(occurrence.event)
