"""Every proof of the examples and of the published protocols is checked again by cvc5."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from honnin.compiler.certificate.manifest import MANIFEST, read
from honnin.oracle.cli import cli
from tests.compiler.test_integers import RIGHT

from .test_invariants import OF_NUMBERS

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("examples/*/*.honnin"), *ROOT.glob("tests/protocols/*.honnin")])
QUICK = ("lock_server_sync", "peterson", "stale_replica")
"""Those that are done in a few seconds."""


@pytest.mark.parametrize(
    "file",
    [pytest.param(f, id=f.stem, marks=() if f.stem in QUICK else (pytest.mark.long,)) for f in FILES],
)
def test_cvc5_says_the_same(file: Path, tmp_path: Path) -> None:
    folder = str(tmp_path / "proofs")
    proved = CliRunner().invoke(cli, ["prove", str(file), "--certificate", folder, "--timeout", "60"])
    manifest = read((tmp_path / "proofs" / MANIFEST).read_text(encoding="utf-8"))
    proofs = [check for check in manifest.checks if check.answer in ("proved", "unreachable")]
    assert proofs or "unknown" in proved.output
    assert all(check.proof is not None for check in proofs)
    again = CliRunner().invoke(cli, ["recheck", folder, "--specification", str(file)])
    assert f"{len(proofs)} proved again" in again.output or not proofs, again.output
    unknown = sum(check.answer == "unknown" for check in manifest.checks)
    assert again.exit_code == (3 if unknown else 0), again.output


def _asked(text: str, design: str, claim: str) -> tuple[str, str]:
    return text, f"check {design} satisfies {claim}"


@pytest.mark.parametrize(
    ("text", "check"),
    [
        pytest.param(*each, id=each[1], marks=() if each in OF_NUMBERS[:2] else (pytest.mark.long,))
        for each in dict.fromkeys((*OF_NUMBERS, *(_asked(*right) for right in RIGHT)))
    ],
)
def test_cvc5_says_the_same_of_numbers_and_times(text: str, check: str, tmp_path: Path) -> None:
    file, folder = tmp_path / "numbers.honnin", str(tmp_path / "proofs")
    kept = [line for line in text.splitlines() if not line.startswith("check")]
    file.write_text("\n".join((*kept, check, "")), encoding="utf-8")
    assert CliRunner().invoke(cli, ["prove", str(file), "--certificate", folder]).exit_code == 0
    again = CliRunner().invoke(cli, ["recheck", folder, "--specification", str(file)])
    assert again.exit_code == 0, again.output
    assert "1 proved again" in again.output
