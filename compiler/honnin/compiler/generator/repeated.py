"""What one event's method would work out twice: keys of several parts, and what a dictionary has at a key. It is kept under a name.

Only the lines that always run count; a line with a text in it is left as it is, and a read is kept only as long as nothing but reads
of its dictionary stands between.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from honnin.compiler.generator.names import Names

_READ = re.compile(r"(self\._\w+)\.get\(((?:[^()]|\([^()]*\))*)\)")
_NAME = re.compile(r"[A-Za-z_]\w*(?<!\bNone)")
_INDENT = 4


def kept_once(body: Sequence[str], depth: int, fields: Collection[str], names: Names) -> list[str]:
    """The lines of a method's body, which stand at `depth`, each repeated key and read of its `fields` made once."""
    found = _keys_once(list(body), depth, fields, names)
    return _reads_once(found, depth, fields, names)


def _keys_once(body: list[str], depth: int, fields: Collection[str], names: Names) -> list[str]:
    if not fields:
        return body
    one = f"(?:{'|'.join(map(re.escape, fields))})"
    keys = re.compile(rf"(?<![\w\])])\({one}(?:, {one})+\)")
    counts: dict[str, int] = {}
    for line in _always(body, depth):
        for key in keys.findall(line):
            counts[key] = counts.get(key, 0) + 1
    for key, count in counts.items():
        if count > 1:
            assigned = re.compile(rf"\s*(_key\w*) = {re.escape(key)}")
            known = [found[1] for line in body if (found := assigned.fullmatch(line))]
            used = next((at for at, line in enumerate(body) if assigned.fullmatch(line)), len(body))
            name = known[0] if known else names.private("_key")
            others = [other for other in known[1:] if not _beside_a_text(body, other)]
            taken = {name, *others}
            body = [line for line in body if not ((at := assigned.fullmatch(line)) and at[1] in taken)]
            for other in others:
                body = [_replaced(line, rf"\b{other}\b", name) for line in body]
            first = min(_first(body, key, depth), _outermost(body, used, depth))
            there = rf"(?<![\w\])]){re.escape(key)}"
            changed = [_replaced(line, there, name) for line in body[first:]]
            body = [*body[:first], f"{' ' * _INDENT * depth}{name} = {key}", *changed]
    return body


def _reads_once(body: list[str], depth: int, fields: Collection[str], names: Names) -> list[str]:
    texts = dict.fromkeys(found[0] for line in _always(body, depth) for found in _READ.finditer(line))
    for text in texts:
        found = _READ.fullmatch(text)
        assert found is not None
        attribute, arguments = found[1], found[2]
        first = _first(body, text, depth)
        last = first
        while last < len(body) and not _touches(body[last], attribute):
            last += 1
        count = sum(line.count(text) for line in _always(body[first:last], depth))
        given = {match[0] for match in _NAME.finditer(arguments)} - {"None", "True", "False"}
        here = {word for line in body[:first] for word in re.findall(r"^\s*(_key\w*) = ", line)}
        if count > 1 and given <= {*fields, *here}:
            name = names.private("_read")
            changed = [_replaced(line, re.escape(text), name) for line in body[first:last]]
            body = [*body[:first], f"{' ' * _INDENT * depth}{name} = {text}", *changed, *body[last:]]
    return body


def _always(body: Sequence[str], depth: int) -> Iterator[str]:
    """The lines that run whenever the event happens, without those that have a text in them."""
    indent = " " * _INDENT * depth
    for line in body:
        if line.startswith(indent) and line[len(indent)] not in " #" and not _is_quoted(line):
            yield line


def _first(body: Sequence[str], text: str, depth: int) -> int:
    """The first line that always runs and has the text; behind the last one where none has."""
    there = next((line for line in _always(body, depth) if text in line), None)
    return len(body) if there is None else body.index(there)


def _beside_a_text(body: Sequence[str], name: str) -> bool:
    """Whether the name stands in a line that is left as it is."""
    return any(_is_quoted(line) and re.search(rf"\b{name}\b", line) for line in body)


def _outermost(body: Sequence[str], at: int, depth: int) -> int:
    """Where a line can stand that always runs, at or before the place `at`."""
    begins = re.compile(rf"{' ' * _INDENT * depth}(?!else\b|elif\b|[ #])")
    return next((n for n in range(min(at, len(body) - 1), -1, -1) if begins.match(body[n])), 0)


def _replaced(line: str, pattern: str, name: str) -> str:
    return line if _is_quoted(line) else re.sub(pattern, name, line)


def _is_quoted(line: str) -> bool:
    """Whether the line is a comment or has a text in it: words of the specification may stand there."""
    return line.lstrip().startswith("#") or "'" in line or '"' in line


def _touches(line: str, attribute: str) -> bool:
    """Whether the line does anything with the dictionary but read it at a key."""
    if line.lstrip().startswith("#"):
        return False
    uses = re.findall(rf"(in )?{re.escape(attribute)}\b(\.get\()?", line)
    return any(not inside and not read for inside, read in uses)
