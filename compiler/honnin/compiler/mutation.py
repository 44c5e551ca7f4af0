"""What the checks of a design say of one of its mutants: killed, survived, undecided, or unable to do anything of its own.

The checks decide, each with the whole prover, exactly as `prove` asks them. Of a mutant that survives, a run is looked for that the
design cannot do; one is shown only if the reference meaning says so of the mutant and of the design.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from honnin.compiler.answers import (
    Answer,
    Bounded,
    Change,
    Counterexample,
    Proved,
    Reached,
    Refuted,
    TakenStep,
    Unknown,
    Unreachable,
)
from honnin.compiler.limit import Expired, limited
from honnin.compiler.mutants import OWN, Mutant
from honnin.compiler.observable import NOT_IN_TIME, observed
from honnin.compiler.product import Product, build_product
from honnin.compiler.prove import prove
from honnin.compiler.replay import ReplayDisagrees, changed, design_of, run_of
from honnin.spec.core import Check, Module, Occurrence, Specification, System
from honnin.spec.design import Configuration, Move, Taken, initial_state, take
from honnin.spec.evaluation import Place, Term
from honnin.spec.records import dataclass, replace

Progress = Callable[[str], None]

LEAST: Final = 1.0
"""Seconds for the search for a run of the mutant's own, and for what is said of it, where there is less left."""


@dataclass(frozen=True, slots=True)
class Killed:
    """`answer` is not the one that the design has: a claim is broken by `run`, or (None) a cover can be reached no more."""

    answer: Answer
    run: Counterexample | None


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What the design does where its mutant takes a step of its own, with the same choices."""

    changes: tuple[Change, ...]
    events: tuple[Occurrence, ...]


@dataclass(frozen=True, slots=True)
class OwnRun:
    """A run of the mutant that the design cannot do with the same choices in its last step.

    `design`: what it does instead (None: the step is impossible). `always`: the design cannot do it with other choices either.
    """

    run: Counterexample
    design: Otherwise | None
    always: bool


@dataclass(frozen=True, slots=True)
class Survived:
    """Every check holds of the mutant. `own`: a shortest run of its own, where one was found; `searched`: else what was tried.

    `seen`: a run that goes on from there, whose events no run of the design reports with the same values and facts; `unseen`: else why
    there is none.
    """

    answers: tuple[Answer, ...]
    own: OwnRun | None
    searched: tuple[str, ...] = ()
    seen: Counterexample | None = None
    unseen: str = ""


@dataclass(frozen=True, slots=True)
class Equivalent:
    """The mutant does nothing that the design does not do: for any number of everything, or within the bounds of `answer`."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Undecided:
    """No check kills the mutant, and some are not answered in time."""

    answers: tuple[Answer, ...]


Fate: TypeAlias = Killed | Survived | Equivalent | Undecided


def fate(module: Module, checks: Sequence[Check], mutant: Mutant, timeout: float, progress: Progress) -> Fate:
    """What becomes of a mutant of a design of the module, in about `timeout` seconds.

    Every one of the checks holds of the design; the first one says that it satisfies something.
    """
    deadline = time.monotonic() + timeout
    asked = mutated(module, mutant)
    answers: list[Answer] = []
    for check in checks:
        answer = prove(asked, check, timeout=max(deadline - time.monotonic(), 0.1), progress=progress)
        if isinstance(answer.verdict, Refuted):
            return Killed(answer, answer.verdict.counterexample)
        if isinstance(answer.verdict, Unreachable):
            return Killed(answer, None)
        answers.append(answer)
    if not all(isinstance(answer.verdict, Proved | Bounded | Reached) for answer in answers):
        return Undecided(tuple(answers))
    return _survived(module, checks[0], mutant, tuple(answers), deadline, progress)


def mutated(module: Module, mutant: Mutant, *, marked: bool = False) -> Module:
    """The module with the mutant, or the marked one, in place of its design; an assumption that is left out is an invariant there."""
    system = mutant.marked if marked else mutant.system
    systems = tuple(system if other.name == system.name else other for other in module.systems)
    specifications = tuple(_without(each, mutant, marked) for each in module.specifications)
    return replace(module, systems=systems, specifications=specifications)


def _without(specification: Specification, mutant: Mutant, marked: bool) -> Specification:
    if mutant.claim is None or mutant.claim[0] != specification.name:
        return specification
    [left_out] = [claim for claim in specification.claims if claim.name == mutant.claim[1]]
    others = tuple(claim for claim in specification.claims if claim is not left_out)
    return replace(specification, claims=(*others, replace(left_out, kind="invariant")) if marked else others)


# ---------------------------------------------------------------- runs of its own


def _survived(
    module: Module,
    check: Check,
    mutant: Mutant,
    answers: tuple[Answer, ...],
    deadline: float,
    progress: Progress,
) -> Survived | Equivalent:
    asked = replace(check, relation="satisfies", target=OWN if mutant.claim is None else mutant.claim[1])
    seconds = max(deadline - time.monotonic(), LEAST)
    found = prove(mutated(module, mutant, marked=True), asked, timeout=seconds, progress=progress)
    match found.verdict:
        case Proved() | Bounded():
            return Equivalent(found)
        case Refuted(counterexample=run):
            until = max(deadline, time.monotonic() + LEAST)
            return _compared(module, mutant, run, answers, until, progress)
        case Unknown(tried=tried):
            return Survived(answers, None, tried)
        case _:
            raise AssertionError("a property holds, is broken, or is not decided")


def _compared(
    module: Module,
    mutant: Mutant,
    run: Counterexample,
    answers: tuple[Answer, ...],
    until: float,
    progress: Progress,
) -> Survived:
    """With the run as one of its own and with the events that tell the two apart, as far as there is time for that."""
    is_design = mutant.kind != "premise dropped"
    try:
        own = limited(until, lambda: _own(module, mutant, run) if is_design else _beyond(run))
    except Expired:
        return Survived(answers, None, (_LATE,))
    if own is None:
        return Survived(answers, None, (_ALIKE,))
    if mutant.claim is not None:
        return Survived(answers, own)
    progress("looking for events that tell the two apart")
    product = build_product(mutated(module, mutant), mutant.system, ())
    other = module.system(mutant.system.name)
    try:
        seen = limited(until, lambda: observed(product, other, own.run))
    except Expired:
        seen = NOT_IN_TIME
    return Survived(answers, own, (), *((None, seen) if isinstance(seen, str) else (seen, "")))


_ALIKE: Final = (
    "the shortest run to the mistake, where the design does the same; longer ones were not looked at"
)
_LATE: Final = "a run, but there was no time to compare it with the design"


def _own(module: Module, mutant: Mutant, found: Counterexample) -> OwnRun | None:
    """The run of the marked mutant as one of the mutant; None where its last step shows nothing that the design does not do.

    The design takes the same steps before the last one: ReplayDisagrees where the reference meaning does not say so.
    """
    run = run_of(found)
    product = build_product(mutated(module, mutant, marked=True), mutant.marked, ())
    moves = [move if product.timed else replace(move, now=0) for move in run.moves]
    choices: dict[Place, Term] = {(one.variable, one.keys): one.value for one in run.initial}
    state = initial_state(design_of(product, run), choices, moves[0].now)
    design = module.system(mutant.system.name)
    steps: list[TakenStep] = []
    for number, (move, step) in enumerate(zip(moves, found.steps, strict=True), 1):
        if state is None:
            raise ReplayDisagrees("a run of a mutant is none when it is done again")
        target = next(take(state, move))
        ways = [way for way in _ways(state, mutant.system, move) if _same(way, target)]
        designed = tuple(_ways(state, design, move))
        as_before = any(_same(way, target) for way in designed)
        last = number == len(moves)
        if not ways or not (as_before or last):
            raise ReplayDisagrees(f"step {number} of a run of a mutant is not what it was said to be")
        changes = tuple(change for change in step.changes if change.place != OWN)
        steps.append(replace(step, changes=changes, branches=ways[0].move.branches or ()))
        if last and not as_before:
            other_choices = _ways(state, design, replace(move, picks=None))
            always = not any(_same(way, target) for way in other_choices)
            instead = _otherwise(product, state, designed[0]) if designed else None
            return OwnRun(replace(found, steps=tuple(steps)), instead, always)
        state = target.next
    return None


def _beyond(found: Counterexample) -> OwnRun:
    """The run to where a premise that was left out does not hold."""
    initial = tuple(one for one in found.initial if one.variable != OWN)
    return OwnRun(replace(found, initial=initial), None, True)


# ---------------------------------------------------------------- events that tell them apart


def _ways(marked: Configuration, system: System, move: Move) -> Iterator[Taken]:
    """What the other system does with the same choices in the same state."""
    variables = {place: value for place, value in marked.variables.items() if place[0] != OWN}
    state = replace(marked, design=replace(marked.design, system=system), variables=variables)
    try:
        yield from take(state, replace(move, branches=None))
    except ValueError:
        # The values of a pick cannot be listed: nothing is known of them.
        return


def _otherwise(product: Product, before: Configuration, way: Taken) -> Otherwise:
    changes = (change for change in changed(product, before, way.next) if change.place != OWN)
    events = way.emitted if product.timed else tuple(replace(event, at=None) for event in way.emitted)
    return Otherwise(tuple(changes), events)


def _same(one: Taken, other: Taken) -> bool:
    """The two steps emit the same and lead to the same state."""
    return one.emitted == other.emitted and _state(one.next) == _state(other.next)


def _state(state: Configuration) -> tuple[dict[Place, Term], dict[Place, str]]:
    defaults = state.past.variable_defaults
    values = {
        place: value
        for place, value in state.variables.items()
        if place[0] != OWN and value != defaults[place[0]]
    }
    return values, dict(state.labels)
