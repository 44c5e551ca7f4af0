"""Whether every `x!` under a binder is guarded in a step, as language.md section 4 asks: what the front end reports, asked of core."""

from __future__ import annotations

from collections.abc import Sequence

from honnin.spec import core
from honnin.spec.core import Expr, Statement
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.elaborate.guards import NOTHING, Guards, Places, learned


def well_guarded(body: Sequence[Statement], known: Places = NOTHING, *, in_loop: bool = False) -> bool:
    """`known`: what is there before the statements. In a `for` every `x!` is to be guarded, elsewhere only those under a quantifier."""
    for statement in body:
        if not _statement(statement, known, in_loop):
            return False
        known = _known_after(statement, known)
    return True


def _statement(statement: Statement, known: Places, in_loop: bool) -> bool:
    match statement:
        case core.When(condition=condition):
            return _guarded((condition,), known, in_loop)
        case core.Pick(where=where):
            return _guarded((where,), known, in_loop)
        case core.Assign(keys=keys, value=value):
            return _guarded((*keys, value), known, in_loop)
        case core.Emit(arguments=arguments):
            return _guarded(arguments, known, in_loop)
        case core.IfStatement(condition=condition, then=then, otherwise=otherwise):
            return (
                _guarded((condition,), known, in_loop)
                and well_guarded(then, known | learned(condition, True), in_loop=in_loop)
                and well_guarded(otherwise, known | learned(condition, False), in_loop=in_loop)
            )
        case core.Either(branches=branches):
            return all(well_guarded(branch, known) for branch in branches)
        case core.For(where=where, body=body):
            return _guarded((where,), known, True) and well_guarded(
                body, known | learned(where, True), in_loop=True
            )
        case core.Goto() | core.Stop():
            return True


def _guarded(exprs: Sequence[Expr], known: Places, in_loop: bool) -> bool:
    found: list[Diagnostic] = []
    for expr in exprs:
        Guards(found.append, steps=not in_loop).check(expr, known)
    return not any(diagnostic.is_error for diagnostic in found)


def _known_after(statement: Statement, known: Places) -> Places:
    """A guard adds to what is known, a change of the state ends it."""
    match statement:
        case core.When(condition=condition) | core.Pick(where=condition):
            return known | learned(condition, True)
        case _:
            return NOTHING if _changes(statement) else known


def _changes(statement: Statement) -> bool:
    match statement:
        case core.Assign() | core.For():
            return True
        case core.IfStatement(then=then, otherwise=otherwise):
            return any(map(_changes, (*then, *otherwise)))
        case core.Either(branches=branches):
            return any(_changes(inner) for branch in branches for inner in branch)
        case _:
            return False
