"""The `fresh` rule of language.md section 4 on lowered formulas: what a formula is for a value that no place and no event holds."""

from __future__ import annotations

from collections.abc import Iterable

from honnin.compiler.machine import Register
from honnin.compiler.simplify import FALSE, TRUE, simplify
from honnin.spec.core import (
    Atom,
    Binder,
    Compare,
    Expr,
    Lift,
    Lit,
    OptionalT,
    Specification,
    StateRead,
    Var,
    rewrite,
    walk,
)


def fresh_value(
    formula: Expr, binder: Binder, specification: Specification, registers: Iterable[Register]
) -> Expr:
    """`formula` with everything decided that a fresh value of `binder` decides; a literal when that is its value."""
    by_name = {register.name: register for register in registers}

    def settled(expr: Expr) -> Expr:
        match expr:
            case Atom(arguments=arguments) if any(_is(argument, binder) for argument in arguments):
                return FALSE
            case Compare(operator=("==" | "!=") as operator, left=left, right=right):
                for one, other in ((left, right), (right, left)):
                    if _is(one, binder) and not _occurs(other, binder):
                        return FALSE if operator == "==" else TRUE
                return rewrite(expr, settled)
            case StateRead(state=state, keys=keys) if any(_is(key, binder) for key in keys):
                if state in by_name:
                    return register_default(by_name[state], expr)
                return state_default(specification, expr)
            case _:
                return rewrite(expr, settled)

    return simplify(settled(formula))


def register_default(register: Register, read: StateRead) -> Expr:
    """What a read of a key gives that the register does not hold; the read itself where that depends on the position."""
    match register.operator, register.stores:
        case "previously", _:
            return read if register.fresh else FALSE
        case _, "whether" if register.value is None:
            return FALSE
        case _, "times":
            return Lit(0, read.type)
        case _:
            return Lit(None, read.type)


def state_default(specification: Specification, read: StateRead) -> Expr:
    """The default of the state read, if it is a literal; the read itself otherwise."""
    default = specification.state(read.state).default
    if isinstance(default, Lit):
        value = default.value
        wrap = (
            isinstance(read.type, OptionalT) and value is not None and not isinstance(default.type, OptionalT)
        )
        return Lift(default, read.type) if wrap else default
    return default if isinstance(default, Lift) and isinstance(default.body, Lit) else read


def _is(expr: Expr | None, binder: Binder) -> bool:
    if isinstance(expr, Lift):
        expr = expr.body
    return isinstance(expr, Var) and expr.binder.uid == binder.uid


def _occurs(expr: Expr, binder: Binder) -> bool:
    return any(isinstance(node, Var) and node.binder.uid == binder.uid for node in walk(expr))
