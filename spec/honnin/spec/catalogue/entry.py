"""What the catalogue says of one code."""

from __future__ import annotations

from typing import Literal, TypeAlias

from honnin.spec.records import dataclass

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Entry:
    """`title` is one sentence for the error index."""

    code: str
    slug: str
    severity: Severity
    title: str
