"""The logs of another tool's test suite, judged by our generated oracle as that tool judges them (README.md)."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from honnin.oracle import load

HERE = Path(__file__).parent / "dejavu"


@dataclass(frozen=True)
class Case:
    """One entry of verdicts.json, with our specification and the invariants of it that say the same."""

    entry: int
    specification: str
    invariants: tuple[str, ...]


CASES = (
    Case(0, "access", ("allowed",)),
    Case(1, "file", ("was_open",)),
    Case(2, "fifo", ("enters_once", "exits_once", "entered_before", "in_order")),
    Case(3, "locks", ("free", "held", "none_left")),
    Case(4, "locks", ("free", "held", "none_left")),
    Case(5, "conflicts", ("apart",)),
    Case(6, "conflicts", ("apart",)),
    Case(7, "again", ("not_again",)),
    Case(8, "success", ("soon",)),
    Case(9, "success", ("late",)),
    Case(10, "success", ("never_soon",)),
)
VERDICTS = json.loads((HERE / "verdicts.json").read_text(encoding="utf-8"))


def test_every_verdict_has_a_case() -> None:
    assert [case.entry for case in CASES] == list(range(len(VERDICTS)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.entry}-{case.specification}")
def test_same_violating_events(case: Case) -> None:
    verdict = VERDICTS[case.entry]
    log = HERE / verdict["log"]
    specification = load(HERE / f"{case.specification}.honnin")
    oracle = specification.oracle(on_violation="collect")
    fields = {
        event.name: [field.name for field in event.fields] for event in specification.specification.events
    }
    with log.open(newline="", encoding="utf-8") as lines:
        for name, *arguments in filter(None, csv.reader(lines)):
            at = int(arguments.pop()) if log.name.endswith(".timed.csv") else None
            oracle.observe(name, at=at, **dict(zip(fields[name], arguments, strict=True)))
    found = {v.position for v in oracle.violations if v.invariant in case.invariants}
    assert sorted(found) == verdict["violating_events_1based"]
