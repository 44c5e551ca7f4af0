"""How many ways lead through a step: every `if` and `either` multiplies them, and the prover looks at each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from honnin.spec import syntax
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.source import Span

MOST_WAYS: Final = 1000


def check_branching(body: Sequence[syntax.Statement], span: Span) -> Iterator[Diagnostic]:
    """A diagnostic at `span` where more than `MOST_WAYS` ways lead through the step."""
    falling, jumping = _ways(body)
    if falling + jumping > MOST_WAYS:
        message = f"more than {MOST_WAYS} ways lead through this step"
        yield Diagnostic("HN0422", message, span, hint="split it into several steps, or choose with `pick`")


def _ways(body: Sequence[syntax.Statement]) -> tuple[int, int]:
    """The ways that reach the end of the block, and those that leave it by `goto` or `stop`."""
    falling, jumping = 1, 0
    for statement in body:
        through, out = _ways_of(statement)
        falling, jumping = falling * through, jumping + falling * out
    return falling, jumping


def _ways_of(statement: syntax.Statement) -> tuple[int, int]:
    match statement:
        case syntax.Goto() | syntax.Stop():
            return 0, 1
        case syntax.Either(branches=branches):
            inside = [_ways(branch) for branch in branches]
        case syntax.If(then=then, otherwise=otherwise):
            inside = [_ways(then), _ways(otherwise or ())]
        case _:
            return 1, 0
    return sum(through for through, _ in inside), sum(out for _, out in inside)
