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

_TRACES: tuple[Entry, ...] = (
    Entry("HN0601", "line-not-json", "error", "A line of a trace is not one strict JSON object."),
    Entry("HN0602", "unknown-event", "error", "A line of a trace names no event of the specification."),
    Entry("HN0603", "missing-field", "error", "A line of a trace lacks a field of its event."),
    Entry("HN0604", "wrong-value-type", "error", "A value in a trace is not of the type of its field."),
    Entry("HN0605", "value-out-of-range", "error", "A number in a trace is outside the range of its field."),
    Entry("HN0606", "missing-time", "error", "A line of a trace has no time, and a claim needs it."),
    Entry("HN0607", "unreadable-time", "error", "A time is neither a number of seconds nor RFC 3339 with an offset."),
    Entry("HN0608", "time-goes-back", "error", "A line of a trace has an earlier time than the event before it."),
    Entry("HN0609", "not-unicode-text", "error", "A line of a trace or a string in it is not valid Unicode text."),
    Entry("HN0610", "duplicate-key", "error", "An object in a line of a trace has the same key twice."),
    Entry("HN0611", "too-large-to-read", "error", "A line of a trace is nested too deep or has a number with too many digits."),
    Entry("HN0620", "facts-unreadable", "error", "The facts are not one JSON object."),
    Entry("HN0621", "fact-not-given", "error", "The facts do not say what a `given` is."),
    Entry("HN0622", "fact-table-shape", "error", "The facts say a `given` in a form that does not suit its keys."),
    Entry("HN0623", "wrong-fact", "error", "A key or a value in the facts is not of its type, or a key is there twice."),
    Entry("HN0624", "fact-table-incomplete", "error", "The facts leave out a key of a `given`, or its `default`."),
    Entry("HN0640", "example-not-accepted", "error", "An example that should be accepted is not."),
    Entry("HN0641", "example-not-rejected", "error", "An example is not rejected by its claim at its last event and only there."),
    Entry("HN0642", "example-lacks-fact", "error", "An example needs a fact that it does not give and that has no default."),
    Entry("HN0643", "example-conflict", "error", "An event of an example writes two values to one place."),
)

_PROVER: tuple[Entry, ...] = ()

_USAGE: tuple[Entry, ...] = (
    Entry("HN0801", "no-such-file", "error", "A file does not exist."),
    Entry("HN0802", "is-a-directory", "error", "A directory was given where a file is needed."),
    Entry("HN0803", "unreadable-file", "error", "A file cannot be read."),
    Entry("HN0804", "empty-file", "error", "A specification file is empty."),
    Entry("HN0805", "unwritable-file", "error", "A file cannot be written."),
    Entry("HN0806", "facts-not-json", "error", "A facts file is not JSON."),
    Entry("HN0807", "short-key", "error", "A key for masking personal values is too short."),
)

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
