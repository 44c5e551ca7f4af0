"""Statements of steps as text in the language, each on one line; of a compound statement its head only."""

from __future__ import annotations

from itertools import count

from honnin.spec import core
from honnin.spec.core import Binder, Expr, Lit, Process, Statement, System, Var, VarRead, rewrite
from honnin.spec.words import expression, type_name


def statement_head(statement: Statement, system: System, process: Process | None = None) -> str:
    """`store[name] := asked`, `when lock == none`, `if page == 1`, `for q: Request where late[q]`.

    `process`: the one of whose steps it is, whose own variables of the running instance are called by name alone.
    """

    def words(expr: Expr) -> str:
        return in_step(expr, system, process)

    match statement:
        case core.Assign(place=place, keys=keys, operator=operator, value=value):
            target = VarRead(place, keys, system.variable(place).value)
            return f"{words(target)} {operator} {words(value)}"
        case core.Emit(event=event, arguments=arguments):
            return f"emit {event}({', '.join(map(words, arguments))})"
        case core.When(condition=condition):
            return f"when {words(condition)}"
        case core.Pick(binder=binder, where=where):
            return f"pick {binder.name}: {type_name(binder.type)}{_where(where, words(where))}"
        case core.IfStatement(condition=condition):
            return f"if {words(condition)}"
        case core.For(binders=binders, where=where):
            names = ", ".join(f"{b.name}: {type_name(b.type)}" for b in binders)
            return f"for {names}{_where(where, words(where))}"
        case core.Either():
            return "either"
        case core.Goto(label=label):
            return f"goto {label}"
        case core.Stop():
            return "stop"


def in_step(expr: Expr, system: System, process: Process | None = None) -> str:
    """The expression as a step of the process writes it."""
    return expression(expr if process is None else _own(expr, process, {}, count(-1, -1)), system)


def _own(expr: Expr, process: Process, names: dict[str, Binder], numbers: count[int]) -> Expr:
    """The running instance's own variables as names; those that are maps keep their other keys."""
    own = tuple(process.parameters)
    if isinstance(expr, VarRead) and expr.variable.startswith(f"{process.name}."):
        instance = tuple(key.binder for key in expr.keys[: len(own)] if isinstance(key, Var))
        short = expr.variable.partition(".")[2]
        if instance == own and len(expr.keys) == len(own):
            return Var(names.setdefault(short, Binder(short, next(numbers), expr.type)), expr.type)
        if instance == own:
            keys = tuple(_own(key, process, names, numbers) for key in expr.keys[len(own) :])
            return VarRead(short, keys, expr.type)
    return rewrite(expr, lambda part: _own(part, process, names, numbers))


def _where(where: Expr, words: str) -> str:
    return "" if isinstance(where, Lit) and where.value is True else f" where {words}"
