"""The specifications of the examples: their own examples pass and try every claim, and they are written as `fmt` writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from honnin.oracle.cli import cli

ROOT = Path(__file__).parents[2]
FILES = {file.stem: file for file in (ROOT / "examples").glob("*/*.honnin")}
LIBRARY = {file.stem: file for file in (ROOT / "spec/honnin/spec/library").glob("*.honnin")}


def test_there_are_these_five() -> None:
    names = {"overwritten_spool", "stale_replica", "mislinked_record", "open_session", "suspended_channel"}
    assert set(FILES) == names == {file.parent.name for file in FILES.values()}


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_check_finds_nothing_to_say(name: str) -> None:
    ran = CliRunner().invoke(cli, ["check", "--strict", "--format", "json", str(FILES[name])])
    records = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.exit_code == 0, ran.output
    assert not [record for record in records if "diagnostic" in record]


@pytest.mark.parametrize("file", [*FILES.values(), *LIBRARY.values()], ids=lambda file: file.stem)
def test_it_is_formatted(file: Path) -> None:
    ran = CliRunner().invoke(cli, ["fmt", "--check", str(file)])
    assert ran.exit_code == 0, ran.output
