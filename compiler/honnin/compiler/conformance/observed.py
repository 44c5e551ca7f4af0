"""What is held against a design, and the answers."""

from __future__ import annotations

from typing import TypeAlias

from honnin.spec.core import Occurrence, Value
from honnin.spec.records import dataclass


@dataclass(frozen=True, slots=True)
class Label:
    """A step that was observed itself: `handler.write` of the instance with these arguments, or an action; `at` in microseconds."""

    step: str
    arguments: tuple[Value, ...]
    at: int | None = None


Observed: TypeAlias = Occurrence | Label


@dataclass(frozen=True, slots=True)
class Allowed:
    """The observations are a behaviour of the design. `steps`: one run that shows it, hidden steps included."""

    steps: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """Nothing leads on at the observation of that index. `instead`: what could have been observed there (without times), the most
    similar first; `more`: there are others."""

    index: int
    instead: tuple[Observed, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A limit was reached; so many observations were explained by then."""

    index: int
    reason: str


Conformance: TypeAlias = Allowed | NotAllowed | Unsettled


def same(one: Observed, other: Observed) -> bool:
    """Whether they are equal but for their times."""
    match one, other:
        case Occurrence(), Occurrence():
            return one.event == other.event and one.values == other.values
        case Label(), Label():
            return one.step == other.step and one.arguments == other.arguments
        case _:
            return False
