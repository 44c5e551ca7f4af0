"""What a design's properties say of the past, in terms of the history registers of its specification.

Between two steps there is no event. `once f` is then what a register holds; what looks one position further back, or at the
last event itself, is held by a register of its own.
"""

from __future__ import annotations

from honnin.compiler.lower import lower
from honnin.compiler.machine import Machine
from honnin.compiler.simplify import TRUE, negation
from honnin.spec.core import (
    TEMPORAL,
    Atom,
    Claim,
    Earlier,
    Expr,
    Historically,
    Not,
    Once,
    Previously,
    Property,
    Since,
    Specification,
    rewrite,
    walk,
)
from honnin.spec.records import replace


class _NotHeld(Exception):
    """No register holds this between two steps."""


def lower_with_properties(
    specification: Specification, claims: tuple[Claim, ...], stated: tuple[Property, ...]
) -> tuple[Machine, tuple[Property, ...]]:
    """The machine of the claims and of what the properties of a design say of the past; the properties lowered.

    A property that asks what no register holds between two steps stays as it is.
    """
    rewritten = {p.name: past for p in stated if (past := _of_registers(p)) is not None}
    extra = tuple(
        Claim(f"@{name}", "invariant", "always", (), TRUE, body) for name, body in rewritten.items()
    )
    machine = lower(specification, (*claims, *extra))
    lowered = dict(zip(rewritten, (c.body for c in machine.checks[len(claims) :]), strict=True))
    properties = tuple(replace(p, condition=lowered.get(p.name, p.condition)) for p in stated)
    return replace(machine, checks=machine.checks[: len(claims)]), properties


def _of_registers(stated: Property) -> Expr | None:
    """The property as a formula whose lowering reads registers only; None where it speaks of no past, or there is no such formula."""
    if not any(isinstance(node, (*TEMPORAL, Atom)) for node in walk(stated.condition)):
        return None
    try:
        return _between(stated.condition)
    except _NotHeld:
        return None


def _between(expr: Expr) -> Expr:
    match expr:
        case Once(interval=interval, body=body):
            return Earlier(interval, body)
        case Historically(interval=interval, body=body):
            return Not(Earlier(interval, negation(body)))
        case Since(interval=None) | Earlier(interval=None) | Previously(interval=None) | Atom():
            return Previously(None, expr)
        case _ if isinstance(expr, TEMPORAL):
            raise _NotHeld
        case _:
            return rewrite(expr, _between)
