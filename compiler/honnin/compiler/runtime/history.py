"""What an oracle keeps of the past beyond its state: obligations, windows, indexes, simultaneous writes.

A standalone module has this text inlined after that of `runtime`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias, TypeVar

from honnin.compiler.runtime.base import Fault, Value

_T = TypeVar("_T")


def present(value: _T | None) -> _T:
    """The value of an optional that a guard says is there."""
    assert value is not None
    return value


# ---------------------------------------------------------------- obligations


class Goal:
    """One `eventually`: that its formula holds for `key` until `deadline`. `met` is None while that is open."""

    __slots__ = ("deadline", "key", "met", "obligation", "table")

    def __init__(self, table: dict[Any, list[Goal]], key: Any, deadline: int) -> None:
        self.table = table
        self.key = key
        self.deadline = deadline
        self.met: bool | None = None
        self.obligation: Obligation | None = None


class Every(NamedTuple):
    parts: tuple[Formula, ...]


class Some(NamedTuple):
    parts: tuple[Formula, ...]


Formula: TypeAlias = bool | Goal | Every | Some


class Obligation(NamedTuple):
    """What is left of a claim that one event has raised. `names`: what its pattern binds, as places of the event's fields."""

    claim: int
    trigger: int
    formula: Formula
    at: int
    event: int
    values: tuple[Value, ...]
    names: tuple[tuple[str, int], ...]


Here: TypeAlias = tuple[Any, ...]
"""An event that something is kept of: its position, its time, its number in EVENTS, its values; then what states have since that are kept as it."""
Raised: TypeAlias = Mapping[int, tuple[tuple[int, ...], tuple[tuple[str, int], ...]]]
"""For each event that raises an obligation: the fields that are its key, and the names that the claim's pattern binds to fields."""


class Queue:
    """What a claim that is one `eventually` awaits.

    `first`: for each key the first of the events that wait for it; `again`: the later ones, of keys that several wait for. They are put in
    `line` when a deadline has to be looked for, and not before all that stood there are met or missed: so each stands there at most once.
    `place`: where an event has its key, if that is one value and always in the same place.
    """

    __slots__ = ("again", "claim", "first", "line", "place", "raised", "window")

    def __init__(
        self,
        claim: int,
        first: dict[Any, Here],
        again: dict[Any, deque[Here]],
        window: int,
        raised: Raised,
    ) -> None:
        self.claim = claim
        self.first = first
        self.again = again
        self.window = window
        self.raised = raised
        keys = {places for places, _ in raised.values()}
        self.place = 3 + min(keys)[0] if len(keys) == 1 and len(min(keys)) == 1 else None
        self.line: deque[Here] = deque()

    def key(self, here: Here) -> Any:
        """What an event waits for."""
        places = self.raised[here[2]][0]
        return here[3 + places[0]] if len(places) == 1 else tuple(here[3 + place] for place in places)

    def still_open(self) -> list[Here]:
        """The events that wait for what has not come yet, in order."""
        later = (here for queue in self.again.values() for here in queue)
        return sorted((*self.first.values(), *later))

    def missed(self, now: int) -> Iterator[Here]:
        """The events whose time is over before `now`; they are taken out. What is left first in line is open."""
        first, line, place = self.first, self.line, self.place
        while line or self._line_up():
            here = line[0]
            key = self.key(here) if place is None else here[place]
            if first.get(key) is here:
                if here[1] + self.window >= now:
                    return
                self._miss(key)
                yield here
            line.popleft()

    def _line_up(self) -> bool:
        """Whether there is anybody to stand in line. The table is made anew, so that it has no more room than it needs."""
        self.line.extend(self.still_open())
        first = dict(self.first)
        self.first.clear()
        self.first.update(first)
        return bool(self.line)

    def _miss(self, key: Any) -> None:
        """The first that waits at `key` waits no longer; the next takes its place."""
        del self.first[key]
        later = self.again.get(key)
        if later:
            self.first[key] = later.popleft()
            if not later:
                del self.again[key]

    def refill(self, raised_by: Iterable[Here]) -> None:
        """It has these events, all open and in order, and no others."""
        for kept in (self.first, self.again, self.line):
            kept.clear()
        for here in raised_by:
            key = self.key(here)
            if self.first.setdefault(key, here) is not here:
                self.again.setdefault(key, deque()).append(here)


def truth(formula: Formula) -> bool | None:
    """Kleene's value of what is left of a claim."""
    match formula:
        case bool():
            return formula
        case Goal():
            return formula.met
        case Every(parts=parts):
            values = [truth(part) for part in parts]
            return False if False in values else None if None in values else True
        case Some(parts=parts):
            values = [truth(part) for part in parts]
            return True if True in values else None if None in values else False


def goals(formula: Formula) -> Iterable[Goal]:
    """The goals that are still open."""
    match formula:
        case Goal():
            if formula.met is None:
                yield formula
        case Every(parts=parts) | Some(parts=parts):
            for part in parts:
                yield from goals(part)
        case _:
            pass


def every(parts: Iterable[Formula]) -> Formula:
    return Every(tuple(parts))


def some(parts: Iterable[Formula]) -> Formula:
    return Some(tuple(parts))


# ---------------------------------------------------------------- registers


def unindex(index: dict[Any, dict[Any, None]], part: Any, key: Any) -> None:
    """Take `key` out of an index of present keys."""
    keys = index.get(part)
    if keys is not None:
        keys.pop(key, None)
        if not keys:
            del index[part]


Sources: TypeAlias = dict[Any, Here]
"""For each key the event that what is kept there comes from."""
_UNTRACED: Sources = {}


def forget_counts(
    queue: deque[tuple[int, Any]], counts: dict[Any, int], before: int, sources: Sources = _UNTRACED
) -> None:
    """Positions before the time `before` count no longer."""
    while queue and queue[0][0] < before:
        key = queue.popleft()[1]
        if counts[key] == 1:
            del counts[key]
            sources.pop(key, None)
        else:
            counts[key] -= 1


def forget_times(
    queue: deque[tuple[int, Any]], times: dict[Any, int], before: int, sources: Sources = _UNTRACED
) -> None:
    """Times before `before` that no later one has replaced are dropped: nothing can ask for them."""
    while queue and queue[0][0] < before:
        at, key = queue.popleft()
        if times.get(key) == at:
            del times[key]
            sources.pop(key, None)


def forgotten(
    queue: deque[tuple[int, Any]], times: dict[Any, int], before: int, sources: Sources = _UNTRACED
) -> Iterator[Any]:
    """The same, key by key, where there are indexes that the keys must be taken out of."""
    while queue and queue[0][0] < before:
        at, key = queue.popleft()
        if times.get(key) == at:
            del times[key]
            sources.pop(key, None)
            yield key


def lately(here: Here | None, since: int) -> Here | None:
    """An event that cleared a place, unless it may have been about an identity that has been released since."""
    return here if here is not None and here[1] >= since else None


# ---------------------------------------------------------------- simultaneous writes

Writes: TypeAlias = dict[tuple[str, Any], list[tuple[str, Any, str]]]


def write(writes: Writes, place: str, key: Any, operator: str, value: Any, words: str) -> None:
    """Note one write of an `after` block."""
    writes.setdefault((place, key), []).append((operator, value, words))


def conflicts(writes: Writes, position: int) -> list[Fault]:
    """The places that are assigned and added to, or assigned two values."""
    found = []
    for (place, key), entries in writes.items():
        first = next((entry for entry in entries if entry[0] == ":="), None)
        if first is not None:
            second = next((e for e in entries if e[0] != ":=" or e[1] != first[1]), None)
            if second is not None:
                keys = key if isinstance(key, tuple) else (key,)
                found.append(Fault(position, place, keys, (first[2], second[2])))
    return found


def written(writes: Writes, place: str) -> Iterable[tuple[Any, str, Any]]:
    """What is written to one place: key, `:=` or `+=`, and the value or all that is added."""
    for (name, key), entries in writes.items():
        if name == place:
            if entries[0][0] == ":=":
                yield key, ":=", entries[0][1]
            else:
                yield key, "+=", sum(value if operator == "+=" else -value for operator, value, _ in entries)
