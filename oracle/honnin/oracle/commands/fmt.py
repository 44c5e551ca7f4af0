"""`honnin fmt`: the one way to write a specification."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from honnin.oracle.files import Refused, each, read_bytes, write_text
from honnin.oracle.options import FILES, speaking
from honnin.oracle.session import Session
from honnin.oracle.status import Status
from honnin.spec.records import dataclass

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class _Mode:
    check: bool
    diff: bool
    expand: bool


@click.command(
    epilog="Example: honnin fmt --diff certificate_issuance.honnin",
    short_help="Format specifications.",
)
@FILES
@click.option("--check", is_flag=True, help="Write nothing; exit status 1 if a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@click.option("--expand", is_flag=True, help="Write nothing; print the file with its patterns written out.")
@speaking
def command(session: Session, files: Sequence[Path], check: bool, diff: bool, expand: bool) -> Status:
    """Format specifications in place; `-` formats standard input to standard output.

    Exit status: 0 well, 1 (with --check) a file would change, 2 a file is no specification.
    """
    mode = _Mode(check, diff, expand)
    return each(session, files, lambda file: _format(session, file, mode))


def _format(session: Session, file: Path, mode: _Mode) -> Status:
    from honnin.spec.format import format_file
    from honnin.spec.parser import decode, parse

    name = "<standard input>" if str(file) == STANDARD_INPUT else str(file)
    data = sys.stdin.buffer.read() if str(file) == STANDARD_INPUT else read_bytes(file)
    text = decode(data, name)
    if not isinstance(text, str):
        raise Refused([text])
    if mode.expand:
        return _print_expanded(session, name, text)
    parsed = parse(text, name)
    session.diagnose(parsed.diagnostics, {name: text})
    if parsed.file is None or any(diagnostic.is_error for diagnostic in parsed.diagnostics):
        return Status.WRONG
    formatted = format_file(parsed.file)
    if parse(formatted, name).file != parsed.file:
        raise AssertionError("formatting would change the meaning")
    return _put(session, file, name, data, formatted, mode)


def _print_expanded(session: Session, name: str, source: str) -> Status:
    from honnin.spec.format import format_file
    from honnin.spec.load import expand_text

    expanded = expand_text(source, name)
    session.diagnose(expanded.diagnostics, expanded.sources)
    if expanded.file is None:
        return Status.WRONG
    text = format_file(expanded.file)
    session.say(text.rstrip("\n"))
    session.tell({"file": {"file": name, "text": text}})
    return Status.WELL


def _put(session: Session, file: Path, name: str, data: bytes, formatted: str, mode: _Mode) -> Status:
    changed = data != formatted.encode()
    session.tell({"file": {"file": name, "changed": changed, "text": formatted}})
    if mode.diff:
        for line in difflib.unified_diff(
            data.decode("utf-8-sig").splitlines(), formatted.splitlines(), name, name, lineterm=""
        ):
            session.say(line)
    elif mode.check:
        if changed:
            session.say(f"{name}: would change")
    elif str(file) == STANDARD_INPUT:
        session.say(formatted.rstrip("\n"))
    elif changed:
        write_text(file, formatted)
        session.say(f"{name}: formatted")
    return Status.NO if mode.check and changed else Status.WELL
