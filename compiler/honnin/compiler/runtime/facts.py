"""The facts of a deployment as an oracle reads them.

A standalone module has this text inlined after that of `runtime`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

from honnin.compiler.runtime.base import Entity, FactsRefused, Reader, Value, _Refused


class Key(NamedTuple):
    """A key of a given: `named` keys may be the names of a JSON object; `values` are all there are, or None."""

    read: Reader
    named: bool
    values: tuple[Value, ...] | None
    entity: str | None


class Given(NamedTuple):
    """`outside`: what it is at an integer outside the range of a key, where all keys can be listed."""

    name: str
    keys: tuple[Key, ...]
    read: Reader
    entity: str | None
    outside: Value


class Table(NamedTuple):
    """The entries by key (a tuple, unless there is one key) and what holds for every other key. Without keys: `default`."""

    entries: dict[Any, Any]
    default: Any


def read_facts(givens: tuple[Given, ...], facts: object) -> dict[str, Table]:
    """The tables of all givens. Raises FactsRefused, with everything that is wrong."""
    if not isinstance(facts, Mapping):
        raise FactsRefused(("the facts are no object",))
    tables: dict[str, Table] = {}
    problems = []
    for given in givens:
        if given.name not in facts:
            problems.append(f"they do not say `{given.name}`")
            continue
        try:
            tables[given.name] = _table(given, facts[given.name])
        except _Refused as refused:
            problems.append(f"given `{given.name}`: expected {refused}")
    if problems:
        raise FactsRefused(tuple(problems))
    return tables


def _table(given: Given, raw: object) -> Table:
    if not given.keys:
        return Table({}, given.read(raw))
    if not isinstance(raw, Mapping) or not set(raw) <= {"table", "default"}:
        raise _Refused("an object with `table` and, if need be, `default`")
    entries: dict[tuple[Value, ...], Value] = {}
    for row in _rows(given, raw.get("table", {})):
        keys = tuple(key.read(cell) for key, cell in zip(given.keys, row[:-1], strict=True))
        if keys in entries:
            raise _Refused("each key once")
        entries[keys] = given.read(row[-1])
    finite = [key.values for key in given.keys if key.values is not None]
    default = given.outside
    if len(finite) == len(given.keys):
        if "default" in raw:
            raise _Refused("no `default`, as all keys can be listed")
        if any(keys not in entries for keys in product(*finite)):
            raise _Refused("a value for every key")
    elif "default" in raw:
        default = given.read(raw["default"])
    else:
        raise _Refused("a `default`, as not all keys can be listed")
    return Table({keys[0] if len(keys) == 1 else keys: value for keys, value in entries.items()}, default)


def _rows(given: Given, table: object) -> Iterator[list[Any]]:
    if isinstance(table, Mapping):
        if table and not all(key.named for key in given.keys):
            raise _Refused("rows of keys and a value, as a key is no name")
        yield from _nested(table, [], len(given.keys))
    elif isinstance(table, list | tuple):
        for row in table:
            if not isinstance(row, list | tuple) or len(row) != len(given.keys) + 1:
                raise _Refused(f"rows of {len(given.keys)} keys and a value")
            yield list(row)
    else:
        raise _Refused("a `table` that is an object, or rows of keys and a value")


def _nested(table: object, keys: list[Any], depth: int) -> Iterator[list[Any]]:
    if depth == 0:
        yield [*keys, table]
    elif isinstance(table, Mapping):
        for key, inner in table.items():
            yield from _nested(inner, [*keys, key], depth - 1)
    else:
        raise _Refused("an object for each key but the last")


def entities_in(givens: tuple[Given, ...], tables: Mapping[str, Table]) -> dict[str, dict[Entity, None]]:
    """The values of each entity in the facts, in order."""
    found: dict[str, dict[Entity, None]] = {}
    for given in givens:
        entries, default = tables[given.name]
        columns = [(given.entity, value) for value in (default, *entries.values())]
        for keys in entries:
            cells = (keys,) if len(given.keys) == 1 else keys
            columns += [(key.entity, cell) for key, cell in zip(given.keys, cells, strict=True)]
        for entity, value in columns:
            if entity is not None and value is not None:
                found.setdefault(entity, {})[value] = None
    return found
