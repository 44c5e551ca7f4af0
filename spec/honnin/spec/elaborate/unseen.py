"""What an `after` block does must not hang on values that no event has named (language.md sections 3 and 4).

A `for` over an entity leaves a fresh value as it is, and every quantifier, `count` and `sum` is decided when its variable is fresh;
otherwise the state would depend on how many values there are that nobody has seen.
"""

from __future__ import annotations

from collections.abc import Iterator

from honnin.spec import core
from honnin.spec.core import After, Binder, EntityT, Expr, Statement
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.monitorable import (
    UNKNOWN,
    Case,
    Defaults,
    Known,
    Unknown,
    fresh_value,
    in_every_case,
    undecided,
)
from honnin.spec.records import dataclass, replace
from honnin.spec.words import expression


def unseen(after: After, defaults: Defaults) -> Iterator[Diagnostic]:
    """What is wrong in a sound `after` block; `defaults`: the constant defaults of the states."""
    bound = tuple(binder for binder in after.patterns[0].arguments if isinstance(binder, Binder))
    yield from _decided(after.when, bound, defaults)
    yield from _block(after.body, bound, defaults)


def _decided(expr: Expr, scope: tuple[Binder, ...], defaults: Defaults) -> Iterator[Diagnostic]:
    for binder, formula in undecided(expr, scope, defaults):
        yield Diagnostic(
            "HN0331",
            f"a value of `{binder.name}` that no event has named may matter in `{expression(formula)}`",
            formula.span,
            expected=f"a formula that is decided by itself when `{binder.name}` is a value never seen",
            hint="a state is what the events so far have established: keep a count or a flag of its own",
        )
        return


def _block(
    body: tuple[Statement, ...], scope: tuple[Binder, ...], defaults: Defaults
) -> Iterator[Diagnostic]:
    for statement in body:
        match statement:
            case core.Assign(keys=keys, value=value):
                for expr in (*keys, value):
                    yield from _decided(expr, scope, defaults)
            case core.IfStatement(condition=condition, then=then, otherwise=otherwise):
                yield from _decided(condition, scope, defaults)
                yield from _block((*then, *otherwise), scope, defaults)
            case core.For(binders=binders, where=where, body=inner):
                yield from _decided(where, (*scope, *binders), defaults)
                yield from _changes_fresh(statement, scope, defaults)
                yield from _block(inner, (*scope, *binders), defaults)
            case _:
                raise TypeError(f"{type(statement).__name__} in an `after`")


# ---------------------------------------------------------------- what a `for` does to fresh values


@dataclass(frozen=True, slots=True)
class _Write:
    """An assignment in a `for`, with all that must hold for it to be made, and the names bound around it."""

    assign: core.Assign
    conditions: tuple[Expr, ...]
    scope: tuple[Binder, ...]

    def under(self, condition: Expr) -> _Write:
        return replace(self, conditions=(condition, *self.conditions))


def _changes_fresh(
    statement: core.For, scope: tuple[Binder, ...], defaults: Defaults
) -> Iterator[Diagnostic]:
    for binder in statement.binders:
        if not isinstance(binder.type, EntityT):
            continue
        for write in _writes(statement, scope):
            if not _keeps(write, binder, defaults):
                name, place = binder.name, write.assign.place
                yield Diagnostic(
                    "HN0325",
                    f"this `for` changes `{place}` for values of `{name}` that no event has named",
                    write.assign.span,
                    expected=f"a `where` that is false for them, or the default of `{place}`",
                    hint=f"say which values are meant, as in `for {name}: {binder.type.name} where m[{name}] != none`",
                )
                break


def _writes(statement: Statement, scope: tuple[Binder, ...]) -> Iterator[_Write]:
    match statement:
        case core.Assign():
            yield _Write(statement, (), scope)
        case core.IfStatement(condition=condition, then=then, otherwise=otherwise):
            for branch, holds in ((then, condition), (otherwise, core.Not(condition))):
                for inner in branch:
                    yield from (write.under(holds) for write in _writes(inner, scope))
        case core.For(binders=binders, where=where, body=body):
            for inner in body:
                yield from (write.under(where) for write in _writes(inner, (*scope, *binders)))
        case _:
            raise TypeError(f"{type(statement).__name__} in an `after`")


def _keeps(write: _Write, binder: Binder, defaults: Defaults) -> bool:
    """Whether the write is not made for a fresh value, or writes what is there already."""
    assign = write.assign
    unchanged: Known = 0 if assign.operator != ":=" else defaults[assign.place]

    def holds(case: Case) -> bool | Unknown:
        made = [fresh_value(condition, case, defaults) for condition in write.conditions]
        if any(found is False for found in made):
            return True
        written = fresh_value(assign.value, case, defaults)
        if isinstance(written, Unknown) or isinstance(unchanged, Unknown):
            return UNKNOWN
        return True if written == unchanged else UNKNOWN if UNKNOWN in made else False

    read = core.And((*write.conditions, assign.value))
    return in_every_case(holds, binder, write.scope, read, None) is True
