"""Which Texts may be compared with personal ones: these are kept as digests too where those are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from honnin.compiler.formulas import assignments, statement_expressions
from honnin.spec import core
from honnin.spec.core import Binder, Expr, Specification
from honnin.spec.personal import bound_fields, sources

Bound = Mapping[Binder, frozenset[str]]


def sealed_places(specification: Specification) -> frozenset[str]:
    """The places (`event.field`, a state or given `s`, its key `s#0`) whose Texts meet a personal one, however indirectly."""
    groups = [group for group in _groups(specification) if len(group) > 1]
    found = specification.personal_places
    while True:
        more = found.union(*(group for group in groups if not group.isdisjoint(found)))
        if more == found:
            return found
        found = more


def _groups(specification: Specification) -> Iterator[frozenset[str]]:
    """Places whose values are compared with each other, or of which one receives the other's."""
    for state in specification.states:
        yield frozenset((state.name, *sources(state.default, {})))
    for after in specification.updates:
        bound = bound_fields(after, specification)
        for expr in (after.when, *statement_expressions(after.body)):
            yield from _of(expr, bound, specification)
        for assign in assignments(after.body):
            yield frozenset((assign.place, *sources(assign.value, bound)))
            yield from _keys(assign.place, assign.keys, bound)
    for claim in specification.claims:
        bound = bound_fields(claim, specification)
        for expr in (claim.when, claim.body):
            yield from _of(expr, bound, specification)


def _of(expr: Expr, bound: Bound, specification: Specification) -> Iterator[frozenset[str]]:
    for node in core.walk(expr):
        match node:
            case core.Compare(left=left, right=right):
                yield frozenset((*sources(left, bound), *sources(right, bound)))
            case core.StateRead(state=name, keys=keys) | core.GivenRead(given=name, keys=keys):
                yield from _keys(name, keys, bound)
            case core.Atom(event=event, arguments=arguments):
                for field, argument in zip(specification.event(event).fields, arguments, strict=True):
                    if argument is not None:
                        yield frozenset((f"{event}.{field.name}", *sources(argument, bound)))
            case _:
                pass


def _keys(name: str, keys: tuple[Expr, ...], bound: Bound) -> Iterator[frozenset[str]]:
    for number, key in enumerate(keys):
        yield frozenset((f"{name}#{number}", *sources(key, bound)))
