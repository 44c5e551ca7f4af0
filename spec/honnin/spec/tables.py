"""The tables of the parser, made from `grammar.lark` beforehand (`lark_tables.py`) and read from `grammar.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from honnin.spec.records import dataclass
from honnin.spec.tree import Place, Token, Tree

FILE: Final = Path(__file__).with_name("grammar.json")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the grammar in the shape of the tree that it makes.

    `shape`: the parts in order: i for the i-th of what was read, ~i for the parts of the i-th, None for what is absent. `is_thin`: a
    tree with one part is that part.
    """

    origin: str
    data: str
    size: int
    is_thin: bool
    shape: tuple[int | None, ...]

    def made(self, read: list[Any]) -> Any:
        """The tree of what was read."""
        parts: list[Any] = []
        for which in self.shape:
            if which is None:
                parts.append(None)
            elif which >= 0:
                parts.append(read[which])
            elif parts:
                parts += read[~which].children
            else:  # what was read is not needed any more, and may be long
                parts = read[~which].children
        result = parts[0] if self.is_thin and len(parts) == 1 else Tree(self.data, parts)
        if isinstance(result, Tree):
            _place(result, read)
        return result


def _place(tree: Tree, read: list[Any]) -> None:
    """Widens the tree to all that was read; what it is already keeps its own place."""
    begin, end = _first(read), _first(reversed(read))
    if begin is not None and end is not None:
        tree.outer = (*begin[:2], *end[2:])
        if tree.place is None:
            tree.place = tree.outer


def _first(read: Iterable[Any]) -> Place | None:
    """The place of the first part that has words."""
    for part in read:
        place: Place | None
        if isinstance(part, Token):
            return part.place
        if isinstance(part, Tree) and (place := part.outer) is not None:
            return place
    return None


Row: TypeAlias = Mapping[str, int]
"""What to do in a state, by the kind of the next word or the rule just read: go to state n; ~n, read rule n."""


@dataclass(frozen=True, slots=True)
class Tables:
    """`start` and `end` are states."""

    start: int
    end: int
    rules: tuple[Rule, ...]
    rows: Sequence[Row]


@cache
def tables() -> Tables:
    """The tables, read once in a process."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    symbols, sets = data["symbols"], data["sets"]
    rules = tuple(
        Rule(origin, name, size, thin, tuple(shape)) for origin, name, size, thin, shape in data["rules"]
    )
    rows = []
    for goes, reads in data["rows"]:
        row = {symbols[symbol]: state for symbol, state in goes}
        for rule, kinds in reads:
            row.update(dict.fromkeys([symbols[symbol] for symbol in sets[kinds]], ~rule))
        rows.append(row)
    return Tables(data["start"], data["end"], rules, rows)
