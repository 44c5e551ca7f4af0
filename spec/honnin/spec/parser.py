"""From text to syntax. Mistakes are diagnostics, several in one run: a likely one is repaired, after another one the parser goes
on with the next declaration, in a system with its next member. Every pass behind may rely on trees at most `nodes.MAX_DEPTH` deep.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from honnin.spec import syntax
from honnin.spec.build import Build, token_span
from honnin.spec.diagnostics import Diagnostic, Label
from honnin.spec.expected import expected
from honnin.spec.lalr import END, ITEM_WORDS, MEMBER_WORDS, Machine
from honnin.spec.lexer import MAX_ERRORS, SOFT_WORDS, Words, scan
from honnin.spec.nodes import MAX_DEPTH, too_deep
from honnin.spec.normalise import decode
from honnin.spec.records import dataclass, replace
from honnin.spec.repair import Repair, Stop, hint, repair
from honnin.spec.tree import Token, Tree

__all__ = ["Parsed", "decode", "parse"]

_CLOSING: Final = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
_PATTERN_ITEMS: Final = (syntax.StateDecl, syntax.AfterDecl, syntax.DefineDecl, syntax.ClaimDecl)


@dataclass(frozen=True, slots=True)
class Parsed:
    """`file` holds the declarations that could be read, some perhaps repaired; without errors, all. It is None when there is
    neither a header nor a declaration.
    """

    file: syntax.File | None
    diagnostics: tuple[Diagnostic, ...]


def parse(text: str, file: str) -> Parsed:
    """The syntax of a source text, and everything that is wrong with its words and its syntax, in order of place."""
    words = scan(text, file)
    run = _Run(words, file)
    tree = run.tree()
    diagnostics = [*words.diagnostics, *run.diagnostics]
    built = None
    if tree is not None:
        whole = Build(file).transform(tree)
        items = tuple(_sound_items(whole.items, diagnostics))
        built = replace(whole, items=items, comments=words.comments)
    return Parsed(built, _in_order(diagnostics))


def _sound_items(items: tuple[syntax.Item, ...], diagnostics: list[Diagnostic]) -> Iterator[syntax.Item]:
    """The items that later passes can take; what is wrong with the others is added to the diagnostics."""
    for item in items:
        deep = too_deep(item)
        if deep is not None:
            message = f"this is nested more than {MAX_DEPTH} levels deep"
            advice = "name a part of it with `define`"
            diagnostics.append(Diagnostic("HN0021", message, deep.span, hint=advice))
            continue
        if isinstance(item, syntax.PatternDecl):
            diagnostics += [
                Diagnostic(
                    "HN0024", "a pattern cannot hold this", inner.span, "state, after, define or a claim"
                )
                for inner in item.items
                if not isinstance(inner, _PATTERN_ITEMS)
            ]
        yield item


def _in_order(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """At most MAX_ERRORS, by place, and a last one that says so when there are more."""
    ordered = sorted(diagnostics, key=lambda diagnostic: diagnostic.span)
    if len(ordered) <= MAX_ERRORS:
        return tuple(ordered)
    last = ordered[MAX_ERRORS]
    more = Diagnostic(
        "HN0023", f"more than {MAX_ERRORS} errors: the rest of the file is not reported", last.span
    )
    return (*ordered[:MAX_ERRORS], more)


class _Run:
    """The way of one file's tokens through the machine."""

    def __init__(self, words: Words, file: str) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._file = file
        self._tokens = (*words.tokens, words.end)
        self._machine = Machine()
        self._at = 0
        # Where the current item begins, and the current member of a system.
        self._item_at = -1
        self._member_at = -1

    def tree(self) -> Tree | None:
        """The tree of the file, or None when nothing sensible remains."""
        if self._tokens[0].type != "SPEC":
            self._no_header()
            if self._next_item() == len(self._tokens) - 1:
                return None
        while True:
            token = self._tokens[self._at]
            self._take_in_context(token)
            if self._machine.accepts(token.type):
                tree = self._feed(token)
                if token.type == END:
                    return tree
                self._at += 1
            elif not self._go_on():
                return None

    def _feed(self, token: Token) -> Tree | None:
        if token.type in ITEM_WORDS and self._machine.between_items():
            self._item_at = self._at
        elif token.type in MEMBER_WORDS and self._machine.between_members():
            self._member_at = self._at
        return self._machine.feed(token)

    def _take_in_context(self, token: Token) -> None:
        """Words that are none of their own elsewhere: soft ones; a `.` of a path into a log; and any word, as a key, behind that."""
        accepts = self._machine.accepts
        if self._at and self._tokens[self._at - 1].type == "POINT" and token.isidentifier():
            token.type = "NAME"
        elif token.type == "DOT" and accepts("POINT"):
            token.type = "POINT"
        elif token.type == "NAME" and token in SOFT_WORDS and accepts(token.upper()):
            is_event = accepts("NAME") and self._tokens[self._at + 1].type == "LPAR"
            token.type = "NAME" if is_event else token.upper()

    def _no_header(self) -> None:
        empty = len(self._tokens) == 1
        is_log = self._tokens[0].type in ("LBRACE", "LSQB")
        diagnostic = Diagnostic(
            "HN0013",
            "the file is empty" if empty else "the file does not begin with `spec NAME`",
            token_span(self._tokens[0], self._file),
            "`spec NAME`",
            "this looks like a log: the specification is named before it" if is_log else None,
        )
        self.diagnostics.append(diagnostic)
        self._invent_header()

    def _invent_header(self) -> None:
        self._machine = Machine()
        here = self._tokens[self._at]
        self._machine.feed(Token.made("SPEC", "spec", here.place))
        self._machine.feed(Token.made("NAME", "unnamed", here.place))

    # ------------------------------------------------------------ after a mistake

    def _go_on(self) -> bool:
        """Reports the mistake at the current token and goes on behind it; False when nothing remains."""
        stop = Stop(self._machine, self._tokens, self._at, self._file)
        mistake = repair(stop)
        self._report(self._unexpected(stop) if mistake is None else mistake.diagnostic, mistake)
        if len(self.diagnostics) > MAX_ERRORS:
            self._at = len(self._tokens) - 1
            return self._drop_item()
        if mistake is not None and mistake.resume and self._repaired(mistake):
            return True
        member = self._next_member()
        if member is not None:
            if not self._machine.between_members():
                self._machine.drop_member()
            self._at = member
            return True
        self._at = self._next_item()
        return self._drop_item()

    def _report(self, diagnostic: Diagnostic, mistake: Repair | None) -> None:
        said = ((d.code, d.message) for d in self.diagnostics)
        if mistake is None or not mistake.once or (diagnostic.code, diagnostic.message) not in said:
            self.diagnostics.append(diagnostic)

    def _repaired(self, mistake: Repair) -> bool:
        for _ in range(mistake.back):
            self._machine.drop_word()
        for token in mistake.insert:
            if not self._machine.accepts(token.type):
                return False
            self._feed(token)
        self._at += mistake.skip
        return True

    def _drop_item(self) -> bool:
        """Back to the end of the last complete item; False when not even the header is complete and no item follows."""
        if self._machine.between_items():
            return True
        if self._machine.has_header:
            self._machine.drop_item()
            return True
        self._invent_header()
        return self._tokens[self._at].type != END

    def _next_item(self) -> int:
        """Where the next declaration begins: its first word outside brackets, or at the very beginning of a line."""
        depth = len(self._open_brackets())
        for index in range(self._at, len(self._tokens)):
            token = self._tokens[index]
            if token.type in ITEM_WORDS and (depth == 0 or token.column == 1) and index > self._item_at:
                return index
            depth = _deeper(depth, token)
        return len(self._tokens) - 1

    def _next_member(self) -> int | None:
        """In a system, where its next member begins or where it ends, if that is before the next declaration."""
        if not self._machine.has_member or self._machine.between_items():
            return None
        column = self._tokens[self._member_at].column
        depth = len(self._open_brackets())
        for index in range(self._at, len(self._tokens)):
            token = self._tokens[index]
            if token.type in ITEM_WORDS and token.column == 1 and column != 1:
                return None
            if (
                token.type in MEMBER_WORDS
                and index > self._member_at
                and (depth == 1 or token.column == column)
            ):
                return index
            if token.type == "RBRACE" and depth == 1:
                return index
            depth = _deeper(depth, token)
        return None

    def _open_brackets(self) -> list[Token]:
        """The brackets of the current item that are open at the current token."""
        opened: list[Token] = []
        for token in self._tokens[max(0, self._item_at) : self._at]:
            if token.type in _CLOSING:
                opened.append(token)
            elif opened and token.type == _CLOSING[opened[-1].type]:
                opened.pop()
        return opened

    # ------------------------------------------------------------ what is reported

    def _unexpected(self, stop: Stop) -> Diagnostic:
        code, message = "HN0010", f"unexpected {_shown(stop.token)}"
        if stop.kind == END:
            code, message = "HN0011", "the file ends in the middle of a declaration"
        opened = self._open_brackets()
        labels: tuple[Label, ...] = ()
        if opened and self._leaves_open(stop.token, opened[-1]):
            labels = (Label(token_span(opened[-1], self._file), f"`{opened[-1]}` is open here"),)
        before = stop.tokens[max(0, stop.at - 1) : stop.at]
        things = expected(self._machine.accepted(), before)
        return Diagnostic(code, message, stop.span(), things, hint(stop), labels)

    def _leaves_open(self, token: Token, bracket: Token) -> bool:
        closes = token.type in _CLOSING.values() and token.type != _CLOSING[bracket.type]
        return closes or token.type == END or (token.type in ITEM_WORDS and token.column == 1)


def _deeper(depth: int, token: Token) -> int:
    """How many brackets are open after the token."""
    if token.type in _CLOSING:
        return depth + 1
    return max(0, depth - 1) if token.type in _CLOSING.values() else depth


def _shown(token: Token) -> str:
    text = str(token)
    short = text if len(text) <= 40 else f"{text[:40]}…"
    return short if token.type == "STRING" else f"`{short}`"
