"""The machine: a specification as registers, updates and checks. Everything behind the lowering reads this.

A **register** summarises the positions before the present one. While a position is worked on, every register still speaks of
the positions *before* it; all registers of a phase are brought up to date together when the phase has been checked. So a
lowered formula says the present position out loud: `once f` is `f or #1[k]`, `earlier f` is `#1[k]`, `f since g` is
`g or (f and #2[k])`. In lowered formulas the temporal nodes are gone, but for `Eventually`; a register is read by `StateRead`
with its name (`#1`), which no state can have.

The order of work at one event, at time t:

1. deadlines: obligations that t makes false, over the positions before this event;
2. phase 1: the checks of "on" claims over the state before the event, then the phase-1 registers;
3. the state changes (all `after` blocks at once);
4. phase 2: the checks of "always" and "sometime" claims over the new state (`Old(e)`: e over the state before), then the
   phase-2 registers.

Before the first position every register is empty: false, none, 0. At position 0 only `Check.initial` is evaluated (there the
temporal operators have their fixed values, which the lowered `body` would not give).
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from honnin.spec.core import BOOL, INT, TIME, Binder, Claim, Expr, OptionalT, RangeT, Specification, Type
from honnin.spec.records import dataclass

Phase: TypeAlias = Literal[1, 2]


@dataclass(frozen=True, slots=True)
class Register:
    """One history register. At the end of its phase, for every value of `keys`:

    - "since" (`once f` is `true since f`): holds after a position where `set` held, as long as `hold` has held at every position
      after. `stores` "whether": a Bool. "latest"/"earliest": the time of the latest/earliest such position, or none.
    - "previously": the value of `set` at the present position. For keys never seen it is `fresh` from position 1 on.
    - "count": the times of the positions at which `set` held; a read is the number of those in the last `window`
      microseconds before now, as an Int.

    `window` is also set where `stores` is "latest" and reads ask only for a time at most `window` microseconds ago: an engine
    may forget older ones. 0 otherwise. `value`: only an oracle's registers have one (generator/functions.py): of this key there is one value at
    most for each of `keys`, and that is what is stored and read.
    """

    name: str
    phase: Phase
    operator: Literal["since", "previously", "count"]
    keys: tuple[Binder, ...]
    set: Expr
    hold: Expr
    stores: Literal["whether", "latest", "earliest", "times"]
    window: int = 0
    fresh: bool = False
    source: str = ""
    value: Binder | None = None

    @property
    def type(self) -> Type:
        """What a read of it gives."""
        if self.value is not None:
            return OptionalT(INT if isinstance(self.value.type, RangeT) else self.value.type)
        match self.stores:
            case "whether":
                return BOOL
            case "times":
                return INT
            case "latest" | "earliest":
                return OptionalT(TIME)


@dataclass(frozen=True, slots=True)
class Check:
    """A claim with its formulas lowered. `body` keeps `Eventually` nodes (their operands are lowered, phase 1).

    `initial` is the body at position 0, None where the claim is not evaluated there. `reads` are the outermost reads and temporal
    parts of `when` and `body`, each as the author wrote it and lowered: what an account of a failure shows. `parts`: likewise the formulas
    that the body is made of.
    """

    claim: Claim
    phase: Phase
    when: Expr
    body: Expr
    initial: Expr | None = None
    reads: tuple[tuple[Expr, Expr], ...] = ()
    parts: tuple[tuple[Expr, Expr], ...] = ()


@dataclass(frozen=True, slots=True)
class Machine:
    """`registers` in an order in which each is declared after those that its formulas read."""

    specification: Specification
    registers: tuple[Register, ...]
    checks: tuple[Check, ...]

    def register(self, name: str) -> Register:
        """The register `name` (`#1`); KeyError when there is none."""
        for register in self.registers:
            if register.name == name:
                return register
        raise KeyError(name)
