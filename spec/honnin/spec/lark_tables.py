"""Makes the parser's tables from `grammar.lark` with Lark: `python -m honnin.spec.lark_tables` writes `grammar.json` anew.

Lark is needed for this only, when the grammar changes; a test says when the file is out of date.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lark import Lark, Token
from lark.grammar import Rule, Terminal
from lark.lexer import Lexer, LexerState
from lark.parsers.lalr_analysis import Shift

from honnin.spec.tables import FILE


class Fed(Lexer):
    """Stands where Lark wants a lexer: the words are made by lexer.py."""

    __future_interface__ = 2

    def __init__(self, conf: object) -> None:
        pass

    def lex(self, lexer_state: LexerState, parser_state: Any) -> Iterator[Token]:
        return iter(())


def grammar() -> Lark:
    """The grammar as Lark reads it; it has no conflicts."""
    text = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", lexer=Fed, maybe_placeholders=True, strict=True)


def written() -> str:
    """The text of `grammar.json`: the same for the same grammar."""
    made = grammar()
    table = made.parser.parser._parse_table
    rules = sorted(made.rules, key=lambda rule: (rule.origin.name, rule.order, str(rule)))
    number = {rule: index for index, rule in enumerate(rules)}
    states = _in_order(table.states, table.start_states["start"])
    symbols = sorted({name for row in table.states.values() for name in row})
    symbol = {name: index for index, name in enumerate(symbols)}
    sets: dict[tuple[int, ...], int] = {}
    rows = []
    for state in states:
        goes, reads = [], dict[int, list[int]]()
        for name, (action, what) in sorted(table.states[state].items()):
            if action is Shift:
                goes.append([symbol[name], states[what]])
            else:
                reads.setdefault(number[what], []).append(symbol[name])
        rows.append(
            [goes, [[rule, sets.setdefault(tuple(kinds), len(sets))] for rule, kinds in reads.items()]]
        )
    parts = {
        "start": states[table.start_states["start"]],
        "end": states[table.end_states["start"]],
        "symbols": symbols,
        "rules": [_shape(rule) for rule in rules],
        "sets": [list(kinds) for kinds in sets],
        "rows": rows,
    }
    lines = [f"{json.dumps(name)}: {_lines(part)}" for name, part in parts.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _lines(part: Any) -> str:
    if not isinstance(part, list):
        return json.dumps(part)
    return "[\n" + ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in part) + "\n]"


def _in_order(rows: Any, start: int) -> dict[int, int]:
    """New numbers for the states: in the order in which they are met from the start."""
    found = {start: 0}
    for state in (waiting := [start]):
        for _, (action, what) in sorted(rows[state].items(), key=lambda entry: entry[0]):
            if action is Shift and what not in found:
                found[what] = len(found)
                waiting.append(what)
    return found


def _shape(rule: Rule) -> list[Any]:
    """A rule as tables.py reads it, with Lark's conventions carried out."""
    shape: list[int | None] = []
    absent = list(rule.options.empty_indices)
    keep = rule.options.keep_all_tokens
    for index, part in enumerate(rule.expansion):
        while absent and absent.pop(0):
            shape.append(None)
        if isinstance(part, Terminal) and part.filter_out and not keep:
            continue
        shape.append(~index if not part.is_term and part.name.startswith("_") else index)
    shape += [None] * sum(absent)
    thin = bool(rule.options.expand1 and not rule.alias)
    return [rule.origin.name, str(rule.alias or rule.origin.name), len(rule.expansion), thin, shape]


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
