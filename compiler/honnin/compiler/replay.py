"""Every run is done again under the reference meaning before it is shown: if the two disagree, that is a fault of honnin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from honnin.compiler.answers import Change, Choice, Counterexample, GivenValue, Initial, TakenStep
from honnin.compiler.explicit.watch import CONFLICT
from honnin.compiler.product import Path, Product, counter_name
from honnin.spec.core import (
    EntityT,
    EnumT,
    Given,
    Pick,
    Property,
    RangeT,
    Type,
    Value,
)
from honnin.spec.design import (
    Configuration,
    Design,
    Move,
    Refused,
    Replay,
    initial_state,
    replay,
    take,
)
from honnin.spec.evaluation import Fresh, Place, Term
from honnin.spec.facts import Facts, FactTable, Missing, default_of
from honnin.spec.records import dataclass, replace


class ReplayDisagrees(Exception):
    """The reference meaning does not confirm a run that an engine found: a fault of honnin (HN0901)."""


@dataclass(frozen=True, slots=True)
class Run:
    """What was chosen in a run, not what followed from it. `scope`: the values of each entity. The moves are fully said.

    What is in neither `givens` nor `initial` may have any value.
    """

    scope: Mapping[str, tuple[Value, ...]]
    givens: tuple[GivenValue, ...]
    initial: tuple[Initial, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Goal:
    """What the run is to show at its end: that a claim (or property: `specification` None) is violated, or a cover reached."""

    specification: str | None
    claim: str
    is_cover: bool = False


def goals(product: Product, properties: tuple[Property, ...]) -> tuple[Goal, ...]:
    """What would settle a question about claims, covers and these properties, in the order in which it is preferred."""
    claims = tuple(
        Goal(machine.specification.name, check.claim.name, check.claim.kind == "cover")
        for machine in product.machines
        for check in machine.checks
        if check.claim.kind != "assume"
    )
    stated = tuple(Goal(None, each.name) for each in properties)
    conflicts = tuple(Goal(machine.specification.name, CONFLICT) for machine in product.machines)
    return (*claims, *stated, *conflicts)


def run_of(found: Counterexample) -> Run:
    """The choices of a counterexample."""
    moves = tuple(
        Move(
            step.step,
            tuple(choice.value for choice in step.arguments),
            tuple(choice.value for choice in step.picks),
            step.branches,
            step.now,
        )
        for step in found.steps
    )
    return Run(found.scope, found.givens, found.initial, moves)


def confirmed(product: Product, run: Run, goal: Goal) -> Counterexample:
    """The run with its events and changes, as the reference meaning has them; ReplayDisagrees where it does not end in the goal."""
    design = design_of(product, run)
    choices = {(one.variable, one.keys): one.value for one in run.initial}
    # Where the run does not depend on time, all of it may happen at one moment.
    timed = run.moves if product.timed else [replace(move, now=0) for move in run.moves]
    result = replay(design, choices, timed)
    if isinstance(result, Refused):
        raise ReplayDisagrees(f"step {result.step}: {result.reason}")
    steps = tuple(_steps(product, design, choices, run.moves))
    if not _shows(result, goal, steps):
        raise ReplayDisagrees(f"{goal.claim} is not {'reached' if goal.is_cover else 'violated'} at the end")
    return Counterexample(goal.claim, goal.specification, run.scope, run.givens, run.initial, steps)


def design_of(product: Product, run: Run) -> Design:
    """The design in the scope of the run, with its facts."""
    specifications = tuple(machine.specification for machine in product.machines)
    return Design(product.system, specifications, facts_of(product.givens, run), run.scope)


def facts_of(givens: tuple[Given, ...], run: Run) -> Facts:
    """The facts of the run; any value where the run leaves it open."""
    return {
        given.name: FactTable(
            {one.keys: one.value for one in run.givens if one.given == given.name},
            any_value(given.value, run.scope),
        )
        for given in givens
    }


def any_value(type: Type, scope: Mapping[str, tuple[Value, ...]]) -> Value:
    """Some value of the type, the same each time: for what a run leaves open."""
    default = default_of(type)
    if not isinstance(default, Missing):
        return default
    match type:
        case EntityT(name=name):
            return scope[name][0]
        case EnumT(members=members):
            return members[0]
        case RangeT(low=low):
            return low
        case _:
            return ""


# ---------------------------------------------------------------- what the run shows


def _shows(result: Replay, goal: Goal, steps: tuple[TakenStep, ...]) -> bool:
    if goal.specification is None:
        return (goal.claim, len(steps)) in result.properties
    report = result.reports[goal.specification]
    own = len(steps[-1].events) if steps else 0
    if goal.claim == CONFLICT:
        return any(fault.position > report.positions - own for fault in report.faults)
    if goal.is_cover:
        return report.reached.get(goal.claim, 0) > 0
    first = report.positions - own + 1 if steps else 0
    return any(
        failure.claim == goal.claim and failure.position is not None and failure.position >= first
        for failure in report.violated
    )


# ---------------------------------------------------------------- the account


def account_of(product: Product, run: Run) -> tuple[TakenStep, ...]:
    """What each step of a run does, by the reference meaning."""
    choices = {(one.variable, one.keys): one.value for one in run.initial}
    return tuple(_steps(product, design_of(product, run), choices, run.moves))


def _steps(
    product: Product,
    design: Design,
    choices: Mapping[tuple[str, tuple[Value, ...]], Value],
    moves: tuple[Move, ...],
) -> Iterator[TakenStep]:
    chosen: dict[Place, Term] = dict(choices.items())
    before = initial_state(design, chosen, moves[0].now if moves else None)
    for move in moves:
        assert before is not None
        taken = next(take(before, move))
        path = path_of(product, move)
        picks = (s.binder.name for s in path.body if isinstance(s, Pick))
        yield TakenStep(
            step=move.step,
            arguments=_choices((binder.name for binder in path.parameters), move.arguments),
            picks=_choices(picks, taken.move.picks or ()),
            branches=path.branches,
            events=taken.emitted,
            changes=tuple(changed(product, before, taken.next)),
            now=move.now,
        )
        before = taken.next


def path_of(product: Product, move: Move) -> Path:
    for path in product.paths:
        if path.step == move.step and move.branches in (None, path.branches):
            return path
    raise KeyError(move.step)


def _choices(names: Iterator[str], values: tuple[Value, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(name, value) for name, value in zip(names, values, strict=True))


def changed(product: Product, before: Configuration, after: Configuration) -> Iterator[Change]:
    """The variables and the program counters that a step changed, in the order of declaration."""
    defaults = after.past.variable_defaults
    for variable in product.system.variables:
        default = defaults[variable.name]
        places = [place for place in after.variables if place[0] == variable.name]
        for place in places:
            old, new = before.variables.get(place, default), after.variables[place]
            if old != new:
                yield Change(variable.name, _values(place[1]), _value(old), _value(new))
    for (process, keys), label in after.labels.items():
        if before.labels[process, keys] != label:
            yield Change(counter_name(process), _values(keys), before.labels[process, keys], label)


def _value(term: Value | Fresh) -> Value:
    assert not isinstance(term, Fresh)
    return term


def _values(terms: tuple[Value | Fresh, ...]) -> tuple[Value, ...]:
    return tuple(map(_value, terms))
