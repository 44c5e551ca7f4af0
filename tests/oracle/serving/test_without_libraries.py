"""`honnin serve` where what it listens with is not installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from honnin.oracle.cli import cli
from honnin.oracle.commands import serve


@pytest.mark.parametrize("library", ["starlette", "uvicorn"])
def test_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, library: str) -> None:
    specification = tmp_path / "s.honnin"
    specification.write_text('spec s\nevent e()\ninvariant never "No e": on e(): false\n')
    monkeypatch.setattr(serve, "find_spec", lambda name: None if name == library else find_spec(name))
    ran = CliRunner().invoke(cli, ["serve", str(specification)], prog_name="honnin")
    assert ran.exit_code == 2 and ran.stdout == ""
    assert "error[HN0534]: what `honnin serve` listens with is not installed" in ran.stderr
    assert "pip install 'honnin[serve]'" in ran.stderr
