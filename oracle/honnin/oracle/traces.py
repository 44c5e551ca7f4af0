"""Short traces about a claim: the shortest that exercises it and is accepted, the shortest that it rejects.

They are searched for over the specification alone, as `check SPEC implies CLAIM` is, and shown only if the reference meaning says
the same of them; where the search finds none in its time, the examples of the file stand in, and it is said so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import TYPE_CHECKING, Literal

from honnin.spec.core import (
    BOOL,
    Check,
    Claim,
    Event,
    Example,
    Fact,
    Implies,
    Lit,
    Module,
    Not,
    Occurrence,
    Pattern,
    Specification,
    Type,
    Value,
    finite_values,
)
from honnin.spec.examples import Outcome, run_example

if TYPE_CHECKING:
    from honnin.compiler.answers import Refuted

TRIED = 200
"""Continuations of a trace that are tried."""
EXERCISE = "@exercise"
"""The name of the claim that another is never exercised: no author can write it."""


@dataclass(frozen=True, slots=True)
class Trace:
    """`origin`: the "shortest" there is; one found by "search"; or the shortest "example" of the file."""

    example: Example
    origin: Literal["shortest", "search", "example"]


@dataclass(frozen=True, slots=True)
class Traces:
    accepted: Trace | None
    rejected: Trace | None


def traces(
    module: Module, claim: Claim, outcomes: Sequence[Outcome], seconds: float, progress: Callable[[str], None]
) -> Traces:
    """The traces about a claim; each search takes about `seconds` at most. A cover rejects nothing."""
    passed = [outcome for outcome in outcomes if outcome.passed]
    accepting = [o.example for o in passed if o.example.rejected_by is None and _exercises(o, claim)]
    rejecting = [o.example for o in passed if o.example.rejected_by == claim.name]
    return Traces(
        _accepted(module, claim, seconds, progress) or _shortest(accepting),
        None
        if claim.kind == "cover"
        else _rejected(module, claim, seconds, progress) or _shortest(rejecting),
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


def _rejected(module: Module, claim: Claim, seconds: float, progress: Callable[[str], None]) -> Trace | None:
    found = _broken(module, claim.name, seconds, progress)
    return None if found is None else _confirmed(found, module, claim, claim.name)


def _accepted(module: Module, claim: Claim, seconds: float, progress: Callable[[str], None]) -> Trace | None:
    """A trace that breaks no claim, and breaks "this claim is never exercised" at its end."""
    specification = replace(module.main, claims=(*module.main.claims, _never(claim, module.main.events)))
    asked = replace(module, specifications=(specification, *module.specifications[1:]))
    found = _broken(asked, EXERCISE, seconds, progress)
    return None if found is None else _confirmed(found, module, claim, None)


def _broken(module: Module, claim: str, seconds: float, progress: Callable[[str], None]) -> Refuted | None:
    from honnin.compiler.answers import Refuted
    from honnin.compiler.prove import prove

    check = Check(module.main.name, "implies", claim)
    verdict = prove(module, check, timeout=seconds, progress=progress).verdict
    return verdict if isinstance(verdict, Refuted) else None


def _never(claim: Claim, events: Sequence[Event]) -> Claim:
    """The invariant that `claim` is never exercised (a cover: never reached)."""
    if claim.kind == "cover":
        form: Literal["on", "always"] = "on" if claim.form == "on" else "always"
        return replace(claim, name=EXERCISE, kind="invariant", form=form, body=Not(claim.body))
    if claim.form == "on":
        idle = Not(claim.body.left) if isinstance(claim.body, Implies) else Lit(False, BOOL)
        return replace(claim, name=EXERCISE, kind="invariant", body=idle, prove_only=None)
    any_event = tuple(Pattern(event.name, (None,) * len(event.fields)) for event in events)
    return Claim(EXERCISE, "invariant", "on", any_event, Lit(True, BOOL), Lit(False, BOOL))


def _confirmed(found: Refuted, module: Module, claim: Claim, rejected_by: str | None) -> Trace | None:
    """The run as an example that the reference meaning finds right; None where it does not."""
    run = found.counterexample
    facts = tuple(Fact(given.given, given.keys, given.value) for given in run.givens)
    events = tuple(event for step in run.steps for event in step.events)
    example = Example("", None, rejected_by, facts, events)
    if _fits(example, module, claim):
        return Trace(example, "shortest" if found.shortest else "search")
    longer = None if rejected_by is not None else _settled(example, module, claim)
    return None if longer is None else Trace(longer, "search")


def _fits(example: Example, module: Module, claim: Claim) -> bool:
    outcome = run_example(example, module.main)
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
