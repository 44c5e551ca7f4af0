"""States that no claim rests on: an oracle does not keep them.

Those that one event may write twice stay, since a conflict is a fault whatever the place; so do those of which a write needs the time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from honnin.compiler.cost.needs import rests_on
from honnin.compiler.formulas import assignments, reads_now, update_reads, written_twice
from honnin.compiler.generator.program import Program
from honnin.compiler.machine import Check
from honnin.spec.core import Assign, Expr, For, IfStatement, Specification, Statement
from honnin.spec.records import replace


def leave_out(made: Program) -> None:
    """The program without them."""
    specification = made.specification
    always = tuple(_always_kept(specification))
    read = [expr for check in made.checks for expr in _formulas(check)]
    read += [expr for after in specification.updates for expr in update_reads(after, always)]
    live = {*rests_on(made, read), *always}
    for state in specification.states:
        if state.name not in live:
            del made.places[state.name]
    states = tuple(state for state in specification.states if state.name in live)
    updates = (replace(after, body=_body(after.body, live)) for after in specification.updates)
    kept = tuple(after for after in updates if after.body)
    made.machine = replace(made.machine, specification=replace(specification, states=states, updates=kept))


def _formulas(check: Check) -> Iterator[Expr]:
    yield from (check.when, check.body)
    yield from (lowered for _, lowered in (*check.reads, *check.parts))


def _always_kept(specification: Specification) -> Iterator[str]:
    yield from written_twice(specification)
    for after in specification.updates:
        for assign in assignments(after.body):
            if any(map(reads_now, update_reads(after, (assign.place,)))):
                yield assign.place


def _body(body: tuple[Statement, ...], live: Collection[str]) -> tuple[Statement, ...]:
    found: list[Statement] = []
    for statement in body:
        match statement:
            case Assign(place=place):
                found += [statement] if place in live else []
            case IfStatement(then=then, otherwise=otherwise):
                parts = _body(then, live), _body(otherwise, live)
                found += [replace(statement, then=parts[0], otherwise=parts[1])] if any(parts) else []
            case For(body=inner):
                left = _body(inner, live)
                found += [replace(statement, body=left)] if left else []
            case _:
                found.append(statement)
    return tuple(found)
