"""Codes 06xx to 09xx: traces and facts, services, usage and files, faults of honnin."""

from __future__ import annotations

from honnin.spec.catalogue.entry import Entry

TRACES: tuple[Entry, ...] = (
    Entry("HN0601", "line-not-json", "error", "A line of a trace is not one strict JSON object."),
    Entry("HN0602", "unknown-event", "error", "A line of a trace names no event of the specification."),
    Entry("HN0603", "missing-field", "error", "A line of a trace lacks a field of its event."),
    Entry("HN0604", "wrong-value-type", "error", "A value in a trace is not of the type of its field."),
    Entry("HN0605", "value-out-of-range", "error", "A number in a trace is outside the range of its field."),
    Entry("HN0606", "missing-time", "error", "A line of a trace has no time, and a claim needs it."),
    Entry(
        "HN0607",
        "unreadable-time",
        "error",
        "A time is neither a number of seconds nor RFC 3339 with an offset.",
    ),
    Entry(
        "HN0608", "time-goes-back", "error", "A line of a trace has an earlier time than the event before it."
    ),
    Entry(
        "HN0609",
        "not-unicode-text",
        "error",
        "A line of a trace or a string in it is not valid Unicode text.",
    ),
    Entry("HN0610", "duplicate-key", "error", "An object in a line of a trace has the same key twice."),
    Entry(
        "HN0611",
        "too-large-to-read",
        "error",
        "A line of a trace is nested too deep or has a number with too many digits.",
    ),
    Entry("HN0620", "facts-unreadable", "error", "The facts are not one JSON object."),
    Entry("HN0621", "fact-not-given", "error", "The facts do not say what a `given` is."),
    Entry(
        "HN0622",
        "fact-table-shape",
        "error",
        "The facts say a `given` in a form that does not suit its keys.",
    ),
    Entry(
        "HN0623",
        "wrong-fact",
        "error",
        "A key or a value in the facts is not of its type, or a key is there twice.",
    ),
    Entry(
        "HN0624",
        "fact-table-incomplete",
        "error",
        "The facts leave out a key of a `given`, or its `default`.",
    ),
    Entry("HN0640", "example-not-accepted", "error", "An example that should be accepted is not."),
    Entry(
        "HN0641",
        "example-not-rejected",
        "error",
        "An example is not rejected by its claim at its last event and only there.",
    ),
    Entry(
        "HN0642",
        "example-lacks-fact",
        "error",
        "An example needs a fact that it does not give and that has no default.",
    ),
    Entry("HN0643", "example-conflict", "error", "An event of an example writes two values to one place."),
    Entry("HN0660", "no-such-system", "error", "A specification has no system of that name."),
    Entry("HN0661", "no-such-step", "error", "A line of a log tells a step that the design does not have."),
    Entry(
        "HN0670",
        "source-not-there",
        "error",
        "A source of a field needs a name that is not there where the event is reported.",
    ),
    Entry(
        "HN0671",
        "no-source",
        "error",
        "A source of a field is neither a name with attributes nor a function whose parameters are known.",
    ),
    Entry("HN0672", "rows-not-told", "error", "An SQL statement inserts rows that it does not say."),
    Entry("HN0673", "no-such-choice", "error", "A setting in Python has none of its values."),
    Entry(
        "HN0674",
        "no-such-event-to-draw",
        "error",
        "Events are to be drawn that a specification does not have.",
    ),
    Entry(
        "HN0675",
        "violated-at-start",
        "error",
        "Traces are to be drawn with facts that violate something before any event.",
    ),
    Entry(
        "HN0676",
        "no-such-invariant-to-violate",
        "error",
        "An invariant is to be violated that a specification does not have, or that cannot be monitored.",
    ),
    Entry(
        "HN0677",
        "driver-lacks-input",
        "error",
        "The driver of a stateful test has no method for an input event.",
    ),
    Entry(
        "HN0678",
        "no-input-to-drive",
        "error",
        "A stateful test is to be made of a specification without input events.",
    ),
    Entry(
        "HN0679",
        "event-of-nobody",
        "warning",
        "A program reports an event that no specification that listens has.",
    ),
    Entry("HN0680", "two-bounds", "error", "An exploration is given two bounds of which it takes one."),
    Entry("HN0681", "nothing-tried", "warning", "An exploration exercises no claim of its specification."),
    Entry("HN0682", "not-correlated", "error", "An event lacks a field that the correlation should give."),
    Entry("HN0690", "unsealed-checkpoint", "error", "A checkpoint would have personal values in clear."),
    Entry("HN0691", "no-checkpoint", "error", "A file is no checkpoint, or is damaged."),
    Entry(
        "HN0692",
        "other-checkpoint",
        "error",
        "A checkpoint is of another specification, or of a run with other wishes.",
    ),
    Entry("HN0693", "log-replaced", "error", "The log in which a checkpoint stands is not there any more."),
    Entry("HN0694", "checkpoint-in-use", "error", "Another process is using a checkpoint."),
    Entry("HN0695", "output-changed", "error", "An output file is not as the checkpoint left it."),
    Entry("HN0698", "other-clock", "error", "The times of a log are not those of this machine's clock."),
)

SERVICE: tuple[Entry, ...] = (
    Entry("HN0710", "no-token", "error", "A service that others can reach has no token, or too short a one."),
    Entry("HN0711", "journal-damaged", "error", "The journal of a service is not what was written."),
    Entry("HN0712", "other-service", "error", "A checkpoint is not one of the service that is started."),
    Entry("HN0713", "checkpoint-without-key", "error", "A service is to keep checkpoints and has no key."),
    Entry("HN0714", "cannot-listen", "error", "A service cannot listen at its address."),
    Entry("HN0715", "service-stopped", "error", "A service could no longer keep what it was told."),
)

USAGE: tuple[Entry, ...] = (
    Entry("HN0801", "no-such-file", "error", "A file does not exist."),
    Entry("HN0802", "is-a-directory", "error", "A directory was given where a file is needed."),
    Entry("HN0803", "unreadable-file", "error", "A file cannot be read."),
    Entry("HN0804", "empty-file", "error", "A specification file is empty."),
    Entry("HN0805", "unwritable-file", "error", "A file cannot be written."),
    Entry("HN0806", "short-key", "error", "A key for masking personal values is too short."),
)

FAULTS: tuple[Entry, ...] = (
    Entry("HN0900", "internal", "error", "A fault of honnin itself: please report it."),
    Entry(
        "HN0901",
        "replay-disagrees",
        "error",
        "A counterexample was found that the reference meaning does not confirm.",
    ),
)
