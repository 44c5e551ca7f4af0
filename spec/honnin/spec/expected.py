"""What may come next, in words: names of things, not of terminals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from honnin.spec.lalr import END, ITEM_WORDS
from honnin.spec.lexer import KEYWORDS, PUNCTUATION, SOFT_WORDS
from honnin.spec.tree import Token

_OPERATORS: Final = frozenset(
    "AND OR IMPLIES IFF SINCE EQUALITY BOUND PLUS MINUS STAR BANG AT DOT LSQB LPAR ARROW".split()  # noqa: SIM905
)
_VALUE_WORDS: Final = frozenset(
    {
        "NAME",
        "INT",
        "STRING",
        "DURATION",
        "TRUE",
        "FALSE",
        "NONE",
        "NOW",
        "LPAR",
        "OLD",
        "COUNT",
        "SUM",
        "MINUS",
    }
)
_FORMULA_WORDS: Final = _VALUE_WORDS | {
    *("NOT", "FORALL", "EXISTS", "ONCE", "EARLIER", "HISTORICALLY", "PREVIOUSLY", "EVENTUALLY", "UNDERSCORE")
}
_LITERAL_WORDS: Final = frozenset({"INT", "STRING", "DURATION", "TRUE", "FALSE", "NONE", "MINUS"})
_STATEMENT_WORDS: Final = frozenset(
    {"NAME", "EMIT", "WHEN", "IF", "PICK", "EITHER", "GOTO", "STOP", "FOR", "SEMICOLON"}
)
_MEMBER_WORDS: Final = frozenset(
    {"VAR", "INIT", "ACTION", "PROCESS", "ASSUME", "INVARIANT", "LEMMA", "DEFINE"}
)
# What a name stands for after a word, where the grammar only says NAME.
_NAMED_AFTER: Final[dict[str, str]] = {
    "SPEC": "the name of the specification",
    "ENTITY": "the name of an entity",
    "ENUM": "the name of the enum",
    "CONST": "the name of the constant",
    "GIVEN": "the name of the given",
    "EVENT": "the name of the event",
    "STATE": "the name of the state",
    "DEFINE": "the name of the definition",
    "PATTERN": "the name of the pattern",
    "INVARIANT": "the name of the invariant",
    "ASSUME": "the name of the assumption",
    "COVER": "the name of the cover",
    "LEMMA": "the name of the lemma",
    "EXAMPLE": "the name of the example",
    "SYSTEM": "the name of the system",
    "VAR": "the name of the variable",
    "ACTION": "the name of the action",
    "PROCESS": "the name of the process",
    "AFTER": "an event",
    "ON": "an event",
    "EMIT": "an event",
    "DURATION": "an event",
    "GOTO": "a label",
    "BY": "an invariant or assumption",
    "EXTENDS": "a system",
    "IMPLEMENTS": "a specification",
    "CHECK": "a system or a specification",
    "PICK": "a variable",
    "FORALL": "a variable",
    "EXISTS": "a variable",
}
_TERMINALS: Final[dict[str, str]] = {
    **{kind: f"`{sign}`" for sign, kind in reversed(PUNCTUATION.items())},
    **{word.upper(): f"`{word}`" for word in (*KEYWORDS, *SOFT_WORDS)},
    "POINT": "a path into a line of the log, such as `.a.b`",
    "DECIMAL": "a decimal number",
    "NAME": "a name",
    "TYPE": "a type",
    "STRING": "a title",
    "INT": "a number",
    "DURATION": "a duration",
    "ASSIGN": "`:=`",
    "BOUND": "`<=`",
    "EQUALITY": "`==`",
    "UNDERSCORE": "`_`",
    END: "the end of the file",
}


def expected(accepted: frozenset[str], before: Sequence[Token]) -> str:
    """What may come next after the tokens before, as a list of things."""
    things = list(dict.fromkeys(_things(accepted, before)))
    if len(things) == 1:
        return things[0]
    return f"{', '.join(things[:-1])} or {things[-1]}"


def _things(accepted: frozenset[str], before: Sequence[Token]) -> Iterator[str]:
    last = before[-1].type if before else ""
    rest = set(accepted)
    if {"INT", "LPAR"} <= accepted:
        yield "a formula" if "NOT" in accepted else "a value"
        rest -= _FORMULA_WORDS
    elif {"EMIT", "GOTO"} <= accepted:
        rest -= _STATEMENT_WORDS
    elif {"INT", "TRUE"} <= accepted:
        yield "a value"
        rest -= _LITERAL_WORDS | {"NAME", "NOW"}
    elif {"NAME", "TYPE"} <= accepted:
        yield "a type"
        rest -= {"NAME", "TYPE", "INT", "MINUS"}
    elif "NAME" in accepted and "NAME" not in _STATEMENT_WORDS - accepted:
        yield _NAMED_AFTER.get(last, "an event" if "AT" in accepted else "a name")
        rest -= {"NAME"}
    if {"PLUS", "STAR"} <= accepted or {"AND", "OR"} <= accepted:
        yield "an operator"
        rest -= _OPERATORS
    if {"EMIT", "GOTO"} <= accepted:
        yield "a statement"
        rest -= _STATEMENT_WORDS
    if {"ENTITY", "SYSTEM"} <= accepted:
        yield "a declaration"
        rest -= ITEM_WORDS
    elif {"VAR", "ACTION"} <= accepted:
        yield "a member of the system"
        rest -= _MEMBER_WORDS
    rest -= {"SEMICOLON"}
    yield from (text for kind, text in _TERMINALS.items() if kind in rest)
