"""The parser as a machine that never moves on a word it does not accept: Lark's tables with a look ahead before each step."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from lark import Lark, Token, Tree
from lark.lexer import Lexer, LexerState
from lark.parsers.lalr_analysis import Shift

END: Final = "$END"
ITEM_WORDS: Final = frozenset(
    {
        *("USE", "ENTITY", "ENUM", "CONST", "GIVEN", "INPUT", "OUTPUT", "HIDDEN", "EVENT", "STATE", "DEFINE"),
        *("AFTER", "PATTERN", "INVARIANT", "ASSUME", "COVER", "EXAMPLE", "SYSTEM", "CHECK"),
    }
)
MEMBER_WORDS: Final = frozenset(
    {"VAR", "INIT", "ACTION", "PROCESS", "ASSUME", "INVARIANT", "LEMMA", "DEFINE"}
)


class _Fed(Lexer):
    """Stands where Lark wants a lexer: the tokens are fed one by one."""

    __future_interface__ = 2

    def __init__(self, conf: object) -> None:
        pass

    def lex(self, lexer_state: LexerState, parser_state: Any) -> Iterator[Token]:
        return iter(())


@cache
def grammar() -> Lark:
    """The grammar's tables, made once in a process."""
    text = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    # Most of a short run is spent here, and a tenth of that in looking for garbage where there is none.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return Lark(text, parser="lalr", lexer=_Fed, propagate_positions=True, maybe_placeholders=True)
    finally:
        if collecting:
            gc.enable()


class Machine:
    """One parse. `feed` may be called only with a token whose kind is accepted."""

    def __init__(self) -> None:
        self._parser = grammar().parse_interactive()
        self._state = self._parser.parser_state
        self._table = self._state.parse_conf.states
        # INVARIANT: the first `_base` entries of the stack are the header and the complete items; 0 before the header is read.
        self._base = 0
        # INVARIANT: inside a system, the first `_member_base` entries are what is before its last member; 0 before its first.
        self._member_base = 0

    def feed(self, token: Token) -> Tree[Token] | None:
        """Takes the token; the whole tree after `$END`."""
        is_member = token.type in MEMBER_WORDS and self.between_members()
        tree: Tree[Token] | None = self._parser.feed_token(token)
        if is_member:
            self._member_base = len(self._state.state_stack) - 1
        elif token.type in ITEM_WORDS and self._file_level():
            self._base = len(self._state.state_stack) - 1
            self._member_base = 0
        return tree

    @property
    def has_header(self) -> bool:
        return self._base > 0

    @property
    def has_member(self) -> bool:
        """Whether a member of the current system has been begun."""
        return self._member_base > 0

    def accepts(self, kind: str) -> bool:
        """Whether a token of this kind may come next. Nothing changes."""
        stack, below = self._state.state_stack, len(self._state.state_stack)
        above: list[Any] = []
        while True:
            entry = self._table[above[-1] if above else stack[below - 1]].get(kind)
            if entry is None:
                return False
            action, rule = entry
            if action is Shift:
                return True
            size = len(rule.expansion)
            taken = min(size, len(above))
            del above[len(above) - taken :]
            below -= size - taken
            state = self._table[above[-1] if above else stack[below - 1]][rule.origin.name][1]
            if kind == END and state == self._state.parse_conf.end_state:
                return True
            above.append(state)

    def accepts_after(self, token: Token, kind: str) -> bool:
        """Whether `token` may come next, and a token of this kind after it. Nothing changes."""
        if not self.accepts(token.type):
            return False
        ahead = self.copy()
        ahead.feed(token)
        return ahead.accepts(kind)

    def copy(self) -> Machine:
        """A machine in the same state, which moves by itself."""
        made = Machine()
        made._state.state_stack[:] = self._state.state_stack
        made._state.value_stack[:] = self._state.value_stack
        made._base = self._base
        made._member_base = self._member_base
        return made

    def accepted(self) -> frozenset[str]:
        """Every kind of token that may come next."""
        kinds = self._table[self._state.state_stack[-1]]
        return frozenset(kind for kind in kinds if kind.isupper() and self.accepts(kind))

    def between_items(self) -> bool:
        """Whether the header and every item that was begun are complete."""
        return self.accepts(END)

    def between_members(self) -> bool:
        """Whether a member of a system may begin here."""
        return self.accepts("PROCESS")

    def drop_item(self) -> None:
        """Forgets what has been read of an incomplete item, if the header is complete."""
        del self._state.state_stack[self._base :]
        del self._state.value_stack[self._base - 1 :]

    def drop_member(self) -> None:
        """Forgets what has been read of an incomplete member of a system."""
        del self._state.state_stack[self._member_base :]
        del self._state.value_stack[self._member_base - 1 :]

    def drop_word(self) -> None:
        """Forgets the last token."""
        self._state.state_stack.pop()
        self._state.value_stack.pop()

    def _file_level(self) -> bool:
        """Whether the last token is the first of an item of the file, not of a pattern or an example."""
        match self._state.value_stack:
            case [Tree(data="header"), Token()]:
                return True
            case [Tree(data="header"), Tree(data=items), Token()]:
                return items.startswith("__start_star")
            case _:
                return False
