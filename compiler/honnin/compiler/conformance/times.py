"""The time of steps: that of what was observed of them, and for hidden ones any moment between.

A hidden step that only compares `now` with times that are kept is tried at each moment at which one of these comparisons changes,
which is every way in which it can go. Where it keeps the time itself, a moment may be missed: what is then not found is not refuted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from honnin.compiler.conformance.kinds import Kind, expressions, flat
from honnin.compiler.conformance.unknowns import Cell, Variables
from honnin.spec import core
from honnin.spec.core import Expr, Specification, System, base_type


def reads_time(system: System, specifications: tuple[Specification, ...]) -> bool:
    """Whether what the design may do depends on the time."""
    own = [e for body in _bodies(system) for statement in flat(body) for e in expressions(statement)]
    stated = [p.condition for p in system.properties if p.kind == "assume"]
    if any(_has_now(expr) for expr in (*own, *stated, *system.init)):
        return True
    return bool(system.reads_specification) and any(map(states_read_time, specifications))


def states_read_time(specification: Specification) -> bool:
    """Whether an event changes the specification's state in a way that depends on its time."""
    return any(
        _has_now(expr)
        for after in specification.updates
        for expr in (after.when, *(e for s in flat(after.body) for e in expressions(s)))
    )


def _bodies(system: System) -> Iterator[tuple[core.Statement, ...]]:
    yield from (action.body for action in system.actions)
    yield from (step.body for process in system.processes for step in process.steps)


def _has_now(expr: Expr) -> bool:
    return any(isinstance(part, core.Now) for part in core.walk(expr))


def kind_reads_time(kind: Kind) -> bool:
    return any(_has_now(expr) for statement in flat(kind.body) for expr in expressions(statement))


def only_compares(kind: Kind) -> bool:
    """Whether `now` stands only in conditions, each `now` (or `now - t`) compared with a kept time or a duration."""
    for statement in flat(kind.body):
        for expr in expressions(statement):
            conditions = isinstance(statement, core.When | core.Pick | core.IfStatement)
            if _has_now(expr) and not (conditions and _plain(expr)):
                return False
    return True


def _plain(expr: Expr) -> bool:
    """Whether every `now` in it stands in a comparison whose value changes at kept times and durations away from them."""
    if isinstance(expr, core.Compare):
        parts = [part for side in (expr.left, expr.right) for part in core.walk(side)]
        nows = sum(isinstance(part, core.Now) for part in parts)
        terms = sum(isinstance(part, core.VarRead) for part in parts)
        literals = sum(isinstance(part, core.Lit) for part in parts)
        return nows == 0 or (all(map(_linear, parts)) and nows == 1 and terms <= 1 and literals <= 1)
    if isinstance(expr, core.Now):
        return False
    return all(_plain(part) for part in core.children(expr))


def _linear(part: Expr) -> bool:
    match part:
        case core.Now() | core.Lit() | core.Lift() | core.Present():
            return True
        case core.VarRead(type=type):
            return isinstance(base_type(type), core.TimeT)
        case core.Var(type=type):
            return isinstance(type, core.EntityT | core.EnumT | core.BoolT)  # a key
        case core.Arithmetic(operator=operator):
            return operator in "+-"
        case _:
            return False


def moments(
    kind: Kind, variables: Variables, types: Mapping[str, core.Type], low: int | None, high: int
) -> list[int]:
    """The moments at which a hidden step is tried, from `low` (None: any time before) to `high`, the earliest first."""
    durations = {0} | {
        part.value
        for statement in flat(kind.body)
        for expr in expressions(statement)
        for part in core.walk(expr)
        if isinstance(part, core.Lit) and isinstance(part.value, int)
    }
    kept = {
        value
        for (name, _), value in variables.items()
        if name in types and isinstance(base_type(types[name]), core.TimeT) and _is_time(value)
    }
    around = (-1, 0, 1) if only_compares(kind) else (0,)
    edges = {
        int(time) + sign * int(duration) + by  # type: ignore[arg-type]
        for time in kept
        for duration in durations
        for sign in (1, -1)
        for by in around
    }
    earliest = min({high, *edges}) - 1 if low is None else low
    return sorted(moment for moment in {earliest, high, *edges} if earliest <= moment <= high)


def _is_time(value: Cell) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
