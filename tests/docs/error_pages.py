"""The pages of the error index: their parts, what honnin says of their examples, and the table of all of them.

`Wrong` and `Right` hold the same kinds of blocks: a specification `wrong.honnin` (after the files that it uses); a specification
`spec.honnin` with lines of a log `wrong.jsonl` or facts `wrong.json`; Python that prints diagnostics; commands. Each but the files
says something: the diagnostics as text, in the block of that number under `Message`.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from honnin.oracle.cli import cli
from honnin.spec.catalogue import CATALOGUE, Entry
from honnin.spec.core import Occurrence, Specification
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.examples import run_example
from honnin.spec.facts import parse_facts
from honnin.spec.load import check_file
from honnin.spec.render import render
from honnin.spec.trace import read_line
from tests.docs.blocks import Block, blocks, commands, run

FOLDER = Path(__file__).parents[2] / "docs" / "errors"
PROSE = frozenset({"HN0900", "HN0901"})
"""Faults of honnin itself: no input provokes them."""
SECTIONS = {
    "HN00": "Words and syntax",
    "HN01": "Names",
    "HN02": "Types",
    "HN03": "Formulas, events and claims",
    "HN04": "Systems and checks",
    "HN05": "Warnings, lints and proofs",
    "HN06": "Traces, facts and examples",
    "HN07": "Services",
    "HN08": "Usage and files",
    "HN09": "Faults of honnin",
}
_SAID = re.compile(r"^(error|warning)\[(HN\d{4})\]", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """`headings`: each with the line where it stands."""

    path: Path
    headings: tuple[tuple[int, str], ...]
    blocks: tuple[Block, ...]

    def under(self, heading: str) -> list[Block]:
        """The blocks of a section, in order."""
        return [block for block in self.blocks if self._section(block) == heading]

    def _section(self, block: Block) -> str:
        return [name for line, name in self.headings if line < block.line][-1]


def read(path: Path) -> Page:
    """The page in a file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = tuple((n, line.removeprefix("## ")) for n, line in enumerate(lines, 1) if line.startswith("## "))
    return Page(path, found, tuple(blocks(path)))


def head(entry: Entry) -> str:
    """How the page of an entry begins."""
    return f"# {entry.code} {entry.slug}\n\n{entry.title}\n\nSeverity: {entry.severity}\n\n"


def codes(said: str) -> set[str]:
    """The codes of the diagnostics in a text."""
    return {code for _, code in _SAID.findall(said)}


def errors(said: str) -> set[str]:
    """The codes of its errors."""
    return {code for severity, code in _SAID.findall(said) if severity == "error"}


def said(section: Sequence[Block]) -> Iterator[str]:
    """What honnin says of each block of a section that is tried. The working directory is a folder for the files."""
    for block in section:
        file = Path(block.name or "block")
        if block.name is not None:
            file.write_text(block.text, encoding="utf-8")
        match block.language, file.name:
            case "honnin", "wrong.honnin" | "right.honnin":
                yield _checked(file)
            case "json", "wrong.jsonl" | "right.jsonl":
                yield _lines(block.text.splitlines(), _specification())
            case "json", "wrong.json" | "right.json":
                yield _facts(block.text, _specification())
            case "python", "block":
                yield _python(block.text)
            case "console", "block":
                yield "".join(_command(command) for command, _ in commands(block.text)).strip()
            case "honnin" | "json", _:
                pass
            case language, name:
                raise AssertionError(f"a `{language}` block `{name}` that nothing tries")


def _checked(file: Path) -> str:
    checked = check_file(file)
    found = list(checked.diagnostics)
    if checked.module is not None:
        for example in checked.module.examples:
            found += run_example(example, checked.module.main).diagnostics
    return "\n\n".join(render(diagnostic, checked.sources) for diagnostic in found)


def _command(command: str) -> str:
    """What a command prints: honnin's own here, as fast as can be; others by the shell."""
    words = shlex.split(command)
    if words[0] == "honnin":
        return CliRunner().invoke(cli, words[1:]).output
    return "\n".join(run(command, Path.cwd()))


def _specification() -> Specification:
    module = check_file(Path("spec.honnin")).module
    assert module is not None
    return module.main


def _lines(lines: Sequence[str], specification: Specification) -> str:
    last: int | None = None
    needs_time = any(claim.needs_time for claim in specification.claims)
    for line in lines:
        result = read_line(line, specification, needs_time=needs_time, last=last)
        if isinstance(result, Diagnostic):
            return render(result, {})
        assert isinstance(result, Occurrence)
        last = result.at
    return ""


def _facts(text: str, specification: Specification) -> str:
    facts = parse_facts(text, specification)
    return "\n".join(render(diagnostic, {}) for diagnostic in facts) if isinstance(facts, tuple) else ""


def _python(text: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(text, "block", "exec"), {"__name__": "block"})  # noqa: S102 - a page of this repository
    return printed.getvalue().strip()


def with_messages(page: Page, messages: Sequence[str]) -> str:
    """The text of a page with these blocks under `Message`."""
    fenced = "\n\n".join(f"```text\n{message}\n```" for message in messages)
    text = page.path.read_text(encoding="utf-8")
    before, _, rest = text.partition("## Message\n")
    after = rest.partition("## Right\n")[2]
    return f"{before}## Message\n\n{fenced}\n\n## Right\n{after}"


def index() -> str:
    """The page that lists all of them."""
    lines = [
        "# Every message of honnin",
        "",
        "Each diagnostic has a code that never changes its meaning, and a page: what is wrong, what is right, and why. The list and the",
        "messages on the pages are tested against the program (`tests/docs/test_error_index.py`).",
    ]
    for prefix, title in SECTIONS.items():
        lines += ["", f"## {title}", "", "| code | name | severity | |", "| --- | --- | --- | --- |"]
        lines += [_row(entry) for code, entry in sorted(CATALOGUE.items()) if code.startswith(prefix)]
    return "\n".join(lines) + "\n"


def _row(entry: Entry) -> str:
    title = entry.title.replace("|", "\\|")
    return f"| [{entry.code}]({entry.code}.md) | {entry.slug} | {entry.severity} | {title} |"
