"""`honnin compile`: a module that works without honnin."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]
SPEC = "certificate_issuance.honnin"
USE = """
import json, sys
import oracle
o = oracle.Oracle(on_violation="collect", facts=json.load(open(sys.argv[1])))
for line in open(sys.argv[2], "rb"):
    o.observe_line(line)
print([v.invariant for v in o.violations], oracle.SPECIFICATION)
assert not any(name.startswith("honnin") for name in sys.modules)
"""


def test_the_module_works_without_honnin(honnin: Run, tmp_path: Path) -> None:
    ran = honnin("compile", SPEC, "-o", tmp_path / "oracle.py")
    assert ran.status == 0
    assert "3 claims" in ran.err
    data = Path(__file__).parent / "data"
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{USE}"
    used = subprocess.run(
        [sys.executable, "-I", "-c", code, str(data / "site.json"), str(data / "swapped.jsonl")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert used.stdout == "['right_person'] certificate_issuance\n", used.stderr


def test_standard_output_is_the_module_alone(honnin: Run, tmp_path: Path) -> None:
    honnin("compile", SPEC, "-o", tmp_path / "oracle.py")
    ran = honnin("compile", SPEC, "-o", "-")
    assert ran.out == (tmp_path / "oracle.py").read_text()


def test_what_is_left_out_is_said(honnin: Run, tmp_path: Path) -> None:
    arguments = ("compile", "untried.honnin", "-o", tmp_path / "oracle.py")
    ran = honnin(*arguments)
    assert ran.status == 0
    assert "not monitored, prove only: other" in ran.err
    assert honnin(*arguments, "--strict").status == 3
    (record,) = [r["oracle"] for r in honnin(*arguments, "--format", "json").records if "oracle" in r]
    assert (record["monitored"], record["not_monitored"]) == (["small", "big"], ["other"])


def test_a_file_that_cannot_be_written(honnin: Run, tmp_path: Path) -> None:
    ran = honnin("compile", SPEC, "-o", tmp_path / "nosuch" / "oracle.py")
    assert ran.status == 2
    assert "error[HN0805]" in ran.err


def test_the_specification_is_not_written_over(honnin: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.honnin"
    file.write_text("spec a\n")
    assert honnin("compile", file, "-o", file).status == 2
    assert file.read_text() == "spec a\n"
