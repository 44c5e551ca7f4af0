"""A mapping to the source of a Python function: straight code from a record to the events that it tells."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from typing import Final

from honnin.compiler.generator.lines import Lines
from honnin.compiler.generator.names import comment
from honnin.spec.core import (
    BoolT,
    EntityT,
    Event,
    IntT,
    OptionalT,
    Specification,
    TextT,
    Type,
)
from honnin.spec.logs.model import (
    DIGITS,
    And,
    Condition,
    Constant,
    Is,
    MappedEvent,
    Mapping,
    Not,
    Or,
    Path,
    Read,
    Rule,
    Source,
    Translated,
    Truth,
    path_text,
)
from honnin.spec.records import dataclass, field

_TIMES: Final = ("seconds", "milliseconds", "microseconds", "nanoseconds")


def mapping_source(mapping: Mapping, specification: Specification) -> str:
    """The text of a function `read(record)`: the number, values and time of each event, nothing for a line that is ignored.

    It reads `READ_n_m`, the reader of field m of event n; `READ_TIME`; and the names of the runtime.
    """
    numbers = {event.name: number for number, event in enumerate(specification.events)}
    printer = _Printer(mapping, {event.name: event for event in specification.events}, numbers)
    with printer.lines.block("def read(record):"):
        printer.lines.add(f"# {comment(mapping.title or mapping.name)}")
        printer.mapping()
    return "\n".join([*printer.tables, *printer.lines.lines]) + "\n"


@dataclass(slots=True)
class _Printer:
    """`found`: the local name that has what each path leads to, from here on; `tables`: of translations, a line each."""

    whole: Mapping
    events: Dict[str, Event]
    numbers: Dict[str, int]
    lines: Lines = field(default_factory=Lines)
    found: dict[Path, str] = field(default_factory=dict)
    tables: list[str] = field(default_factory=list)
    count: int = 0

    def mapping(self) -> None:
        for rule in self.whole.rules:
            self._rule(rule)
        self._set_aside(self.whole.otherwise)

    def _rule(self, rule: Rule) -> None:
        for path in _paths(rule.condition):
            self._lead(path)
        before = dict(self.found)
        with self.lines.block(f"if {self._test(rule.condition)}:"):
            if isinstance(rule.outcome, str):
                self._set_aside(rule.outcome)
            else:
                self._events(rule.outcome)
        self.found = before

    def _set_aside(self, word: str) -> None:
        self.lines.add("return ()" if word == "ignore" else f"reject({self.whole.name!r})")

    def _events(self, events: tuple[MappedEvent, ...]) -> None:
        at = "None" if self.whole.at is None else self._time(self.whole.at)
        told = []
        for event in events:
            fields = self.events[event.event].fields
            number = self.numbers[event.event]
            values = ""
            for place, (source, parameter) in enumerate(zip(event.sources, fields, strict=True)):
                what = f"`{parameter.name}` of `{event.event}`"
                values += self._value(source, parameter.type, f"READ_{number}_{place}", what) + ", "
            told.append(f"({number}, ({values}), {at}), ")
        self.lines.add(f"return ({''.join(told)})")

    # ------------------------------------------------------------ paths and conditions

    def _lead(self, path: Path) -> str:
        """The local name of what the path leads to; printed where it is not known yet."""
        known = self.found.get(path)
        if known is not None:
            return known
        key = path[-1]
        if len(path) == 1:
            text = f"record.get({key!r})"
        else:
            outer = self._lead(path[:-1])
            if isinstance(key, int):
                text = f"index({outer}, {key})"
            else:
                text = f"{outer}.get({key!r}) if isinstance({outer}, dict) else None"
        name = self._name()
        self.lines.add(f"{name} = {text}")
        self.found[path] = name
        return name

    def _name(self) -> str:
        self.count += 1
        return f"v{self.count}"

    def _test(self, condition: Condition) -> str:
        match condition:
            case Truth(value):
                return repr(value)
            case Is(path, value):
                return _is(self._lead(path), value)
            case Not(body):
                return f"not ({self._test(body)})"
            case And(items):
                return " and ".join(f"({self._test(item)})" for item in items)
            case Or(items):
                return " or ".join(f"({self._test(item)})" for item in items)

    # ------------------------------------------------------------ values

    def _time(self, read: Read) -> str:
        name = self._lead(read.path)
        made = self._name()
        where = f"`at`, from `{path_text(read.path)}`"
        self.lines.add(f"{made} = {self._converted(read, name, 'READ_TIME', where)}")
        return made

    def _value(self, source: Source, type: Type, reader: str, what: str) -> str:
        if isinstance(source, Constant):
            return repr(source.value)
        name = self._lead(source.path)
        where = f"{what}, from `{path_text(source.path)}`"
        made = self._name()
        if isinstance(source, Translated):
            self.lines.add(f"{made} = {self._translated(source, name, type, where)}")
        elif source.conversion is not None:
            text = self._converted(source, name, reader, where)
            unless_none = f" if {name} is not None else None" if isinstance(type, OptionalT) else ""
            self.lines.add(f"{made} = {text}{unless_none}")
        else:
            plain = _plain(name, type)
            quick = "" if plain is None else f"{name} if {plain} else "
            self.lines.add(f"{made} = {quick}field({name}, {reader}, {where!r})")
        return made

    def _converted(self, read: Read, name: str, reader: str, where: str) -> str:
        if read.conversion is None:
            return f"field({name}, {reader}, {where!r})"
        if read.conversion in _TIMES:
            digits = DIGITS[read.conversion]
            whole = f"{name} * {10 ** (6 - digits)}" if digits <= 6 else f"{name} // {10 ** (digits - 6)}"
            quick = f"{whole} if type({name}) is int and 0 <= {name} < {10 ** (15 + digits)} else "
            return f"{quick}field({name}, lambda raw: microseconds_of(raw, {digits}, {read.conversion!r}), {where!r})"
        convert = "integer_of" if read.conversion == "Int" else "text_of"
        return f"field({name}, lambda raw: {reader}({convert}(raw)), {where!r})"

    def _translated(self, source: Translated, name: str, type: Type, where: str) -> str:
        entries = dict(source.entries) if all(isinstance(key, str) for key, _ in source.entries) else {}
        table = f"TABLE_{len(self.tables)}"
        self.tables.append(f"{table} = {_table(source, type)}")
        rest = "NOTHING" if source.rest is None else repr(source.rest.value)
        careful = f"translated({name}, {table}, {rest}, {where!r})"
        if not entries:
            return careful
        texts = f"TEXTS_{len(self.tables)}"
        self.tables.append(f"{texts} = {entries!r}")
        return f"{texts}[{name}] if type({name}) is str and {name} in {texts} else {careful}"


def _is(name: str, value: str | int | bool | None) -> str:
    if value is None or isinstance(value, bool):
        return f"{name} is {value}"
    return (
        f"{name} == {value!r}" if isinstance(value, str) else f"type({name}) is int and {name} == {value!r}"
    )


def _paths(condition: Condition) -> tuple[Path, ...]:
    match condition:
        case Is(path, _):
            return (path,)
        case Not(body):
            return _paths(body)
        case And(items) | Or(items):
            return tuple(path for item in items for path in _paths(item))
        case _:
            return ()


def _plain(name: str, type: Type) -> str | None:
    """The quick test that a value is one of the type as it stands; None where only a reader can tell."""
    match type:
        case TextT():
            return f"type({name}) is str and {name}.isascii()"
        case EntityT():
            return f"type({name}) is str and {name}.isascii() or type({name}) is int"
        case BoolT():
            return f"type({name}) is bool"
        case IntT():
            return f"type({name}) is int"
        case _:
            return None


def _table(source: Translated, type: Type) -> str:
    """The table of a translation: its keys have their types beside them, for `1`, `"1"` and `true` are three."""
    entries = "".join(f"({_kind(key)}, {key!r}): {value!r}, " for key, value in source.entries)
    says_none = source.rest is not None or any(key is None for key, _ in source.entries)
    if isinstance(type, OptionalT) and not says_none:
        entries += "(NoneType, None): None, "
    return f"{{{entries}}}"


def _kind(key: str | int | bool | None) -> str:
    return "NoneType" if key is None else type(key).__name__
