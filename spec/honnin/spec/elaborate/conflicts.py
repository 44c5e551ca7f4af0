"""Write conflicts that are certain: seen without running anything (language.md section 3)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TypeAlias

from honnin.spec import core
from honnin.spec.core import After, Assign, Binder, Expr, Lit, Specification, Var
from honnin.spec.diagnostics import Diagnostic, Label
from honnin.spec.records import dataclass

Key: TypeAlias = tuple[str, int] | Lit
"""A key that is certain: a field of the event, by number, or a literal."""


@dataclass(frozen=True, slots=True)
class _Write:
    """A write that every event of a kind makes."""

    event: str
    keys: tuple[Key, ...]
    assign: Assign


def conflicts(specification: Specification) -> Iterator[Diagnostic]:
    """Two writes that every event of a kind makes to one place, of which both cannot be done."""
    certain = [write for after in specification.updates for write in _certain(after)]
    for one, other in combinations(certain, 2):
        same_place = one.event == other.event and one.assign.place == other.assign.place
        if same_place and one.keys == other.keys and _contradict(one.assign, other.assign):
            yield Diagnostic(
                "HN0330",
                f"every `{one.event}` writes `{one.assign.place}` twice, in ways that cannot both be done",
                other.assign.span,
                hint="let one `after` write it, or use `+=` and `-=` in both",
                labels=(Label(one.assign.span, "the other write"),),
            )


def _contradict(one: Assign, other: Assign) -> bool:
    if (one.operator == ":=") != (other.operator == ":="):
        return True
    if one.operator != ":=":
        return False
    values = _bare(one.value), _bare(other.value)
    return all(isinstance(value, Lit) for value in values) and values[0] != values[1]


def _bare(expr: Expr) -> Expr:
    return _bare(expr.body) if isinstance(expr, core.Lift) else expr


def _certain(after: After) -> Iterator[_Write]:
    """The writes at the top of a block without a condition whose pattern takes every event of its kind."""
    if after.when != Lit(True, core.BOOL) or len(after.patterns) != 1:
        return
    pattern = after.patterns[0]
    if any(isinstance(argument, Lit) for argument in pattern.arguments):
        return
    numbers = {binder: n for n, binder in enumerate(pattern.arguments) if isinstance(binder, Binder)}
    for statement in after.body:
        if isinstance(statement, Assign):
            keys = tuple(_key(key, numbers) for key in statement.keys)
            if None not in keys:
                yield _Write(pattern.event, tuple(key for key in keys if key is not None), statement)


def _key(key: Expr, numbers: dict[Binder, int]) -> Key | None:
    match key:
        case Lit():
            return key
        case Var(binder=binder) if binder in numbers:
            return ("field", numbers[binder])
        case _:
            return None
