"""What an oracle keeps for a claim, when an entry is freed, and whether it can grow without bound."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Literal, TypeAlias

from honnin.compiler.cost.needs import needed
from honnin.compiler.cost.slices import Slice, slices
from honnin.compiler.cost.through import Through, looked_through
from honnin.compiler.formulas import assignments
from honnin.compiler.generator.program import OPEN, Program, entity_of
from honnin.compiler.generator.specialise import at_event
from honnin.compiler.machine import Check, Register
from honnin.compiler.simplify import free, is_true, negation, normal
from honnin.spec.core import And, Compare, Event, Lift, Lit, Specification, Type, finite_values
from honnin.spec.records import dataclass
from honnin.spec.words import duration, expression, type_name

Bounded: TypeAlias = Literal["always", "by events", "never"]


@dataclass(frozen=True, slots=True)
class Kept:
    """`what`: as the author wrote it; `by`: the types of which each value has an entry; `freed`: when an entry goes, None: never.

    `bounded` "always": by time, or because there are only so many keys; "by events": as long as those come that free entries.
    """

    what: str
    by: tuple[str, ...]
    freed: str | None
    bounded: Bounded


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one claim. `slices`: the fields by each of whose values the log can be split without changing a verdict; `through`: what makes
    events take longer the more is kept.
    """

    claim: str
    keeps: tuple[Kept, ...]
    slices: tuple[Slice, ...]
    through: tuple[Through, ...]

    @property
    def bounded(self) -> Bounded:
        """The weakest bound of all that is kept."""
        found = {kept.bounded for kept in self.keeps}
        return "never" if "never" in found else "by events" if "by events" in found else "always"


def costs(made: Program) -> tuple[Cost, ...]:
    """The cost of every claim that is monitored, in the order of declaration."""
    return tuple(
        Cost(
            check.claim.name,
            _keeps(made, check),
            slices(made, check),
            looked_through(made.specification, check.claim),
        )
        for check in made.checks
        if not check.claim.given_only
    )


def _keeps(made: Program, check: Check) -> tuple[Kept, ...]:
    return tuple(_kept(made, place) for place in needed(made, check))


def _kept(made: Program, place: str) -> Kept:
    keys = made.place(place).keys
    by = tuple(type_name(key) for key in keys)
    if place.startswith(OPEN):
        goal = made.goals[place]
        awaited = f"eventually[<= {duration(goal.bound)}] {expression(goal.body)}"
        return Kept(awaited, by, f"when it comes, or after {duration(goal.bound)}", "always")
    released = _released(made.specification, keys)
    if place.startswith("#"):
        register = made.machine.register(place)
        timed = bool(register.window) or register.operator == "previously"
        by_itself = _register_freed(made.specification, register)
        freed = by_itself if timed else _either(by_itself, released)
        return _with_bound(register.source, keys, freed, timed or released is not None)
    freed = _either(_state_freed(made.specification, place), released)
    return _with_bound(place, keys, freed, released is not None)


def _released(specification: Specification, keys: Sequence[Type]) -> str | None:
    """When an entry goes because an identity among its keys is released."""
    horizons = {retained.entity: retained.horizon for retained in specification.retained}
    found = [(horizons[name], name) for key in keys if (name := entity_of(key)) in horizons]
    return f"{duration(min(found)[0])} after the last event of its {min(found)[1]}" if found else None


def _either(one: str | None, other: str | None) -> str | None:
    return f"{one}, or {other}" if one and other else one or other


def _with_bound(what: str, keys: Sequence[Type], freed: str | None, timed: bool) -> Kept:
    by = tuple(type_name(key) for key in keys)
    if not keys:
        return Kept(what, by, "never: one value", "always")
    if not _is_endless(keys):
        most = prod(len(finite_values(key) or ()) for key in keys)
        return Kept(what, by, freed or f"never: {most} entries at most", "always")
    return Kept(what, by, freed, "always" if timed else "by events" if freed else "never")


def _is_endless(keys: Sequence[Type]) -> bool:
    """Whether some key has no end of values."""
    return any(finite_values(key) is None for key in keys)


def _register_freed(specification: Specification, register: Register) -> str | None:
    if register.operator == "previously":
        return "at the next event"
    if register.window:
        return f"after {duration(register.window)}"
    if not any(_frees(register, event) for event in specification.events):
        return None
    return f"once `{expression(normal(negation(register.hold)))}`"


def _frees(register: Register, event: Event) -> bool:
    """Whether at the event an entry may go without another that takes its place."""
    if is_true(at_event(register.hold, event)):
        return False
    begin = normal(at_event(register.set, event))
    keys = {key.uid for key in (*register.keys, *((register.value,) if register.value else ()))}
    parts = begin.items if isinstance(begin, And) else (begin,)
    return not all(
        isinstance(part, Compare) and part.operator == "==" and keys & free(part) for part in parts
    )


def _state_freed(specification: Specification, place: str) -> str | None:
    """The events at which an `after` block may set an entry back to its default; None where none does."""
    default = _bare(specification.state(place).default)
    events: dict[str, None] = {}
    shrinks = False
    for after in specification.updates:
        for assign in assignments(after.body):
            if assign.place == place:
                value = _bare(assign.value)
                shrinks |= assign.operator == "-="
                if assign.operator == ":=" and (value == default or _may_be(value, default)):
                    events.update({pattern.event: None for pattern in after.patterns})
    if events:
        return f"at {', '.join(events)}"
    return "when it is back at its default" if shrinks else None


def _bare(expr: object) -> object:
    return expr.body if isinstance(expr, Lift) else expr


def _may_be(value: object, default: object) -> bool:
    """Whether the value, a literal of another written type, is the default."""
    return isinstance(value, Lit) and isinstance(default, Lit) and value.value == default.value
