"""The facts of a deployment: what each `given` is, read from JSON (language.md section 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import TypeAlias

from honnin.spec.core import (
    BoolT,
    DurationT,
    EntityT,
    EnumT,
    Given,
    IntT,
    OptionalT,
    RangeT,
    Specification,
    TextT,
    Type,
    Value,
    finite_values,
)
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.json_values import Problem, read_value, strict_json
from honnin.spec.records import dataclass
from honnin.spec.source import NOWHERE


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no such value."""


@dataclass(frozen=True, slots=True)
class FactTable:
    """The values of one given; `default` is that of every key not in `values`. Without keys the key is `()`."""

    values: Mapping[tuple[Value, ...], Value]
    default: Value | Missing


Facts: TypeAlias = Mapping[str, FactTable]


def default_of(type: Type) -> Value | Missing:
    """The value that a type has when nobody says one: `false 0 none 0s`; other types have none."""
    match type:
        case OptionalT():
            return None
        case BoolT():
            return False
        case IntT() | DurationT():
            return 0
        case RangeT(low=low, high=high) if low <= 0 <= high:
            return 0
        case _:
            return Missing()


def parse_facts(text: str | bytes, specification: Specification) -> Facts | tuple[Diagnostic, ...]:
    """The facts that a JSON text says; diagnostics (without a place) when it does not say them all, or not rightly."""
    parsed = strict_json(text)
    if isinstance(parsed, Problem):
        return (_diagnostic(Problem("HN0620", f"the facts cannot be read: {parsed.message}")),)
    return read_facts(parsed, specification)


def read_facts(data: object, specification: Specification) -> Facts | tuple[Diagnostic, ...]:
    """The facts in `data`, as JSON gives it; every given must be there, what is no given is left alone.

    Diagnostics (without a place) when something is missing or wrong.
    """
    if not isinstance(data, Mapping):
        return (_diagnostic(Problem("HN0620", "the facts are no JSON object")),)
    facts: dict[str, FactTable] = {}
    problems: list[Problem] = []
    for given in specification.givens:
        if given.name not in data:
            problems.append(Problem("HN0621", f"the facts do not say `{given.name}`"))
            continue
        result = _table(data[given.name], given)
        if isinstance(result, Problem):
            problems.append(Problem(result.code, f"given `{given.name}`: {result.message}"))
        else:
            facts[given.name] = result
    return tuple(_diagnostic(problem) for problem in problems) if problems else facts


def _diagnostic(problem: Problem) -> Diagnostic:
    return Diagnostic(problem.code, problem.message, NOWHERE)


def _table(raw: object, given: Given) -> FactTable | Problem:
    if not given.keys:
        value = _value(raw, given.value, "its value")
        return value if isinstance(value, Problem) else FactTable({(): value}, Missing())
    if not isinstance(raw, Mapping) or not set(raw) <= {"table", "default"}:
        return Problem("HN0622", "expected an object with `table` and, if need be, `default`")
    entries = _entries(raw.get("table", {}), given)
    if isinstance(entries, Problem):
        return entries
    return _with_default(raw, given, entries)


def _with_default(
    raw: Mapping[object, object], given: Given, entries: dict[tuple[Value, ...], Value]
) -> FactTable | Problem:
    """The table, complete: by listing every key where that is possible, otherwise by its `default`."""
    columns = [finite_values(key) for key in given.keys]
    finite = [column for column in columns if column is not None]
    if len(finite) == len(columns):
        if "default" in raw:
            return Problem("HN0622", "all keys can be listed, so `default` has no use")
        absent = next((keys for keys in product(*finite) if keys not in entries), None)
        if absent is not None:
            return Problem("HN0624", f"no value for {_key_text(absent)}")
        return FactTable(entries, default_of(given.value))
    if "default" not in raw:
        return Problem("HN0624", "not all keys can be listed, so it needs a `default`")
    default = _value(raw["default"], given.value, "`default`")
    return default if isinstance(default, Problem) else FactTable(entries, default)


def _key_text(keys: tuple[Value, ...]) -> str:
    return "`" + ", ".join(str(key).lower() if isinstance(key, bool) else str(key) for key in keys) + "`"


def _entries(table: object, given: Given) -> dict[tuple[Value, ...], Value] | Problem:
    """The entries of nested objects, or of rows of keys and a value."""
    entries: dict[tuple[Value, ...], Value] = {}
    for number, row in enumerate(_rows(table, given), start=1):
        if isinstance(row, Problem):
            return row
        cells = [
            _value(cell, type, f"entry {number}")
            for cell, type in zip(row, (*given.keys, given.value), strict=True)
        ]
        read = []
        for cell in cells:
            if isinstance(cell, Problem):
                return cell
            read.append(cell)
        keys = tuple(read[:-1])
        if keys in entries:
            return Problem("HN0623", f"entry {number}: its key was there before")
        entries[keys] = read[-1]
    return entries


def _rows(table: object, given: Given) -> Iterator[list[object] | Problem]:
    width = len(given.keys) + 1
    if isinstance(table, Mapping):
        named = all(isinstance(key, (EntityT, EnumT, TextT)) for key in given.keys)
        if named or not table:
            yield from _nested(table, [], len(given.keys))
        else:
            yield Problem("HN0622", "a key is no name, so its `table` is written as rows of keys and a value")
    elif isinstance(table, (list, tuple)):
        for row in table:
            if isinstance(row, (list, tuple)) and len(row) == width:
                yield list(row)
            else:
                yield Problem("HN0622", f"a row has {len(given.keys)} keys and a value")
    else:
        yield Problem("HN0622", "`table` is an object, or rows of keys and a value")


def _nested(table: object, keys: list[object], depth: int) -> Iterator[list[object] | Problem]:
    if depth == 0:
        yield [*keys, table]
    elif isinstance(table, Mapping):
        for key, inner in table.items():
            yield from _nested(inner, [*keys, key], depth - 1)
    else:
        yield Problem("HN0622", "`table` has an object for each key but the last")


def _value(raw: object, type: Type, what: str) -> Value | Problem:
    value = read_value(raw, type)
    return Problem("HN0623", f"{what}: {value.message}") if isinstance(value, Problem) else value
