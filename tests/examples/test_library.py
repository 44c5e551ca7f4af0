"""The bundled patterns: each is checked by its own examples, which try every claim, and can be used by its name alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import honnin.spec.load
from honnin.oracle.cli import cli

LIBRARY = Path(honnin.spec.load.__file__).parent / "library"
PATTERNS = (
    *("conserved", "correlate", "entitled", "four_eyes", "lifecycle", "once_only", "rate_limit", "session"),
)


def test_there_are_these_eight() -> None:
    assert tuple(sorted(file.stem for file in LIBRARY.glob("*.honnin"))) == PATTERNS


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_passes_its_check(pattern: str) -> None:
    file = LIBRARY / f"{pattern}.honnin"
    ran = CliRunner().invoke(
        cli, ["check", "--strict", "--format", "json", str(file)], catch_exceptions=False
    )
    records = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.exit_code == 0, ran.output
    assert not [record for record in records if "diagnostic" in record]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_invariant_of_a_pattern_rejects_something(pattern: str) -> None:
    module = honnin.spec.load.check_file(LIBRARY / f"{pattern}.honnin").module
    assert module is not None
    rejected = {example.rejected_by for example in module.examples}
    assert {claim.name for claim in module.main.claims if claim.kind == "invariant"} <= rejected
