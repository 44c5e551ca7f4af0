"""What the tests of certificates share: a small specification with a proof, and the command line in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from honnin.oracle.cli import cli

LAMP = """spec lamp "A lamp"
event on_()
event off_()
state lit: Bool = false
after on_() { lit := true }
after off_() { lit := false }
invariant alternates "on only when off": on on_(): not lit
cover shone: on off_(): lit
system switch implements lamp {
  var up: Bool = false
  action push() { when not up  up := true  emit on_() }
  action pull() { when up  up := false  emit off_() }
}
check switch satisfies lamp
check switch reaches shone
"""

Honnin = Callable[..., Result]


@pytest.fixture
def honnin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Honnin:
    """Runs the command line in a folder of the test's own, in which `lamp.honnin` is."""
    monkeypatch.chdir(tmp_path)
    Path("lamp.honnin").write_text(LAMP, encoding="utf-8")

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(cli, arguments, prog_name="honnin")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run
