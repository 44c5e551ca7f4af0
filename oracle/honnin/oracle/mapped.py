"""Logs that were not made for a specification, read by one of its mappings (`from json "NAME" { ... }`)."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Mapping
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeAlias

from honnin.compiler.runtime.base import (
    InvariantViolated,
    SpecificationFault,
    instant,
    read_object,
)
from honnin.spec.records import dataclass, field

if TYPE_CHECKING:
    from honnin.spec.core import Specification, Value

Told: TypeAlias = "tuple[int, tuple[Value, ...], int | None]"
"""One event: its number, its values as the language has them, its time in microseconds."""

_2001 = 10**15
"""Microseconds since 1970: from here on the times of a log are taken for dates, and shown as such."""


@dataclass(frozen=True, slots=True)
class LogMapping:
    """A compiled mapping. `source` is the generated function."""

    name: str
    title: str | None
    source: str = field(repr=False)
    _read: Callable[[Mapping[str, Any]], tuple[Told, ...]] = field(repr=False)

    def read(self, line: str | bytes | Mapping[str, Any]) -> tuple[Told, ...]:
        """The events that a line, or an object that is read already, tells: all of them, or none where it is ignored.

        Raises BadInput where it is rejected or a value is not what its field takes.
        """
        return self._read(read_object(line) if isinstance(line, str | bytes) else line)

    def observe(self, oracle: Any, line: str | bytes | Mapping[str, Any]) -> int:
        """Reports every event of the line to the oracle; how many there were, 0 where the line is ignored. Raises BadInput.

        Where the oracle raises, it does so after the last event of the line, with what it found first.
        """
        told = self.read(line)
        if told:
            oracle._dated = is_dated(told)
        first: InvariantViolated | SpecificationFault | None = None
        for number, values, at in told:
            try:
                oracle.observe_values(number, values, at)
            except (InvariantViolated, SpecificationFault) as found:
                first = first or found
        if first is not None:
            raise first
        return len(told)


def is_dated(told: tuple[Told, ...]) -> bool:
    """Whether the times of events of one line are taken for dates."""
    return any(at is not None and at >= _2001 for *_, at in told[:1])


def compile_mapping(
    name: str, specification: Specification, namespace: Mapping[str, Any], digest: str
) -> LogMapping:
    """The mapping `name` of the specification whose oracle's module defines `namespace`; KeyError when there is none."""
    from honnin.compiler.logs import runtime
    from honnin.compiler.logs.source import mapping_source

    mapping = specification.mapping(name)
    source = mapping_source(mapping, specification)
    file = f"<mapping {specification.name} {digest[:12]} {specification.mappings.index(mapping)}>"
    defined: dict[str, Any] = {"__name__": file, "READ_TIME": instant, "NoneType": NoneType}
    for helper in (
        "NOTHING",
        "field",
        "index",
        "integer_of",
        "microseconds_of",
        "reject",
        "text_of",
        "translated",
    ):
        defined[helper] = getattr(runtime, helper)
    for number, event in enumerate(namespace["EVENTS"]):
        for place, parameter in enumerate(event.fields):
            defined[f"READ_{number}_{place}"] = parameter.read
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    exec(compile(source, file, "exec"), defined)  # noqa: S102 - what mapping_source wrote
    return LogMapping(name, mapping.title, source, defined["read"])
