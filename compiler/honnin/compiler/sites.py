"""The statements of a step, each with all that stands around it: a step with one statement replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias

from honnin.spec.core import Binder, Either, IfStatement, Pick, Statement
from honnin.spec.records import dataclass, replace

Block: TypeAlias = tuple[Statement, ...]
Change: TypeAlias = Callable[[Block], Block]


@dataclass(frozen=True, slots=True)
class Site:
    """A statement of a step. `names`: what is bound there; `follow`: all that is done after it, to the end of the step.

    `put` gives the step with other statements in its place; `turn` the step with others in the place of it and all that follows.
    """

    statement: Statement
    names: tuple[Binder, ...]
    follow: Block
    put: Change
    turn: Change


def sites(body: Block, names: tuple[Binder, ...]) -> Iterator[Site]:
    """Every statement of the body but those inside a `for`, in the order of the source."""
    for index, statement in enumerate(body):
        before, after = body[:index], body[index + 1 :]
        known = (*names, statement.binder) if isinstance(statement, Pick) else names
        put = partial(_between, before, after)
        yield Site(statement, known, after, put, partial(_between, before, ()))
        for number in range(len(_branches(statement))):
            yield from _inside(before, statement, number, after, known)
        names = known


def _inside(
    before: Block, outer: Statement, number: int, after: Block, names: tuple[Binder, ...]
) -> Iterator[Site]:
    """The sites in one branch of a compound statement."""
    branches = _branches(outer)

    def put(new: Block) -> Block:
        return (*before, _with(outer, (*branches[:number], new, *branches[number + 1 :])), *after)

    def turn(new: Block) -> Block:
        others = tuple((*branch, *after) for branch in branches)
        return (*before, _with(outer, (*others[:number], new, *others[number + 1 :])))

    for site in sites(branches[number], names):
        follow = (*site.follow, *after)
        yield replace(
            site, follow=follow, put=partial(_then, site.put, put), turn=partial(_then, site.turn, turn)
        )


def _between(before: Block, after: Block, new: Block) -> Block:
    return (*before, *new, *after)


def _then(inner: Change, outer: Change, new: Block) -> Block:
    return outer(inner(new))


def _branches(statement: Statement) -> tuple[Block, ...]:
    match statement:
        case IfStatement(then=then, otherwise=otherwise):
            return (then, otherwise)
        case Either(branches=branches):
            return branches
        case _:
            return ()


def _with(statement: Statement, branches: tuple[Block, ...]) -> Statement:
    match statement:
        case IfStatement():
            return replace(statement, then=branches[0], otherwise=branches[1])
        case Either():
            return replace(statement, branches=branches)
        case _:
            raise TypeError(f"{type(statement).__name__} has no branches")
