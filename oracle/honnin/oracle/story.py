"""The words for what happens in a run of a design: steps, places, values, events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from honnin.oracle.plain import event_words
from honnin.spec import words
from honnin.spec.core import INT, Module, Occurrence, Specification, System, Type, Value
from honnin.spec.records import dataclass, replace

if TYPE_CHECKING:
    from honnin.compiler.answers import Initial, TakenStep


@dataclass(frozen=True, slots=True)
class Names:
    """What is called how in a design. `system` is None where the subject of the check is a specification."""

    system: System | None

    @staticmethod
    def of(module: Module, subject: str) -> Names:
        return Names(next((system for system in module.systems if system.name == subject), None))

    def type(self, variable: str) -> Type | None:
        """The type of what the variable holds; None where the design has no such variable."""
        declared = self.system.variables if self.system is not None else ()
        return next((v.value for v in declared if v.name == variable), None)

    def value(self, variable: str, literal: Value) -> str:
        """A value that the variable holds."""
        type = self.type(variable)
        return plain(literal) if type is None else words.literal(literal, type)

    def split(self, variable: str, keys: Sequence[Value]) -> tuple[str, str]:
        """`handler[r1]` and `name` for a variable of an instance of a process; an empty owner and `store[s1]` for another."""
        process, _, own = variable.rpartition(".")
        if not process or self.system is None:
            return "", place(variable, keys)
        count = len(self.system.process(process).parameters)
        return place(process, keys[:count]), place(own, keys[count:])

    def variable(self, variable: str, keys: Sequence[Value]) -> str:
        """`store[s1]`; `handler[r1].name` for a variable of an instance of a process."""
        owner, own = self.split(variable, keys)
        return f"{owner}.{own}" if owner else own

    def initial(self, first: Initial) -> str:
        """`handler[r1].asked = p1`."""
        return f"{self.variable(first.variable, first.keys)} = {self.value(first.variable, first.value)}"


def instance(step: TakenStep) -> str | None:
    """`handler[r1]`, the instance that takes the step; None for an action."""
    process, _, _ = step.step.rpartition(".")
    return place(process, [argument.value for argument in step.arguments]) if process else None


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
    return words.literal(literal, INT)


def occurrence_words(occurrence: Occurrence, module: Module) -> str:
    """`deliver(r1, p2, 1, 2)`, with its time where it has one."""
    types = field_types(occurrence.event, module.specifications)
    arguments = [words.literal(item, type) for item, type in zip(occurrence.values, types, strict=True)]
    at = "" if occurrence.at is None else f" at {words.duration(occurrence.at)}"
    return event_words(occurrence.event, arguments) + at


def timely(occurrences: Sequence[Occurrence]) -> list[Occurrence]:
    """The occurrences, without their times where all are 0: nobody wrote them."""
    if any(occurrence.at for occurrence in occurrences):
        return list(occurrences)
    return [replace(occurrence, at=None) for occurrence in occurrences]


def field_types(event: str, specifications: Sequence[Specification]) -> tuple[Type, ...]:
    """The types of the fields of an event of any of the specifications."""
    for specification in specifications:
        for declared in specification.events:
            if declared.name == event:
                return tuple(field.type for field in declared.fields)
    raise KeyError(event)


def occurrence_record(occurrence: Occurrence, specifications: Sequence[Specification]) -> dict[str, Any]:
    """The event as a line of a trace has it; `at` in seconds."""
    for specification in specifications:
        for declared in specification.events:
            if declared.name == occurrence.event:
                fields = {f.name: v for f, v in zip(declared.fields, occurrence.values, strict=True)}
                at = {} if occurrence.at is None else {"at": occurrence.at / 1_000_000}
                return {"event": occurrence.event, **at, **fields}
    raise KeyError(occurrence.event)
