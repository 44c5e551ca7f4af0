"""The console blocks of the examples' READMEs, in both languages, run from the example's folder, give what stands below them.

In what is expected a line `...` stands for any lines. CPU seconds and the tokens of persons, which differ from run to run, are
not compared.
"""

from __future__ import annotations

import io
import re
import runpy
import shlex
import sys
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from honnin.oracle.cli import cli
from honnin.spec.load import check_file

from .modules import EXAMPLES

READMES = sorted(EXAMPLES.glob("*/README*.md"))
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
VARYING = ((re.compile(r"\(\d+\.\d s\)"), "(N s)"), (re.compile(r"\b[0-9a-f]{8}\b"), "TOKEN"))


def commands(readme: Path) -> Iterator[tuple[str, list[str]]]:
    """Each command of the blocks, with the lines expected below it."""
    for block in BLOCK.findall(readme.read_text(encoding="utf-8")):
        assert block.startswith("$ "), f"a console block of {readme} begins with no command"
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *expected = part.splitlines()
            yield command, expected


@cache
def output(folder: Path, command: str) -> str:
    """What `honnin ...` or `python FILE ...` prints in that folder; both run in this process."""
    program, *arguments = shlex.split(command)
    with chdir(folder):
        match program:
            case "honnin":
                return CliRunner().invoke(cli, arguments, prog_name="honnin", catch_exceptions=False).output
            case "python":
                return script(arguments)
            case _:
                raise AssertionError(f"no such program in a README: {program}")


def script(arguments: list[str]) -> str:
    """What a Python file prints, run as the main one."""
    out, before = io.StringIO(), sys.argv
    sys.argv = arguments
    try:
        with redirect_stdout(out), redirect_stderr(out):
            runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit:
        pass
    finally:
        sys.argv = before
    return out.getvalue()


def normal(text: str) -> list[str]:
    """The lines without what varies, without spaces at their ends, without empty ones at the end."""
    for pattern, word in VARYING:
        text = pattern.sub(word, text)
    return [line.rstrip() for line in text.rstrip().splitlines()]


def fits(expected: list[str], text: str) -> bool:
    """Whether the lines are the text's, `...` standing for any."""
    return _fits(normal("\n".join(expected)), normal(text))


def _fits(expected: list[str], lines: list[str]) -> bool:
    match expected:
        case []:
            return not lines
        case ["..."]:
            return True
        case ["...", *rest]:
            return any(_fits(rest, lines[start:]) for start in range(len(lines)) if lines[start] == rest[0])
        case [first, *rest]:
            return bool(lines) and lines[0] == first and _fits(rest, lines[1:])
        case _:
            raise AssertionError("a list is empty or has a first line")


@pytest.mark.parametrize("readme", READMES, ids=lambda readme: f"{readme.parent.name}-{readme.name}")
def test_a_readme_tells_what_happens(readme: Path) -> None:
    for command, expected in commands(readme):
        text = output(readme.parent, command)
        assert fits(expected, text), f"$ {command}\n{text}"


@pytest.mark.parametrize("readme", READMES, ids=lambda readme: f"{readme.parent.name}-{readme.name}")
def test_a_readme_names_every_design_and_invariant(readme: Path) -> None:
    module = check_file(readme.parent / f"{readme.parent.name}.honnin").module
    assert module is not None
    names = {system.name for system in module.systems}
    names |= {claim.name for claim in module.main.claims if claim.kind == "invariant"}
    rows = set(re.findall(r"^\| `(\w+)` \|", readme.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert rows == names


def test_there_is_each_in_both_languages() -> None:
    folders = {readme.parent for readme in READMES}
    assert len(folders) == 5
    assert {folder / name for folder in folders for name in ("README.md", "README.ja.md")} == set(READMES)
    for folder in folders:
        english, japanese = (list(commands(folder / name)) for name in ("README.md", "README.ja.md"))
        assert english == japanese


@pytest.mark.parametrize(
    ("expected", "text", "answer"),
    [
        (["a", "...", "c"], "a\nb\nb\nc\n", True),
        (["a", "...", "c"], "a\nc\n", True),
        (["a", "..."], "a\n", True),
        (["a", "c"], "a\nb\nc\n", False),
        (["took (0.1 s)"], "took (3.2 s)\n", True),
        (["p = 0123abcd"], "p = ffff0000\n", True),
        (["p = 0123abcd"], "p = alice\n", False),
    ],
)
def test_what_fits(expected: list[str], text: str, answer: bool) -> None:
    assert fits(expected, text) == answer
