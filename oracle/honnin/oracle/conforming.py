"""A log held against a design: which of its events or steps is the first that the design does not allow."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from honnin.compiler.conformance import (
    Allowed,
    Conformance,
    Label,
    NotAllowed,
    Observed,
    Unsettled,
    conforms,
    reads_time,
)
from honnin.oracle.files import Refused, about
from honnin.oracle.testing.memory import entity_of
from honnin.spec.core import Module, Occurrence, Specification, System, Type, Value
from honnin.spec.design import Design
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.facts import Facts, parse_facts
from honnin.spec.json_values import strict_json
from honnin.spec.records import dataclass, replace
from honnin.spec.trace import read_at, read_line

UNSEEN = 2
"""Values of an entity that neither the log nor the facts have, where nobody says how many."""

NO_TIME = "`at` is missing, and what the design may do depends on the time"


@dataclass(frozen=True, slots=True)
class Held:
    """`answer`: about the observations, each with its line in the log. `bad`: the lines that could not be read. `scope`: how many
    values the entities had that the log does not show; an answer of no is about so many."""

    answer: Conformance
    observed: tuple[tuple[int, Observed], ...]
    bad: tuple[tuple[int, Diagnostic], ...]
    scope: Mapping[str, int]

    @property
    def allowed(self) -> bool:
        """Whether all that was read is a behaviour of the design, and everything was read."""
        return isinstance(self.answer, Allowed) and not self.bad


def held(
    module: Module,
    system: str,
    lines: Iterable[str | bytes],
    *,
    facts: bytes = b"{}",
    hidden: Collection[str] = (),
    scope: Mapping[str, int] | None = None,
    states: int = 100_000,
    seconds: float = 60.0,
    file: Path = Path("-"),
) -> Held:
    """The lines of a log (events; steps as `{"step": "handler.write", "arguments": ["r1"]}`) held against the design. Where what the
    design may do depends on the time, every line has its `at`.

    `hidden`: events that the log does not have. `scope`: how many values an entity has that the log does not show (default 2).
    Raises Refused where the design or the facts cannot be used; `file` is what such a diagnostic is about.
    """
    design = _system(module, system, file)
    specifications = tuple(module.specification(name) for name in design.implements)
    observed, bad = _read(lines, specifications, design, reads_time(design, specifications))
    known = parse_facts(facts, specifications[0]) if specifications else {}
    if isinstance(known, tuple):
        raise Refused(known)
    values, made = _scope(module, specifications, design, known, [one for _, one in observed], scope or {})
    answer = conforms(
        Design(design, specifications, known, values),
        [one for _, one in observed],
        hidden={*hidden, *(e.name for s in specifications for e in s.events if e.direction == "hidden")},
        states=states,
        seconds=seconds,
    )
    return Held(answer, tuple(observed), tuple(bad), made)


def _system(module: Module, name: str, file: Path) -> System:
    found = next((system for system in module.systems if system.name == name), None)
    if found is None:
        systems = ", ".join(system.name for system in module.systems) or "none"
        raise Refused([about(file, "HN0660", f"there is no system `{name}`", f"the systems are: {systems}")])
    return found


def _read(
    lines: Iterable[str | bytes], specifications: tuple[Specification, ...], design: System, timed: bool
) -> tuple[list[tuple[int, Observed]], list[tuple[int, Diagnostic]]]:
    """What was observed and what could not be read; times only where they matter to the design."""
    observed: list[tuple[int, Observed]] = []
    bad: list[tuple[int, Diagnostic]] = []
    last: int | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        one = _observation(line, specifications, design, timed, last)
        if isinstance(one, Diagnostic):
            untimed = one.code == "HN0606"
            bad.append((number, replace(one, message=NO_TIME) if untimed else one))
            continue
        last = one.at if timed else None
        observed.append((number, one if timed else replace(one, at=None)))
    return observed, bad


def _observation(
    line: str | bytes,
    specifications: tuple[Specification, ...],
    design: System,
    timed: bool,
    last: int | None,
) -> Observed | Diagnostic:
    parsed = strict_json(line)
    if isinstance(parsed, dict) and "step" in parsed:
        return _label(parsed, design, timed, last)
    found: Occurrence | Diagnostic = about("-", "HN0602", "`event` names no event of the specification")
    for specification in specifications:
        found = read_line(line, specification, needs_time=timed, last=last)
        if isinstance(found, Occurrence) or found.code != "HN0602":
            return found
    return found


def _label(parsed: Mapping[str, Any], design: System, timed: bool, last: int | None) -> Label | Diagnostic:
    names = {action.name: len(action.parameters) for action in design.actions}
    names |= {f"{p.name}.{step.label}": len(p.parameters) for p in design.processes for step in p.steps}
    step, arguments = parsed["step"], parsed.get("arguments", [])
    if step not in names:
        return about("-", "HN0661", "`step` names no step of the design")
    plain = isinstance(arguments, list) and all(isinstance(one, str | int | bool) for one in arguments)
    if not plain or len(arguments) != names[step]:
        return about("-", "HN0661", f"`{step}` needs {names[step]} values as `arguments`")
    at = read_at(parsed.get("at"), needs_time=timed, last=last)
    return at if isinstance(at, Diagnostic) else Label(step, tuple(arguments), at)


# ---------------------------------------------------------------- the values of each entity


def _scope(
    module: Module,
    specifications: tuple[Specification, ...],
    design: System,
    facts: Facts,
    observed: Iterable[Observed],
    wanted: Mapping[str, int],
) -> tuple[dict[str, tuple[Value, ...]], dict[str, int]]:
    """The values that were seen; for an entity without any, as many as are wanted."""
    seen: dict[str, dict[Value, None]] = {entity.name: {} for s in specifications for entity in s.entities}
    fields = {e.name: tuple(f.type for f in e.fields) for s in specifications for e in s.events}
    for specification in specifications:
        for given in specification.givens:
            for keys, value in facts[given.name].values.items():
                _note(seen, (*given.keys, given.value), (*keys, value))
    steps = {action.name: action.parameters for action in design.actions}
    steps |= {f"{p.name}.{step.label}": p.parameters for p in design.processes for step in p.steps}
    for one in observed:
        if isinstance(one, Label):
            _note(seen, tuple(binder.type for binder in steps[one.step]), one.arguments)
        else:
            _note(seen, fields[one.event], one.values)
    made = {name: wanted.get(name, UNSEEN) for name, values in seen.items() if not values}
    names = {name: tuple(f"{name.lower()} {i}" for i in range(1, count + 1)) for name, count in made.items()}
    return {name: tuple(values) or names[name] for name, values in seen.items()}, made


def _note(seen: dict[str, dict[Value, None]], types: tuple[Type, ...], values: tuple[Value, ...]) -> None:
    for type, value in zip(types, values, strict=True):
        entity = entity_of(type)
        if entity is not None and value is not None:
            seen[entity][value] = None


__all__ = ["Allowed", "Conformance", "Held", "Label", "NotAllowed", "Unsettled", "held"]
