"""The generated oracle says what the reference meaning says."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from honnin.spec.core import Module
from honnin.spec.examples import example_facts
from honnin.spec.load import check_text
from honnin.spec.meaning import evaluate
from honnin.spec.verdicts import Failure, Report

from .drawing import Drawing
from .drawing_formulas import SECOND
from .harness import closed, oracle_module, raw_facts, run

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parents[1] / "corpus" / "conformance.toml").read_text(encoding="utf-8")
)["case"]


def load(text: str) -> Module:
    checked = check_text(text)
    assert checked.module is not None, checked.diagnostics
    return checked.module


def judge(text: str, trace: str, end: int | None = None) -> Report:
    """The oracle's report on a trace written as the body of an example."""
    module = load(f"{text}\nexample trace accepted {{ {trace} }}")
    example, specification = module.examples[0], module.main
    facts = raw_facts(specification, closed(example_facts(example, specification)))
    return run(oracle_module(specification), example.occurrences, facts, end)


def words(failure: Failure) -> str:
    """`I@2`, `I@2<1` for a missed deadline, `I@end<1` at the end."""
    place = "end" if failure.position is None else str(failure.position)
    since = "" if failure.trigger == failure.position else f"<{failure.trigger}"
    return f"{failure.claim}@{place}{since}"


def positive(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_conformance(case: dict[str, Any]) -> None:
    """Every row of the corpus; claims that cannot be monitored are left out."""
    end = case.get("end")
    report = judge(case["spec"], case["trace"], None if end is None else end * SECOND)
    skipped = set(case.get("prove_only", []))

    def monitored(names: list[str]) -> list[str]:
        return [name for name in names if name.split("@")[0] not in skipped]

    assert [words(failure) for failure in report.violated] == monitored(case.get("violated", []))
    assert [words(failure) for failure in report.broken] == monitored(case.get("broken", []))
    assert positive(report.unjudged) == case.get("unjudged", {})
    assert [f"{claim}@{trigger}" for claim, trigger in report.pending] == case.get("pending", [])
    assert [fault.position for fault in report.faults] == case.get("faults", [])
    assert positive(report.reached) == case.get("reached", {})


@pytest.mark.parametrize("seed", range(150))
def test_drawn_specifications_have_the_verdicts_of_the_reference(seed: int) -> None:
    drawing = Drawing(seed)
    specification = drawing.specification()
    module = oracle_module(specification)
    for _ in range(4):
        trace, facts = drawing.trace(), drawing.facts()
        end = (trace[-1].at or 0) + drawing.random.randint(0, 4) * SECOND if trace else None
        expected = evaluate(specification, trace, facts, end=end)
        assert run(module, trace, raw_facts(specification, facts), end) == expected
