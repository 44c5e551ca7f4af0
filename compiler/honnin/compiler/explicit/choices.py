"""Which choices of a path make a difference: those that a guard, or what is written or looked at, mentions."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from honnin.compiler.explicit.layout import Vocabulary
from honnin.compiler.explicit.relevance import may_fail
from honnin.compiler.formulas import statement_expressions
from honnin.compiler.product import Path, PathStatement
from honnin.spec import core
from honnin.spec.core import Binder, Expr


def indifferent(vocabulary: Vocabulary, path: Path, constants: Container[str]) -> frozenset[int]:
    """The parameters and picks (by uid) whose values change neither whether the path is possible nor what it does, where these givens are constant:
    one value will do."""
    picks = (statement.binder for statement in path.body if isinstance(statement, core.Pick))
    chosen = (*(path.parameters if path.process is None else ()), *picks)
    mentioned = {
        binder.uid
        for statement in path.body
        for expr in _evaluated(vocabulary, statement)
        for binder in _mentioned(expr, constants)
    }
    return frozenset(binder.uid for binder in chosen) - mentioned


def _evaluated(vocabulary: Vocabulary, statement: PathStatement) -> Iterator[Expr]:
    match statement:
        case core.Assign(place=place) if place not in vocabulary.by_name:
            yield from filter(may_fail, statement_expressions((statement,)))
        case core.Emit(event=event, arguments=arguments):
            yield from (a for i, a in enumerate(arguments) if vocabulary.matters(event, i) or may_fail(a))
        case _:
            yield from statement_expressions((statement,))


def _mentioned(expr: Expr, constants: Container[str]) -> Iterable[Binder]:
    match expr:
        case core.Var(binder=binder):
            yield binder
        case core.GivenRead(given=name) if name in constants:
            pass
        case _:
            for child in core.children(expr):
                yield from _mentioned(child, constants)
