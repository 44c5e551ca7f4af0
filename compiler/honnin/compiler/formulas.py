"""Questions about core formulas and statements that several engines ask."""

from __future__ import annotations

from collections.abc import Iterator

from honnin.spec.core import (
    Assign,
    Either,
    Emit,
    Expr,
    For,
    IfStatement,
    Now,
    Pick,
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
