"""The places that a claim's verdict rests on, directly or through other places."""

from __future__ import annotations

from collections.abc import Iterator

from honnin.compiler.formulas import statement_expressions
from honnin.compiler.generator.program import OPEN, Program, assigned
from honnin.compiler.machine import Check
from honnin.spec.core import Expr, StateRead, walk


def needed(made: Program, check: Check) -> tuple[str, ...]:
    """The states, registers (`#1`) and goals (`?1`) behind the claim, in the order in which they are met."""
    found: dict[str, None] = {}
    waiting = [check.when, check.body]
    while waiting:
        for node in walk(waiting.pop(0)):
            if isinstance(node, StateRead) and node.state not in found:
                found[node.state] = None
                waiting += behind(made, node.state)
    return tuple(found)


def behind(made: Program, place: str) -> Iterator[Expr]:
    """What decides how the place changes."""
    if place.startswith(OPEN):
        yield made.goals[place].body
    elif place.startswith("#"):
        register = made.machine.register(place)
        yield from (register.set, register.hold)
    else:
        for after in made.specification.updates:
            if any(assign.place == place for assign in assigned(after.body)):
                yield after.when
                yield from statement_expressions(after.body)
