"""A deadline as a history register: since when what is owed has been owed.

`on e(x): a implies eventually[<= d] f` owes f from an event e(x) at which a holds and f does not, until f holds. The register holds the
earliest time from which it has been owed; the claim fails at the first event later than that by more than d. Proofs read
deadlines so; searches and oracles follow each obligation by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from honnin.compiler.machine import Check, Machine, Register
from honnin.compiler.simplify import TRUE, conjunction, disjunction, negation
from honnin.spec.core import (
    DURATION,
    INT,
    TIME,
    And,
    Arithmetic,
    Atom,
    Binder,
    Compare,
    Event,
    Eventually,
    Exists,
    Expr,
    Forall,
    If,
    Implies,
    Lift,
    Lit,
    Now,
    OptionalT,
    Or,
    Pattern,
    Present,
    RangeT,
    StateRead,
    Type,
    Var,
    rewrite,
    walk,
)
from honnin.spec.records import dataclass

_MAYBE_TIME = OptionalT(TIME)


@dataclass(frozen=True, slots=True)
class Due:
    """`overdue`: something has been owed for too long, at the time of an event that is not seen yet. `in_time`: the claim's formula
    where what it waits for counts as done."""

    register: Register
    overdue: Expr
    in_time: Expr


def waits(expr: Expr) -> bool:
    """Whether it speaks of what is still to come."""
    return any(isinstance(node, Eventually) for node in walk(expr))


def due(check: Check, machine: Machine) -> Due | None:
    """The deadline of the check; None where it has none, or several, or patterns that overlap."""
    awaited = [node for node in walk(check.body) if isinstance(node, Eventually)]
    events = [pattern.event for pattern in check.claim.patterns]
    if len(awaited) != 1 or len(set(events)) < len(events) or awaited[0].bound < 0:
        return None
    binders, owed = _owed(check.body)
    specification = machine.specification
    trigger = disjunction(tuple(_atom(p, specification.event(p.event)) for p in check.claim.patterns))
    missing = negation(awaited[0].body)
    keys = (*_bound(check.claim.patterns[0]), *binders)
    register = Register(
        f"!{check.claim.name}",
        1,
        "since",
        keys,
        conjunction((trigger, check.when, owed, missing)),
        missing,
        "earliest",
    )
    return Due(register, _overdue(register, awaited[0].bound), _in_time(check.body))


def with_deadlines(machine: Machine) -> Machine:
    """The machine with the registers of its deadlines."""
    found = [each.register for check in machine.checks if (each := due(check, machine)) is not None]
    return Machine(machine.specification, (*machine.registers, *found), machine.checks)


def _bound(pattern: Pattern) -> Iterator[Binder]:
    return (argument for argument in pattern.arguments if isinstance(argument, Binder))


def _atom(pattern: Pattern, event: Event) -> Expr:
    """The event at this position matches the pattern, its names being what they are."""
    arguments: list[Expr | None] = []
    for argument, field in zip(pattern.arguments, event.fields, strict=True):
        if isinstance(argument, Binder):
            arguments.append(_variable(argument))
        elif isinstance(argument, Lit) and _needs_lift(argument, field.type):
            arguments.append(Lift(argument, field.type))
        else:
            arguments.append(argument)
    return Atom(event.name, tuple(arguments))


def _needs_lift(literal: Lit, type: Type) -> bool:
    return isinstance(type, OptionalT) and not isinstance(literal.type, OptionalT)


def _variable(binder: Binder) -> Var:
    return Var(binder, INT if isinstance(binder.type, RangeT) else binder.type)


def _owed(body: Expr) -> tuple[tuple[Binder, ...], Expr]:
    """The variables quantified on the way to the `eventually`, and when the formula owes it."""
    match body:
        case Forall(binder=binder, body=inner):
            binders, owed = _owed(inner)
            return (binder, *binders), owed
        case Implies(left=left, right=right):
            binders, owed = _owed(right)
            return binders, conjunction((left, owed))
        case And(items=items):
            return _owed(next(item for item in items if waits(item)))
        case Or(items=items):
            binders, owed = _owed(next(item for item in items if waits(item)))
            others = tuple(negation(item) for item in items if not waits(item))
            return binders, conjunction((*others, owed))
        case If(condition=condition, then=then, otherwise=otherwise):
            branch, test = (then, condition) if waits(then) else (otherwise, negation(condition))
            binders, owed = _owed(branch)
            return binders, conjunction((test, owed))
        case _:
            return (), TRUE


def _overdue(register: Register, bound: int) -> Expr:
    read = StateRead(register.name, tuple(map(_variable, register.keys)), _MAYBE_TIME)
    late: Expr = conjunction(
        (
            Compare("!=", read, Lit(None, _MAYBE_TIME)),
            Compare(">", Arithmetic("-", Now(), Present(read, TIME), DURATION), Lit(bound, DURATION)),
        )
    )
    for binder in reversed(register.keys):
        late = Exists(binder, late)
    return late


def _in_time(body: Expr) -> Expr:
    return TRUE if isinstance(body, Eventually) else rewrite(body, _in_time)
