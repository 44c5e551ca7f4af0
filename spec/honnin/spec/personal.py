"""What may hold personal data, by the flow of values through the updates (language.md section 5).

An entity some field of which is `personal` is personal as a whole. Text is followed from place to place: out of personal
fields, through assignments, into the values and keys of states.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from honnin.spec import core
from honnin.spec.core import (
    After,
    Binder,
    Claim,
    EntityT,
    Expr,
    Specification,
    Statement,
    TextT,
    base_type,
)


def personal(specification: Specification) -> tuple[frozenset[str], frozenset[str]]:
    """The personal entities, and the places (`event.field`, a state `s`, its key `s#0`) that may hold a personal Text."""
    fields = [(event.name, field) for event in specification.events for field in event.fields]
    entities = frozenset(
        inner.name
        for _, field in fields
        if field.personal and isinstance(inner := base_type(field.type), EntityT)
    )
    places = frozenset(
        f"{event}.{field.name}"
        for event, field in fields
        if field.personal and isinstance(base_type(field.type), TextT)
    )
    while True:
        more = places | {
            place
            for after in specification.updates
            for place in _received(after.body, bound_fields(after, specification), places)
        }
        if more == places:
            return entities, places
        places = more


def bound_fields(part: After | Claim, specification: Specification) -> Mapping[Binder, frozenset[str]]:
    """The fields whose values each name of the patterns takes (several where there are alternatives)."""
    bound: dict[Binder, frozenset[str]] = {}
    for pattern in part.patterns:
        fields = specification.event(pattern.event).fields
        for field, argument in zip(fields, pattern.arguments, strict=True):
            if isinstance(argument, Binder):
                bound[argument] = bound.get(argument, frozenset()) | {f"{pattern.event}.{field.name}"}
    return bound


def _received(
    body: tuple[Statement, ...], bound: Mapping[Binder, frozenset[str]], places: frozenset[str]
) -> Iterator[str]:
    """The places into which the statements put a personal Text."""
    for statement in body:
        match statement:
            case core.Assign(place=place, keys=keys, value=value):
                if not places.isdisjoint(sources(value, bound)):
                    yield place
                for index, key in enumerate(keys):
                    if not places.isdisjoint(sources(key, bound)):
                        yield f"{place}#{index}"
            case core.IfStatement(then=then, otherwise=otherwise):
                yield from _received((*then, *otherwise), bound, places)
            case core.For(body=inner):
                yield from _received(inner, bound, places)
            case _:
                raise TypeError(f"{type(statement).__name__} in an `after`")


def sources(expr: Expr, bound: Mapping[Binder, frozenset[str]]) -> Iterator[str]:
    """The places whose Text the value of `expr` may be."""
    match expr:
        case core.Var(binder=binder):
            yield from bound.get(binder, ())
        case core.StateRead(state=name) | core.GivenRead(given=name):
            yield name
        case core.If(then=then, otherwise=otherwise):
            yield from sources(then, bound)
            yield from sources(otherwise, bound)
        case core.Lift(body=body) | core.Present(body=body) | core.Old(body=body):
            yield from sources(body, bound)
        case _:
            return
