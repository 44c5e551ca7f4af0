"""Random mappings over random events, with records that nearly fit them."""

from __future__ import annotations

import json
from itertools import pairwise
from random import Random
from typing import Any

from honnin.spec.core import (
    BOOL,
    DURATION,
    INT,
    TEXT,
    TIME,
    BoolT,
    DurationT,
    EntityT,
    EnumT,
    Event,
    Field,
    IntT,
    OptionalT,
    RangeT,
    Specification,
    TextT,
    TimeT,
    Type,
    Value,
    base_type,
)
from honnin.spec.logs.model import (
    DIGITS,
    And,
    Condition,
    Constant,
    Conversion,
    Is,
    MappedEvent,
    Mapping,
    Not,
    Or,
    Path,
    Read,
    Rule,
    Scalar,
    Source,
    Translated,
    Truth,
    same,
)

PERSON = EntityT("Person")
KIND = EnumT("Kind", ("tax", "seal"))
TYPES: tuple[Type, ...] = (PERSON, KIND, BOOL, INT, TEXT, TIME, DURATION, RangeT(0, 5), OptionalT(PERSON))
TYPES += (OptionalT(INT), OptionalT(KIND), OptionalT(TIME))
KEYS = ("a", "b", "req-id", "氏名", "__class__", "a'b")
TEXTS = (
    "x",
    "tax",
    "1",
    "007",
    "-3",
    "1.5",
    "2026-11-26T00:00:00.25Z",
    "氏名",
    "\\",
    "true",
    "5s",
    "1e3",
    "",
)
NUMBERS = (
    "0",
    "1",
    "-3",
    "1.0",
    "2.5",
    "1795000000123",
    "9" * 20,
    "1e400",
    "1e999999999999999999",
    "-0",
    "9" * 4301,
)
SCALARS: tuple[Scalar, ...] = (None, True, False, 0, 1, -3, *TEXTS)


class Drawing:
    """Draws one specification with one mapping, and records for it."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        events = tuple(self._event(name) for name in ("e", "f", "g")[: self.random.randint(1, 3)])
        self.paths = [self._path() for _ in range(6)]
        self.specification = Specification("s", None, (PERSON,), (KIND,), (), events, (), (), ())
        at = self._read(TIME) if self.random.random() < 0.6 else None
        rules = tuple(self._rule() for _ in range(self.random.randint(1, 4)))
        self.mapping = Mapping("m", None, at, rules, self.random.choice(("ignore", "reject")))

    def _event(self, name: str) -> Event:
        types = [self.random.choice(TYPES) for _ in range(self.random.randint(0, 3))]
        return Event(name, "both", tuple(Field(f"f{i}", t, False, f"f{i}") for i, t in enumerate(types)))

    def _path(self) -> Path:
        rest = [self.random.choice((*KEYS, 0, 1)) for _ in range(self.random.choice((0, 0, 1, 2)))]
        return (self.random.choice(KEYS), *rest)

    # ------------------------------------------------------------ the mapping

    def _rule(self) -> Rule:
        if self.random.random() < 0.2:
            return Rule(self._condition(2), self.random.choice(("ignore", "reject")))
        events = self.random.choices(self.specification.events, k=self.random.choice((1, 1, 2)))
        told = tuple(MappedEvent(e.name, tuple(self._source(f.type) for f in e.fields)) for e in events)
        return Rule(self._condition(2), told)

    def _condition(self, depth: int) -> Condition:
        draw = self.random.random()
        if depth and draw < 0.15:
            return Not(self._condition(depth - 1))
        if depth and draw < 0.3:
            return And((self._condition(depth - 1), self._condition(depth - 1)))
        if depth and draw < 0.6:
            return Or((self._condition(depth - 1), self._condition(depth - 1)))
        if draw > 0.95:
            return Truth(self.random.random() < 0.7)
        return Is(self.random.choice(self.paths), self.random.choice(SCALARS))

    def _source(self, type: Type) -> Source:
        draw = self.random.random()
        if draw < 0.1 and (value := self._value(type)) is not None:
            return Constant(value)
        if draw < 0.3 and (value := self._value(type)) is not None:
            entries: list[tuple[Scalar, Value]] = []
            for key in self.random.sample(SCALARS, 3):
                if not any(same(key, other) for other, _ in entries):
                    entries.append((key, self._value(type)))
            rest = Constant(value) if self.random.random() < 0.4 else None
            return Translated(self.random.choice(self.paths), tuple(entries), rest)
        return self._read(type)

    def _read(self, type: Type) -> Read:
        inner = base_type(type)
        fitting: tuple[Conversion | None, ...] = (None,)
        match inner:
            case TimeT() | DurationT():
                fitting = (None, *DIGITS)
            case EntityT():
                fitting = (None, "Int", "Text")
            case TextT():
                fitting = (None, "Text")
            case IntT() | RangeT():
                fitting = (None, "Int")
            case _:
                pass
        return Read(self.random.choice(self.paths), self.random.choice(fitting))

    def _value(self, type: Type) -> Value:
        match base_type(type):
            case EntityT():
                return self.random.choice(("p", 1))
            case EnumT(members=members):
                return self.random.choice(members)
            case BoolT():
                return self.random.random() < 0.5
            case TextT():
                return "text"
            case TimeT():
                return None
            case _:
                return self.random.randint(0, 5)

    # ------------------------------------------------------------ records

    def line(self) -> str:
        """A record as text, most of whose paths are those of the mapping."""
        if self.random.random() < 0.05:
            return self.random.choice(("[]", "{", '"x"', '{"a": 1, "a": 2}', "{}", '{"a": "\\ud800"}'))
        record: dict[str, Any] = {}
        for path in self.paths:
            if self.random.random() < 0.85:
                self._put(record, path)
        return _json(record)

    def _put(self, record: dict[str, Any], path: Path) -> None:
        here: Any = record
        for key, following in pairwise(path):
            inner: Any = {} if isinstance(following, str) else [self._raw(), self._raw()]
            if isinstance(here, dict) and isinstance(key, str):
                here = here.setdefault(key, inner)
            elif isinstance(here, list) and isinstance(key, int) and key < len(here):
                here[key] = inner
                here = inner
            else:
                return
        last = path[-1]
        is_key = isinstance(here, dict) and isinstance(last, str)
        if is_key or (isinstance(here, list) and isinstance(last, int) and last < len(here)):
            place: Any = last
            here[place] = self._raw()

    def _raw(self) -> Any:
        draw = self.random.random()
        if draw < 0.4:
            return self.random.choice(TEXTS)
        if draw < 0.75:
            return _Number(self.random.choice(NUMBERS))
        return self.random.choice((None, True, False, [], {}, [1], {"a": 1}))


class _Number(str):
    """Digits that stand in a record as they are."""


def _json(value: Any) -> str:
    match value:
        case _Number():
            return str(value)
        case dict():
            return "{" + ", ".join(f"{json.dumps(key)}: {_json(inner)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_json, value)) + "]"
        case _:
            return json.dumps(value)
