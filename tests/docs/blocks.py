"""The code blocks of a Markdown page, and how each kind is run.

A block's info string is its language and, for a file, its name: ` ```honnin certificates.honnin `. Files are written to the
page's folder as they come. A `console` block is a list of commands (`$ ...`) with what they print; a line `...` stands for any
lines, and figures of seconds are not compared. A `text` block is not run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^```([\w-]+)(?: ([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SECONDS = re.compile(r"\b\d+(\.\d+)? s\b")


@dataclass(frozen=True)
class Block:
    """One fenced block; `line` is where its fence stands."""

    language: str
    name: str | None
    text: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        yield Block(found[1], found[2], found[3], text.count("\n", 0, found.start()) + 1)


def commands(console: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a console block with the lines that it prints."""
    command: str | None = None
    printed: list[str] = []
    for line in console.splitlines():
        if line.startswith("$ "):
            if command is not None:
                yield command, printed
            command, printed = line[2:], []
        else:
            printed.append(line)
    if command is not None:
        yield command, printed


def run(command: str, folder: Path) -> list[str]:
    """What a command prints, both streams, run by the shell with this environment's programs first."""
    programs = str(Path(sys.executable).parent)
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HONNIN_KEY_FILE": str(folder / "key"),
        "COLUMNS": "120",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return done.stdout.splitlines()


def comparable(lines: list[str]) -> list[str]:
    """The lines without trailing space, without blank lines at the end, and without figures of seconds."""
    cleaned = [_SECONDS.sub("N s", line.rstrip()) for line in lines]
    while cleaned and not cleaned[-1]:
        cleaned.pop()
    return cleaned


def agree(expected: list[str], printed: list[str]) -> bool:
    """Whether `printed` is what a page says, `...` standing for any lines."""
    wanted, found = comparable(expected), comparable(printed)
    pattern = "\n".join(r"(?:.*\n)*?.*" if w.strip() == "..." else re.escape(w) for w in wanted)
    return re.fullmatch(pattern, "\n".join(found)) is not None
