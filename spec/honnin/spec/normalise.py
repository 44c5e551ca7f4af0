"""From bytes to text, from text to NFC, and from places in the normalised text back to lines and columns of the original."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence

from honnin.spec.diagnostics import Diagnostic
from honnin.spec.source import Span

BOM = "\ufeff"
# Strings and comments stay as they are; a run of other text with a character outside ASCII may change.
_KEPT = re.compile(r'"(?:\\.|[^"\\\n])*"?|#[^\n]*')
_RUN = re.compile(r"[\x21-\x7e]?[^\x00-\x7f]+")


def decode(data: bytes, file: str) -> str | Diagnostic:
    """The text of a source file without its byte order mark, or the first byte that is not UTF-8 (its column counts bytes)."""
    data = data.removeprefix(BOM.encode())
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        return Diagnostic(
            "HN0001",
            f"the file is not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}",
            Span(file, line, column, line, column + 1),
            hint="save the file as UTF-8",
        )
    nul = text.find("\0")
    if nul >= 0:
        return control_character(text[nul], Places(text, file).span(nul, nul + 1))
    return text


def control_character(char: str, span: Span) -> Diagnostic:
    name = f"U+{ord(char):04X}"
    return Diagnostic(
        "HN0002",
        f"control character {name} in the source",
        span,
        hint="remove it; in a string write an escape",
    )


class Places:
    """Lines and columns of a text that was normalised: `normal` is in NFC outside strings and comments."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self.normal, self._origins = normalise(text)
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def span(self, start: int, end: int) -> Span:
        """The original region of `normal[start:end]`."""
        line, column = self._place(start)
        end_line, end_column = self._place(end)
        return Span(self._file, line, column, end_line, end_column)

    def _place(self, index: int) -> tuple[int, int]:
        offset = self._origins[index] if self._origins is not None else index
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def normalise(text: str) -> tuple[str, Sequence[int] | None]:
    """`text` in NFC outside strings and comments, and for each index of it, its end included, the index in the original.

    The indexes are None where nothing changed.
    """
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text, None
    parts: list[str] = []
    origins: list[int] = []

    def keep(start: int, end: int) -> None:
        parts.append(text[start:end])
        origins.extend(range(start, end))

    done = 0
    for kept in _KEPT.finditer(text):
        _normalise_runs(text, done, kept.start(), parts, origins)
        keep(kept.start(), kept.end())
        done = kept.end()
    _normalise_runs(text, done, len(text), parts, origins)
    origins.append(len(text))
    return "".join(parts), origins


def _normalise_runs(text: str, start: int, end: int, parts: list[str], origins: list[int]) -> None:
    done = start
    for run in _RUN.finditer(text, start, end):
        parts.append(text[done : run.start()])
        origins.extend(range(done, run.start()))
        for cluster_start, cluster in _clusters(text, run.start(), run.end()):
            normal = _nfc(cluster)
            parts.append(normal)
            origins.extend([cluster_start] * len(normal))
        done = run.end()
    parts.append(text[done:end])
    origins.extend(range(done, end))


def _clusters(text: str, start: int, end: int) -> list[tuple[int, str]]:
    """Pieces that normalise independently of each other, each with its place."""
    found: list[tuple[int, str]] = []
    begin = start
    for index in range(start + 1, end):
        char = text[index]
        if unicodedata.combining(char):
            continue
        before = text[begin:index]
        if _nfc(before + char) == _nfc(before) + _nfc(char):
            found.append((begin, before))
            begin = index
    found.append((begin, text[begin:end]))
    return found


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
