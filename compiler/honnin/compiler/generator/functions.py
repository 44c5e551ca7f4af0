"""Relations that are functions: of `(not ask(r, _)) since ask(r, p)` there is one p for each r, so a dictionary of it has p at r.

A register of which every event that sets it also drops whatever stood at the same other keys holds, for these, one value of the key that is
left. That is decided by syntax, event by event.
"""

from __future__ import annotations

from honnin.compiler.generator.specialise import at_event
from honnin.compiler.machine import Check, Machine, Register
from honnin.compiler.simplify import free, is_false, normal, simplify, substitute
from honnin.spec.core import (
    INT,
    And,
    Binder,
    BoolT,
    Compare,
    EntityT,
    Event,
    Expr,
    Lift,
    OptionalT,
    RangeT,
    Specification,
    StateRead,
    Type,
    Var,
    rewrite,
)
from honnin.spec.records import replace


def with_functions(machine: Machine) -> Machine:
    """The machine in which every such register has the value as its value, and is read so."""
    found = {
        register.name: position
        for register in machine.registers
        if (position := _value(machine, register)) >= 0
    }
    if not found:
        return machine

    def read(expr: Expr) -> Expr:
        if isinstance(expr, StateRead) and expr.state in found:
            keys = tuple(read(key) for key in expr.keys)
            position = found[expr.state]
            kept = OptionalT(_plain(machine.register(expr.state).keys[position].type))
            rest = (*keys[:position], *keys[position + 1 :])
            return Compare("==", StateRead(expr.state, rest, kept), Lift(keys[position], kept))
        return rewrite(expr, read)

    def turned(register: Register) -> Register:
        made = replace(register, set=read(register.set), hold=read(register.hold))
        position = found.get(register.name)
        if position is None:
            return made
        rest = (*register.keys[:position], *register.keys[position + 1 :])
        return replace(made, keys=rest, value=register.keys[position])

    def checked(check: Check) -> Check:
        return replace(
            check,
            when=read(check.when),
            body=read(check.body),
            reads=tuple((original, read(lowered)) for original, lowered in check.reads),
            parts=tuple((original, read(lowered)) for original, lowered in check.parts),
        )

    return replace(
        machine,
        registers=tuple(map(turned, machine.registers)),
        checks=tuple(map(checked, machine.checks)),
    )


def _plain(type: Type) -> Type:
    return INT if isinstance(type, RangeT) else type


def _value(machine: Machine, register: Register) -> int:
    """The place of the key of which there is one value for all others; -1 where there is none."""
    if register.operator != "since" or register.stores != "whether" or len(register.keys) < 2:
        return -1
    for position in reversed(range(len(register.keys))):
        if _may_be_value(machine.specification, register.keys[position]) and all(
            _is_function(register, position, event) for event in machine.specification.events
        ):
            return position
    return -1


def _may_be_value(specification: Specification, key: Binder) -> bool:
    """Not where it could be none, or be released while it stands there."""
    released = isinstance(key.type, EntityT) and any(
        r.entity == key.type.name for r in specification.retained
    )
    return not isinstance(key.type, OptionalT | BoolT) and not released


def _is_function(register: Register, position: int, event: Event) -> bool:
    """Whether the event sets one value at most, and then leaves no other at the same keys."""
    begin = normal(simplify(at_event(register.set, event)))
    if is_false(begin):
        return True
    said = _said(begin, {key.uid for key in register.keys})
    if any(key.uid not in said for key in register.keys):
        return False
    rest = {key.uid: said[key.uid] for number, key in enumerate(register.keys) if number != position}
    return is_false(simplify(substitute(at_event(register.hold, event), rest)))


def _said(formula: Expr, keys: set[int]) -> dict[int, Expr]:
    """What each of the keys must be for the formula to hold, where that is plain to see."""
    said: dict[int, Expr] = {}
    for part in formula.items if isinstance(formula, And) else (formula,):
        if isinstance(part, Compare) and part.operator == "==":
            for one, other in ((part.left, part.right), (part.right, part.left)):
                if isinstance(one, Var) and one.binder.uid in keys and not free(other) & keys:
                    said.setdefault(one.binder.uid, other)
    return said
