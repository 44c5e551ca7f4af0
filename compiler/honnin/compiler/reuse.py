"""What a proof takes for granted of identities that are released (`entity E retain D`): that none is named again after its horizon.

In runs of which that is true, an identity is one and the same for ever, so the specification without `retain` says what the
specification says (docs/decisions/0036).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from honnin.compiler.simplify import TRUE, disjunction
from honnin.spec.core import (
    Atom,
    Binder,
    Claim,
    Compare,
    Earlier,
    EntityT,
    Event,
    Expr,
    Forall,
    Implies,
    Interval,
    Lift,
    OptionalT,
    Pattern,
    Retained,
    Specification,
    Type,
    Var,
)
from honnin.spec.records import replace
from honnin.spec.words import duration

_UIDS = count(-2_000_001, -1)


def without_reuse(specification: Specification, *, timed: bool) -> Specification:
    """The specification for an engine of the prover: `retain` is a premise, which is looked at in every step if there is time.

    Where no claim asks for the time, every run is also one in which everything happens at once: nothing breaks the premise.
    """
    premises = (
        premise
        for retained in specification.retained
        for premise in (_claims(specification, retained) if timed else (_premise(retained, 1),))
    )
    return replace(specification, retained=(), claims=(*specification.claims, *premises))


def _premise(retained: Retained, number: int) -> Claim:
    """What the author's premise is called, and what it says, in words."""
    name = f"{retained.entity}.retain" if number == 1 else f"{retained.entity}.retain.{number}"
    limit = duration(retained.horizon)
    title = f"no `{retained.entity}` is named again more than {limit} after the last event that named it"
    return Claim(name, "assume", "always", (), TRUE, TRUE, title, implicit=True, span=retained.span)


def _claims(specification: Specification, retained: Retained) -> Iterator[Claim]:
    """The premise as formulas: one for each field that names such an identity."""
    fields = [
        (event, place)
        for event in specification.events
        if event.direction != "hidden"
        for place, field in enumerate(event.fields)
        if field.type in _kinds(retained)
    ]
    for number, (event, place) in enumerate(fields, start=1):
        binder = Binder("it", next(_UIDS), event.fields[place].type)
        arguments = (None,) * place, (None,) * (len(event.fields) - place - 1)
        pattern = Pattern(event.name, (*arguments[0], binder, *arguments[1]))
        body = _in_time(Var(binder, binder.type), fields, retained)
        claim = replace(
            _premise(retained, number), form="on", patterns=(pattern,), body=body, needs_time=True
        )
        yield claim


def _kinds(retained: Retained) -> tuple[Type, Type]:
    entity = EntityT(retained.entity)
    return entity, OptionalT(entity)


def _in_time(named: Var, fields: Sequence[tuple[Event, int]], retained: Retained) -> Expr:
    """That no event named the identity before, or one did in time; nothing where there is none."""
    entity, maybe = _kinds(retained)
    if named.type == maybe:
        each = Binder("one", next(_UIDS), entity)
        is_it = Compare("==", named, Lift(Var(each, entity), maybe))
        return Forall(each, Implies(is_it, _in_time(Var(each, entity), fields, retained)))
    atoms = tuple(_atom(event, place, named) for event, place in fields)
    ever = Earlier(None, disjunction(atoms))
    return Implies(ever, Earlier(Interval("<=", retained.horizon), disjunction(atoms)))


def _atom(event: Event, place: int, named: Var) -> Atom:
    type = event.fields[place].type
    argument = named if type == named.type else Lift(named, type)
    rest = len(event.fields) - place - 1
    return Atom(event.name, (*(None,) * place, argument, *(None,) * rest))
