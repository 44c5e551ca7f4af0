"""A run in the Informal Trace Format that TLA+ tools exchange (`.itf.json`): every state whole.

Variables have their names, those of a process `process.name` (by instance first); `@process` is where its instances are,
`@now` the time, `@step` and `@events` what led to the state. A value that is optional is a variant with the tag Some or None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from honnin.oracle.sentence import sentence
from honnin.oracle.story import field_types, step_name
from honnin.spec.core import BOOL, TIME, Module, Occurrence, OptionalT, System, TextT, Type, Value
from honnin.spec.words import type_name

if TYPE_CHECKING:
    from honnin.compiler.account import Account
    from honnin.compiler.answers import Counterexample, TakenStep
    from honnin.spec.design import Configuration
    from honnin.spec.evaluation import Place, Term, World

DESCRIPTION = "https://apalache-mc.org/docs/adr/015adr-trace.html"
MOST_PLACES = 1_000
"""Of a map with more places, or with places that cannot be listed, only those are said that the run speaks of."""


def itf(run: Counterexample, module: Module, subject: str) -> dict[str, Any]:
    """The run as one ITF document."""
    from honnin.compiler.account import account

    system = next((system for system in module.systems if system.name == subject), None)
    told = account(module, system, run) if system is not None else None
    states = [_State(run, module, told, number).record() for number in range(len(run.steps) + 1)]
    names = [name for name in states[-1] if name != "#meta"]
    params = [name for name in states[0] if name not in ("#meta", *names)]
    return {
        "#meta": _meta(run, module, subject, system),
        **({"params": params} if params else {}),
        "vars": names,
        "states": states,
    }


def _meta(run: Counterexample, module: Module, subject: str, system: System | None) -> dict[str, Any]:
    declared = system.variables if system is not None else ()
    return {
        "format": "ITF",
        "format-description": DESCRIPTION,
        "description": sentence(run, module) or f"a run of {subject}: {run.claim}",
        "subject": subject,
        "claim": run.claim,
        "specification": run.specification,
        "digest": module.digest,
        "scope": {entity: list(values) for entity, values in run.scope.items()},
        "varTypes": {
            variable.name: " -> ".join(
                [", ".join(map(type_name, variable.keys))] * bool(variable.keys) + [type_name(variable.value)]
            )
            for variable in declared
        },
    }


class _State:
    """State `number` of the run; 0 is the one before the first step."""

    def __init__(self, run: Counterexample, module: Module, told: Account | None, number: int) -> None:
        self.run, self.module, self.told, self.number = run, module, told, number

    def record(self) -> dict[str, Any]:
        step = self.run.steps[self.number - 1] if self.number else None
        return {
            "#meta": {"index": self.number},
            **(_design(self.run, self.told.states[self.number], self.number == 0) if self.told else {}),
            **(
                {"@now": _time(self.run, self.number)}
                if any(s.now is not None for s in self.run.steps)
                else {}
            ),
            "@step": step_name(step) if step is not None else "",
            "@events": self._events(step),
        }

    def _events(self, step: TakenStep | None) -> list[dict[str, Any]]:
        return [_event(event, self.module) for event in (step.events if step is not None else ())]


def _time(run: Counterexample, number: int) -> Any:
    """The time after so many steps; before the first, that of the first."""
    return encoded(run.steps[max(number, 1) - 1].now or 0, TIME)


def _event(event: Occurrence, module: Module) -> dict[str, Any]:
    types = field_types(event.event, module.specifications)
    declared = next(e for s in module.specifications for e in s.events if e.name == event.event)
    fields = {
        field.name: encoded(value, type)
        for field, value, type in zip(declared.fields, event.values, types, strict=True)
    }
    return {"event": event.event, **fields}


def _design(run: Counterexample, state: Configuration, first: bool) -> dict[str, Any]:
    """The variables and the counters; in the first state the givens too."""
    design, world = state.design, state.past
    givens = {given.name: given for specification in design.specifications for given in specification.givens}
    touched = _touched(run)
    known: dict[str, Any] = {}
    for name, given in givens.items() if first else ():
        table: dict[Place, Term] = {(name, keys): v for keys, v in design.facts[name].values.items()}
        known[name] = _map(world, name, given.keys, given.value, table, design.facts[name].default, touched)
    for variable in design.system.variables:
        default = world.variable_defaults[variable.name]
        known[variable.name] = _map(
            world, variable.name, variable.keys, variable.value, state.variables, default, touched
        )
    for process in design.system.processes:
        keys = tuple(binder.type for binder in process.parameters)
        places = {(f"@{name}", of): label for (name, of), label in state.labels.items()}
        known[f"@{process.name}"] = _map(world, f"@{process.name}", keys, TextT(), places, "", touched)
    return known


def _touched(run: Counterexample) -> dict[str, list[tuple[Value, ...]]]:
    """The keys of each place that the run speaks of."""
    keys: dict[str, dict[tuple[Value, ...], None]] = {}
    for first in run.initial:
        keys.setdefault(first.variable, {})[first.keys] = None
    for given in run.givens:
        keys.setdefault(given.given, {})[given.keys] = None
    for change in (change for step in run.steps for change in step.changes):
        keys.setdefault(change.place, {})[change.keys] = None
    return {name: list(several) for name, several in keys.items()}


def _map(
    world: World,
    name: str,
    keys: tuple[Type, ...],
    type: Type,
    places: Mapping[Place, Term],
    default: object,
    touched: Mapping[str, Sequence[tuple[Value, ...]]],
) -> Any:
    """The map as it is: `{"#map": [[key, value], ...]}`; the value itself where there are no keys."""
    if not keys:
        return encoded(places.get((name, ()), default), type)
    rows = _listed(world, keys)
    pairs = [
        [_key(row, keys), encoded(places.get((name, row), default), type)]
        for row in (touched.get(name, []) if rows is None else rows)
    ]
    return {"#map": pairs}


def _listed(world: World, keys: tuple[Type, ...]) -> list[tuple[Term, ...]] | None:
    """Every combination of keys; None where they cannot be listed, or are too many."""
    try:
        domains = [world.domain(key) for key in keys]
    except ValueError:
        return None
    return list(product(*domains)) if prod(map(len, domains)) <= MOST_PLACES else None


def _key(row: Sequence[Term], types: Sequence[Type]) -> Any:
    parts = [encoded(value, type) for value, type in zip(row, types, strict=True)]
    return parts[0] if len(parts) == 1 else {"#tup": parts}


def encoded(value: object, type: Type) -> Any:
    """A value as ITF has it; whole numbers as `#bigint`, microseconds for times."""
    if isinstance(type, OptionalT):
        if value is None:
            return {"tag": "None", "value": {"#tup": []}}
        return {"tag": "Some", "value": encoded(value, type.inner)}
    if isinstance(value, int) and type != BOOL and not isinstance(value, bool):
        return {"#bigint": str(value)}
    return value
