"""Examples, the unit tests of a specification (language.md section 7), and what they leave untried."""

from __future__ import annotations

from collections.abc import Iterable

from honnin.spec.core import Example, Specification
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.evaluation import MissingFact
from honnin.spec.facts import Facts, FactTable, default_of
from honnin.spec.meaning import evaluate
from honnin.spec.records import dataclass
from honnin.spec.verdicts import Failure, Report


@dataclass(frozen=True, slots=True)
class Outcome:
    """One example, run: it passes when there is no diagnostic. `report` is None when it could not be evaluated."""

    example: Example
    report: Report | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def passed(self) -> bool:
        return not self.diagnostics


@dataclass(frozen=True, slots=True)
class Untried:
    """The invariants and assumptions (those that were written) that no example exercises, and the covers that none reaches."""

    claims: tuple[str, ...]
    covers: tuple[str, ...]


def run_example(example: Example, specification: Specification) -> Outcome:
    """The example's verdicts, and what happened instead of what it says."""
    try:
        report = evaluate(specification, example.occurrences, example_facts(example, specification))
    except MissingFact as missing:
        message = f"example `{example.name}` needs a fact of `{missing.given}` that it does not give"
        hint = f"begin the example with `given {missing.given}{'[...]' if missing.keys else ''} = ...`"
        return Outcome(example, None, (Diagnostic("HN0642", message, example.span, hint=hint),))
    problem = _conflict(example, report) or _disagreement(example, report)
    return Outcome(example, report, () if problem is None else (problem,))


def example_facts(example: Example, specification: Specification) -> Facts:
    """The facts of an example: those that it gives, and for the others the default of their type."""
    return {
        given.name: FactTable(
            {fact.keys: fact.value for fact in example.facts if fact.given == given.name},
            default_of(given.value),
        )
        for given in specification.givens
    }


def untried(specification: Specification, outcomes: Iterable[Outcome]) -> Untried:
    """What the examples together neither exercise nor reach, in the order of declaration."""
    reports = [outcome.report for outcome in outcomes if outcome.report is not None]
    return Untried(
        tuple(
            claim.name
            for claim in specification.claims
            if claim.kind != "cover"
            and not claim.implicit
            and not any(report.exercised[claim.name] for report in reports)
        ),
        tuple(
            claim.name
            for claim in specification.claims
            if claim.kind == "cover" and not any(report.reached[claim.name] for report in reports)
        ),
    )


def _conflict(example: Example, report: Report) -> Diagnostic | None:
    for fault in report.faults:
        span = example.occurrences[fault.position - 1].span
        message = (
            f"example `{example.name}`: event {fault.position} writes `{fault.place}` twice: "
            + " and ".join(fault.writes)
        )
        return Diagnostic("HN0643", message, span)
    return None


def _disagreement(example: Example, report: Report) -> Diagnostic | None:
    """How the report differs from what the example says, if it does."""
    if example.rejected_by is None:
        return _not_accepted(example, report)
    found = [*report.violated, *report.broken]
    early = [failure for failure in found if failure.position != report.positions or failure.position == 0]
    if early:
        instead = f"{_failed(early[0], report)}, before the last event"
    elif not any(failure.claim == example.rejected_by for failure in found):
        instead = _not_rejected(example.rejected_by, report)
    else:
        return None
    message = (
        f"example `{example.name}` should be rejected by `{example.rejected_by}` at its last event: {instead}"
    )
    return Diagnostic("HN0641", message, example.span)


def _not_accepted(example: Example, report: Report) -> Diagnostic | None:
    found = [*report.violated, *report.broken]
    if found:
        instead = _failed(min(found, key=lambda failure: failure.position or 0), report)
    elif report.pending:
        claim, trigger = report.pending[0]
        instead = f"`{claim}`, raised by event {trigger}, is still pending at the end"
    else:
        return None
    return Diagnostic("HN0640", f"example `{example.name}` should be accepted: {instead}", example.span)


def _not_rejected(claim: str, report: Report) -> str:
    found = [*report.violated, *report.broken]
    if report.unjudged.get(claim, 0):
        return (
            f"`{claim}` fails only where a broken assumption leaves it unjudged ({_failed(found[0], report)})"
        )
    if found:
        return f"instead {_failed(found[0], report)}"
    if any(name == claim for name, _ in report.pending):
        return f"`{claim}` is still pending"
    return "nothing fails"


def _failed(failure: Failure, report: Report) -> str:
    verb = "broken" if any(failure is other for other in report.broken) else "violated"
    if failure.position == 0:
        return f"`{failure.claim}` is {verb} initially"
    since = "" if failure.trigger == failure.position else f" (raised by event {failure.trigger})"
    return f"`{failure.claim}` is {verb} at event {failure.position}{since}"
