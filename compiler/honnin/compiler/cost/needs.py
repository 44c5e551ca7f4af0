"""The places that a claim's verdict rests on, directly or through other places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from honnin.compiler.formulas import update_reads, written_twice
from honnin.compiler.generator.program import OPEN, Program
from honnin.compiler.machine import Check
from honnin.spec.core import Expr, StateRead, walk


def needed(made: Program, check: Check) -> tuple[str, ...]:
    """The states, registers (`#1`) and goals (`?1`) behind the claim, in the order in which they are met."""
    return tuple(rests_on(made, (check.when, check.body)))


def rests_on(made: Program, formulas: Iterable[Expr]) -> dict[str, None]:
    """The states, registers and goals behind the formulas, in the order in which they are met."""
    found: dict[str, None] = {}
    waiting = list(formulas)
    while waiting or _add_contested(made, found, waiting):
        for node in walk(waiting.pop(0)):
            if isinstance(node, StateRead) and node.state not in found:
                found[node.state] = None
                waiting += behind(made, node.state)
    return found


def _add_contested(made: Program, found: dict[str, None], waiting: list[Expr]) -> bool:
    """Adds the states that one event may write twice, if a state was found."""
    if not any(state.name in found for state in made.specification.states):
        return False
    for place in written_twice(made.specification):
        if place not in found:
            found[place] = None
            waiting += behind(made, place)
    return bool(waiting)


def behind(made: Program, place: str) -> Iterator[Expr]:
    """What decides how the place changes."""
    if place.startswith(OPEN):
        yield made.goals[place].body
    elif place.startswith("#"):
        register = made.machine.register(place)
        yield from (register.set, register.hold)
    else:
        for after in made.specification.updates:
            yield from update_reads(after, (place,))
