"""The reference meaning: a trace in, verdicts out. language.md sections 3 to 5, transcribed.

It judges every engine of honnin, so it shares nothing with them. It is slow and obvious: first the states before and after every
event, then every claim at every position by its definition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from honnin.spec import core
from honnin.spec.core import Claim, Expr, Occurrence, Specification, Value
from honnin.spec.evaluation import Environment, Fresh, Here, Term, World, bind, holds
from honnin.spec.facts import Facts
from honnin.spec.records import dataclass, replace
from honnin.spec.renewed import renewed
from honnin.spec.updates import entity_values, match, run, shown
from honnin.spec.verdicts import Failure, Report


def evaluate(
    specification: Specification,
    trace: Sequence[Occurrence],
    facts: Facts,
    *,
    end: int | None = None,
    scope: Mapping[str, tuple[Value, ...]] | None = None,
) -> Report:
    """The verdicts on a whole trace of the specification's own events; every claim is judged, the prove-only ones too.

    `end` is the clock at the end, in microseconds. `scope` says the values of each entity; without it they are those in the trace
    and in the facts, and one more. Raises MissingTime where a claim needs a time that an event lacks.
    """
    if specification.retained:
        told = renewed(specification, trace)
        plain = replace(specification, retained=())
        return told.original(evaluate(plain, told.trace, facts, end=end, scope=scope))
    seen = entity_values(specification, trace, facts)
    world, faults = run(specification, trace, facts, scope or _with_fresh(seen))
    premises = world if scope else replace(world, domains=_not_empty(entity_values(specification, (), facts)))
    late, pending = _obligations(specification, world, end)
    failures = _at_start(specification, world, premises)
    for position in range(1, len(trace) + 1):
        failures += late.get(position, [])
        failures += _failures(specification, world, position)
    failures += late.get(None, [])
    broken = [failure for failure in failures if specification.claim(failure.claim).kind == "assume"]
    missed = [failure for failure in failures if specification.claim(failure.claim).kind == "invariant"]
    return Report(
        positions=len(trace),
        violated=tuple(failure for failure in missed if _counts(failure, broken)),
        broken=tuple(broken),
        unjudged={
            claim.name: sum(f.claim == claim.name and not _counts(f, broken) for f in missed)
            for claim in specification.claims
            if claim.kind == "invariant"
        },
        pending=tuple(pending),
        exercised={c.name: _exercised(c, world) for c in specification.claims if c.kind != "cover"},
        reached={c.name: _reached(c, world) for c in specification.claims if c.kind == "cover"},
        faults=tuple(faults),
    )


def _with_fresh(seen: Mapping[str, tuple[Value, ...]]) -> dict[str, tuple[Term, ...]]:
    return {entity: (*values, Fresh(entity)) for entity, values in seen.items()}


def _not_empty(seen: Mapping[str, tuple[Value, ...]]) -> dict[str, tuple[Term, ...]]:
    """The values in the facts; one never seen where the facts have none: an entity is not empty."""
    return {entity: values or (Fresh(entity),) for entity, values in seen.items()}


def _counts(failure: Failure, broken: list[Failure]) -> bool:
    """Whether no assumption is broken at or before the failure (for a missed deadline: before)."""
    if failure.position is None:
        return not broken
    last = failure.position if failure.position == failure.trigger else failure.position - 1
    return not any(other.position is not None and other.position <= last for other in broken)


# ---------------------------------------------------------------- one position


def _at_start(specification: Specification, world: World, premises: World) -> list[Failure]:
    """Position 0: the `always` claims that do not read `now`; a claim about givens alone over the values in the facts."""
    failures = []
    for claim in specification.claims:
        if claim.form == "always" and claim.kind != "cover" and not _reads_now(claim.body):
            here = Here(premises if claim.given_only else world, 0, "after")
            failures += _failure(claim, here, {}, _Horizon(0, None))
    return failures


def _reads_now(formula: Expr) -> bool:
    return any(isinstance(node, core.Now) for node in core.walk(formula))


def _failures(specification: Specification, world: World, position: int) -> list[Failure]:
    """What fails at an event: the `on` claims over the state before it, then the `always` claims over the state after it."""
    failures = []
    for claim in specification.claims:
        bound = None if claim.kind == "cover" else _triggered(claim, world, position)
        if bound is not None:
            horizon = _Horizon(position, _clock(world, position))
            failures += _failure(claim, Here(world, position, "before"), bound, horizon)
    for claim in specification.claims:
        if claim.form == "always" and claim.kind != "cover" and not claim.given_only:
            failures += _failure(claim, Here(world, position, "after"), {}, _Horizon(position, None))
    return failures


def _triggered(claim: Claim, world: World, position: int) -> Environment | None:
    """What an `on` claim's pattern binds at the event; None when the pattern or `when` does not match."""
    event = world.events[position]
    if claim.form != "on" or event is None:
        return None
    bound = match(claim.patterns, event)
    if bound is None or not holds(claim.when, Here(world, position, "before"), bound):
        return None
    return bound


def _failure(claim: Claim, here: Here, bound: Environment, horizon: _Horizon) -> list[Failure]:
    """The failure of a claim at one position, if its formula is false there."""
    if _known(claim.body, here, bound, horizon) is not False:
        return []
    return [Failure(claim.name, here.position, here.position, _bindings(claim, here, bound, horizon))]


def _bindings(
    claim: Claim, here: Here, bound: Environment, horizon: _Horizon
) -> tuple[tuple[str, Value], ...]:
    """The pattern's names with their values, then those of the outermost `forall`s and denied `exists`s that witness the failure."""
    event = here.world.events[here.position]
    named = [(binder.name, shown(bound[binder.uid])) for binder in _bound_names(claim, event)]
    formula = claim.body
    while quantified := _universal(formula):
        binder, formula = quantified
        inners = bind((binder,), here, bound)
        bound = next(inner for inner in inners if _known(formula, here, inner, horizon) is False)
        named.append((binder.name, shown(bound[binder.uid])))
    return tuple(named)


def _universal(formula: Expr) -> tuple[core.Binder, Expr] | None:
    """The binder of a formula that speaks of all values, and what it says of each."""
    match formula:
        case core.Forall():
            return formula.binder, formula.body
        case core.Not(body=core.Exists() as denied):
            return denied.binder, core.Not(denied.body)
        case _:
            return None


def _bound_names(claim: Claim, event: Occurrence | None) -> list[core.Binder]:
    for pattern in claim.patterns:
        if event is not None and match((pattern,), event) is not None:
            return [argument for argument in pattern.arguments if isinstance(argument, core.Binder)]
    return []


# ---------------------------------------------------------------- deadlines


@dataclass(frozen=True, slots=True)
class _Horizon:
    """What is known so far: the positions up to `last`, and that the clock shows `clock`."""

    last: int
    clock: int | None


def _clock(world: World, position: int) -> int | None:
    event = world.events[position]
    return None if event is None else event.at


def _known(formula: Expr, here: Here, environment: Environment, horizon: _Horizon) -> bool | None:
    """Whether the formula holds, as far as the horizon tells: None where it does not."""

    def known(part: Expr) -> bool | None:
        return _known(part, here, environment, horizon)

    match formula:
        case core.Eventually():
            return _eventually(formula, here, environment, horizon)
        case core.And():
            return _all(known(item) for item in formula.items)
        case core.Or():
            return _any(known(item) for item in formula.items)
        case core.Implies():
            return known(formula.right) if holds(formula.left, here, environment) else True
        case core.If():
            return known(formula.then if holds(formula.condition, here, environment) else formula.otherwise)
        case core.Forall():
            inners = bind((formula.binder,), here, environment)
            return _all(_known(formula.body, here, inner, horizon) for inner in inners)
        case _:
            return holds(formula, here, environment)


def _all(parts: Iterator[bool | None]) -> bool | None:
    """Kleene's conjunction, from the left up to the first false."""
    result: bool | None = True
    for part in parts:
        if part is False:
            return False
        result = part if result is True else result
    return result


def _any(parts: Iterator[bool | None]) -> bool | None:
    """Kleene's disjunction, from the left up to the first true."""
    result: bool | None = False
    for part in parts:
        if part is True:
            return True
        result = part if result is False else result
    return result


def _eventually(
    formula: core.Eventually, here: Here, environment: Environment, horizon: _Horizon
) -> bool | None:
    deadline = here.now + formula.bound
    for position in range(here.position, horizon.last + 1):
        if here.world.time(position) <= deadline and holds(formula.body, here.at(position), environment):
            return True
    return None if horizon.clock is None or horizon.clock <= deadline else False


def _obligations(
    specification: Specification, world: World, end: int | None
) -> tuple[dict[int | None, list[Failure]], list[tuple[str, int]]]:
    """The missed deadlines by the position of the event that was too late (None: the end), and what is still open."""
    late: dict[int | None, list[Failure]] = {}
    pending = []
    for claim in specification.claims:
        if not any(isinstance(node, core.Eventually) for node in core.walk(claim.body)):
            continue
        for trigger in range(1, len(world.events)):
            bound = _triggered(claim, world, trigger)
            if bound is None:
                continue
            outcome = _outcome(claim, Here(world, trigger, "before"), bound, end)
            if isinstance(outcome, Failure):
                late.setdefault(outcome.position, []).append(outcome)
            elif outcome is None:
                pending.append((claim.name, trigger))
    return late, pending


def _outcome(claim: Claim, here: Here, bound: Environment, end: int | None) -> Failure | bool | None:
    """How the obligation raised here ends: True: met; False: failed at once; a Failure: too late; None: still open."""
    last = len(here.world.events) - 1
    result = _known(claim.body, here, bound, _Horizon(here.position, _clock(here.world, here.position)))
    for position in range(here.position + 1, last + 2):
        if result is not None:
            return result
        at_end = position > last
        clock = end if at_end else _clock(here.world, position)
        horizon = _Horizon(position - 1, clock)
        if _known(claim.body, here, bound, horizon) is False:
            bindings = _bindings(claim, here, bound, horizon)
            return Failure(claim.name, None if at_end else position, here.position, bindings)
        if not at_end:
            result = _known(claim.body, here, bound, _Horizon(position, clock))
    return result


# ---------------------------------------------------------------- counts


def _exercised(claim: Claim, world: World) -> int:
    """`on`: the matches at which, for `a implies b`, a is true; `always`: the positions from 1."""
    positions = range(1, len(world.events))
    if claim.form == "always":
        return len(positions)
    count = 0
    for position in positions:
        bound = _triggered(claim, world, position)
        if bound is None:
            continue
        here = Here(world, position, "before")
        count += not isinstance(claim.body, core.Implies) or holds(claim.body.left, here, bound)
    return count


def _reached(claim: Claim, world: World) -> int:
    """At how many positions from 1 a cover is reached."""
    count = 0
    for position in range(1, len(world.events)):
        if claim.form == "on":
            bound = _triggered(claim, world, position)
            here = Here(world, position, "before")
            count += bound is not None and holds(claim.body, here, bound)
        else:
            count += holds(claim.body, Here(world, position, "after"), {})
    return count
