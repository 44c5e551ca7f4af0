"""Diagnostics as data: made where the fact is known, rendered in `render`, catalogued in `catalogue`.

Wording: lower case, no final stop, user text in backticks, no Python type names, one fact per message. What was expected and what
to do have fields of their own.
"""

from __future__ import annotations

from honnin.spec.catalogue import CATALOGUE, Severity
from honnin.spec.records import dataclass
from honnin.spec.source import Span


@dataclass(frozen=True, slots=True)
class Label:
    """A second place, and what is to be seen there."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message. `code` must be in the catalogue (KeyError otherwise); its severity is the catalogue's."""

    code: str
    message: str
    span: Span
    expected: str | None = None
    hint: str | None = None
    labels: tuple[Label, ...] = ()

    def __post_init__(self) -> None:
        if self.code not in CATALOGUE:
            raise KeyError(f"uncatalogued diagnostic {self.code}")

    @property
    def severity(self) -> Severity:
        return CATALOGUE[self.code].severity

    @property
    def is_error(self) -> bool:
        return self.severity == "error"
