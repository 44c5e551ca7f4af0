"""From text to words: the tokens that the grammar reads, the comments, and what is wrong with single words.

A wrong word gives one diagnostic and, where its meaning is plain (`&&`, a full-width colon), the token that was meant.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Final

from honnin.spec.diagnostics import Diagnostic
from honnin.spec.normalise import Places, control_character
from honnin.spec.records import dataclass
from honnin.spec.source import Span
from honnin.spec.syntax import Comment
from honnin.spec.tree import Token

TYPE_WORDS: Final = frozenset({"Bool", "Int", "Text", "Time", "Duration"})
_KEYWORD_LINES: Final = """
spec use as with entity enum const given input output hidden event personal state define after when pattern invariant
assume cover on always sometime example accepted rejected by at system extends implements var any init action process
lemma emit pick where either or goto stop for check satisfies violates reaches within steps if then else and not implies
iff forall exists since once earlier historically previously eventually old count sum true false none now done
"""
# In a fixed order, for what is shown to people.
KEYWORDS: Final = tuple(_KEYWORD_LINES.split())
_KEYWORD_SET: Final = frozenset(KEYWORDS)
RESERVED: Final = _KEYWORD_SET | TYPE_WORDS
# Words only where the grammar asks for them; names everywhere else.
SOFT_WORDS: Final = tuple(
    "from json line otherwise ignore reject seconds milliseconds microseconds nanoseconds null retain".split()  # noqa: SIM905
)
PUNCTUATION: Final[dict[str, str]] = {
    ":=": "ASSIGN",
    "+=": "ASSIGN",
    "-=": "ASSIGN",
    "==": "EQUALITY",
    "!=": "EQUALITY",
    "<=": "BOUND",
    ">=": "BOUND",
    "<": "BOUND",
    ">": "BOUND",
    "->": "ARROW",
    "=>": "GIVES",
    "..": "DOTS",
    "=": "EQUAL",
    "+": "PLUS",
    "-": "MINUS",
    "*": "STAR",
    "?": "QMARK",
    "!": "BANG",
    ":": "COLON",
    ";": "SEMICOLON",
    ",": "COMMA",
    ".": "DOT",
    "(": "LPAR",
    ")": "RPAR",
    "[": "LSQB",
    "]": "RSQB",
    "{": "LBRACE",
    "}": "RBRACE",
}
# Spellings of other languages, and the word that is meant here.
MISSPELT: Final[dict[str, str]] = {
    "&&": "and",
    "&": "and",
    "/\\": "and",
    "∧": "and",
    "||": "or",
    "|": "or",
    "\\/": "or",
    "∨": "or",
    "¬": "not",
    "~": "not",
    "<=>": "iff",
    "⇔": "iff",
    "⇒": "implies",
    "<>": "!=",
    "≠": "!=",
    "===": "==",
    "!==": "!=",
    "=<": "<=",
    "≤": "<=",
    "≥": ">=",
    "→": "->",
    "∀": "forall",
    "∃": "exists",
    "×": "*",
    "−": "-",
}
# Full-width or typographic signs whose compatibility form is not the ASCII sign that is meant.
_WIDE: Final[dict[str, str]] = {
    "、": ",",
    "。": ".",
    "，": ",",
    "．": ".",
    "‘": '"',
    "’": '"',
    "–": "-",
    "—": "-",
    "“": '"',
    "”": '"',
    "„": '"',
    "「": '"',
    "」": '"',
    "『": '"',
    "』": '"',
    "【": "[",
    "】": "]",
    "〔": "[",
    "〕": "]",
}
_MISSPELT_HINTS: Final[dict[str, str]] = {
    "!==": "write `!=` for unequal, or `! ==` with a space",
}
UNIT_MICROSECONDS: Final[dict[str, int]] = {
    "ms": 1_000,
    "s": 1_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
}
# What units are called elsewhere.
_UNITS: Final[dict[str, str]] = {
    **dict.fromkeys(("msec", "millis", "milliseconds"), "ms"),
    **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
}
# Longer numbers than Python converts in reasonable time are refused.
_MAX_DIGITS: Final = 300
# More errors than these are not shown, so they need not be kept.
MAX_ERRORS: Final = 50


def _alternatives(words: dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_WORD = re.compile(
    rf"""
    (?P<space>[^\S\x1c-\x1f]+)
  | (?P<comment>\#[^\n]*)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*+(?![^\x00-\x7f]))
  | (?P<string>"(?:\\.|[^"\\\n])*")
  | (?P<open_string>"(?:\\.|[^"\\\n])*\\?)
  | (?P<quoted>'[^'\n]*'|`[^`\n]*`)
  | (?P<decimal>(?<!\.\.)[0-9]+\.[0-9]+(?!\w))
  | (?P<number>[0-9]+(?:ms|s|min|h|d)?(?!\w))
  | (?P<glued>[0-9]\w*)
  | (?P<misspelt>{_alternatives(MISSPELT)})
  | (?P<sign>{_alternatives(PUNCTUATION)})
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
# A number in full-width digits may have its unit in ASCII.
_UNIT = re.compile(r"(?:ms|s|min|h|d)(?!\w)")
_NARROW_WORD = re.compile(
    rf"[0-9]+(?:ms|s|min|h|d)?|{_alternatives(MISSPELT)}|{_alternatives(PUNCTUATION)}|[^0-9]"
)
# Raw control characters that a string or a comment may not hold: C0, and the signs that reorder text on the screen.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_STRING_CONTROL = re.compile("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}|(?P<bad>u?.?))', re.DOTALL)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Words:
    tokens: tuple[Token, ...]
    comments: tuple[Comment, ...]
    diagnostics: tuple[Diagnostic, ...]
    end: Token


def scan(text: str, file: str) -> Words:
    """All words of the text; `end` is the `$END` token, at the end of the text."""
    return _Scanner(text, file).scan()


class _Scanner:
    def __init__(self, text: str, file: str) -> None:
        self.places = Places(text, file)
        self.text = self.places.normal
        self.tokens: list[Token] = []
        self.comments: list[Comment] = []
        self.diagnostics: list[Diagnostic] = []

    def scan(self) -> Words:
        index = 1 if self.text.startswith("\ufeff") else 0
        while index < len(self.text):
            match = _WORD.match(self.text, index)
            assert match is not None
            index = self._word(match)
        self._begin_logs()
        end = self._made("$END", "", index, index)
        return Words(tuple(self.tokens), tuple(self.comments), tuple(self.diagnostics), end)

    def _begin_logs(self) -> None:
        """`from json` before a string or `{` begins a declaration: two names never stand so elsewhere."""
        for first, second, third in zip(self.tokens, self.tokens[1:], self.tokens[2:], strict=False):
            names = first.type == second.type == "NAME" and third.type in ("STRING", "LBRACE")
            if names and (first, second) == ("from", "json"):
                first.type, second.type = "FROM", "JSON"

    def _word(self, match: re.Match[str]) -> int:
        """Takes one word; the index after it."""
        start, end, word = match.start(), match.end(), match[0]
        match match.lastgroup:
            case "space":
                pass
            case "comment":
                self._comment(start, end)
            case "name":
                self._name(word, start, end)
            case "string":
                self._string(word, start, end)
            case "open_string":
                self._open_string(start, end)
            case "quoted":
                self._report(
                    "HN0003", f"strings do not stand between `{word[0]}`", start, end, hint='write `"`'
                )
                self._token("STRING", json.dumps(word[1:-1]), start, end)
            case "decimal":
                self._token("DECIMAL", word, start, end)
            case "number":
                self._number(word, start, end)
            case "glued":
                self._glued(word, start, end)
            case "misspelt":
                self._misspelt(word, start, end)
            case "sign":
                self._token(PUNCTUATION[word], word, start, end)
            case _:
                return self._other(start)
        return end

    # ------------------------------------------------------------ the words of the language

    def _comment(self, start: int, end: int) -> None:
        self._refuse_controls(start, end)
        text = self.text[start:end].rstrip()
        line_start = self.text.rfind("\n", 0, start) + 1
        own_line = not self.text[line_start:start].strip()
        self.comments.append(Comment(text, self.places.span(start, start + len(text)), own_line))

    def _name(self, word: str, start: int, end: int) -> None:
        if not word.isascii():
            word = self._wide_keyword(word, start, end)
        if word == "_":
            self._token("UNDERSCORE", word, start, end)
        elif word in _KEYWORD_SET:
            self._token(word.upper(), word, start, end)
        else:
            self._token("TYPE" if word in TYPE_WORDS else "NAME", word, start, end)

    def _string(self, word: str, start: int, end: int) -> None:
        problem = self._string_problem(word, start)
        if problem is not None:
            self._add(problem)
            word = '""'
        self._token("STRING", word, start, end)

    def _string_problem(self, word: str, start: int) -> Diagnostic | None:
        for escape in _ESCAPE.finditer(word):
            if escape["bad"] is not None:
                return Diagnostic(
                    "HN0007",
                    f"`{escape[0]}` is no escape of a string",
                    self.places.span(start + escape.start(), start + escape.end()),
                    expected=r"one of `\" \\ \/ \b \f \n \r \t \u0041`",
                )
        control = _STRING_CONTROL.search(word)
        if control is not None:
            at = start + control.start()
            return control_character(control[0], self.places.span(at, at + 1))
        if _LONE_SURROGATE.search(json.loads(word)):
            return Diagnostic(
                "HN0007",
                "the string holds half of a surrogate pair",
                self.places.span(start, start + len(word)),
                hint=r"write both halves (`\ud83d\ude00`), or the character itself",
            )
        return None

    def _open_string(self, start: int, end: int) -> None:
        self._report("HN0006", "the string is not closed on its line", start, end, hint='end it with `"`')
        self._token("STRING", '""', start, end)

    def _number(self, word: str, start: int, end: int) -> None:
        kind = "INT" if word.isdigit() else "DURATION"
        if len(word) > _MAX_DIGITS:
            self._report("HN0009", f"a number has at most {_MAX_DIGITS} digits", start, end)
            word = "0" if kind == "INT" else "0s"
        self._token(kind, word, start, end)

    # ------------------------------------------------------------ words that are wrong

    def _glued(self, word: str, start: int, end: int) -> None:
        """`60sec`, `5x`: it stands for its digits, or for a duration where the unit is another one's name."""
        digits = re.match("[0-9]+", word)
        assert digits is not None
        number = digits[0][:_MAX_DIGITS]
        unit = _UNITS.get(word[len(digits[0]) :], "")
        self._report(
            "HN0005",
            f"`{_shown(word)}` is neither a number nor a duration",
            start,
            end,
            expected="a number, or a duration such as `250ms`, `60s`, `5min`, `2h`, `30d`",
            hint=f"write `{number}{unit}`" if unit else "a name does not begin with a digit",
        )
        self._token("DURATION" if unit else "INT", number + unit, start, end)

    def _misspelt(self, word: str, start: int, end: int) -> None:
        meant = MISSPELT[word]
        hint = _MISSPELT_HINTS.get(word, f"write `{meant}`")
        self._report("HN0008", f"`{word}` is no operator of the language", start, end, hint=hint)
        kind = _kind(meant)
        assert kind is not None
        self._token(kind, meant, start, end)

    def _other(self, start: int) -> int:
        """A name with characters outside ASCII, a full-width sign, or a character that has no place here."""
        end = self._name_end(start)
        if end > start:
            self._name(self.text[start:end], start, end)
            return end
        end = start
        while end < len(self.text) and _narrow(self.text[end]) is not None:
            end += 1
        if end > start:
            return self._wide(start, end)
        char = self.text[start]
        span = self.places.span(start, start + 1)
        if _CONTROL.match(char) or unicodedata.category(char) in ("Cc", "Cf", "Cs"):
            self._add(control_character(char, span))
        else:
            self._add(Diagnostic("HN0003", f"`{char}` has no meaning here", span, hint=_HINTS.get(char)))
        return start + 1

    def _name_end(self, start: int) -> int:
        if not self.text[start].isidentifier():
            return start
        end = start + 1
        while end < len(self.text) and ("a" + self.text[end]).isidentifier():
            end += 1
        return end

    def _wide_keyword(self, word: str, start: int, end: int) -> str:
        """The word itself; a reserved word in full-width letters is reported, and read as that word."""
        narrow = unicodedata.normalize("NFKC", word)
        if narrow not in RESERVED:
            return word
        self._report("HN0004", f"full-width `{word}`", start, end, hint=f"write `{narrow}`")
        return narrow

    def _wide(self, start: int, end: int) -> int:
        """A run of full-width signs or digits: reported once, then read as the ASCII ones that are meant."""
        if self.text[end - 1].isdigit():
            unit = _UNIT.match(self.text, end)
            end = end if unit is None else unit.end()
        wide = self.text[start:end]
        narrow = "".join(_narrow(char) or char for char in wide)
        opening = min((at for at in (narrow.find('"'), narrow.find("#")) if at >= 0), default=-1)
        words = list(_NARROW_WORD.finditer(narrow, 0, opening if opening >= 0 else len(narrow)))
        meant = "".join(MISSPELT.get(word[0], word[0]) for word in words) + narrow[opening : opening + 1]
        hint = f"write `{_shown(meant or narrow)}`"
        self._report("HN0004", f"full-width or typographic `{_shown(wide)}`", start, end, hint=hint)
        for match in words:
            word = MISSPELT.get(match[0], match[0])
            kind = _kind(word)
            if word[0].isdigit():
                self._number(word, start + match.start(), start + match.end())
            elif kind is not None:
                self._token(kind, word, start + match.start(), start + match.end())
        if opening < 0:
            return end
        if narrow[opening] == '"':
            return self._wide_string(start + opening)
        return self._line_end(start)

    def _wide_string(self, start: int) -> int:
        """A string between typographic quotation marks: up to the closing one on the line, or the end of the line."""
        index = start + 1
        line_end = self._line_end(start)
        while index < line_end and _narrow(self.text[index]) != '"' and self.text[index] != '"':
            index += 1
        end = min(index + 1, line_end)
        self._token("STRING", json.dumps(self.text[start + 1 : index]), start, end)
        return end

    def _line_end(self, start: int) -> int:
        end = self.text.find("\n", start)
        return len(self.text) if end < 0 else end

    # ------------------------------------------------------------ tokens and diagnostics

    def _refuse_controls(self, start: int, end: int) -> None:
        for control in _CONTROL.finditer(self.text, start, end):
            span = self.places.span(control.start(), control.end())
            self._add(control_character(control[0], span))

    def _token(self, kind: str, word: str, start: int, end: int) -> None:
        self.tokens.append(self._made(kind, word, start, end))

    def _made(self, kind: str, word: str, start: int, end: int) -> Token:
        span: Span = self.places.span(start, end)
        return Token.made(kind, word, (span.line, span.column, span.end_line, span.end_column))

    def _add(self, diagnostic: Diagnostic) -> None:
        if len(self.diagnostics) <= MAX_ERRORS:
            self.diagnostics.append(diagnostic)

    def _report(
        self,
        code: str,
        message: str,
        start: int,
        end: int,
        *,
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        self._add(Diagnostic(code, message, self.places.span(start, end), expected, hint))


_HINTS: Final[dict[str, str]] = {
    "'": 'strings stand between `"`',
    "`": 'strings stand between `"`',
    "/": "there is no division; a comment begins with `#`",
    "%": "there is no remainder",
    "\\": "an escape stands only in a string",
    "@": "the time of an event is written `at 5s`",
}


def _kind(word: str) -> str | None:
    """The kind of token that a sign or a reserved word is."""
    return PUNCTUATION.get(word) or (word.upper() if word in _KEYWORD_SET else None)


def _narrow(char: str) -> str | None:
    """The ASCII sign or digit that a full-width or typographic character stands for."""
    if char.isascii():
        return None
    narrow = _WIDE.get(char) or unicodedata.normalize("NFKC", char)
    if (
        len(narrow) == 1
        and narrow.isascii()
        and narrow.isprintable()
        and not narrow.isalpha()
        and narrow != " "
    ):
        return narrow
    return None


def _shown(word: str) -> str:
    return word if len(word) <= 20 else word[:20] + "…"
