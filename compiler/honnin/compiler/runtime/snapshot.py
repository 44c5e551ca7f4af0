"""What an oracle knows, as JSON has it, and back: whatever its generated class keeps in dictionaries, lists, queues and tuples.

A standalone module has this text inlined after that of `runtime`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any, TypeAlias

from honnin.compiler.runtime.base import NEVER, Cause, Event, Fault, Mask, Value, Violation
from honnin.compiler.runtime.facts import Table
from honnin.compiler.runtime.history import Every, Formula, Goal, Here, Obligation, Queue, Some

SNAPSHOT = "honnin snapshot"
SNAPSHOT_VERSION = 1
Json: TypeAlias = Any
_EXACT_INTEGERS = 1 << 53
_REMEMBERED = 1 << 16


class SnapshotRefused(ValueError):
    """A snapshot cannot be taken, or is not one of this oracle's: of another specification, other facts, another key."""


# ---------------------------------------------------------------- sealing


class Sealed(str):
    """A digest that a sealed oracle once kept in the place of a value."""

    __slots__ = ()


class Seal:
    """Keyed digests (HMAC-SHA-256, 128 bits) in the place of personal values: equal for equal values.

    `literals` are the texts of the specification itself, with which its formulas compare: they are digests only in a snapshot.
    """

    def __init__(self, key: bytes, literals: frozenset[str]) -> None:
        mask = Mask(key)
        self._literals = literals
        self._digest: Callable[[Any], str] = lru_cache(_REMEMBERED)(lambda value: mask.digest(value)[:32])
        self.hidden = {literal: self._digest(literal) for literal in sorted(literals)}
        self.fingerprint = hmac.new(key, SNAPSHOT.encode(), hashlib.sha256).hexdigest()[:16]

    def __call__(self, value: Any) -> Any:
        """The digest that is kept for a value; none and the specification's own texts stay."""
        if value is None or (type(value) is str and value in self._literals):
            return value
        return str(value) if type(value) is Sealed else self._digest(value)

    def token(self, kept: Any) -> Any:
        """The token under which what is kept is shown: the one that the value itself has under this key."""
        return None if kept is None else self.hidden.get(kept, kept)[:8]

    def handler(self, handler: Callable[..., None], places: Sequence[int]) -> Callable[..., None]:
        """The work of an event whose values at `places` are sealed first."""

        def work(now: int, *values: Value) -> None:
            kept = list(values)
            for place in places:
                kept[place] = self(kept[place])
            handler(now, *kept)

        return work

    def facts(self, facts: Mapping[str, Table], sealed: Mapping[str, Sequence[bool]]) -> dict[str, Table]:
        """The tables with their personal keys and values sealed; `sealed` says which: the keys, then the value."""
        return {name: self._table(table, sealed[name]) for name, table in facts.items()}

    def _table(self, table: Table, sealed: Sequence[bool]) -> Table:
        *keys, value = [self if one else _same for one in sealed]
        entries = {
            (
                tuple(key(cell) for key, cell in zip(keys, cells, strict=True))
                if len(keys) > 1
                else keys[0](cells)
            ): value(entry)
            for cells, entry in table.entries.items()
        }
        return Table(entries, value(table.default))


def _same(value: Any) -> Any:
    return value


def digest_of_facts(facts: Mapping[str, Table]) -> str:
    """What tells facts from others, in whatever order they were said."""
    told = {
        name: [sorted(json.dumps(encoded(entry)) for entry in table.entries.items()), encoded(table.default)]
        for name, table in facts.items()
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


# ---------------------------------------------------------------- containers


def encoded(
    value: Any, hidden: Mapping[str, str] | None = None, goals: Mapping[int, int] | None = None
) -> Json:
    """A value of any depth. `hidden`: texts that are written as others; `goals`: the number of each goal, by its identity."""
    kind = type(value)
    if kind is str:
        return hidden.get(value, value) if hidden else value
    if value is None or kind is bool or kind is float:
        return value
    if kind is int:
        return value if -_EXACT_INTEGERS < value < _EXACT_INTEGERS else {"i": hex(value)}
    if kind is Goal:
        assert goals is not None
        return {"g": goals[id(value)]}
    if kind is dict:
        return {"m": [encoded([k, v], hidden, goals) for k, v in value.items()]}
    if kind is OrderedDict:
        return {"o": [encoded([k, v], hidden) for k, v in value.items()]}
    parts = [
        part
        if (type(part) is str and not hidden)
        or (type(part) is int and -_EXACT_INTEGERS < part < _EXACT_INTEGERS)
        else encoded(part, hidden, goals)
        for part in value
    ]
    if kind is Every or kind is Some:
        return {"all" if kind is Every else "some": parts[0]}
    if isinstance(value, tuple):
        return {"t": parts}
    return parts if kind is list else {_SHAPES[kind]: parts}


_SHAPES: dict[type, str] = {deque: "q", set: "s", frozenset: "f"}
_MAKERS: dict[str, Callable[[Iterable[Any]], Any]] = {
    "t": tuple,
    "q": deque,
    "s": set,
    "f": frozenset,
    "m": dict,
    "o": OrderedDict,
    "all": lambda parts: Every(tuple(parts)),
    "some": lambda parts: Some(tuple(parts)),
}


def decoded(raw: Json, shown: Mapping[str, str] | None = None, goals: Sequence[Goal] = ()) -> Any:
    """What `encoded` was given."""
    if isinstance(raw, str):
        return shown.get(raw, raw) if shown else raw
    if isinstance(raw, list):
        return [decoded(part, shown, goals) for part in raw]
    if not isinstance(raw, dict):
        return raw
    ((shape, parts),) = raw.items()
    if shape == "i":
        return int(parts, 16)
    if shape == "g":
        return goals[parts]
    if shape in ("all", "some"):
        parts = parts["t"]
    return _MAKERS[shape](decoded(part, shown, goals) for part in parts)


def refill(kept: Any, value: Any) -> None:
    """A container gets what another has, and stays the one that it is."""
    kept.clear()
    (kept.extend if isinstance(kept, list | deque) else kept.update)(value)


# ---------------------------------------------------------------- obligations

Deadlines: TypeAlias = list[tuple[int, int, Goal]]


def encoded_obligations(
    obligations: Iterable[Obligation],
    deadlines: Deadlines,
    tables: Mapping[int, str],
    hidden: Mapping[str, str],
) -> Json:
    """Everything that is awaited. `tables`: the attribute that has each table of goals, by its identity."""
    awaited = list(obligations)
    owners = {id(obligation): number for number, obligation in enumerate(awaited)}
    found = [goal for obligation in awaited for goal in every_goal(obligation.formula)]
    numbers = {id(goal): number for number, goal in enumerate(found)}
    open_goals = sorted(entry for entry in deadlines if entry[2].met is None)
    return {
        "goals": [
            [
                tables[id(one.table)],
                encoded(one.key, hidden),
                one.deadline,
                one.met,
                owners[id(one.obligation)],
            ]
            for one in found
        ],
        "awaited": [encoded(tuple(obligation), hidden, numbers) for obligation in awaited],
        "deadlines": [[deadline, order, numbers[id(goal)]] for deadline, order, goal in open_goals],
    }


def decoded_obligations(
    raw: Json, tables: Mapping[str, dict[Any, list[Goal]]], shown: Mapping[str, str]
) -> tuple[list[Obligation], Deadlines]:
    """The obligations and their heap; the tables get their goals."""
    goals = []
    for table, key, deadline, met, _ in raw["goals"]:
        goals.append(Goal(tables[table], decoded(key, shown), deadline))
        goals[-1].met = met
    awaited = [Obligation(*decoded(one, shown, goals)) for one in raw["awaited"]]
    for goal, (*_, owner) in zip(goals, raw["goals"], strict=True):
        goal.obligation = awaited[owner]
    deadlines = [(deadline, order, goals[number]) for deadline, order, number in raw["deadlines"]]
    for table in tables.values():
        table.clear()
    for _, _, goal in sorted(deadlines, key=lambda entry: entry[1]):
        goal.table.setdefault(goal.key, []).append(goal)
    return awaited, deadlines


def every_goal(formula: Formula) -> Iterable[Goal]:
    """The goals of a formula, met, missed and open."""
    match formula:
        case Goal():
            yield formula
        case Every(parts=parts) | Some(parts=parts):
            for part in parts:
                yield from every_goal(part)
        case _:
            pass


def _violation(parts: Sequence[Any]) -> Violation:
    told = Violation(*parts)
    return told._replace(causes=tuple(Cause(*cause) for cause in told.causes))


# ---------------------------------------------------------------- what an oracle knows

_OTHER_MARK = {
    "format": "this is no snapshot of an oracle",
    "version": f"this is no snapshot of version {SNAPSHOT_VERSION}",
    "digest": "the specification is not the one that the snapshot was taken of",
    "explain": "the snapshot was taken by an oracle that keeps causes where this one keeps none, or none where this one does",
    "layout": "the snapshot was taken by an oracle that another version of honnin made",
    "key": "the snapshot was sealed with another key, or with none",
    "facts": "the facts are not those that the snapshot was taken with",
}


class Snapshots:
    """The part of an oracle that tells what it knows, and is told.

    `_KEPT`: the attributes that its generated class keeps; `_AWAITED`: its tables of goals; `_LAYOUT` differs when these mean something
    else. `_SEALED_FIELDS` (for each event) and `_SEALED_GIVENS` (keys, then the value): where a sealed oracle keeps digests.
    """

    _EVENTS: tuple[Event, ...] = ()
    _DIGEST = ""
    _LAYOUT = ""
    _KEPT: tuple[str, ...] = ()
    _AWAITED: tuple[str, ...] = ()
    _SEALED_FIELDS: tuple[tuple[int, ...], ...] = ()
    _SEALED_GIVENS: Mapping[str, tuple[bool, ...]] = {}
    _LITERALS: frozenset[str] = frozenset()
    _lock: AbstractContextManager[Any]
    _seal: Seal | None
    _masked: Callable[[Any], Any]
    _reveal: bool
    _facts: dict[str, Table]
    _digested: str
    _now: int
    _dated: bool
    _explain: bool
    _broken: bool
    _deadlines: Deadlines
    _raised: int
    _settled: int
    _obligations: dict[int, Obligation]
    _waiting: tuple[Queue, ...] = ()
    _due: int
    _cleared: dict[tuple[str, Any], Here]
    _groups: dict[tuple[str, tuple[str, ...]], list[int]]
    _tally: dict[str, int]
    _lost: list[Any]
    _hits: list[int]
    _dropped: list[int]
    position: int
    violations: list[Violation]
    broken: list[Violation]
    faults: list[Fault]

    def snapshot(self) -> dict[str, Any]:
        """Everything that the oracle knows, as JSON has it: `restore` gives it to another oracle of this specification.

        SnapshotRefused where that has personal values in clear: the oracle is neither `sealed` nor asked to `reveal` them.
        """
        if any(self._SEALED_FIELDS) and self._seal is None and not self._reveal:
            raise SnapshotRefused("what the oracle keeps has personal values: a key must seal them")
        hidden = {} if self._seal is None else self._seal.hidden
        with self._lock:
            tables = {id(getattr(self, name)): name for name in self._AWAITED}
            awaited = self._obligations.values()
            return {
                **self._marks(),
                "position": self.position,
                "now": None if self._now == NEVER else self._now,
                "flags": [self._dated, self._broken],
                "counts": [self._raised, list(self._hits), list(self._dropped)],
                "told": [encoded(told, hidden) for told in (self.violations, self.broken, self.faults)],
                "kept": {name: encoded(getattr(self, name), hidden) for name in self._KEPT},
                "obligations": encoded_obligations(awaited, self._deadlines, tables, hidden),
                "cleared": encoded(self._cleared, hidden),
                "groups": encoded(self._groups),
                "tally": encoded([self._tally, self._lost]),
                "due": [[encoded(here, hidden) for here in queue.still_open()] for queue in self._waiting],
            }

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """The oracle knows what the snapshot says, and nothing else. SnapshotRefused, and nothing has changed, if it is not one of its own."""
        for name, mark in self._marks().items():
            if snapshot.get(name) != mark:
                raise SnapshotRefused(_OTHER_MARK[name])
        shown = {} if self._seal is None else {digest: text for text, digest in self._seal.hidden.items()}
        with self._lock:
            kept = {name: decoded(raw, shown) for name, raw in snapshot["kept"].items()}
            violations, broken, faults = (decoded(raw, shown) for raw in snapshot["told"])
            for name, value in kept.items():
                if isinstance(value, dict | list | deque):
                    refill(getattr(self, name), value)
                else:
                    setattr(self, name, value)
            tables = {name: getattr(self, name) for name in self._AWAITED}
            awaited, self._deadlines = decoded_obligations(snapshot["obligations"], tables, shown)
            self._obligations = {id(obligation): obligation for obligation in awaited}
            self._settled = 0
            for queue, raw in zip(self._waiting, snapshot["due"], strict=True):
                queue.refill(decoded(raw, shown))
            self._due = NEVER
            self._now = NEVER if snapshot["now"] is None else snapshot["now"]
            self._dated, self._broken = snapshot["flags"]
            self._raised, hits, dropped = snapshot["counts"]
            self._hits[:], self._dropped[:] = hits, dropped
            self.position = snapshot["position"]
            self.violations[:] = map(_violation, violations)
            self.broken[:] = map(_violation, broken)
            self._cleared = decoded(snapshot["cleared"], shown)
            self._groups = decoded(snapshot["groups"], shown)
            self._tally, self._lost = decoded(snapshot["tally"], shown)
            self.faults[:] = [Fault(*one) for one in faults]

    def _facts_digest(self) -> str:
        if not self._digested:
            self._digested = digest_of_facts(self._facts)
        return self._digested

    def _marks(self) -> dict[str, Any]:
        """What a snapshot and the oracle that it is for have in common."""
        return {
            "format": SNAPSHOT,
            "version": SNAPSHOT_VERSION,
            "digest": self._DIGEST,
            "explain": self._explain,
            "layout": self._LAYOUT,
            "key": None if self._seal is None else self._seal.fingerprint,
            "facts": self._facts_digest(),
        }

    def _close(self, seal: Seal) -> None:
        """From here on personal values come in only as digests."""
        self._masked = seal.token
        self._facts = seal.facts(self._facts, self._SEALED_GIVENS)
        for number, places in enumerate(self._SEALED_FIELDS):
            if places:
                name = f"_on_{number}"
                setattr(self, name, seal.handler(getattr(self, name), places))


# ---------------------------------------------------------------- single events


def to_journal(oracle: Snapshots, event: int, values: Sequence[Value]) -> Json:
    """The values of an event as JSON has them, and as the oracle keeps them: a sealed one has digests for personal ones."""
    kept = list(values)
    seal = oracle._seal
    if seal is not None:
        for place in oracle._SEALED_FIELDS[event]:
            value = seal(kept[place])
            kept[place] = seal.hidden.get(value, value)
    return [encoded(value) for value in kept]


def from_journal(oracle: Snapshots, event: int, written: Sequence[Json]) -> tuple[Value, ...]:
    """The values that `to_journal` was given, as the oracle takes them."""
    values = [decoded(value) for value in written]
    seal = oracle._seal
    if seal is not None:
        shown = {digest: literal for literal, digest in seal.hidden.items()}
        for place in oracle._SEALED_FIELDS[event]:
            if values[place] is not None:
                values[place] = shown.get(values[place]) or Sealed(values[place])
    return tuple(values)
