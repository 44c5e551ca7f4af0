"""Every message that honnin can give, by its stable code. A code is never reused; each has a page docs/errors/CODE.md.

Ranges: 00xx words and syntax, 01xx names, 02xx types, 03xx formulas, events and claims, 04xx systems and checks,
05xx warnings and lints, 06xx traces and facts, 07xx services, 08xx usage and files, 09xx faults of honnin.
"""

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


_SYNTAX: tuple[Entry, ...] = (
    Entry("HN0001", "not-utf8", "error", "A source file is UTF-8 text."),
    Entry("HN0002", "control-character", "error", "A control character has no place in a source file."),
    Entry("HN0003", "unknown-character", "error", "A character has no meaning in the language."),
    Entry("HN0004", "full-width-sign", "error", "Signs, digits and reserved words are written in ASCII."),
    Entry("HN0005", "number-with-letters", "error", "A number is followed by letters that make no duration."),
    Entry("HN0006", "unclosed-string", "error", "A string ends on the line where it begins."),
    Entry(
        "HN0007", "bad-escape", "error", "A string has the escapes of JSON, and no half of a surrogate pair."
    ),
    Entry("HN0008", "foreign-operator", "error", "An operator of another language is written."),
    Entry("HN0009", "number-too-long", "error", "A number has more digits than are read."),
    Entry("HN0010", "syntax", "error", "A word stands where the grammar has no place for it."),
    Entry("HN0011", "unexpected-end", "error", "The file ends in the middle of a declaration."),
    Entry("HN0012", "reserved-word", "error", "A reserved word is used as a name."),
    Entry("HN0013", "no-header", "error", "A file begins with `spec NAME`."),
    Entry(
        "HN0014",
        "equals-sign",
        "error",
        "Of `=`, `==` and `:=` one is written where another is meant.",
    ),
    Entry(
        "HN0015",
        "claim-without-moment",
        "error",
        "A claim says when it is looked at: `on` an event, or `always`.",
    ),
    Entry("HN0016", "spaced-duration", "error", "A duration is one word, without a space before its unit."),
    Entry("HN0017", "interval-without-bound", "error", "An interval begins with `<=`, `<`, `>=` or `>`."),
    Entry("HN0018", "comparison-chain", "error", "Comparisons do not chain."),
    Entry("HN0019", "iff-chain", "error", "`iff` is not associative."),
    Entry("HN0020", "since-chain", "error", "`since` is not associative."),
    Entry("HN0021", "too-deep", "error", "A declaration is nested more deeply than is read."),
    Entry("HN0022", "in-operator", "error", "There is no `in`: a variable has a type after `:`."),
    Entry(
        "HN0023", "too-many-errors", "error", "A file has more errors of its words and syntax than are shown."
    ),
    Entry("HN0024", "not-in-pattern", "error", "A pattern holds only state, after, define and claims."),
    Entry("HN0025", "foreign-arrow", "error", "`->` is written for `implies`."),
    Entry("HN0026", "prefix-bang", "error", "`!` before a formula is written for `not`."),
    Entry("HN0080", "unknown-pattern", "error", "A `use` names a pattern that there is not."),
    Entry("HN0081", "unknown-formal", "error", "A `use` maps a name that is no formal of the pattern."),
    Entry("HN0082", "unmapped-formal", "error", "A `use` maps every formal of the pattern."),
    Entry("HN0083", "formal-kind", "error", "A formal is mapped to a thing of its own kind."),
    Entry("HN0084", "formal-arity", "error", "An event formal has as many arguments as fields."),
    Entry(
        "HN0085",
        "mapping-name",
        "error",
        "A name on the right of a mapping is one of the left, once, or an enum member.",
    ),
    Entry(
        "HN0086",
        "mapping-field",
        "error",
        "Every field of an event formal is given by the event that it is mapped to.",
    ),
    Entry("HN0088", "mapped-twice", "error", "An entity or constant formal is mapped once."),
    Entry(
        "HN0089",
        "mapping-formal",
        "error",
        "Each field of an event formal has a name of its own in a mapping.",
    ),
    Entry("HN0090", "mapping-duration", "error", "A constant that bounds an interval is a duration."),
)

_NAMES: tuple[Entry, ...] = (
    Entry("HN0101", "declared-twice", "error", "Two declarations of one name space share a name."),
    Entry(
        "HN0102", "look-alike-names", "error", "Two names differ only in how the same characters are written."
    ),
    Entry("HN0103", "shadowing", "error", "A bound name hides another name."),
    Entry("HN0104", "unknown-type", "error", "A type is named that is not there."),
    Entry("HN0105", "unknown-name", "error", "A name is used that nothing here declares."),
    Entry("HN0106", "unknown-field", "error", "An event has no field of that name."),
    Entry("HN0107", "unknown-event", "error", "An event is named that is not there."),
    Entry("HN0108", "not-a-state", "error", "An `after` block writes something that is no state."),
    Entry("HN0109", "unknown-claim", "error", "An example names a claim that is not there."),
    Entry("HN0110", "unknown-given", "error", "An example gives a fact of something that is no given."),
    Entry(
        "HN0111",
        "event-named-like-oracle",
        "error",
        "An event has the name of something that every oracle has.",
    ),
    Entry("HN0113", "log-name-twice", "error", "Two fields of an event have one name in logs."),
    Entry("HN0114", "use-cycle", "error", "A file uses itself, by way of others perhaps."),
    Entry("HN0115", "unreadable-use", "error", "A file that is used cannot be read."),
)

_TYPES: tuple[Entry, ...] = (
    Entry("HN0201", "empty-range", "error", "A range has its bounds the wrong way round."),
    Entry("HN0202", "optional-key", "error", "A map has keys that may be none."),
    Entry("HN0203", "wrong-type", "error", "A value of one type stands where another is needed."),
    Entry(
        "HN0204", "may-be-none", "error", "A value that may be none stands where one is needed that is there."
    ),
    Entry("HN0205", "never-none", "error", "`none` stands where a value is always there."),
    Entry(
        "HN0206",
        "not-countable",
        "error",
        "A variable ranges over a type whose values cannot be gone through.",
    ),
    Entry("HN0207", "none-of-what", "error", "Nothing tells of what type `none` is."),
    Entry("HN0208", "no-order", "error", "Values without an order are compared by `<`."),
    Entry("HN0209", "operator-types", "error", "An operator does not take values of these types."),
    Entry("HN0210", "needless-bang", "error", "`!` follows a value that is always there."),
    Entry("HN0211", "not-a-map", "error", "Something that is no map is given keys."),
    Entry(
        "HN0212",
        "which-enum",
        "error",
        "A member of several enums stands where nothing tells which is meant.",
    ),
    Entry("HN0213", "number-of-keys", "error", "A map is given too few or too many keys."),
    Entry("HN0214", "nothing-to-add-to", "error", "`+=` or `-=` changes something that is no number."),
    Entry(
        "HN0215",
        "range-behind-endless-keys",
        "error",
        "A map to a range has keys that cannot be gone through.",
    ),
    Entry("HN0216", "outside-range", "error", "A number is outside the range of its place."),
    Entry("HN0217", "wrong-example-value", "error", "A value in an example does not suit its place."),
    Entry("HN0218", "entity-constant", "error", "A constant is of an entity type."),
    Entry("HN0219", "not-constant", "error", "A constant is not made of literals and earlier constants."),
    Entry("HN0220", "not-personal", "error", "A field that is neither an entity nor Text is personal."),
    Entry("HN0221", "no-default", "error", "A place has no default, and none is given."),
    Entry("HN0222", "default-not-simple", "error", "A default goes through the values of a type."),
    Entry("HN0223", "log-conversion", "error", "A value of a log is converted to what its field is not."),
    Entry("HN0224", "log-translation", "error", "A value of a log is translated twice, or after `_`."),
    Entry("HN0225", "log-value", "error", "A field is given neither a path into the line nor a literal."),
    Entry("HN0226", "log-condition", "error", "A condition does not compare a path with one value."),
    Entry("HN0229", "log-declaration", "error", "A mapping has no name of its own, or no rule."),
)

_CLAIMS: tuple[Entry, ...] = (
    Entry("HN0301", "no-now-here", "error", "`now` stands where there is no time."),
    Entry("HN0302", "no-old-here", "error", "`old` stands where there is no state before."),
    Entry("HN0303", "no-past-here", "error", "A temporal operator stands where there is no trace."),
    Entry("HN0304", "no-eventually-here", "error", "`eventually` stands where no obligation can be."),
    Entry(
        "HN0305", "needs-upper-bound", "error", "`eventually` and `count` take exactly an interval `[<= d]`."
    ),
    Entry("HN0306", "not-a-duration", "error", "The bound of an interval is no duration."),
    Entry("HN0307", "cannot-read-here", "error", "A state, given or variable is read where it cannot be."),
    Entry("HN0308", "lacks-arguments", "error", "An event or define stands without its arguments."),
    Entry("HN0309", "not-callable", "error", "Something that takes no arguments is given some."),
    Entry("HN0310", "no-atom-here", "error", "An event atom stands where there is no event."),
    Entry("HN0311", "define-arguments", "error", "A define is given too few or too many arguments."),
    Entry("HN0312", "wildcard-here", "error", "`_` stands outside patterns and event atoms."),
    Entry("HN0313", "number-of-fields", "error", "An event is given too few or too many fields."),
    Entry("HN0314", "mixed-arguments", "error", "Arguments by position and by field name are mixed."),
    Entry("HN0315", "field-twice", "error", "A field is given twice."),
    Entry("HN0316", "too-large", "error", "With its defines put in, a formula is too large."),
    Entry("HN0317", "unguarded", "error", "`x!` stands where nothing says that x is there."),
    Entry(
        "HN0318", "alternatives-differ", "error", "Alternatives of a pattern bind different names or types."
    ),
    Entry("HN0319", "now-in-pattern", "error", "`now` stands in a pattern."),
    Entry("HN0320", "not-a-member", "error", "A member of another enum stands where one of this is needed."),
    Entry(
        "HN0321", "constant-in-pattern", "error", "A constant stands in a pattern, where a fresh name would."
    ),
    Entry("HN0322", "bound-twice", "error", "A name stands twice in one pattern."),
    Entry("HN0323", "step-statement", "error", "A statement of designs stands in an `after` block."),
    Entry("HN0324", "loop-name-not-a-key", "error", "A write in a `for` lacks a loop name among its keys."),
    Entry(
        "HN0325",
        "changes-unseen-values",
        "error",
        "A `for` changes what is held for values that were never seen.",
    ),
    Entry("HN0326", "moment-of-claim", "error", "A claim is looked at in a way that its kind has not."),
    Entry(
        "HN0327", "assumes-no-input", "error", "An assumption `on` an event is about one that is no input."
    ),
    Entry("HN0328", "example-time-goes-back", "error", "The times in an example go back."),
    Entry("HN0329", "recursive-define", "error", "A define calls itself, by way of others perhaps."),
    Entry("HN0330", "certain-conflict", "error", "Every event of a kind writes one place in two ways."),
    Entry("HN0331", "hangs-on-unseen-values", "error", "What an `after` does may hang on values never seen."),
    Entry("HN0332", "fact-twice", "error", "An example gives one fact twice."),
    Entry(
        "HN0333", "not-under-old", "error", "An argument stands under `old` in its define, where it cannot."
    ),
    Entry("HN0340", "released-is-kept", "error", "An entity that is released is kept as a value or a fact."),
    Entry("HN0341", "released-gone-through", "error", "A formula goes through an entity that is released."),
    Entry("HN0342", "awaited-too-long", "error", "Something is awaited longer than its entity is retained."),
)

_SYSTEMS: tuple[Entry, ...] = (
    Entry(
        "HN0401", "unknown-specification", "error", "A system implements a specification that is not there."
    ),
    Entry("HN0402", "unknown-parent", "error", "A system extends a system that is not in its file."),
    Entry("HN0403", "extends-cycle", "error", "A system extends itself, by way of others perhaps."),
    Entry(
        "HN0404",
        "duplicate-member",
        "error",
        "Two members of a system, or two steps of a process, share a name.",
    ),
    Entry(
        "HN0405", "late-guard", "error", "`when` and `pick` may not follow an assignment, `for` or `emit`."
    ),
    Entry("HN0406", "goto-in-action", "error", "`goto` and `stop` stand only in the steps of a process."),
    Entry("HN0407", "unreachable-statement", "error", "A statement follows the end of its step."),
    Entry("HN0408", "unknown-label", "error", "A process has no step of that label."),
    Entry("HN0409", "not-in-for", "error", "In a step, a `for` holds only assignments and `if`."),
    Entry("HN0410", "assigns-bound-name", "error", "A parameter, picked or loop name is assigned."),
    Entry("HN0411", "not-a-variable", "error", "A step assigns what is no variable of its system."),
    Entry(
        "HN0412", "loop-name-not-among-keys", "error", "A write in a `for` lacks a loop name among its keys."
    ),
    Entry(
        "HN0413",
        "foreign-event",
        "error",
        "A system emits an event of a specification that it does not implement.",
    ),
    Entry(
        "HN0414",
        "foreign-state",
        "error",
        "A system reads the state of a specification that it does not implement.",
    ),
    Entry(
        "HN0415", "design-reads-oracle", "error", "A step uses the state of a specification for what it does."
    ),
    Entry(
        "HN0416", "instance-variable", "error", "`p[x].v` is read where only `v` of the own instance can be."
    ),
    Entry(
        "HN0417",
        "unknown-process",
        "error",
        "A system has no process of that name, or it has no such variable.",
    ),
    Entry(
        "HN0418", "emit-arguments", "error", "An `emit` does not give every field of its event, once each."
    ),
    Entry("HN0419", "unknown-mapping", "error", "Nothing says which mapping reads a line of an example."),
    Entry("HN0420", "line-not-mapped", "error", "A mapping rejects a line of a log."),
    Entry(
        "HN0421", "shadowing-member", "error", "A member of a system has the name of something else in scope."
    ),
    Entry("HN0422", "too-many-ways", "error", "Too many ways lead through a step."),
    Entry("HN0423", "log-rule-unreachable", "warning", "An earlier rule of a mapping takes every line."),
    Entry("HN0424", "hidden-in-log", "error", "A mapping tells a hidden event, which no log has."),
    Entry("HN0425", "line-not-as-expected", "error", "A line of an example is not read as the example says."),
    Entry("HN0426", "line-unreadable", "error", "A line of an example cannot be read."),
    Entry("HN0427", "line-has-a-time", "error", "A line of an example is given a time that it has already."),
    Entry("HN0428", "log-without-time", "warning", "A mapping gives no time, and a claim needs it."),
    Entry(
        "HN0430",
        "unknown-check-subject",
        "error",
        "A check is about a system or specification that is not there.",
    ),
    Entry(
        "HN0431",
        "unknown-check-target",
        "error",
        "A check asks for something that its subject does not have.",
    ),
    Entry("HN0432", "check-relation", "error", "A check's relation does not suit what it asks for."),
    Entry(
        "HN0433",
        "missing-bound",
        "error",
        "A check `within` bounds does not bound every entity of its system.",
    ),
    Entry("HN0434", "unknown-bound", "error", "A check bounds something that is no entity of its subject."),
    Entry("HN0435", "duplicate-bound", "error", "A check bounds the same thing twice."),
    Entry("HN0436", "bound-too-small", "error", "A check's bound is less than one."),
    Entry("HN0437", "bound-too-large", "error", "A check's bound is more than can be searched."),
)

_LINTS: tuple[Entry, ...] = (
    Entry(
        "HN0501",
        "not-monitorable",
        "warning",
        "A claim can be proved but not monitored: unseen values matter.",
    ),
    Entry(
        "HN0502",
        "depends-on-hidden",
        "warning",
        "A claim can be proved but not monitored: it depends on hidden events.",
    ),
    Entry("HN0503", "untitled-invariant", "warning", "An invariant does not say why it must hold."),
    Entry("HN0504", "once-includes-now", "warning", "`once` counts the event at which it is asked."),
    Entry(
        "HN0505", "previous-of-anybody", "warning", "`previously` speaks of the previous event of anybody."
    ),
    Entry("HN0506", "state-never-read", "warning", "A state is never read."),
    Entry("HN0507", "state-never-written", "warning", "A state is never changed."),
    Entry("HN0508", "given-never-read", "warning", "A given is never read."),
    Entry(
        "HN0509",
        "several-parameters",
        "warning",
        "A process has one instance for each combination of several parameters.",
    ),
    Entry("HN0511", "both-may-be-none", "warning", "Two values that may both be none are compared."),
    Entry("HN0512", "nearly-a-member", "warning", "A fresh name in a pattern is nearly an enum member."),
    Entry(
        "HN0513",
        "undirected-assumption",
        "warning",
        "An assumption is about an event that is neither input nor output.",
    ),
    Entry(
        "HN0510",
        "guard-reads-oracle",
        "warning",
        "A design's `when` or `if` reads the state of a specification.",
    ),
)

_TRACES: tuple[Entry, ...] = (
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

_PROVER: tuple[Entry, ...] = (
    Entry(
        "HN0525",
        "certificate-folder-in-use",
        "error",
        "A certificate was to be written where something else is.",
    ),
    Entry("HN0526", "no-certificate", "error", "A folder was named as a certificate and holds none."),
    Entry(
        "HN0527", "manifest-unreadable", "error", "The manifest of a certificate is not what it should be."
    ),
    Entry(
        "HN0528",
        "obligation-missing",
        "error",
        "A file that the manifest of a certificate names is not there.",
    ),
    Entry(
        "HN0529", "obligation-changed", "error", "A file of a certificate is not the one that was written."
    ),
    Entry(
        "HN0530",
        "obligation-not-met",
        "error",
        "An obligation of a certificate is false: what it is of is not proved.",
    ),
    Entry(
        "HN0531", "certificate-of-another", "error", "A certificate is not of the specification as it is now."
    ),
    Entry(
        "HN0532",
        "endless-lemma-asked",
        "error",
        "A check asks for a lemma about all values of an endless type.",
    ),
    Entry("HN0534", "missing-extra", "error", "A library that honnin does without is needed for this."),
)

_SERVICE: tuple[Entry, ...] = (
    Entry("HN0710", "no-token", "error", "A service that others can reach has no token, or too short a one."),
    Entry("HN0711", "journal-damaged", "error", "The journal of a service is not what was written."),
    Entry("HN0712", "other-service", "error", "A checkpoint is not one of the service that is started."),
    Entry("HN0713", "checkpoint-without-key", "error", "A service is to keep checkpoints and has no key."),
    Entry("HN0714", "cannot-listen", "error", "A service cannot listen at its address."),
    Entry("HN0715", "service-stopped", "error", "A service could no longer keep what it was told."),
)

_USAGE: tuple[Entry, ...] = (
    Entry("HN0801", "no-such-file", "error", "A file does not exist."),
    Entry("HN0802", "is-a-directory", "error", "A directory was given where a file is needed."),
    Entry("HN0803", "unreadable-file", "error", "A file cannot be read."),
    Entry("HN0804", "empty-file", "error", "A specification file is empty."),
    Entry("HN0805", "unwritable-file", "error", "A file cannot be written."),
    Entry("HN0806", "short-key", "error", "A key for masking personal values is too short."),
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
        _SERVICE,
        _USAGE,
        _FAULTS,
    )
    for entry in section
}
