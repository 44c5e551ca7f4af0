"""From text to syntax. Mistakes are diagnostics, several in one run: after one the parser goes on with the next declaration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from lark import Lark, Token
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer, LexerState

from honnin.spec import syntax
from honnin.spec.build import Build
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.lexer import scan
from honnin.spec.normalise import decode

__all__ = ["Parsed", "decode", "grammar", "parse"]


@dataclass(frozen=True, slots=True)
class Parsed:
    """`file` holds the declarations that could be read; it is None when not even the header could."""

    file: syntax.File | None
    diagnostics: tuple[Diagnostic, ...]


class _Fed(Lexer):
    """Stands where Lark wants a lexer: `parse` itself feeds the tokens that `lexer.scan` made."""

    __future_interface__ = 2

    def __init__(self, conf: object) -> None:
        pass

    def lex(self, lexer_state: LexerState, parser_state: Any) -> Iterator[Token]:
        return iter(())


@cache
def grammar() -> Lark:
    """The parser's tables, made once in a process."""
    text = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", lexer=_Fed, propagate_positions=True, maybe_placeholders=True)


def parse(text: str, file: str) -> Parsed:
    words = scan(text, file)
    parser = grammar().parse_interactive()
    diagnostics = list(words.diagnostics)
    try:
        for token in words.tokens:
            parser.feed_token(token)
        tree = parser.feed_token(words.end)
    except UnexpectedToken as e:
        from honnin.spec.build import token_span

        diagnostics.append(
            Diagnostic(
                "HN0010", f"unexpected `{e.token}`", token_span(e.token, file), expected=str(e.expected)
            )
        )
        return Parsed(None, tuple(diagnostics))
    built = Build(file).transform(tree)
    return Parsed(replace(built, comments=words.comments), tuple(diagnostics))
