"""`honnin explain`: each claim in plain words, with a short trace that it accepts and one that it rejects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from honnin.oracle.files import each, open_specification
from honnin.oracle.options import FILE, speaking
from honnin.oracle.session import Session, paint
from honnin.oracle.status import Status
from honnin.oracle.story import occurrence_record, occurrence_words, place, plain, timely
from honnin.oracle.table import quoted

if TYPE_CHECKING:
    from honnin.spec.core import Claim, Example, Module, Specification
    from honnin.spec.examples import Outcome

_KINDS = {"invariant": "invariant", "assume": "assumption", "cover": "cover"}


@dataclass(frozen=True, slots=True)
class _Shown:
    """The shortest examples about a claim: one that exercises it and is accepted, one that it rejects."""

    accepted: Example | None
    rejected: Example | None


@click.command(
    epilog="Example: honnin explain certificate_issuance.honnin",
    short_help="Say each claim in plain words.",
)
@FILE
@click.option("--claim", "only", metavar="NAME", help="Explain this claim only.")
@speaking
def command(session: Session, file: Path, only: str | None) -> Status:
    """Say each claim in plain words, when state is read, and which traces are accepted and rejected."""
    return each(session, [file], lambda file: _explain(session, file, only))


def _explain(session: Session, file: Path, only: str | None) -> Status:
    from honnin.spec.examples import run_example

    module = open_specification(session, file).module
    if module is None:
        return Status.WRONG
    claims = [claim for claim in module.main.claims if not claim.implicit and only in (None, claim.name)]
    if only is not None and not claims:
        names = ", ".join(claim.name for claim in module.main.claims)
        raise click.UsageError(f"no claim `{only}` in {file}; there are {names}")
    outcomes = [run_example(example, module.main) for example in module.examples]
    if only is None:
        _header(session, module.main)
    for claim in claims:
        _claim(session, module, claim, _examples(claim, outcomes))
    return Status.WELL


def _examples(claim: Claim, outcomes: Sequence[Outcome]) -> _Shown:
    def shortest(examples: list[Example]) -> Example | None:
        return min(examples, key=lambda example: len(example.occurrences), default=None)

    passed = [outcome for outcome in outcomes if outcome.passed and outcome.report is not None]
    return _Shown(
        shortest([o.example for o in passed if o.example.rejected_by is None and _exercises(o, claim)]),
        shortest([o.example for o in passed if o.example.rejected_by == claim.name]),
    )


def _exercises(outcome: Outcome, claim: Claim) -> bool:
    if outcome.report is None:
        return False
    counts = outcome.report.reached if claim.kind == "cover" else outcome.report.exercised
    return counts[claim.name] > 0


def _header(session: Session, specification: Specification) -> None:
    from honnin.oracle.plain import event_line, given_line, state_line

    events = [event_line(event) for event in specification.events]
    givens = [given_line(given) for given in specification.givens]
    states = [state_line(state, specification) for state in specification.states]
    session.say(specification.name + quoted(specification.title, ": "))
    session.say()
    for line in (*events, *givens, *states):
        session.say(f"  {line}")
    session.say()
    record = {"name": specification.name, "title": specification.title}
    session.tell({"specification": {**record, "events": events, "givens": givens, "states": states}})


# ---------------------------------------------------------------- one claim


def _claim(session: Session, module: Module, claim: Claim, shown: _Shown) -> None:
    from honnin.oracle.plain import claim_words, when_read

    words, read = claim_words(claim), when_read(claim)
    session.say(f"{_KINDS[claim.kind]} {paint(claim.name, 'cyan')}" + quoted(claim.title, ": "))
    session.say(f"  {words}")
    if read:
        session.say(f"  {read}")
    if claim.prove_only is not None:
        session.say(f"  {paint('Not monitored', 'yellow')}: only prove can say something about it.")
    _trace(session, module, "reached" if claim.kind == "cover" else "accepted", shown.accepted)
    if claim.kind != "cover":
        _trace(session, module, "rejected", shown.rejected)
    session.say()
    session.tell(
        {
            "claim": {
                "name": claim.name,
                "kind": _KINDS[claim.kind],
                "title": claim.title,
                "words": words,
                "reads": read,
                "monitored": claim.prove_only is None,
                "accepted": _example_record(shown.accepted, module),
                "rejected": _example_record(shown.rejected, module),
            }
        }
    )


def _trace(session: Session, module: Module, verdict: str, example: Example | None) -> None:
    if example is None:
        session.say(f"  No example of this file shows a trace that is {verdict}.")
        return
    session.say(f"  {verdict.capitalize()}, the shortest of this file's examples ({example.name}):")
    for fact in example.facts:
        session.say(f"    given {place(fact.given, fact.keys)} = {plain(fact.value)}")
    for occurrence in timely(example.occurrences):
        session.say(f"    {occurrence_words(occurrence, module)}")


def _example_record(example: Example | None, module: Module) -> dict[str, Any] | None:
    if example is None:
        return None
    return {
        "from": "example",
        "name": example.name,
        "facts": [
            {"place": fact.given, "keys": list(fact.keys), "value": fact.value} for fact in example.facts
        ],
        "events": [occurrence_record(occurrence, [module.main]) for occurrence in example.occurrences],
    }
