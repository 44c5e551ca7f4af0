"""Codes 00xx to 03xx: words and syntax, names, types, formulas with events and claims."""

from __future__ import annotations

from honnin.spec.catalogue.entry import Entry

SYNTAX: tuple[Entry, ...] = (
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

NAMES: tuple[Entry, ...] = (
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

TYPES: tuple[Entry, ...] = (
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

CLAIMS: tuple[Entry, ...] = (
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
