"""Types, and the values of those that have few."""

from __future__ import annotations

from typing import TypeAlias

from honnin.spec.records import dataclass


@dataclass(frozen=True, slots=True)
class BoolT:
    pass


@dataclass(frozen=True, slots=True)
class IntT:
    pass


@dataclass(frozen=True, slots=True)
class TextT:
    pass


@dataclass(frozen=True, slots=True)
class TimeT:
    pass


@dataclass(frozen=True, slots=True)
class DurationT:
    pass


@dataclass(frozen=True, slots=True)
class EntityT:
    name: str


@dataclass(frozen=True, slots=True)
class EnumT:
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RangeT:
    """`low..high`, both included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class OptionalT:
    """`inner` is never itself optional."""

    inner: Type


Type: TypeAlias = BoolT | IntT | TextT | TimeT | DurationT | EntityT | EnumT | RangeT | OptionalT


def base_type(type: Type) -> Type:
    """The type without `?`."""
    return type.inner if isinstance(type, OptionalT) else type


BOOL, INT, TEXT, TIME, DURATION = BoolT(), IntT(), TextT(), TimeT(), DurationT()


Value: TypeAlias = bool | int | str | None


MOST_LISTED = 10_000
"""The most values of a range that are ever gone through one by one; nothing quantifies over a larger one."""


def listable(type: Type) -> bool:
    """Whether `finite_values` lists the type."""
    match type:
        case BoolT() | EnumT():
            return True
        case RangeT(low=low, high=high):
            return high - low < MOST_LISTED
        case OptionalT(inner=inner):
            return listable(inner)
        case _:
            return False


def finite_values(type: Type) -> tuple[Value, ...] | None:
    """Every value of a Bool, enum or range, in order (an optional of one: none first).

    None for an infinite or unknown set, and for a range of more than MOST_LISTED values.
    """
    match type:
        case BoolT():
            return (False, True)
        case EnumT(members=members):
            return members
        case RangeT(low=low, high=high) if listable(type):
            return tuple(range(low, high + 1))
        case OptionalT(inner=inner):
            values = finite_values(inner)
            return None if values is None else (None, *values)
        case _:
            return None
