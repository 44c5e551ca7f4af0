"""What is said of a trace: the reference meaning makes these, the laws compare every engine's with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from honnin.spec.core import Value
from honnin.spec.records import dataclass, field


@dataclass(frozen=True, slots=True)
class Failure:
    """A claim that failed at `position` (from 1; 0: the initial state; None: found by the clock or at the end).

    `trigger` is the position of the event that raised the claim: `position` itself, but for a missed deadline the earlier one.
    `bindings`: the pattern's names with their values, then those of the quantifiers that witness the failure.
    """

    claim: str
    position: int | None
    trigger: int | None
    bindings: tuple[tuple[str, Value], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Fault:
    """Two writes of one event that cannot both be done: a fault of the specification; the state was left unchanged."""

    position: int
    place: str
    keys: tuple[Value, ...] = ()
    writes: tuple[str, str] = field(default=("", ""), compare=False)


@dataclass(frozen=True, slots=True)
class Report:
    """The verdicts on a whole trace.

    violated: failures of invariants that count, in the order of discovery (per event: deadlines, phase 1, phase 2, each in the
    order of declaration). broken: failures of assumptions. unjudged: per invariant, how many failures came after a broken
    assumption. pending: obligations open at the end, as (claim, trigger). exercised: per invariant and assumption; reached: per cover.
    """

    positions: int
    violated: tuple[Failure, ...]
    broken: tuple[Failure, ...]
    unjudged: Mapping[str, int]
    pending: tuple[tuple[str, int], ...]
    exercised: Mapping[str, int]
    reached: Mapping[str, int]
    faults: tuple[Fault, ...]

    def verdict(self, claim: str) -> Literal["violated", "assumption broken", "pending", "satisfied so far"]:
        """The word of language.md section 5 for one claim."""
        if any(failure.claim == claim for failure in self.violated):
            return "violated"
        if any(failure.claim == claim for failure in self.broken):
            return "assumption broken"
        if any(name == claim for name, _ in self.pending):
            return "pending"
        return "satisfied so far"
