"""Fields that every event of a context has, such as the request that it serves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token, copy_context
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")

FIELDS: ContextVar[Mapping[str, Any]] = ContextVar("honnin_correlation", default={})  # noqa: B039 - never changed
"""What is given to events that lack it."""


class correlation:
    """A block whose events have these fields, where they are not given otherwise; blocks nest, the inner one counts.

    It holds in the tasks that the block starts, and in threads that run `carrying(function)`.
    """

    __slots__ = ("_fields", "_tokens")

    def __init__(self, **fields: Any) -> None:
        self._fields = fields
        self._tokens: list[Token[Mapping[str, Any]]] = []

    def __enter__(self) -> None:
        self._tokens.append(FIELDS.set({**FIELDS.get(), **self._fields}))

    def __exit__(self, *_: object) -> None:
        FIELDS.reset(self._tokens.pop())


def carrying(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The function, run in a copy of the context that is current now, whatever thread calls it and however often."""
    context = copy_context()

    def carried(*arguments: _P.args, **named: _P.kwargs) -> _R:
        return context.copy().run(function, *arguments, **named)

    return carried
