"""Every message that honnin can give, by its stable code. A code is never reused; each has a page docs/errors/CODE.md.

Ranges: 00xx words and syntax, 01xx names, 02xx types, 03xx formulas, events and claims, 04xx systems and checks,
05xx warnings and lints, 06xx traces and facts, 07xx answers of the prover, 08xx usage and files, 09xx faults of honnin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Entry:
    """`title` is one sentence for the error index."""

    code: str
    slug: str
    severity: Severity
    title: str


_SYNTAX: tuple[Entry, ...] = ()

_NAMES: tuple[Entry, ...] = ()

_TYPES: tuple[Entry, ...] = ()

_CLAIMS: tuple[Entry, ...] = ()

_SYSTEMS: tuple[Entry, ...] = ()

_LINTS: tuple[Entry, ...] = ()

_TRACES: tuple[Entry, ...] = ()

_PROVER: tuple[Entry, ...] = ()

_USAGE: tuple[Entry, ...] = ()

_FAULTS: tuple[Entry, ...] = (
    Entry("HN0900", "internal", "error", "A fault of honnin itself: please report it."),
    Entry(
        "HN0901",
        "replay-disagrees",
        "error",
        "A counterexample was found that the reference meaning does not confirm.",
    ),
)

CATALOGUE: dict[str, Entry] = {
    entry.code: entry
    for section in (
        _SYNTAX,
        _NAMES,
        _TYPES,
        _CLAIMS,
        _SYSTEMS,
        _LINTS,
        _TRACES,
        _PROVER,
        _USAGE,
        _FAULTS,
    )
    for entry in section
}
