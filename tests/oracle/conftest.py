"""What the tests of the plugs share: a specification, the command line in this process, golden files."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from honnin.oracle.cli import cli

GOLDEN = Path(__file__).parent / "golden"
DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run of the command line gave."""

    status: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        """Standard output as JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def specification() -> Path:
    """Certificates at convenience stores: an input, an output, personal fields, three claims."""
    return DATA / "certificate_issuance.honnin"


@pytest.fixture
def honnin(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command line in this process, in the folder of the test data."""
    monkeypatch.chdir(DATA)

    def run(*arguments: str | Path, input: str | bytes | None = None) -> Ran:
        result = CliRunner().invoke(
            cli, [str(argument) for argument in arguments], input=input, prog_name="honnin"
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compares a text with the file of that name; HONNIN_UPDATE_GOLDEN=1 writes the file instead, but never in CI."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        text = re.sub(r"\(\d+\.\d s\)", "(N s)", text)
        if os.environ.get("HONNIN_UPDATE_GOLDEN"):
            assert not os.environ.get("CI"), "golden files are not rewritten in CI"
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert file.exists(), f"no golden file {name}: run with HONNIN_UPDATE_GOLDEN=1 and look at it"
        assert text == file.read_text(encoding="utf-8")

    return compare
