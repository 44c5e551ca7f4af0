"""Strategies for events and traces."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from honnin.oracle.hypothesis.judging import Judge
from honnin.oracle.hypothesis.nearby import nearest
from honnin.oracle.hypothesis.occurring import Event, Trace
from honnin.oracle.hypothesis.vocabulary import (
    SECOND,
    Pool,
    Vocabulary,
    few,
    in_seconds,
    pool,
    seen_in_facts,
    some_values,
    values,
    vocabulary,
)
from honnin.oracle.misuse import WrongName
from honnin.oracle.monitor import Spec
from honnin.spec import core
from honnin.spec.core import Value, base_type
from honnin.spec.records import dataclass, replace

Facts = Mapping[str, Any] | str | Path | None
TRIES = 3
"""How often an event is drawn again that the oracle does not accept."""
ATTEMPTS = 5
"""How many valid traces are changed at most until one violates what it should."""
LISTED = 64
"""Keys of a given that are all drawn."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What events are drawn in: the facts, and the values of entities that there are."""

    known: Vocabulary
    facts: Mapping[str, Any] | None
    seen: Pool
    entities: Pool | None

    def pool(self, so_far: Sequence[Event]) -> dict[str, list[Value]]:
        """The values of each entity after these events."""
        return pool(self.known, self.seen, so_far, self.entities)


def events(spec: Spec | str | Path, *names: str, entities: Pool | None = None) -> st.SearchStrategy[Event]:
    """Single events without times: of all kinds but hidden ones, or of these names.

    `entities`: the values of entities, by name; those not given have three of their own. Raises ValueError for unknown names.
    """
    known = vocabulary(spec)
    wanted = _named(known, names)
    prefixes = known.prefixes.items()
    there = {
        name: (entities or {}).get(name, [f"{prefix}{n}" for n in (1, 2, 3)]) for name, prefix in prefixes
    }

    @st.composite
    def one(draw: st.DrawFn) -> Event:
        event = known.event(draw(st.sampled_from(wanted)))
        return Event(
            event.name, {field.name: draw(values(field.type, known, there)) for field in event.fields}
        )

    return one()


def _named(known: Vocabulary, names: Sequence[str]) -> list[str]:
    there = [event.name for event in known.specification.events if event.direction != "hidden"]
    if strange := [name for name in names if name not in there]:
        raise WrongName("HN0674", f"{known.spec.name} has no event {', '.join(strange)}")
    return list(names) or there


def traces(
    spec: Spec | str | Path,
    *,
    violating: str | None = None,
    facts: Facts = None,
    entities: Pool | None = None,
    max_events: int = 10,
) -> st.SearchStrategy[Trace]:
    """Traces that the oracle accepts: nothing violated, no assumption broken, nothing pending at the end.

    With `violating`, traces that violate that invariant at their last event (or, for a missed deadline, by the clock at their end), and
    nothing before: a valid trace (`trace.valid`) with the smallest change that does it, told in `trace.change`. One field of one
    event is the smallest; then an event left out, repeated, changed with the next, later or added; then one of the facts.

    `facts` (a dictionary or a JSON file) are those of every trace; without them each trace has its own. Claims that cannot be
    monitored are not looked at. Raises ValueError where there is no such invariant, or the facts violate something at the start.
    """
    known = vocabulary(spec)
    given: Any = json.loads(Path(facts).read_bytes()) if isinstance(facts, str | Path) else facts
    if violating is not None:
        _check_claim(known, violating)
    if given is not None and not Judge(known.spec, given).accepts(()) and violating is None:
        raise WrongName("HN0675", "with these facts something is violated before any event")

    @st.composite
    def valid(draw: st.DrawFn) -> Trace:
        return _valid(draw, _scene(draw, known, given, entities), max_events)

    @st.composite
    def violated(draw: st.DrawFn) -> Trace:
        assert violating is not None
        for attempt in range(ATTEMPTS):
            scene = _scene(draw, known, given, entities)
            start = _valid(draw, scene, max_events, max_events if attempt else 0)
            found = _violated(draw, scene, start, violating, facts_too=given is None)
            if found is not None:
                return found
        reject()

    return valid() if violating is None else violated()


def _check_claim(known: Vocabulary, name: str) -> None:
    monitored = [
        claim.name
        for claim in known.specification.claims
        if claim.kind == "invariant" and claim.prove_only is None
    ]
    if name not in monitored:
        raise WrongName(
            "HN0676",
            f"{known.spec.name} has no monitored invariant `{name}`; it has {', '.join(monitored) or 'none'}",
        )


# ---------------------------------------------------------------- facts


def _scene(
    draw: st.DrawFn, known: Vocabulary, given: Mapping[str, Any] | None, entities: Pool | None
) -> Scene:
    facts = given if given is not None else _facts(draw, known, entities)
    return Scene(known, facts, seen_in_facts(known, facts), entities)


def _facts(draw: st.DrawFn, known: Vocabulary, entities: Pool | None) -> dict[str, Any]:
    """Small facts."""
    there = {
        name: (entities or {}).get(name, [f"{prefix}1", f"{prefix}2"])
        for name, prefix in known.prefixes.items()
    }
    return {given.name: _fact(draw, given, known, there) for given in known.specification.givens}


def _fact(draw: st.DrawFn, given: core.Given, known: Vocabulary, there: Pool) -> Any:
    def value() -> Any:
        return draw(values(given.value, known, there))

    if not given.keys:
        return value()
    columns = [core.finite_values(key) for key in given.keys]
    finite = [column for column in columns if column is not None]
    if len(finite) == len(columns):
        keys = list(product(*finite))
        rest = value() if len(keys) > LISTED else None
        return {"table": [[*key, value() if number < LISTED else rest] for number, key in enumerate(keys)]}
    rows: dict[tuple[Any, ...], Any] = {}
    for _ in range(draw(st.integers(0, 3))):
        rows[tuple(draw(values(key, known, there)) for key in given.keys)] = value()
    return {"table": [[*key, found] for key, found in rows.items()], "default": value()}


# ---------------------------------------------------------------- traces


def draw_event(draw: st.DrawFn, scene: Scene, so_far: Sequence[Event], names: Sequence[str]) -> Event:
    """An event that may come next: its values are often those of an earlier event. Without a time."""
    known, there = scene.known, scene.pool(so_far)
    event = known.event(draw(st.sampled_from(names)))
    # One number for all: Hypothesis leaves out a step of a run if that is at most five choices.
    number = draw(st.integers(0, _DIGIT ** (1 + len(event.fields)) - 1))
    digits = [number // _DIGIT**place % _DIGIT for place in range(len(event.fields), -1, -1)]
    source = [None, *reversed(so_far)][digits[0] % (len(so_far) + 1)]
    fields = {}
    for field, digit in zip(event.fields, digits[1:], strict=True):
        same = [] if source is None else _of_type(source, field.type, known)
        likely = [*some_values(field.type, known, there), *same]
        if digit >= _OTHERS and not few(field.type):
            fields[field.name] = draw(values(field.type, known, there))
        else:
            fields[field.name] = likely[digit % len(likely)]
    return Event(event.name, fields)


_DIGIT = 16
_OTHERS = 11
"""From this digit on any value is drawn, where `some_values` are not all."""


def _of_type(source: Event, type: core.Type, known: Vocabulary) -> list[Any]:
    """The values of the event that a field of the type takes."""
    fields = known.event(source.name).fields
    found = [source.fields[field.name] for field in fields if base_type(field.type) == base_type(type)]
    return found if isinstance(type, core.OptionalT) else [value for value in found if value is not None]


def _timed(draw: st.DrawFn, scene: Scene, so_far: Sequence[Event], event: Event) -> Event:
    if not scene.known.needs_time:
        return event
    last = round((so_far[-1].at or 0) * SECOND) if so_far else 0
    return replace(event, at=in_seconds(last + draw(st.sampled_from(scene.known.durations))))


def _valid(draw: st.DrawFn, scene: Scene, max_events: int, min_events: int = 0) -> Trace:
    """`min_events`: how many are tried at least."""
    judge = Judge(scene.known.spec, scene.facts)
    if not judge.accepts(()):
        reject()
    so_far: list[Event] = []
    names = _named(scene.known, ())
    for _ in range(draw(st.integers(min_events, max_events))):
        name = draw(st.sampled_from(names))
        for _ in range(TRIES):
            event = _timed(draw, scene, so_far, draw_event(draw, scene, so_far, [name]))
            accepted = _repaired(scene, judge, so_far, event)
            if accepted is not None:
                so_far.append(accepted)
                break
    return Trace(tuple(_settled(draw, scene, judge, so_far)), scene.facts)


def _repaired(scene: Scene, judge: Judge, so_far: list[Event], event: Event) -> Event | None:
    """The event, field after field changed for as long as fewer claims fail; None where some go on failing."""
    known, there = scene.known, scene.pool(so_far)
    left = judge.problems([*so_far, event])
    while left:
        changes = [
            replace(event, fields={**event.fields, field.name: value})
            for field in known.event(event.name).fields
            for value in some_values(field.type, known, there)
        ]
        counted = [(judge.problems([*so_far, change]), number) for number, change in enumerate(changes)]
        fewest, number = min(counted, default=(left, 0))
        if fewest >= left:
            return None
        left, event = fewest, changes[number]
    return event


def _settled(draw: st.DrawFn, scene: Scene, judge: Judge, so_far: list[Event]) -> list[Event]:
    """The events and what ends their obligations; where that is not found, the events before the obligation."""
    pending = judge.pending(so_far)
    answers = [name for name in _named(scene.known, ()) if name in scene.known.awaited]
    for _ in range(2 * TRIES * len(pending) if answers else 0):
        event = _timed(draw, scene, so_far, draw_event(draw, scene, so_far, answers))
        longer = [*so_far, event]
        if judge.accepts(longer) and len(judge.pending(longer)) < len(pending):
            so_far, pending = longer, judge.pending(longer)
    while pending:
        so_far = so_far[: min(pending) - 1]
        pending = judge.pending(so_far)
    return so_far


def _violated(draw: st.DrawFn, scene: Scene, valid: Trace, claim: str, *, facts_too: bool) -> Trace | None:
    """The valid trace after a small change that violates the claim; None where none was found."""
    found = nearest(valid, claim, scene.known, scene.pool(valid.events), facts_too=facts_too)
    if found:
        return draw(st.sampled_from(found))
    judge = Judge(scene.known.spec, scene.facts)
    patterns = scene.known.specification.claim(claim).patterns
    names = list(dict.fromkeys(pattern.event for pattern in patterns)) or _named(scene.known, ())
    for _ in range(3 * TRIES):
        event = _timed(draw, scene, valid.events, draw_event(draw, scene, valid.events, names))
        longer = [*valid.events, event]
        verdict = judge.violates(longer, claim, None)
        if verdict is not None and verdict[0] == len(longer):
            return Trace(tuple(longer), scene.facts, None, f"added: {event!r}", valid)
    return None
