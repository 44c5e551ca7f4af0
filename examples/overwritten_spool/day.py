"""A day's log of a certificate server, with faults seeded where the list says: `python day.py LOG FACTS SEEDED`.

Everything is drawn from one fixed seed. `SEEDED` names, for each fault, the request and the invariant that it breaks; an audit
must find exactly these.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OPENS, CLOSES = 6.5 * 3600, 23 * 3600
KINDS = ("residence_record", "family_register", "seal_registration")
PAGES = 2


@dataclass(frozen=True)
class Visit:
    """One request of the day; `at` in seconds of the day."""

    request: str
    at: float
    holder: str
    kind: str
    wanted: str


@dataclass(frozen=True)
class Day:
    """Log lines in order of time, the facts of the deployment, and the faults that were seeded: (request, invariant)."""

    lines: tuple[dict[str, Any], ...]
    facts: dict[str, Any]
    seeded: tuple[tuple[str, str], ...]


def make_day(requests: int = 1000, seed: int = 20230502) -> Day:
    """A day of `requests` requests; one fault of each kind for every two hundred of them, at least one of each."""
    draw = random.Random(seed)
    households = [(f"p{2 * n:04}", f"p{2 * n + 1:04}") for n in range(requests)]
    visits = list(_visits(draw, households, requests))
    faults = _choose_faults(draw, visits)
    lines = sorted(_events(draw, visits, faults), key=lambda line: line["at"])
    seeded = tuple((visit, invariant) for visit, kind in sorted(faults.items()) for invariant in BREAKS[kind])
    return Day(tuple(lines), {"entitled": {"table": list(_entitled(households)), "default": False}}, seeded)


BREAKS = {
    "swapped": ("right_person", "may_have_it"),
    "second_page": ("right_person", "may_have_it", "one_person_a_paper"),
    "not_entitled": ("may_have_it",),
    "printed_again": ("each_page_once",),
}


def _entitled(households: list[tuple[str, str]]) -> Iterator[list[Any]]:
    for one, other in households:
        for kind in KINDS:
            yield [one, kind, one, True]
            yield [other, kind, other, True]
        for kind in KINDS[:2]:
            yield [one, kind, other, True]
            yield [other, kind, one, True]


def _visits(draw: random.Random, households: list[tuple[str, str]], requests: int) -> Iterator[Visit]:
    for n in range(requests):
        holder, other = draw.choice(households)
        kind = draw.choice(KINDS)
        wanted = draw.choice((holder, other)) if kind != "seal_registration" else holder
        yield Visit(f"r{n:04}", round(draw.uniform(OPENS, CLOSES), 3), holder, kind, wanted)


def _choose_faults(draw: random.Random, visits: list[Visit]) -> dict[str, str]:
    each = max(1, len(visits) // 200)
    chosen = draw.sample(visits, each * len(BREAKS))
    return {visit.request: kind for visit, kind in zip(chosen, list(BREAKS) * each, strict=True)}


def _events(draw: random.Random, visits: list[Visit], faults: dict[str, str]) -> Iterator[dict[str, Any]]:
    for visit in visits:
        fault = faults.get(visit.request)
        wanted = "p9999" if fault == "not_entitled" else visit.wanted
        yield {"event": "auth", "at": visit.at, "request": visit.request, "holder": visit.holder}
        apply_at = round(visit.at + 5, 3)
        yield {
            "event": "apply",
            "at": apply_at,
            "request": visit.request,
            "kind": visit.kind,
            "wanted": wanted,
        }
        for page, subject in _papers(draw, wanted, fault):
            at = round(visit.at + 20 + page + draw.random(), 3)
            yield {
                "event": "deliver",
                "at": at,
                "request": visit.request,
                "subject": subject,
                "page": page,
                "pages": PAGES,
            }


def _papers(draw: random.Random, wanted: str, fault: str | None) -> Iterator[tuple[int, str]]:
    """The pages that come out, in order: number and the person shown."""
    stranger = f"q{draw.randrange(10_000):04}"
    first = stranger if fault == "swapped" else wanted
    second = stranger if fault in ("swapped", "second_page") else wanted
    yield 1, first
    yield 2, second
    if fault == "printed_again":
        yield 2, second


def main(log: Path, facts: Path, seeded: Path) -> None:
    """Writes the three files."""
    day = make_day()
    log.write_text("".join(json.dumps(line) + "\n" for line in day.lines), encoding="utf-8")
    facts.write_text(json.dumps(day.facts) + "\n", encoding="utf-8")
    seeded.write_text(json.dumps(day.seeded) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
