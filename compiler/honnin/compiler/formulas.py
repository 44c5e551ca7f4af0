"""Questions about core formulas and statements that several engines ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator

from honnin.spec.core import (
    After,
    Assign,
    Either,
    Emit,
    Expr,
    For,
    IfStatement,
    Now,
    Pick,
    Specification,
    Statement,
    When,
    walk,
)


def reads_now(expr: Expr) -> bool:
    """Whether the expression's value depends on the time of the position."""
    return any(isinstance(node, Now) for node in walk(expr))


def statement_expressions(body: tuple[Statement, ...]) -> Iterator[Expr]:
    """Every expression in a block, in source order."""
    for statement in body:
        match statement:
            case Assign(keys=keys, value=value):
                yield from keys
                yield value
            case IfStatement(condition=condition, then=then, otherwise=otherwise):
                yield condition
                yield from statement_expressions(then)
                yield from statement_expressions(otherwise)
            case For(where=where, body=inner):
                yield where
                yield from statement_expressions(inner)
            case Emit(arguments=arguments):
                yield from arguments
            case When(condition=condition):
                yield condition
            case Pick(where=where):
                yield where
            case Either(branches=branches):
                for branch in branches:
                    yield from statement_expressions(branch)
            case _:
                pass


def assignments(body: Iterable[Statement]) -> Iterator[Assign]:
    """Every assignment in a block."""
    for statement in body:
        match statement:
            case Assign():
                yield statement
            case IfStatement(then=then, otherwise=otherwise):
                yield from assignments((*then, *otherwise))
            case For(body=inner):
                yield from assignments(inner)
            case _:
                pass


def writes(body: Iterable[Statement], places: Container[str]) -> bool:
    """Whether the block may write one of the places."""
    return any(assign.place in places for assign in assignments(body))


def update_reads(update: After, states: Container[str]) -> Iterator[Expr]:
    """What decides whether, where and what the block writes to these states; nothing when it does not."""
    if writes(update.body, states):
        yield update.when
        yield from _write_reads(update.body, states)


def _write_reads(body: Iterable[Statement], states: Container[str]) -> Iterator[Expr]:
    for statement in body:
        if not writes((statement,), states):
            continue
        match statement:
            case Assign(keys=keys, value=value):
                yield from (*keys, value)
            case IfStatement(condition=condition, then=then, otherwise=otherwise):
                yield condition
                yield from _write_reads((*then, *otherwise), states)
            case For(where=where, body=inner):
                yield where
                yield from _write_reads(inner, states)
            case _:
                pass


def written_twice(specification: Specification) -> Iterator[str]:
    """The states that one event may write twice: where the two contradict each other, nothing is written at the event."""
    for event in specification.events:
        body = tuple(
            statement
            for update in specification.updates
            if any(pattern.event == event.name for pattern in update.patterns)
            for statement in update.body
        )
        replaced = {assign.place for assign in assignments(body) if assign.operator == ":="}
        yield from (name for name, count in _writes_at_once(body).items() if count > 1 and name in replaced)


def _writes_at_once(body: Iterable[Statement]) -> Counter[str]:
    """How many of the writes to each state one event may do; of two branches it does one."""
    counts: Counter[str] = Counter()
    for statement in body:
        match statement:
            case Assign(place=place):
                counts[place] += 1
            case IfStatement(then=then, otherwise=otherwise):
                counts += _writes_at_once(then) | _writes_at_once(otherwise)
            case For(body=inner):
                counts += _writes_at_once(inner)
            case _:
                pass
    return counts
