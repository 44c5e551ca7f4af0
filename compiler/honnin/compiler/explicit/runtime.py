"""What generated step functions call. Indices are those of cells; `n` is the list that a step works on."""

from __future__ import annotations

from typing import TypeAlias

from honnin.compiler.explicit.layout import LAZY, NONE, Cell, Entry

Key: TypeAlias = tuple[float, ...]
Write: TypeAlias = tuple[str, float]


class Need(Exception):
    """A cell was read that has not been chosen yet."""

    def __init__(self, cell: int) -> None:
        super().__init__(cell)
        self.cell = cell


class Impossible(Exception):
    """`x!` of none on the path of a step: the step is impossible."""


class OutOfRange(Exception):
    """A key outside its range was used."""


def read(n: list[Cell], cell: int) -> Cell:
    value = n[cell]
    if value == LAZY:
        raise Need(cell)
    return value


def present(value: float) -> float:
    if value == NONE:
        raise Impossible
    return value


def in_range(value: int, low: int, high: int) -> int:
    """The offset of a key in its range."""
    if not low <= value <= high:
        raise OutOfRange
    return value - low


def maybe(value: float, low: int, count: int) -> int:
    """The offset of an optional key whose type has `count` values from `low` on; none comes last."""
    return count if value == NONE else int(value) - low


def find(entries: tuple[Entry, ...], key: Key, default: float) -> float:
    for candidate, value in entries:
        if candidate == key:
            return value
    return default


def put(entries: tuple[Entry, ...], key: Key, value: float, default: float) -> tuple[Entry, ...]:
    """The entries with `key` holding `value`."""
    others = [entry for entry in entries if entry[0] != key]
    return tuple(sorted([*others, (key, value)] if value != default else others))


def merge(n: list[Cell], before: list[Cell], after: list[Cell], defaults: dict[int, float]) -> None:
    """Write to `n` what one iteration of a `for` changed."""
    for cell, (old, new) in enumerate(zip(before, after, strict=True)):
        if old == new:
            continue
        if isinstance(new, tuple):
            n[cell] = _merged(n[cell], old, new, defaults[cell])
        else:
            n[cell] = new


def _merged(now: Cell, old: Cell, new: tuple[Entry, ...], default: float) -> Cell:
    assert isinstance(now, tuple)
    assert isinstance(old, tuple)
    for key in {key for key, _ in (*old, *new)}:
        value = find(new, key, default)
        if value != find(old, key, default):
            now = put(now, key, value, default)
    return now


def apply(n: list[Cell], writes: list[tuple[int, Key, str, float]], defaults: dict[int, float]) -> bool:
    """Do the writes of one event, all at once. True, and nothing done, when two of them conflict."""
    if len(writes) == 1:
        cell, key, operator, value = writes[0]
        _write(n, cell, key, [(operator, value)], defaults)
        return False
    places: dict[tuple[int, Key], list[Write]] = {}
    for cell, key, operator, value in writes:
        places.setdefault((cell, key), []).append((operator, value))
    if len(places) < len(writes) and any(map(_conflict, places.values())):
        return True
    for (cell, key), written in places.items():
        _write(n, cell, key, written, defaults)
    return False


def _write(n: list[Cell], cell: int, key: Key, written: list[Write], defaults: dict[int, float]) -> None:
    current = n[cell]
    if isinstance(current, tuple):
        old = find(current, key, defaults[cell])
        n[cell] = put(current, key, _total(old, written), defaults[cell])
    else:
        n[cell] = _total(current, written)


def _conflict(written: list[Write]) -> bool:
    assigned = [value for operator, value in written if operator == ":="]
    return bool(assigned) and (len(assigned) < len(written) or any(v != assigned[0] for v in assigned))


def _total(value: float, written: list[Write]) -> float:
    for operator, term in written:
        value = term if operator == ":=" else value + term if operator == "+=" else value - term
    return value


def keys_in_sight(
    n: list[Cell], numbers: tuple[int, ...], sparse: tuple[int, ...], *more: float
) -> list[float]:
    """Every value of a type of number that a state and an event hold, for a register with such a key."""
    found: set[float] = {value for cell in numbers if isinstance(value := n[cell], int | float)}
    for cell in sparse:
        entries = n[cell]
        assert isinstance(entries, tuple)
        for key, value in entries:
            found.update(key)
            found.add(value)
    return sorted((found - {LAZY, NONE}) | set(more))
