"""Which claims depend on hidden events: on what these say and change, or on where they happen (language.md section 4)."""

from __future__ import annotations

from collections.abc import Iterator

from honnin.spec import core
from honnin.spec.core import After, Claim, Expr, Specification, Statement
from honnin.spec.words import expression


def hidden_formula(claim: Claim, specification: Specification) -> str | None:
    """The first pattern or formula of the claim that depends on hidden events."""
    events = frozenset(event.name for event in specification.events if event.direction == "hidden")
    if not events:
        return None
    for pattern in claim.patterns:
        if pattern.event in events:
            return f"on {pattern.event}"
    states = hidden_states(specification)
    for formula in (claim.when, claim.body):
        for node in core.walk(formula):
            if _depends(node, events, states):
                return expression(node)
    counts = (
        claim.form != "on" and not claim.given_only and not _adds_nothing(claim.body, claim.form == "always")
    )
    return expression(claim.body) if counts else None


def _depends(node: Expr, events: frozenset[str], states: frozenset[str]) -> bool:
    match node:
        case core.Atom(event=event):
            return event in events
        case core.StateRead(state=state):
            return state in states
        case core.Previously():
            return True
        case (
            core.Once(body=body)
            | core.Earlier(body=body)
            | core.Eventually(body=body)
            | core.CountPast(body=body)
        ):
            return _there(body) is not False
        case core.Historically(body=body):
            return _there(body) is not True
        case core.Since(left=left, right=right):
            return _there(left) is not True or _there(right) is not False
        case _:
            return False


# ---------------------------------------------------------------- the position of a hidden event


def _there(expr: Expr) -> bool | None:
    """The value of a formula at a hidden event, which makes no atom true and changes nothing; None where that is not sure."""
    match expr:
        case core.Lit(value=bool() as value):
            return value
        case core.Atom():
            return False
        case core.Old(body=body) | core.Forall(body=body) | core.Exists(body=body):
            return _there(body)
        case core.Not(body=body):
            return _negated(_there(body))
        case core.And(items=items):
            return _negated(_any([_negated(_there(item)) for item in items]))
        case core.Or(items=items):
            return _any([_there(item) for item in items])
        case core.Implies(left=left, right=right):
            return _any([_negated(_there(left)), _there(right)])
        case core.Iff(left=left, right=right):
            one, other = _there(left), _there(right)
            return None if one is None or other is None else one is other
        case core.If(condition=condition, then=then, otherwise=otherwise):
            chosen, one, other = _there(condition), _there(then), _there(otherwise)
            return (one if one is other else None) if chosen is None else one if chosen else other
        case core.Compare(operator=operator, left=left, right=right) if _present(left) == _present(right):
            return operator in ("==", "<=", ">=")
        case _:
            return None


def _negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def _any(values: list[bool | None]) -> bool | None:
    if True in values:
        return True
    return None if None in values else False


def _present(expr: Expr) -> Expr:
    """The expression with what is old as it is now: a hidden event has changed nothing that is read."""
    if isinstance(expr, core.Old):
        return _present(expr.body)
    return core.rewrite(expr, _present)


def _adds_nothing(expr: Expr, decided: bool) -> bool:
    """Whether the formula, at a hidden event, is `decided` or has the value that it had at the position before."""
    if _there(expr) is decided or _stays(expr):
        return True
    match expr:
        case core.And(items=items) | core.Or(items=items):
            return all(_adds_nothing(item, decided) for item in items)
        case core.Forall(body=body) | core.Exists(body=body):
            return _adds_nothing(body, decided)
        case _:
            return False


def _stays(expr: Expr) -> bool:
    """Whether the value is that of the position before: nothing speaks of this event, of its time or of what came before it."""
    match expr:
        case core.Atom() | core.Old() | core.Now() | core.Earlier() | core.CountPast():
            return False
        case (
            core.Once(interval=interval)
            | core.Historically(interval=interval)
            | core.Since(interval=interval)
        ):
            return interval is None
        case _:
            return all(map(_stays, core.children(expr)))


# ---------------------------------------------------------------- what hidden events change


def hidden_states(specification: Specification) -> frozenset[str]:
    """The states that hidden events change, directly or through what they change."""
    events = frozenset(event.name for event in specification.events if event.direction == "hidden")
    states: frozenset[str] = frozenset()
    while True:
        more = states | {
            place for after in specification.updates for place in _hidden_writes(after, events, states)
        }
        if more == states:
            return states
        states = more


def _hidden_writes(after: After, events: frozenset[str], states: frozenset[str]) -> Iterator[str]:
    whole = any(pattern.event in events for pattern in after.patterns)
    yield from _writes(after.body, whole or _reads(after.when, states), states)


def _writes(body: tuple[Statement, ...], depends: bool, states: frozenset[str]) -> Iterator[str]:
    for statement in body:
        match statement:
            case core.Assign(place=place, keys=keys, value=value):
                if depends or any(_reads(expr, states) for expr in (*keys, value)):
                    yield place
            case core.IfStatement(condition=condition, then=then, otherwise=otherwise):
                yield from _writes((*then, *otherwise), depends or _reads(condition, states), states)
            case core.For(where=where, body=inner):
                yield from _writes(inner, depends or _reads(where, states), states)
            case _:
                raise TypeError(f"{type(statement).__name__} in an `after`")


def _reads(expr: Expr, states: frozenset[str]) -> bool:
    return any(isinstance(node, core.StateRead) and node.state in states for node in core.walk(expr))
