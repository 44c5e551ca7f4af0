"""Identities that are released (docs/decisions/0036): the trace in which one that comes back after its horizon has another name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from honnin.spec.core import EntityT, Occurrence, Specification, Type, Value, base_type
from honnin.spec.evaluation import MissingTime
from honnin.spec.records import dataclass, replace
from honnin.spec.verdicts import Failure, Fault, Report

_MARK = "\ud800"
"""Half of a surrogate pair, which no name in a trace may have."""


@dataclass(slots=True)
class _Life:
    """How often an identity has been another one, and when an event named it last (microseconds)."""

    number: int
    last: int


@dataclass(frozen=True, slots=True)
class Renewed:
    """The trace with the new names, and for each of these the name that it stands for."""

    trace: tuple[Occurrence, ...]
    names: Mapping[Value, Value]

    def original(self, report: Report) -> Report:
        """The verdicts with the names of the trace as it was told."""
        return replace(
            report,
            violated=tuple(map(self._failure, report.violated)),
            broken=tuple(map(self._failure, report.broken)),
            faults=tuple(map(self._fault, report.faults)),
        )

    def _failure(self, failure: Failure) -> Failure:
        named = tuple((name, self.names.get(value, value)) for name, value in failure.bindings)
        return replace(failure, bindings=named)

    def _fault(self, fault: Fault) -> Fault:
        return replace(fault, keys=tuple(self.names.get(key, key) for key in fault.keys))


def renewed(specification: Specification, trace: Sequence[Occurrence]) -> Renewed:
    """The trace as `retain` has it read. MissingTime where an event has no time."""
    horizons = {retained.entity: retained.horizon for retained in specification.retained}
    lives: dict[tuple[str, Value], _Life] = {}
    names: dict[Value, Value] = {}
    told = []
    for position, event in enumerate(trace, start=1):
        declared = specification.event(event.event)
        if event.at is None:
            raise MissingTime(f"position {position} has no time")
        values = list(event.values)
        met: dict[tuple[str, Value], _Life] = {}
        for place, (field, value) in enumerate(zip(declared.fields, event.values, strict=True)):
            entity = _entity(field.type)
            if entity in horizons and value is not None:
                life = lives.get((entity, value), _Life(0, event.at))
                number = life.number + (event.at - life.last > horizons[entity])
                met[entity, value] = _Life(number, event.at)
                if number:
                    values[place] = f"{value!r}{_MARK}{number}"
                    names[values[place]] = value
        if declared.direction != "hidden":
            lives.update(met)
        told.append(replace(event, values=tuple(values)))
    return Renewed(tuple(told), names)


def _entity(type: Type) -> str:
    inner = base_type(type)
    return inner.name if isinstance(inner, EntityT) else ""
