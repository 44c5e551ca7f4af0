"""`honnin fmt`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
UGLY = 'spec   a\n# kept\nevent e( x:Int )\ninvariant i "i":on e(x):x>0\n'
NEAT = 'spec a\n\n# kept\nevent e(x: Int)\n\ninvariant i "i": on e(x): x > 0\n'


@pytest.fixture
def ugly(tmp_path: Path) -> Path:
    file = tmp_path / "a.honnin"
    file.write_text(UGLY)
    return file


def test_a_file_is_formatted_in_place_once(honnin: Run, ugly: Path) -> None:
    assert honnin("fmt", ugly).out == f"{ugly}: formatted\n"
    formatted = ugly.read_text()
    assert formatted != UGLY
    assert "# kept" in formatted
    assert honnin("fmt", ugly).out == ""
    assert ugly.read_text() == formatted


def test_check_and_diff_write_nothing(honnin: Run, ugly: Path) -> None:
    ran = honnin("fmt", "--check", ugly)
    assert (ran.status, ran.out) == (1, f"{ugly}: would change\n")
    ran = honnin("fmt", "--diff", ugly)
    assert ran.status == 0
    assert "-spec   a" in ran.out
    assert ugly.read_text() == UGLY
    honnin("fmt", ugly)
    assert honnin("fmt", "--check", ugly).status == 0


def test_standard_input_goes_to_standard_output(honnin: Run, ugly: Path) -> None:
    out = honnin("fmt", "-", input=UGLY).out
    honnin("fmt", ugly)
    assert out == ugly.read_text()


def test_a_file_with_a_syntax_error_is_left_as_it_is(honnin: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.honnin"
    file.write_text("spec a event e(")
    ran = honnin("fmt", file)
    assert ran.status == 2
    assert "error[HN0" in ran.err
    assert file.read_text() == "spec a event e("


def test_expand_prints_patterns_written_out(honnin: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.honnin"
    file.write_text(
        "spec a\nentity P\nevent e(x: P)\npattern seen(entity A, event f(x: A)) { state was: A -> Bool after f(x) { was[x] := true } }\n"
        "use seen as s with A = P, f(x) = e(x)\n"
    )
    before = file.read_text()
    ran = honnin("fmt", "--expand", file)
    assert ran.status == 0
    assert "state s.was: P -> Bool" in ran.out
    assert file.read_text() == before
    assert honnin("check", "--format", "json", file).records[-1]["specification"]["verdict"] == "well"
