"""The smallest changes to a valid trace that violate a claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from honnin.oracle.hypothesis.judging import Judge
from honnin.oracle.hypothesis.occurring import Event, Trace
from honnin.oracle.hypothesis.vocabulary import SECOND, Pool, Vocabulary, in_seconds, some_values
from honnin.spec.records import replace

MOST = 300
"""Changes that are tried for one trace."""


class Change(NamedTuple):
    """`size`: 0 for one field, 1 for one event, 2 for a fact."""

    size: int
    words: str
    events: tuple[Event, ...]
    facts: Mapping[str, Any] | None


def nearest(valid: Trace, claim: str, known: Vocabulary, there: Pool, *, facts_too: bool) -> list[Trace]:
    """The traces with the smallest change that violate the claim first, alone if possible."""
    best: tuple[int, bool] | None = None
    found: list[Trace] = []
    judge = Judge(known.spec, valid.facts)
    for number, change in enumerate(_changes(valid, known, there, facts_too=facts_too)):
        if number >= MOST or (best is not None and change.size > best[0]):
            break
        here = judge if change.facts is valid.facts else Judge(known.spec, change.facts)
        verdict = here.violates(change.events, claim, _end(change.events, known))
        if verdict is None:
            continue
        length, end, alone = verdict
        rank = change.size, not alone
        if best is None or rank < best:
            best, found = rank, []
        if rank == best:
            found.append(Trace(change.events[:length], change.facts, end, change.words, valid))
    return found


def _end(events: Sequence[Event], known: Vocabulary) -> Any:
    """When every deadline is over."""
    if not known.bounds or not events:
        return None
    return in_seconds(round((events[-1].at or 0) * SECOND) + known.bounds[-1] + 1)


def _changes(valid: Trace, known: Vocabulary, there: Pool, *, facts_too: bool) -> Iterator[Change]:
    """The smaller ones first."""
    for number, event in reversed(list(enumerate(valid.events))):
        for field in known.event(event.name).fields:
            old = event.fields[field.name]
            for value in some_values(field.type, known, there):
                if value != old:
                    changed = replace(event, fields={**event.fields, field.name: value})
                    words = f"event {number + 1}: {field.name}={value!r} instead of {old!r}"
                    yield Change(0, words, _with(valid.events, number, changed), valid.facts)
    yield from _of_events(valid, known)
    if facts_too:
        yield from _of_facts(valid, known, there)


def _with(events: tuple[Event, ...], number: int, *instead: Event) -> tuple[Event, ...]:
    return (*events[:number], *instead, *events[number + 1 :])


def _of_events(valid: Trace, known: Vocabulary) -> Iterator[Change]:
    events, facts = valid.events, valid.facts
    for number, event in reversed(list(enumerate(events))):
        yield Change(1, f"left out: {event!r}", _with(events, number), facts)
        yield Change(1, f"twice: {event!r}", _with(events, number, event, event), facts)
        if number:
            before = events[number - 1]
            swapped = replace(event, at=before.at), replace(before, at=event.at)
            words = f"changed places: {before!r} and {event!r}"
            yield Change(1, words, (*events[: number - 1], *swapped, *events[number + 1 :]), facts)
        for duration in known.durations if known.needs_time else ():
            later = tuple(
                replace(late, at=in_seconds(round((late.at or 0) * SECOND) + duration))
                for late in events[number:]
            )
            words = f"{in_seconds(duration)} s later from event {number + 1} on"
            yield Change(1, words, (*events[:number], *later), facts)


def _of_facts(valid: Trace, known: Vocabulary, there: Pool) -> Iterator[Change]:
    facts = dict(valid.facts or {})
    for given in known.specification.givens:
        raw = facts[given.name]
        for value in some_values(given.value, known, there):
            if not given.keys:
                changes = [value]
            else:
                rows = raw["table"]
                changes = [
                    {**raw, "table": [*rows[:n], [*row[:-1], value], *rows[n + 1 :]]}
                    for n, row in enumerate(rows)
                ]
                changes += [{**raw, "default": value}] if "default" in raw else []
            for changed in changes:
                if changed != raw:
                    yield Change(2, f"given {given.name}", valid.events, {**facts, given.name: changed})
