"""How tightly formulas bind, for everything that prints them."""

from __future__ import annotations

from enum import IntEnum


class Level(IntEnum):
    """The rules of the grammar, loosest first; an operand of a lower level needs parentheses."""

    IFF = 0
    IMPLIES = 1
    OR = 2
    AND = 3
    SINCE = 4
    NOT = 5
    COMPARE = 6
    SUM = 7
    PRODUCT = 8
    UNARY = 9
    POSTFIX = 10
    ATOM = 11
