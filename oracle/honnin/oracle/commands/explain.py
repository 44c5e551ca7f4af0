"""`honnin explain`: each claim in plain words, with a short trace that it accepts and one that it rejects."""

from __future__ import annotations

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
    from honnin.oracle.traces import Trace, Traces
    from honnin.spec.core import Claim, Module, Specification

_KINDS = {"invariant": "invariant", "assume": "assumption", "cover": "cover"}


SECONDS = 5.0
"""For each search of a trace."""


@click.command(
    epilog="Example: honnin explain certificate_issuance.honnin",
    short_help="Say each claim in plain words.",
)
@FILE
@click.option("--claim", "only", metavar="NAME", help="Explain this claim only.")
@speaking
def command(session: Session, file: Path, only: str | None) -> Status:
    """Say each claim in plain words, when state is read, and which traces are accepted and rejected.

    The traces are the shortest that there are, as far as a short search finds them; otherwise examples of the file.
    """
    return each(session, [file], lambda file: _explain(session, file, only))


def _explain(session: Session, file: Path, only: str | None) -> Status:
    from honnin.oracle.traces import traces
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
        with session.working(f"looking for short traces about {claim.name}") as progress:
            shown = traces(module, claim, outcomes, SECONDS, progress.update)
        _claim(session, module, claim, shown)
    return Status.WELL


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


def _claim(session: Session, module: Module, claim: Claim, shown: Traces) -> None:
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
                "accepted": _trace_record(shown.accepted, module),
                "rejected": _trace_record(shown.rejected, module),
            }
        }
    )


def _trace(session: Session, module: Module, verdict: str, trace: Trace | None) -> None:
    if trace is None:
        session.say(f"  No trace that is {verdict} was found, and no example of this file shows one.")
        return
    example = trace.example
    which = {
        "shortest": "as short as can be",
        "search": "found by search",
        "example": f"the shortest of this file's examples ({example.name})",
    }[trace.origin]
    session.say(f"  {verdict.capitalize()}, {which}:")
    for fact in example.facts:
        session.say(f"    given {place(fact.given, fact.keys)} = {plain(fact.value)}")
    for occurrence in timely(example.occurrences):
        session.say(f"    {occurrence_words(occurrence, module)}")
    if not (example.facts or example.occurrences):
        session.say("    no event at all")


def _trace_record(trace: Trace | None, module: Module) -> dict[str, Any] | None:
    if trace is None:
        return None
    example = trace.example
    return {
        "from": trace.origin,
        "name": example.name or None,
        "facts": [
            {"place": fact.given, "keys": list(fact.keys), "value": fact.value} for fact in example.facts
        ],
        "events": [occurrence_record(occurrence, [module.main]) for occurrence in example.occurrences],
    }
