"""`honnin explain`: each claim in plain words, with a short trace that it accepts and one that it rejects."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from honnin.oracle.files import each, open_specification
from honnin.oracle.options import FILE, speaking, timeout_option
from honnin.oracle.session import Session, paint
from honnin.oracle.status import Status
from honnin.oracle.story import occurrence_record, occurrence_words, place, plain, timely
from honnin.oracle.table import plural, quoted

if TYPE_CHECKING:
    from honnin.oracle.relations import Budget, Excluded
    from honnin.oracle.traces import Trace, Traces
    from honnin.spec.core import Claim, Module
    from honnin.spec.examples import Outcome

_KINDS = {"invariant": "invariant", "assume": "assumption", "cover": "cover"}


SECONDS = 5.0
"""For each search of a trace, and for each example."""


@click.command(
    epilog="Example: honnin explain certificate_issuance.honnin",
    short_help="Say each claim in plain words.",
)
@FILE
@click.option("--claim", "only", metavar="NAME", help="Explain this claim only.")
@timeout_option(60.0, "The time for all searches; what was not searched is said.")
@speaking
def command(session: Session, file: Path, only: str | None, timeout: float) -> Status:
    """Say each claim in plain words, when state is read, and which traces are accepted and rejected.

    The traces are the shortest that there are, as far as a short search finds them; otherwise examples of the file. Claims that
    follow from others, claims that nothing can exercise, and events that cannot happen without breaking a claim are named.
    """
    return each(session, [file], lambda file: _explain(session, file, only, timeout))


def _explain(session: Session, file: Path, only: str | None, timeout: float) -> Status:
    from honnin.oracle.relations import Budget, excluded_events
    from honnin.oracle.traces import traces

    module = open_specification(session, file).module
    if module is None:
        return Status.WRONG
    claims = [claim for claim in module.main.claims if not claim.implicit and only in (None, claim.name)]
    if only is not None and not claims:
        names = ", ".join(claim.name for claim in module.main.claims)
        raise click.UsageError(f"no claim `{only}` in {file}; there are {names}")
    budget = Budget(time.monotonic() + timeout, SECONDS)
    outcomes = _examples(session, module, budget)
    if only is None:
        _header(session, module)
    for claim in claims:
        with session.working(f"looking for short traces about {claim.name}") as progress:
            budget.progress = progress.update
            shown = traces(module, claim, outcomes, budget)
        _claim(session, module, claim, shown)
    if only is None:
        with session.working("looking for events that cannot happen"):
            excluded = excluded_events(module, budget)
        _events(session, excluded, budget)
    return Status.WELL


def _examples(session: Session, module: Module, budget: Budget) -> list[Outcome]:
    """What the examples show, of those that can be judged in time."""
    from honnin.spec.evaluation import OutOfTime, within
    from honnin.spec.examples import run_example

    outcomes, late = list[Any](), 0
    for example in module.examples:
        try:
            with within(max(budget.seconds, 0)):
                outcomes.append(run_example(example, module.main))
        except OutOfTime:
            late += 1
    if late:
        session.note(
            f"{plural(late, 'example')} left out: there was no time to judge {'it' if late == 1 else 'them'}"
        )
    return outcomes


def _events(session: Session, excluded: Sequence[Excluded], budget: Budget) -> None:
    """The events that cannot happen."""
    for one in excluded:
        because = f" while {_listed(one.by)} {_hold(one.by)}" if one.by else ""
        session.say(f"event {paint(one.event.name, 'cyan')}")
        session.say(f"  {paint('It can never happen', 'yellow')}{because}.")
        session.say()
        session.tell({"event": {"name": one.event.name, "excluded_by": list(one.by)}})
    if budget.is_over:
        session.note("there was not enough time for every search: --timeout gives more")


def _header(session: Session, module: Module) -> None:
    from honnin.oracle.plain import event_line, given_line, retained_line, state_line

    specification = module.main
    events = [event_line(event) for event in specification.events]
    givens = [given_line(given) for given in specification.givens]
    states = [state_line(state, specification) for state in specification.states]
    retained = [retained_line(one) for one in specification.retained]
    session.say(specification.name + quoted(specification.title, ": "))
    session.say()
    for line in (*events, *givens, *states, *retained):
        session.say(f"  {line}")
    session.say()
    record = {"name": specification.name, "title": specification.title, "digest": module.digest}
    session.tell(
        {
            "specification": {
                **record,
                "events": events,
                "givens": givens,
                "states": states,
                "retained": retained,
            }
        }
    )


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
    if not shown.searched:
        session.say("  Not searched to the end: there was not enough time.")
    if shown.excluded_by is not None:
        session.say(f"  {_never_exercised(claim, shown)}")
    else:
        _trace(session, module, "reached" if claim.kind == "cover" else "accepted", shown.accepted)
    if shown.implied_by is not None:
        session.say(f"  {_implied(shown.implied_by)}")
    elif claim.kind != "cover" and shown.excluded_by in (None, (claim.name,)):
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
                "implied_by": None if shown.implied_by is None else list(shown.implied_by),
                "excluded_by": None if shown.excluded_by is None else list(shown.excluded_by),
                "searched": shown.searched,
            }
        }
    )


def _never_exercised(claim: Claim, shown: Traces) -> str:
    """Why no trace that satisfies every claim exercises this one."""
    by = shown.excluded_by or ()
    word = "reaches" if claim.kind == "cover" else "exercises"
    if not by:
        return paint(f"Nothing that can happen {word} it.", "yellow")
    if list(by) == [claim.name]:
        broken = None if shown.rejected is None else shown.rejected.example
        if broken is not None and not (broken.occurrences or broken.facts):
            return paint("It is false before any event: no trace satisfies it.", "yellow")
        return "It accepts no case that it speaks of: it forbids them all."
    found = f"No trace {word} it while {_listed(by)} {_hold(by)}"
    return paint(
        f"{found}: {'they contradict each other there' if len(by) > 1 else 'that forbids it'}.", "yellow"
    )


def _implied(by: Sequence[str]) -> str:
    if not by:
        return paint("No trace breaks it: it says nothing.", "yellow")
    return paint(f"Redundant: it follows from {_listed(by)}.", "yellow")


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _hold(names: Sequence[str]) -> str:
    return "holds" if len(names) == 1 else "hold"


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
