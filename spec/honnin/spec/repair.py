"""Likely mistakes of syntax: each recognised where the parser stops, reported in words of its own, and repaired in the tokens.

A repair is tried only where the grammar does not accept the word, so it never changes the meaning of a correct file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from honnin.spec.build import token_span
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.lalr import ITEM_WORDS, Machine
from honnin.spec.lexer import KEYWORDS, TYPE_WORDS, UNIT_MICROSECONDS
from honnin.spec.records import dataclass
from honnin.spec.source import Span
from honnin.spec.tree import Token

_KINDS: Final = {"implies": "IMPLIES", "->": "ARROW"}
_EQUALS_SIGNS: Final = (
    ("EQUALITY", "==", "formulas compare with `==`"),
    ("ASSIGN", ":=", "statements assign with `:=`"),
    ("EQUAL", "=", "declarations give a value with `=`"),
)
# What stands only in parentheses on the right of an operator.
_LOOSE_WORDS: Final = frozenset(
    {"NOT", "FORALL", "EXISTS", "ONCE", "EARLIER", "HISTORICALLY", "PREVIOUSLY", "EVENTUALLY"}
)


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the parser does not accept `tokens[at]`; the last token is `$END`."""

    machine: Machine
    tokens: Sequence[Token]
    at: int
    file: str

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    @property
    def kind(self) -> str:
        return self.token.type

    def near(self, offset: int) -> Token | None:
        """The token so many places further on, if there is one."""
        index = self.at + offset
        return self.tokens[index] if 0 <= index < len(self.tokens) else None

    def span(self, first: int = 0, last: int = 0) -> Span:
        """From one token to another, counted from here."""
        start = token_span(self.tokens[self.at + first], self.file)
        return start.to(token_span(self.tokens[self.at + last], self.file))

    def made(self, kind: str, text: str) -> Token:
        """A token that is not written, at the place of this one."""
        return Token.made(kind, text, self.token.place)


@dataclass(frozen=True, slots=True)
class Repair:
    """Report the diagnostic, forget `back` tokens, read `insert` and go on `skip` tokens further.

    With `resume` false the mistake is known but cannot be repaired here. With `once` it is not reported again in the same words.
    """

    diagnostic: Diagnostic
    insert: tuple[Token, ...] = ()
    skip: int = 1
    back: int = 0
    resume: bool = True
    once: bool = False


def repair(stop: Stop) -> Repair | None:
    """The repair of the first mistake in the list that is recognised here."""
    for recognise in _MISTAKES:
        found = recognise(stop)
        if found is not None:
            return found
    return None


def _reserved_name(stop: Stop) -> Repair | None:
    word = str(stop.token)
    if stop.kind != "TYPE" and not (word in KEYWORDS and stop.kind == word.upper()):
        return None
    if stop.kind in _LOOSE_WORDS and stop.machine.accepts("LPAR"):
        return None
    after = stop.near(1)
    name = stop.made("NAME", word)
    if after is None or not stop.machine.accepts("NAME", after.type):
        return None
    what = "the name of a type" if word in TYPE_WORDS else "a reserved word"
    return Repair(
        Diagnostic(
            "HN0012", f"`{word}` is {what} and cannot be a name", stop.span(), hint="choose another name"
        ),
        (name,),
        once=True,
    )


def _equals_signs(stop: Stop) -> Repair | None:
    """`=`, `==` or `:=` where another of the three is meant."""
    if stop.kind not in ("EQUAL", "EQUALITY", "ASSIGN"):
        return None
    for kind, sign, advice in _EQUALS_SIGNS:
        if stop.machine.accepts(kind):
            message = f"`{stop.token}` is written where `{sign}` is meant"
            diagnostic = Diagnostic("HN0014", message, stop.span(), f"`{sign}`", advice)
            return Repair(diagnostic, (stop.made(kind, sign),))
    return None


def _foreign_arrow(stop: Stop) -> Repair | None:
    if stop.kind != "ARROW" or not stop.machine.accepts("IMPLIES"):
        return None
    diagnostic = Diagnostic("HN0025", "`->` is no operator of formulas", stop.span(), hint="write `implies`")
    return Repair(diagnostic, (stop.made("IMPLIES", "implies"),))


def _foreign_double_arrow(stop: Stop) -> Repair | None:
    if stop.kind != "GIVES":
        return None
    meant = next((word for word in ("implies", "->") if stop.machine.accepts(_KINDS[word])), None)
    diagnostic = Diagnostic(
        "HN0008",
        "`=>` is no operator of the language",
        stop.span(),
        hint="write `implies` between formulas, `->` in a type",
    )
    if meant is None:
        return Repair(diagnostic, resume=False)
    return Repair(diagnostic, (stop.made(_KINDS[meant], meant),))


def _prefix_bang(stop: Stop) -> Repair | None:
    if stop.kind != "BANG" or not stop.machine.accepts("NOT"):
        return None
    diagnostic = Diagnostic(
        "HN0026",
        "`!` before a formula is no negation",
        stop.span(),
        hint="write `not`; `x!` after a value says that it is not none",
    )
    return Repair(diagnostic, (stop.made("NOT", "not"),))


def _in_operator(stop: Stop) -> Repair | None:
    if stop.kind != "NAME" or stop.token != "in":
        return None
    if stop.machine.accepts("COLON"):
        diagnostic = Diagnostic(
            "HN0022", "`in` is no word of the language", stop.span(), "`:`", "write `x: T`"
        )
        return Repair(diagnostic, (stop.made("COLON", ":"),))
    if not stop.machine.accepts("EQUALITY"):
        return None
    diagnostic = Diagnostic(
        "HN0022",
        "`in` is no operator of the language",
        stop.span(),
        hint="compare with each value (`k == a or k == b`), or keep a state `m: T -> Bool` and read `m[k]`",
    )
    return Repair(diagnostic, (stop.made("EQUALITY", "=="),))


def _spaced_duration(stop: Stop) -> Repair | None:
    """`60 s`: seen at the number, at the unit, or after the unit when that could begin a statement."""
    for unit_at, back in ((1, 0), (0, 1), (-1, 0)):
        number, unit = stop.near(unit_at - 1), stop.near(unit_at)
        if number is None or unit is None or number.type != "INT" or unit.type != "NAME":
            continue
        if unit not in UNIT_MICROSECONDS or number.line != unit.line:
            continue
        if unit_at > 0 and not stop.machine.accepts("DURATION"):
            continue
        text = f"{number}{unit}"
        span = stop.span(unit_at - 1, unit_at)
        diagnostic = Diagnostic(
            "HN0016", f"`{number} {unit}` is two words", span, "a duration", f"write `{text}`"
        )
        if unit_at < 0:
            return Repair(diagnostic, resume=False)
        return Repair(diagnostic, (Token.made("DURATION", text, number.place),), skip=unit_at + 1, back=back)
    return None


def _interval_without_bound(stop: Stop) -> Repair | None:
    before = stop.near(-1)
    if before is None or before.type != "LSQB" or not stop.machine.accepts("BOUND"):
        return None
    if stop.kind not in ("DURATION", "NAME", "INT"):
        return None
    words: tuple[Token, ...] = (stop.token,)
    unit = stop.near(1)
    if stop.kind == "INT" and unit is not None and unit in UNIT_MICROSECONDS:
        words = (stop.made("DURATION", f"{stop.token}{unit}"),)
    word = words[0]
    diagnostic = Diagnostic(
        "HN0017",
        f"the interval `[{word}` does not say on which side of `{word}`",
        stop.span(),
        "`<=`, `<`, `>=` or `>`",
        f"write `[<= {word}]` for within `{word}`",
    )
    bound = stop.made("BOUND", "<=")
    return (
        Repair(diagnostic, (bound, *words), skip=2)
        if word != stop.token
        else Repair(diagnostic, (bound,), skip=0)
    )


def _comparison_chain(stop: Stop) -> Repair | None:
    if stop.kind not in ("BOUND", "EQUALITY", "EQUAL") or not stop.machine.accepts("PLUS"):
        return None
    diagnostic = Diagnostic(
        "HN0018", "comparisons do not chain", stop.span(), hint="write `x < y and y < z` for `x < y < z`"
    )
    return Repair(diagnostic, (stop.made("AND", "and"),))


def _iff_chain(stop: Stop) -> Repair | None:
    if stop.kind != "IFF" or not stop.machine.accepts("IMPLIES"):
        return None
    diagnostic = Diagnostic(
        "HN0019", "`iff` does not chain", stop.span(), hint="put one `iff` in parentheses: `(a iff b) iff c`"
    )
    return Repair(diagnostic, (stop.made("IMPLIES", "implies"),))


def _since_chain(stop: Stop) -> Repair | None:
    if stop.kind != "SINCE" or not stop.machine.accepts("AND"):
        return None
    diagnostic = Diagnostic(
        "HN0020",
        "`since` does not chain",
        stop.span(),
        hint="put one `since` in parentheses: `(a since b) since c`",
    )
    return Repair(diagnostic, (stop.made("AND", "and"),))


def _claim_without_moment(stop: Stop) -> Repair | None:
    before = stop.near(-1)
    if before is None or before.type != "COLON" or not stop.machine.accepts("ALWAYS"):
        return None
    always, colon = stop.made("ALWAYS", "always"), stop.made("COLON", ":")
    if stop.kind == "SOMETIME":
        diagnostic = Diagnostic(
            "HN0015",
            "only a cover says `sometime`",
            stop.span(),
            "`on EVENT(...):` or `always:`",
            "write `cover` for what must be able to happen",
        )
        return Repair(diagnostic, (always,))
    if not stop.machine.accepts(always.type, colon.type, stop.kind):
        return None
    moments = "`on EVENT(...):` or `always:`"
    if stop.machine.accepts("SOMETIME"):
        moments = "`on EVENT(...):`, `always:` or `sometime:`"
    diagnostic = Diagnostic(
        "HN0015",
        "the claim does not say when it is looked at",
        stop.span(),
        moments,
        "`on` looks whenever that event happens, `always` after every event",
    )
    return Repair(diagnostic, (always, colon), skip=0)


def _missing_colon(stop: Stop) -> Repair | None:
    colon = stop.made("COLON", ":")
    if stop.machine.accepts("COMMA") and stop.kind != "TYPE":
        return None
    if stop.near(-1) is None or not stop.machine.accepts(colon.type, stop.kind):
        return None
    diagnostic = Diagnostic("HN0010", f"`:` is missing before `{stop.token}`", stop.span(), "`:`")
    return Repair(diagnostic, (colon,), skip=0)


def _stray_sign(stop: Stop) -> Repair | None:
    """A `;` after a declaration, or a closing bracket that nothing opened."""
    if stop.kind not in ("SEMICOLON", "RBRACE", "RPAR", "RSQB") or not stop.machine.between_items():
        return None
    hint = "declarations are not separated" if stop.kind == "SEMICOLON" else "nothing is open here"
    return Repair(Diagnostic("HN0010", f"`{stop.token}` has no place here", stop.span(), hint=hint))


_MISTAKES: Final[tuple[Callable[[Stop], Repair | None], ...]] = (
    _reserved_name,
    _equals_signs,
    _foreign_arrow,
    _foreign_double_arrow,
    _prefix_bang,
    _in_operator,
    _spaced_duration,
    _interval_without_bound,
    _comparison_chain,
    _iff_chain,
    _since_chain,
    _claim_without_moment,
    _missing_colon,
    _stray_sign,
)


def hint(stop: Stop) -> str | None:
    """Advice for a mistake that has no repair."""
    before, after = stop.near(-1), stop.near(1)
    match before.type if before else "", stop.kind, after.type if after else "":
        case _, "DECIMAL", _:
            return "there are no decimal numbers: write `250ms` for a part of a second"
        case _, "UNDERSCORE", _:
            return "`_` stands only for an argument of an event"
        case _, "IF", _ if stop.machine.accepts("NOT"):
            return "a conditional stands in parentheses: `(if c then a else b)`"
        case _, kind, _ if kind in _LOOSE_WORDS and stop.machine.accepts("LPAR"):
            return f"`{stop.token}` stands here only in parentheses"
        case "COLON", "ON" | "ALWAYS" | "SOMETIME", _ if stop.machine.accepts("NOT"):
            return "in a system an invariant, assumption or lemma is a formula over its variables"
        case _, "EQUAL", _ if stop.machine.accepts("COLON"):
            return "a name and its value are separated by `:`"
        case _, "STRING", _ if stop.machine.accepts("LBRACE"):
            return "a title stands directly after the name"
        case _, "GIVEN", _:
            return "the facts of an example come before its events"
        case _, "VAR", _:
            return "the variables of a process come before its first step"
        case _, "USE", _:
            return "`use` stands only at the level of the file"
        case _, "NOW", _:
            return "`now` stands only in formulas"
        case _, "ACTION" | "PROCESS" | "VAR" | "INIT" | "LEMMA", _ if stop.machine.between_items():
            return f"`{stop.token}` stands only in a `system`"
        case _, "SPEC", _:
            return "a file has one `spec`, at its beginning"
        case _, "NAME", _ if stop.machine.between_items():
            return _nearest_item_word(str(stop.token))
        case _:
            return None


def _nearest_item_word(word: str) -> str | None:
    from difflib import get_close_matches

    near = get_close_matches(word, [kind.lower() for kind in sorted(ITEM_WORDS)], 1)
    return f"did you mean `{near[0]}`?" if near else None
