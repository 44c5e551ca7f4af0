"""One corpus, every engine, one expected verdict."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .cases import Case, cases, rows
from .engines import Engine
from .table import ENGINES, README, runs, table

RUNS = [(case, engine) for case in cases() for engine in ENGINES if runs(engine, case) is None]


@pytest.mark.parametrize(
    ("case", "engine"), RUNS, ids=[f"{case.stem}: {case.name}: {engine.name}" for case, engine in RUNS]
)
def test_every_engine_gives_the_expected_verdict(case: Case, engine: Engine, tmp_path: Path) -> None:
    verdicts = case.expected(monitored=engine.monitors)
    expected = {**verdicts, **_beside(case), "status": _status(case, verdicts)}
    found = engine.run(case, tmp_path)
    compared = {key: value for key, value in found.items() if key in expected}
    assert compared and compared == {key: expected[key] for key in compared}


def _beside(case: Case) -> dict[str, Any]:
    """What is expected beside the verdicts on a trace."""
    raw = case.raw
    bad = raw.get("bad", [])
    found: dict[str, Any] = {
        "diagnostics": raw.get("diagnostics", []),
        "message": True,
        "prove_only": raw.get("prove_only", []),
        "bad": bad,
        "bad lines": [int(one.split("@")[1]) for one in bad],
        "refused": raw.get("refused", []),
        "problems": len(raw.get("refused", [])),
        "examples": raw.get("examples", {}),
        "answers": raw.get("answers", []),
        "warned": raw.get("warned", []),
        "check status": _check_status(case),
    }
    return found


def _status(case: Case, verdicts: Mapping[str, Any]) -> int:
    """The exit status of `watch` (section 8)."""
    if case.kind == "facts" or verdicts["faults"]:
        return 2
    if verdicts["violated"]:
        return 1
    if case.raw.get("bad"):
        return 4
    return 3 if verdicts["broken"] or verdicts["pending"] else 0


def _check_status(case: Case) -> int:
    """The exit status of `check`."""
    if case.checked.module is None:
        return 2
    verdicts = set(case.raw.get("examples", {}).values())
    if "HN0643" in verdicts:
        return 2
    return 1 if verdicts - {"passes"} else 0


def test_every_micro_example_is_a_case() -> None:
    assert set(rows()) == {row for case in cases() for row in case.raw.get("rows", [])}


def test_no_two_cases_have_one_name() -> None:
    names = [case.name for case in cases()]
    assert len(names) == len(set(names))


def test_the_table_is_up_to_date() -> None:
    """HONNIN_UPDATE_GOLDEN=1 writes it anew."""
    text = README.read_text(encoding="utf-8")
    if os.environ.get("HONNIN_UPDATE_GOLDEN"):
        assert not os.environ.get("CI"), "golden files are not rewritten in CI"
        README.write_text(table(text), encoding="utf-8")
    assert README.read_text(encoding="utf-8") == table(text)
