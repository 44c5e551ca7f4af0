"""Short traces about a claim: the shortest that exercises it and is accepted, the shortest that it rejects.

They are searched for over the specification alone, as `check SPEC implies CLAIM` is, and shown only if the reference meaning says
the same of them; where the search finds none in its time, the examples of the file stand in, and it is said so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import TYPE_CHECKING, Literal

from honnin.oracle.relations import ASKED, Budget, follows, never, relied_on, verdict, with_claim
from honnin.spec.core import (
    Claim,
    Example,
    Fact,
    Module,
    Occurrence,
    Specification,
    Type,
    Value,
    finite_values,
)
from honnin.spec.evaluation import OutOfTime, within
from honnin.spec.examples import Outcome, run_example
from honnin.spec.records import dataclass, replace

if TYPE_CHECKING:
    from honnin.compiler.answers import Verdict

TRIED = 200
"""Continuations of a trace that are tried."""


@dataclass(frozen=True, slots=True)
class Trace:
    """`origin`: the "shortest" there is; one found by "search"; or the shortest "example" of the file."""

    example: Example
    origin: Literal["shortest", "search", "example"]


@dataclass(frozen=True, slots=True)
class Traces:
    """`implied_by`: claims from which this one follows; `excluded_by`: claims that no trace in which this one is exercised (a cover:
    reached) satisfies, itself perhaps among them; None where that is not known, or says nothing more. `searched`: there was time for every question."""

    accepted: Trace | None
    rejected: Trace | None
    implied_by: tuple[str, ...] | None = None
    excluded_by: tuple[str, ...] | None = None
    searched: bool = True


def traces(module: Module, claim: Claim, outcomes: Sequence[Outcome], budget: Budget) -> Traces:
    """The traces about a claim, and what the other claims say of it. A cover rejects nothing and follows from nothing."""
    passed = [outcome for outcome in outcomes if outcome.passed]
    accepting = [o.example for o in passed if o.example.rejected_by is None and _exercises(o, claim)]
    rejecting = [o.example for o in passed if o.example.rejected_by == claim.name]
    accepted, excluded_by = _accepted(module, claim, budget)
    is_vacuous = claim.kind == "cover" or (excluded_by is not None and claim.name not in excluded_by)
    rejected, implied_by = (None, None) if is_vacuous else _rejected(module, claim, budget)
    return Traces(
        accepted or _shortest(accepting),
        rejected or _shortest(rejecting),
        implied_by,
        excluded_by,
        not budget.is_over,
    )


def _shortest(examples: Sequence[Example]) -> Trace | None:
    shortest = min(examples, key=lambda example: len(example.occurrences), default=None)
    return None if shortest is None else Trace(shortest, "example")


def _exercises(outcome: Outcome, claim: Claim) -> bool:
    if outcome.report is None:
        return False
    counts = outcome.report.reached if claim.kind == "cover" else outcome.report.exercised
    return counts[claim.name] > 0


# ---------------------------------------------------------------- the search


def _rejected(module: Module, claim: Claim, budget: Budget) -> tuple[Trace | None, tuple[str, ...] | None]:
    """A trace that breaks the claim and no other; where there is none, the claims from which it follows."""
    found = verdict(module, claim.name, budget)
    others = [other for other in module.main.claims if other.name != claim.name]
    if follows(found):
        return None, relied_on(module, claim, others, budget)
    return _confirmed(found, module, claim, claim.name, budget), None


def _accepted(module: Module, claim: Claim, budget: Budget) -> tuple[Trace | None, tuple[str, ...] | None]:
    """A trace that breaks no claim, and breaks "this claim is never exercised" at its end; where there is none, why."""
    asked, claims = never(claim, module.main.events), module.main.claims
    found = verdict(with_claim(module, asked, claims), ASKED, budget)
    if follows(found):
        return None, relied_on(module, asked, claims, budget)
    return _confirmed(found, module, claim, None, budget), None


def _confirmed(
    found: Verdict | None, module: Module, claim: Claim, rejected_by: str | None, budget: Budget
) -> Trace | None:
    """The run as an example that the reference meaning finds right; None where it does not, or not in time."""
    from honnin.compiler.answers import Refuted

    if not isinstance(found, Refuted):
        return None
    run = found.counterexample
    facts = tuple(Fact(given.given, given.keys, given.value) for given in run.givens)
    events = tuple(event for step in run.steps for event in step.events)
    example = Example("", None, rejected_by, facts, events)
    try:
        with within(budget.each):
            if _fits(example, module, claim):
                return Trace(example, "shortest" if found.shortest else "search")
            longer = None if rejected_by is not None else _settled(example, module, claim)
    except OutOfTime:
        return None
    return None if longer is None else Trace(longer, "search")


def _fits(example: Example, module: Module, claim: Claim) -> bool:
    outcome = run_example(example, module.main)
    if not example.occurrences and example.rejected_by is not None and outcome.report is not None:
        failed = (*outcome.report.violated, *outcome.report.broken)
        return any((failure.claim, failure.position) == (claim.name, 0) for failure in failed)
    return outcome.passed and (example.rejected_by is not None or _exercises(outcome, claim))


# ---------------------------------------------------------------- obligations


def _settled(example: Example, module: Module, claim: Claim) -> Example | None:
    """The example with one more event, at the time of its last one, that meets what is pending."""
    at = example.occurrences[-1].at if example.occurrences else None
    for occurrence in islice(_next_events(example, module.main), TRIED):
        longer = replace(example, occurrences=(*example.occurrences, replace(occurrence, at=at)))
        if _fits(longer, module, claim):
            return longer
    return None


def _next_events(example: Example, specification: Specification) -> Iterator[Occurrence]:
    """Events with values that the example has, as far as it has any of the type."""
    seen: dict[Type, list[Value]] = {}
    for occurrence in example.occurrences:
        for field, value in zip(specification.event(occurrence.event).fields, occurrence.values, strict=True):
            seen.setdefault(field.type, []).append(value)
    for event in specification.events:
        choices = [seen.get(field.type) or finite_values(field.type) or () for field in event.fields]
        yield from (Occurrence(event.name, values) for values in product(*choices))
