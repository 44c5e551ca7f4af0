"""The parser as a machine that never moves on a word it does not accept: LALR tables with a look ahead before each step."""

from __future__ import annotations

from typing import Any, Final

from honnin.spec.tables import tables
from honnin.spec.tree import Token, Tree

END: Final = "$END"
ITEM_WORDS: Final = frozenset(
    {
        *("USE", "ENTITY", "ENUM", "CONST", "GIVEN", "INPUT", "OUTPUT", "HIDDEN", "EVENT", "STATE", "DEFINE"),
        *("AFTER", "PATTERN", "INVARIANT", "ASSUME", "COVER", "EXAMPLE", "SYSTEM", "CHECK"),
        "FROM",
    }
)
MEMBER_WORDS: Final = frozenset(
    {"VAR", "INIT", "ACTION", "PROCESS", "ASSUME", "INVARIANT", "LEMMA", "DEFINE"}
)


class Machine:
    """One parse. `feed` may be called only with a token whose kind is accepted."""

    def __init__(self) -> None:
        self._tables = tables()
        self._states = [self._tables.start]
        # What was read on the way from each state to the next.
        self._values: list[Any] = []
        # INVARIANT: the first `_base` values are the header and the complete items; 0 before the header is read.
        self._base = 0
        # INVARIANT: inside a system, the first `_member_base` values are what is before its last member; 0 before its first.
        self._member_base = 0

    def feed(self, token: Token) -> Tree | None:
        """Takes the token; the whole tree after `$END`."""
        is_member = token.type in MEMBER_WORDS and self.between_members()
        while (move := self._tables.rows[self._states[-1]][token.type]) < 0:
            if self._read(~move) and token.type == END:
                whole: Tree = self._values[-1]
                return whole
        self._states.append(move)
        self._values.append(token)
        if is_member:
            self._member_base = len(self._values) - 1
        elif token.type in ITEM_WORDS and self._file_level():
            self._base = len(self._values) - 1
            self._member_base = 0
        return None

    def _read(self, number: int) -> bool:
        """Puts a rule in the place of what it was read from; whether that is everything."""
        rule = self._tables.rules[number]
        begin = len(self._values) - rule.size
        made = rule.made(self._values[begin:])
        del self._values[begin:], self._states[begin + 1 :]
        self._values.append(made)
        self._states.append(self._tables.rows[self._states[-1]][rule.origin])
        return self._states[-1] == self._tables.end

    @property
    def has_header(self) -> bool:
        return self._base > 0

    @property
    def has_member(self) -> bool:
        """Whether a member of the current system has been begun."""
        return self._member_base > 0

    def accepts(self, *kinds: str) -> bool:
        """Whether tokens of these kinds may come next, in turn. Nothing changes."""
        rows, rules = self._tables.rows, self._tables.rules
        first = rows[self._states[-1]].get(kinds[0])
        if first is None or (first >= 0 and len(kinds) == 1):
            return first is not None
        # INVARIANT: the states ahead are the first `below` of `_states`, then `above`.
        below, above = len(self._states), list[int]()
        for kind in kinds:
            while True:
                move = rows[above[-1] if above else self._states[below - 1]].get(kind)
                if move is None:
                    return False
                if move >= 0:
                    above.append(move)
                    break
                rule = rules[~move]
                taken = min(rule.size, len(above))
                del above[len(above) - taken :]
                below -= rule.size - taken
                state = rows[above[-1] if above else self._states[below - 1]][rule.origin]
                if kind == END and state == self._tables.end:
                    return True
                above.append(state)
        return True

    def accepted(self) -> frozenset[str]:
        """Every kind of token that may come next."""
        kinds = self._tables.rows[self._states[-1]]
        return frozenset(kind for kind in kinds if kind.isupper() and self.accepts(kind))

    def between_items(self) -> bool:
        """Whether the header and every item that was begun are complete."""
        return self.accepts(END)

    def between_members(self) -> bool:
        """Whether a member of a system may begin here."""
        return self.accepts("PROCESS")

    def drop_item(self) -> None:
        """Forgets what has been read of an incomplete item, if the header is complete."""
        self._drop_from(self._base)

    def drop_member(self) -> None:
        """Forgets what has been read of an incomplete member of a system."""
        self._drop_from(self._member_base)

    def drop_word(self) -> None:
        """Forgets the last token."""
        self._drop_from(len(self._values) - 1)

    def _drop_from(self, begin: int) -> None:
        del self._values[begin:], self._states[begin + 1 :]

    def _file_level(self) -> bool:
        """Whether the last token is the first of an item of the file, not of a pattern or an example."""
        match self._values:
            case [Tree(data="header"), Token()]:
                return True
            case [Tree(data="header"), Tree(data=items), Token()]:
                return items.startswith("__start_star")
            case _:
                return False
