"""Claims to a machine: every temporal operator becomes a read of registers that are kept up event by event.

A register speaks of the positions before the present one, so each operator says here what the present position adds. Registers
are shared: two operators that differ only in the names of their variables read one register.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from honnin.compiler.deadlines import waits
from honnin.compiler.fresh import fresh_value
from honnin.compiler.machine import Check, Machine, Phase, Register
from honnin.compiler.simplify import FALSE, TRUE, conjunction, disjunction, free, is_false, negation, simplify
from honnin.spec.core import (
    BOOL,
    DURATION,
    INT,
    TIME,
    And,
    Arithmetic,
    Atom,
    Binder,
    Claim,
    Compare,
    Count,
    CountPast,
    Earlier,
    Exists,
    Expr,
    Forall,
    GivenRead,
    Historically,
    If,
    Iff,
    Implies,
    Interval,
    Lift,
    Lit,
    Not,
    Now,
    Old,
    Once,
    OptionalT,
    Or,
    Present,
    Previously,
    Since,
    Specification,
    StateRead,
    Sum,
    Type,
    Var,
    children,
    finite_values,
    rewrite,
    type_of,
    walk,
)
from honnin.spec.monitorable import monitored_form
from honnin.spec.records import dataclass, replace
from honnin.spec.words import expression

_Stores: TypeAlias = Literal["whether", "latest", "earliest", "times"]
_MAYBE_TIME = OptionalT(TIME)


def lower(specification: Specification, claims: Sequence[Claim]) -> Machine:
    """The machine that decides `claims`; its registers are named `#1`, `#2`, ... in the order in which they are met."""
    lowering = _Lowering(specification)
    checks = tuple(lowering.check(claim) for claim in claims)
    return Machine(specification, tuple(lowering.registers), checks)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What makes two registers one: their formulas with the binders numbered, and the binders' types; of counts also their window."""

    phase: Phase
    operator: str
    stores: str
    window: int
    set: Expr
    hold: Expr
    types: tuple[Type, ...]


class _Numbering:
    """Renames binders to -1, -2, ... in the order in which they are met."""

    def __init__(self) -> None:
        self.free: dict[int, Var] = {}
        self.numbers: dict[int, Binder] = {}
        self.types: list[Type] = []

    def _renamed(self, binder: Binder) -> Binder:
        if binder.uid not in self.numbers:
            self.types.append(binder.type)
            self.numbers[binder.uid] = replace(binder, uid=-len(self.types))
        return self.numbers[binder.uid]

    def of(self, expr: Expr, local: frozenset[int] = frozenset()) -> Expr:
        match expr:
            case Var(binder=binder):
                if binder.uid not in local:
                    self.free.setdefault(binder.uid, expr)
                return replace(expr, binder=self._renamed(binder))
            case Forall(binder=binder) | Exists(binder=binder):
                body = self.of(expr.body, local | {binder.uid})
                return replace(expr, binder=self._renamed(binder), body=body)
            case Count(binders=binders) | Sum(binders=binders):
                inner = local | {binder.uid for binder in binders}
                expr = rewrite(expr, lambda part: self.of(part, inner))
                assert isinstance(expr, Count | Sum)
                return replace(expr, binders=tuple(self._renamed(binder) for binder in binders))
            case _:
                return rewrite(expr, lambda part: self.of(part, local))


class _Lowering:
    def __init__(self, specification: Specification) -> None:
        self.specification = specification
        self.registers: list[Register] = []
        self._known: dict[_Shape, Register] = {}

    def check(self, claim: Claim) -> Check:
        phase: Phase = 1 if claim.form == "on" else 2
        when, body = (monitored_form(part, claim, self.specification) for part in (claim.when, claim.body))
        return Check(
            claim,
            phase,
            self._lowered(when, phase),
            self._lowered(body, phase),
            _initial(claim),
            tuple((part, self._lowered(part, phase)) for part in _reads(when, body)),
            tuple((part, self._lowered(part, phase)) for part in _parts(body)),
        )

    def _lowered(self, expr: Expr, phase: Phase) -> Expr:
        match expr:
            case Once(interval=interval, body=body):
                return self._once(interval, self._lowered(body, phase), phase, expr)
            case Historically(interval=interval, body=body):
                return negation(self._once(interval, negation(self._lowered(body, phase)), phase, expr))
            case Earlier(interval=interval, body=body):
                return self._past(interval, self._lowered(body, phase), TRUE, phase, expr)
            case Since(interval=interval, left=left, right=right):
                hold, begin = self._lowered(left, phase), self._lowered(right, phase)
                past = self._past(interval, begin, hold, phase, expr)
                return disjunction((_if_present_counts(interval, begin), conjunction((hold, past))))
            case Previously(interval=None, body=Since(interval=None, left=left, right=right)):
                return self._past(None, self._lowered(right, phase), self._lowered(left, phase), phase, expr)
            case Previously(interval=interval, body=body):
                return self._previously(interval, self._lowered(body, phase), phase, expr)
            case CountPast(bound=bound, body=body):
                return self._count(bound, self._lowered(body, phase), phase, expr)
            case _:
                return rewrite(expr, lambda part: self._lowered(part, phase))

    def _once(self, interval: Interval | None, body: Expr, phase: Phase, source: Expr) -> Expr:
        past = self._past(interval, body, TRUE, phase, source)
        return disjunction((_if_present_counts(interval, body), past))

    def _past(self, interval: Interval | None, begin: Expr, hold: Expr, phase: Phase, source: Expr) -> Expr:
        """At an earlier position, at a distance in `interval`, `begin` held, and `hold` at every one after it up to the last."""
        begin = simplify(begin)
        if is_false(begin):
            return FALSE
        if interval is None:
            return self._read("since", "whether", begin, hold, phase, source)
        recent = interval.operator in ("<=", "<")
        stores: _Stores = "latest" if recent else "earliest"
        window = interval.bound if recent else 0
        return _within(interval, self._read("since", stores, begin, hold, phase, source, window))

    def _previously(self, interval: Interval | None, body: Expr, phase: Phase, source: Expr) -> Expr:
        body = simplify(body)
        if is_false(body):
            return FALSE
        same = _rigid(body)
        if same is not None:
            either = (_decided(body, same, holds) for holds in (True, False))
            then, otherwise = (self._previously(interval, part, phase, source) for part in either)
            return If(same, then, otherwise, BOOL)
        read = self._read("previously", "whether", body, TRUE, phase, source)
        if interval is None:
            return read
        last = self._read("since", "latest", TRUE, TRUE, phase, source)
        return conjunction((read, _within(interval, last)))

    def _count(self, bound: int, body: Expr, phase: Phase, source: Expr) -> Expr:
        body = simplify(body)
        if bound < 0 or is_false(body):
            return Lit(0, INT)
        past = self._read("count", "times", body, TRUE, phase, source, bound)
        here = If(body, Lit(1, INT), Lit(0, INT), INT)
        return Arithmetic("+", past, here, INT)

    def _read(
        self,
        operator: Literal["since", "previously", "count"],
        stores: _Stores,
        begin: Expr,
        hold: Expr,
        phase: Phase,
        source: Expr,
        window: int = 0,
    ) -> StateRead:
        """A read of the register for these formulas, made if there is none yet; its keys are their free variables.

        The latest time at which something held serves every window: it is kept for the longest.
        """
        numbering = _Numbering()
        begin, hold = simplify(begin), simplify(hold)
        shape_set, shape_hold = numbering.of(begin), numbering.of(hold)
        apart = window if stores == "times" else 0
        shape = _Shape(phase, operator, stores, apart, shape_set, shape_hold, tuple(numbering.types))
        keys = tuple(numbering.free.values())
        if shape not in self._known:
            binders = tuple(key.binder for key in keys)
            fresh = operator == "previously" and self._fresh(begin, binders)
            name = f"#{len(self.registers) + 1}"
            register = Register(
                name, phase, operator, binders, begin, hold, stores, window, fresh, expression(source)
            )
            self._known[shape] = register
            self.registers.append(register)
        register = self._known[shape]
        if register.window and not 0 < window <= register.window:
            wider = replace(register, window=window, source=expression(source))
            self.registers[self.registers.index(register)] = self._known[shape] = wider
        return StateRead(register.name, keys, register.type)

    def _fresh(self, formula: Expr, keys: tuple[Binder, ...]) -> bool:
        """Whether `formula` is true when a key of an infinite type has a value never seen."""
        infinite = [key for key in keys if finite_values(key.type) is None]
        value = fresh_value(formula, infinite[0], self.specification, self.registers) if infinite else None
        return isinstance(value, Lit) and value.value is True


def _within(interval: Interval, read: StateRead) -> Expr:
    """The time that `read` gives is there, and at a distance in `interval`."""
    distance = Arithmetic("-", Now(), Present(read, TIME), DURATION)
    return And(
        (
            Compare("!=", read, Lit(None, _MAYBE_TIME)),
            Compare(interval.operator, distance, Lit(interval.bound, DURATION)),
        )
    )


def _if_present_counts(interval: Interval | None, formula: Expr) -> Expr:
    return formula if interval is None or 0 in interval else FALSE


def _rigid(formula: Expr) -> Compare | None:
    """A comparison of two of the formula's free variables, as an equality: it has the same value at every position.

    Without it the values for which the formula differs from its fresh value are finitely many.
    """
    outside = free(formula)
    for node in walk(formula):
        if isinstance(node, Compare) and node.operator in ("==", "!="):
            sides = [side.body if isinstance(side, Lift) else side for side in (node.left, node.right)]
            if all(isinstance(side, Var) and side.binder.uid in outside for side in sides):
                return replace(node, operator="==")
    return None


def _decided(formula: Expr, same: Compare, holds: bool) -> Expr:
    """The formula where `same` is known to hold, or not to."""
    if isinstance(formula, Compare) and replace(formula, operator="==") == same:
        return Lit(holds == (formula.operator == "=="), BOOL)
    return rewrite(formula, lambda part: _decided(part, same, holds))


def _initial(claim: Claim) -> Expr | None:
    """The claim's body at position 0, where events are none and the past is empty; None when it is not evaluated there."""
    if claim.form != "always" or any(isinstance(node, Now) for node in walk(claim.body)):
        return None
    return simplify(_at_start(claim.body))


def _at_start(expr: Expr) -> Expr:
    match expr:
        case Once() | Earlier() | Since() | Previously() | Atom():
            return FALSE
        case Historically():
            return TRUE
        case CountPast():
            return Lit(0, INT)
        case Old(body=body):
            return body
        case _:
            return rewrite(expr, _at_start)


_SHOWN = (
    StateRead,
    GivenRead,
    Now,
    Count,
    Sum,
    Old,
    Once,
    Earlier,
    Historically,
    Previously,
    Since,
    CountPast,
)


def _parts(formula: Expr) -> Iterator[Expr]:
    """The formulas that a formula is made of by `and or not implies iff if`, the outer before the inner, without itself."""
    if isinstance(formula, And | Or | Not | Implies | Iff | If):
        for part in children(formula):
            if type_of(part) == BOOL and not isinstance(part, Lit):
                if not waits(part):
                    yield part
                yield from _parts(part)


def _reads(*formulas: Expr) -> tuple[Expr, ...]:
    found: list[Expr] = []

    def visit(expr: Expr) -> None:
        if not isinstance(expr, _SHOWN):
            for part in children(expr):
                visit(part)
        elif expr not in found:
            found.append(expr)

    for formula in formulas:
        visit(formula)
    return tuple(found)
