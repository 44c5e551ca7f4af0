"""Diagnostics as text for people and as data for programs. The one place where a diagnostic becomes a string.

Nothing from a source file is printed raw: control characters, signs that reorder text and lone surrogates are shown as escapes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from honnin.spec.catalogue import CATALOGUE
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.source import Span

_TAB: Final = "    "
# A longer line is cut to this many characters around the marker.
_WINDOW: Final = 120
_BEFORE: Final = 60
# Categories of characters that cannot be seen, or that move other text.
INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def render(diagnostic: Diagnostic, sources: Mapping[str, str]) -> str:
    """The diagnostic with its source line, a marker under the place, what was expected, the hint and the other places.

    `sources` maps a span's file to its text; without the text only the place is named. No line end at the end.
    """
    places = [(diagnostic.span, "^", ""), *((label.span, "-", label.text) for label in diagnostic.labels)]
    gutter = max(len(str(span.line)) for span, _, _ in places)
    lines = [f"{diagnostic.severity}[{diagnostic.code}]: {printable(diagnostic.message)}"]
    for span, mark, text in places:
        lines += _snippet(span, mark, text, sources, gutter)
    notes = (("expected", diagnostic.expected), ("hint", diagnostic.hint))
    lines += [f"{' ' * gutter} = {name}: {printable(note)}" for name, note in notes if note is not None]
    return "\n".join(lines)


def as_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """The diagnostic as JSON data; `expected` and `hint` are null where there is none."""
    return {
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "slug": CATALOGUE[diagnostic.code].slug,
        "message": printable(diagnostic.message),
        **_place(diagnostic.span),
        "expected": None if diagnostic.expected is None else printable(diagnostic.expected),
        "hint": None if diagnostic.hint is None else printable(diagnostic.hint),
        "labels": [{**_place(label.span), "text": printable(label.text)} for label in diagnostic.labels],
    }


def printable(text: str) -> str:
    """The text with what cannot be seen, or moves other text, as escapes: on one line, and safe to print."""
    if text.isprintable():
        return text
    return "".join(_escaped(char) if unicodedata.category(char) in INVISIBLE else char for char in text)


def width(text: str) -> int:
    """The columns that the text takes on a screen, where East Asian wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def _place(span: Span) -> dict[str, Any]:
    return {
        "file": printable(span.file),
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _snippet(span: Span, mark: str, text: str, sources: Mapping[str, str], gutter: int) -> list[str]:
    if not span.file:
        return []
    margin = " " * gutter
    lines = [f"{margin}--> {printable(span.file)}:{span.line}:{span.column}"]
    label = f" {printable(text)}" if text else ""
    source = sources.get(span.file)
    line = None if source is None else _line(source, span.line)
    if line is None:
        return [*lines, f"{margin} |{label}"] if label else lines
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    before, marked, after = _cut(line, span.column - 1, end)
    marker = " " * width(before) + mark * max(1, width(marked))
    return [
        *lines,
        f"{margin} |",
        f"{span.line:>{gutter}} | {before}{marked}{after}".rstrip(),
        f"{margin} | {marker}{label}",
    ]


def _line(source: str, number: int) -> str | None:
    """The line without its end, or None when the text has no such line."""
    start = 0
    for _ in range(number - 1):
        start = source.find("\n", start) + 1
        if start == 0:
            return None
    end = source.find("\n", start)
    return source[start : end if end >= 0 else len(source)].removesuffix("\r")


def _cut(line: str, start: int, end: int) -> tuple[str, str, str]:
    """The line before, at and after the marked characters, made visible, and cut where it is too long to read."""
    first, last = 0, len(line)
    if last > _WINDOW:
        first = max(0, min(start, last) - _BEFORE)
        last = min(last, first + _WINDOW)
    left = "…" if first > 0 else ""
    right = "…" if last < len(line) else ""
    end = max(start, min(end, last))
    return left + _visible(line[first:start]), _visible(line[start:end]), _visible(line[end:last]) + right


def _visible(text: str) -> str:
    return printable(text.replace("\t", _TAB))


def _escaped(char: str) -> str:
    named = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}.get(char)
    if named is not None:
        return named
    code = ord(char)
    return f"\\u{code:04x}" if code > 0xFF else f"\\x{code:02x}"


def _char_width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
