"""Opening what the user names: a specification, facts, a key. What cannot be opened becomes a diagnostic."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from honnin.oracle.interrupt import uninterrupted
from honnin.oracle.session import Session
from honnin.oracle.status import Status, worst
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.records import replace
from honnin.spec.source import NOWHERE, Span

if TYPE_CHECKING:
    from honnin.spec.core import Specification
    from honnin.spec.load import Checked


LARGEST_INPUT = 64 << 20
"""The size of the largest file of facts or of a key, in bytes."""


class Refused(Exception):
    """The user's input is wrong: the diagnostics say how."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(", ".join(diagnostic.code for diagnostic in diagnostics))
        self.diagnostics = tuple(diagnostics)


def each(session: Session, files: Sequence[Path], work: Callable[[Path], Status]) -> Status:
    """Does the work for every file, a refused one too; the worst status."""
    return worst(*(_one(session, file, work) for file in files))


def _one(session: Session, file: Path, work: Callable[[Path], Status]) -> Status:
    try:
        return work(file)
    except Refused as refused:
        session.diagnose(refused.diagnostics, {})
        return Status.WRONG


def about(file: Path | str, code: str, message: str, hint: str | None = None) -> Diagnostic:
    """A diagnostic about a file as a whole."""
    return Diagnostic(code, message, Span(str(file), 1, 1, 1, 1), hint=hint)


def unreadable(file: Path) -> Diagnostic | None:
    """Why `file` cannot be opened for reading, if it cannot."""
    try:
        if not file.exists():
            return about(file, "HN0801", f"no such file: `{file}`")
    except OSError as error:
        return _failed_to_read(file, error)
    if file.is_dir():
        return about(file, "HN0802", f"`{file}` is a directory, not a file")
    if not os.access(file, os.R_OK):
        return about(file, "HN0803", f"`{file}` cannot be read: permission denied")
    return None


def _failed_to_read(file: Path, error: OSError) -> Diagnostic:
    reason = (error.strerror or "unknown reason").lower()
    return about(file, "HN0803", f"`{file}` cannot be read: {reason}")


def open_specification(session: Session, file: Path) -> Checked:
    """Parses and checks `file` and shows what is to be said of it; `module` is None when it is wrong."""
    from honnin.spec.load import Checked, check_file

    problem = unreadable(file)
    if problem is None and file.is_file() and file.stat().st_size == 0:
        hint = "a specification begins with `spec NAME`"
        problem = about(file, "HN0804", f"`{file}` is empty", hint)
    try:
        checked = Checked(None, (problem,), {}) if problem else check_file(file)
    except OSError as error:
        raise Refused([_failed_to_read(file, error)]) from error
    session.diagnose(checked.diagnostics, checked.sources)
    if checked.module is not None:
        session.digest = checked.module.digest
    return checked


def read_bytes(file: Path) -> bytes:
    """The content of `file`; Refused when it cannot be read, or is larger than LARGEST_INPUT."""
    if problem := unreadable(file):
        raise Refused([problem])
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_INPUT + 1)
    except OSError as error:
        raise Refused([_failed_to_read(file, error)]) from error
    if len(content) > LARGEST_INPUT:
        message = f"`{file}` cannot be read: it is larger than {LARGEST_INPUT} bytes"
        raise Refused([about(file, "HN0803", message)])
    return content


def read_facts_file(file: Path | None, specification: Specification) -> dict[str, Any]:
    """The facts in a JSON file (none without a file); Refused when they do not say every given rightly."""
    from honnin.spec.facts import parse_facts

    data = b"{}" if file is None else read_bytes(file)
    facts = parse_facts(data, specification)
    if isinstance(facts, tuple):
        place = NOWHERE if file is None else Span(str(file), 1, 1, 1, 1)
        hint = "name a file that says it, with --facts" if file is None else None
        raise Refused([replace(diagnostic, span=place, hint=hint) for diagnostic in facts])
    raw: dict[str, Any] = json.loads(data, parse_float=Decimal)
    return raw


def read_key(file: Path | None) -> bytes | None:
    """The key in `file`, without a final line end; None where no file is named."""
    from honnin.compiler.runtime.base import SHORTEST_KEY

    if file is None:
        return None
    key = read_bytes(file).rstrip(b"\r\n")
    if len(key) < SHORTEST_KEY:
        hint = f"a key has at least {SHORTEST_KEY} bytes, for example 32 random ones"
        raise Refused([about(file, "HN0806", f"the key in `{file}` is too short", hint)])
    return key


def write_text(file: Path, text: str) -> None:
    """Writes the file, whole whenever Ctrl-C is pressed; Refused when that cannot be done."""
    try:
        with uninterrupted():
            file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise Refused([about(file, "HN0805", f"`{file}` cannot be written: {reason}")]) from error
