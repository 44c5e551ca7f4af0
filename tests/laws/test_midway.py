"""What is said of a log that begins in mid-stream is right whatever happened before it: compared with the reference meaning over pasts.

The pasts are the one that there was, none, every single event over few values, and drawn ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, product
from random import Random

import pytest

from honnin.compiler.midway.specification import DOUBT, midway
from honnin.spec.core import (
    EntityT,
    Event,
    Occurrence,
    Specification,
    TextT,
    Type,
    Value,
    base_type,
    finite_values,
)
from honnin.spec.meaning import evaluate
from honnin.spec.verdicts import Report
from tests.compiler.harness import oracle_module, raw_facts, run

from .pairs import Pair, drawn, monitored_part

SEEDS = range(10)
LONG_SEEDS = range(1000, 1400)
PASTS = 10
Failure = tuple[str, int | None, int | None]
"""Claim, position and trigger, counted in the log."""
Found = set[Failure]


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a log: the failures in every past, and those in some, each at the position where it is known.

    That may be later than the failure itself where it is sure, and earlier where it is possible. Nothing is said after `judged`,
    where an assumption breaks.
    """

    sure: Found
    possible: Found
    judged: int | None

    def wrong(self, found: Found) -> Found:
        """What is said to be sure, and is not."""
        return {one for one in self.sure if not any(_same(one, other) and _by(other, one) for other in found)}

    def missed(self, found: Found) -> Found:
        """What is, and is said not to be."""
        return {
            one
            for one in found
            if (self.judged is None or (one[1] is not None and one[1] <= self.judged))
            and not any(_same(one, other) and _by(other, one) for other in self.possible)
        }


def _same(one: Failure, other: Failure) -> bool:
    return (one[0], one[2]) == (other[0], other[2])


def _by(one: Failure, other: Failure) -> bool:
    """Whether the one is known when the other is; what has no position is known at the end."""
    return other[1] is None or (one[1] is not None and one[1] <= other[1])


def said(specification: Specification, pair: Pair, log: tuple[Occurrence, ...]) -> Said:
    """By the generated oracle of the specification for such logs."""
    report = run(oracle_module(midway(specification)), log, raw_facts(specification, pair.facts), None)
    failures = {
        (f.claim, f.position, f.trigger) for f in (*report.violated, *report.broken) if f.trigger != 0
    }
    sure = {found for found in failures if not found[0].endswith(DOUBT)}
    possible = {(name.removesuffix(DOUBT), at, trigger) for name, at, trigger in failures}
    assumed = {claim.name for claim in specification.claims if claim.kind == "assume"}
    doubted = min((place[1] or 0 for place in possible - sure if place[0] in assumed), default=None)
    if doubted is not None:
        sure = {one for one in sure if one[0] in assumed or (one[1] is not None and one[1] < doubted)}
    broken = min((place[1] or 0 for place in sure if place[0] in assumed), default=None)
    return Said(sure, possible, broken)


def real(report: Report, before: int) -> Found:
    """The failures of a whole trace whose trigger is in the log."""
    failures = (*report.violated, *report.broken)
    return {
        (f.claim, None if f.position is None else f.position - before, f.trigger - before)
        for f in failures
        if f.trigger is not None and f.trigger > before
    }


# ---------------------------------------------------------------- pasts


def pasts(
    specification: Specification, pair: Pair, cut: int, random: Random
) -> Iterator[tuple[Occurrence, ...]]:
    """Some of what may have happened before the log, the time of its first event at the latest."""
    log = pair.trace[cut:]
    at = log[0].at
    yield pair.trace[:cut]
    yield ()
    values = _values(pair)
    singles = [one for event in specification.events for one in islice(_every(event, values, at), 6)]
    random.shuffle(singles)
    for one in singles[: PASTS // 2]:
        yield (one,)
    for _ in range(PASTS // 2):
        length = random.randint(1, 4)
        chosen = [random.choice(singles) for _ in range(length)]
        times = sorted(random.randint(-8, 0) * 1_000_000 + (at or 0) for _ in range(length))
        yield tuple(
            replace(one, at=None if at is None else max(0, time))
            for one, time in zip(chosen, times, strict=True)
        )


def _values(pair: Pair) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    for event in pair.trace:
        for value in event.values:
            found.setdefault(type(value).__name__, []).append(value)
    return found


def _every(event: Event, values: dict[str, list[Value]], at: int | None) -> Iterator[Occurrence]:
    columns = [_some(field.type, values) for field in event.fields]
    for row in product(*columns):
        yield Occurrence(event.name, row, at)


def _some(type: Type, values: dict[str, list[Value]]) -> list[Value]:
    inner = base_type(type)
    finite = finite_values(inner)
    if finite is not None:
        return list(finite)[:3]
    texts, numbers = (list(dict.fromkeys(values.get(kind, []))) for kind in ("str", "int"))
    match inner:
        case EntityT(name=name):
            return [*[one for one in texts if str(one).startswith(name)][:2], f"{name}9"]
        case TextT():
            return [*texts[:2], "other"]
        case _:
            return [*numbers[:2], 0]


# ---------------------------------------------------------------- the law


def disagreements(seed: int, counts: Counter[str]) -> Iterator[str]:
    """Where what is said of a log is not so in some past."""
    drawn_specification, pairs = drawn(seed)
    specification = monitored_part(drawn_specification)
    for pair in pairs:
        if not pair.trace:
            continue
        random = Random(f"{seed}.{pair.number}")
        cut = random.randrange(len(pair.trace))
        log = pair.trace[cut:]
        told = said(specification, pair, log)
        always: Found | None = None
        ever: Found = set()
        for past in pasts(specification, pair, cut, random):
            report = evaluate(specification, (*past, *log), pair.facts)
            if any((f.position or 0) <= len(past) for f in report.broken) or report.faults:
                continue
            found = real(report, len(past))
            always = found if always is None else always & found
            ever |= found
            counts["pasts"] += 1
            if wrong := told.wrong(found):
                yield f"{pair} from {cut} after {past}: {wrong} is not so"
            if missed := told.missed(found):
                yield f"{pair} from {cut} after {past}: {missed} is so"
        counts["logs"] += 1
        counts["sure"] += len(told.sure)
        counts["possible"] += len(told.possible)
        counts["so in all pasts tried"] += len(always or ())
        counts["so in some past tried"] += len(ever)


def test_on_drawn_logs() -> None:
    """Nothing is said that is not so; and sound is easy for who never says anything."""
    counts: Counter[str] = Counter()
    assert [one for seed in SEEDS for one in disagreements(seed, counts)] == []
    print(dict(counts))
    assert counts["sure"] > counts["so in all pasts tried"] * 0.5
    assert counts["possible"] < counts["so in some past tried"] * 3


@pytest.mark.long
def test_on_many_drawn_logs(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    found = [one for seed in LONG_SEEDS for one in disagreements(seed, counts)]
    with capsys.disabled():
        print(f"\n{len(found)} disagreements, {dict(counts)}")
    assert found == []


def test_a_fault_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An oracle that takes the log for the whole trace."""

    def whole(specification: Specification) -> Specification:
        doubted = (
            replace(claim, name=claim.name + DOUBT, kind="invariant") for claim in specification.claims
        )
        return replace(specification, claims=(*specification.claims, *doubted))

    monkeypatch.setattr("tests.laws.test_midway.midway", whole)
    assert any(True for seed in SEEDS for _ in disagreements(seed, Counter()))
