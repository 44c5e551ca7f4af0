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


_SYNTAX: tuple[Entry, ...] = (
    Entry("HN0001", "not-utf8", "error", "A source file is UTF-8 text."),
    Entry("HN0002", "control-character", "error", "A control character has no place in a source file."),
    Entry("HN0003", "unknown-character", "error", "A character has no meaning in the language."),
    Entry("HN0004", "full-width-sign", "error", "Signs, digits and reserved words are written in ASCII."),
    Entry("HN0005", "number-with-letters", "error", "A number is followed by letters that make no duration."),
    Entry("HN0006", "unclosed-string", "error", "A string ends on the line where it begins."),
    Entry("HN0007", "bad-escape", "error", "A string has the escapes of JSON, and no half of a surrogate pair."),
    Entry("HN0008", "foreign-operator", "error", "An operator of another language is written for one of this."),
    Entry("HN0009", "number-too-long", "error", "A number has more digits than are read."),
    Entry("HN0010", "syntax", "error", "A word stands where the grammar has no place for it."),
    Entry("HN0011", "unexpected-end", "error", "The file ends in the middle of a declaration."),
    Entry("HN0012", "reserved-word", "error", "A reserved word is used as a name."),
    Entry("HN0013", "no-header", "error", "A file begins with `spec NAME`, once."),
    Entry("HN0014", "single-equals", "error", "`=` is written for `==` in a formula, or for `:=` in a statement."),
    Entry("HN0015", "claim-without-moment", "error", "A claim says when it is looked at: `on` an event, or `always`."),
    Entry("HN0016", "spaced-duration", "error", "A duration is one word, without a space before its unit."),
    Entry("HN0017", "interval-without-bound", "error", "An interval begins with `<=`, `<`, `>=` or `>`."),
    Entry("HN0018", "comparison-chain", "error", "Comparisons do not chain."),
    Entry("HN0019", "iff-chain", "error", "`iff` is not associative."),
    Entry("HN0020", "since-chain", "error", "`since` is not associative."),
    Entry("HN0021", "too-deep", "error", "A declaration is nested more deeply than is read."),
    Entry("HN0022", "in-operator", "error", "There is no `in`: a variable has a type after `:`."),
    Entry("HN0023", "too-many-errors", "error", "A file has more errors of its words and syntax than are shown."),
    Entry("HN0024", "not-in-pattern", "error", "A pattern holds only state, after, define and claims."),
    Entry("HN0025", "foreign-arrow", "error", "`->` is written for `implies`."),
    Entry("HN0026", "prefix-bang", "error", "`!` before a formula is written for `not`."),
)

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
