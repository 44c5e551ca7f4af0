"""One trace through a generated oracle, its verdicts as the reference meaning gives them."""

from __future__ import annotations

import sys
import types
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import count, product
from typing import Any

from honnin.compiler.generator.module import generate
from honnin.compiler.lower import lower
from honnin.spec.core import Module, Occurrence, Specification, Type, Value, finite_values
from honnin.spec.facts import Facts, Missing
from honnin.spec.load import check_text
from honnin.spec.verdicts import Failure, Fault, Report

_NUMBERS = count(1)


def load(text: str) -> Module:
    """The module of a specification that is right."""
    checked = check_text(text)
    assert checked.module is not None, checked.diagnostics
    return checked.module


def oracle_module(specification: Specification, *, standalone: bool = False) -> types.ModuleType:
    """The generated module of all claims of the specification, imported."""
    source = generate(lower(specification, specification.claims), "digest", standalone=standalone)
    return import_source(source)


def import_source(source: str) -> types.ModuleType:
    name = f"generated_oracle_{next(_NUMBERS)}"
    module = types.ModuleType(name)
    sys.modules[name] = module
    exec(compile(source, name, "exec"), module.__dict__)  # noqa: S102
    return module


def run(
    module: types.ModuleType,
    trace: Sequence[Occurrence],
    facts: Mapping[str, Any] | None = None,
    end: int | None = None,
) -> Report:
    """The verdicts of the module's oracle on the trace; `end`: the clock at the end, in microseconds.

    A trace with an odd number of events is reported by the methods of the events, where their work stands once more.
    """
    oracle = module.Oracle(on_violation="collect", facts=facts, reveal=True)
    numbers = {event.name: number for number, event in enumerate(module.EVENTS)}
    for occurrence in trace:
        number = numbers[occurrence.event]
        if len(trace) % 2 and not any(field.seconds for field in module.EVENTS[number].fields):
            at = None if occurrence.at is None else Decimal(occurrence.at).scaleb(-6)
            getattr(oracle, module.METHODS[occurrence.event])(*occurrence.values, at=at)
        else:
            oracle.observe_values(number, occurrence.values, occurrence.at)
    if end is not None:
        oracle.tick(f"{end // 1_000_000}.{end % 1_000_000:06}")
    return report_of(oracle)


def report_of(oracle: Any) -> Report:
    """What an oracle says, in the reference's words."""
    return Report(
        positions=oracle.position,
        violated=tuple(_failure(violation) for violation in oracle.violations),
        broken=tuple(_failure(violation) for violation in oracle.broken),
        unjudged=oracle.unjudged,
        pending=tuple(oracle.pending),
        exercised=oracle.exercised,
        reached=oracle.reached,
        faults=tuple(Fault(fault.position, fault.place, fault.keys) for fault in oracle.faults),
    )


def _failure(violation: Any) -> Failure:
    return Failure(
        violation.invariant, violation.position, violation.trigger, tuple(violation.bindings.items())
    )


def closed(specification: Specification, facts: Facts) -> Facts:
    """The facts with some value wherever they leave one open."""
    return {
        given.name: replace(facts[given.name], default=_anything(given.value))
        if isinstance(facts[given.name].default, Missing)
        else facts[given.name]
        for given in specification.givens
    }


def _anything(type: Type) -> Value:
    values = finite_values(type)
    return "nobody" if values is None else values[0]


def raw_facts(specification: Specification, facts: Facts) -> dict[str, Any]:
    """The facts as a facts file has them; they must leave no value open."""
    raw: dict[str, Any] = {}
    for given in specification.givens:
        table = facts[given.name]
        if not given.keys:
            raw[given.name] = table.values.get((), table.default)
            continue
        entries: dict[Any, Any] = dict(table.values)
        columns = [finite_values(key) for key in given.keys]
        finite = [column for column in columns if column is not None]
        raw[given.name] = {}
        if len(finite) == len(columns):
            for keys in product(*finite):
                entries.setdefault(keys, table.default)
        else:
            raw[given.name]["default"] = table.default
        raw[given.name]["table"] = [[*keys, value] for keys, value in entries.items()]
    return raw
