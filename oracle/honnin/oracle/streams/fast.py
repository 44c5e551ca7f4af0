"""Blocks of lines decoded at once by msgspec, where that is sure to give what reading them one by one gives.

msgspec takes the last of two equal keys, and a number with a fraction as a binary one. So a block is taken only if a count of its
colons, those of times with dates apart, shows that no key is there twice; and times are read from their text (`streams.times`).
Whatever is not sure is divided, and in the end read line by line, by the oracle: it alone says what is wrong with a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Annotated, Any, Literal, TypeAlias, Union

from honnin.oracle.monitor import Spec
from honnin.oracle.streams.blocks import Block, Line
from honnin.oracle.streams.loop import Events, at_once, in_place, one_by_one
from honnin.oracle.streams.times import TimeReader, Times
from honnin.spec.core import (
    BoolT,
    EntityT,
    EnumT,
    Event,
    IntT,
    OptionalT,
    RangeT,
    TextT,
    Type,
)
from honnin.spec.records import dataclass, field

_NOT_BEGUN = re.compile(rb"\n(?!\{)")
_SPACED = re.compile(rb'"[ \t\r]++:')
_FEW = 4
_WORTH = 10_000
"""After so many events the work of each is done in the loop: making that takes as long as it saves in some ten thousands."""
_PATIENCE = 64
_INT64 = 1 << 63
Slow = Callable[[Block], None]
Told = Callable[[int], None]
Decoded: TypeAlias = tuple[list[Any], Times]
"""Events, as objects of the classes that msgspec decodes, and their times."""
Occurred: TypeAlias = tuple[int, tuple[Any, ...], int]


@dataclass(slots=True)
class FastReader:
    """Gives the lines of blocks to an oracle. `told` is called after an event with findings, with its line; `slow` with every line, as a
    block of its own, that must be read by the oracle itself.
    """

    spec: Spec
    oracle: Any
    events: Events
    classes: tuple[tuple[Any, ...], tuple[Any, ...]]
    values: dict[type, Callable[[Any], tuple[int, tuple[Any, ...]]]]
    run: Callable[..., None]
    apart: Callable[..., None]
    decoders: tuple[Any, Any]
    untyped: Any
    times: TimeReader
    pairs: dict[type, int]
    needs_time: bool
    loose: bool = False
    resting: int = field(default=0)
    quick: bool = field(default=False)
    seen: int = field(default=0)

    def take(self, block: Block, told: Told, slow: Slow) -> None:
        """Every line of a block of whole lines."""
        lines = 0

        def again(part: Block) -> None:
            nonlocal lines
            lines += 1
            slow(part)

        for part, events in self.parts(block):
            if events is None:
                slow(part)
            else:
                with self.oracle._lock:
                    self._run(*events, part.number, told, _Lines(part, again))
        if lines * 2 > block.ends:
            self.resting = _PATIENCE

    def parts(self, block: Block) -> Iterator[tuple[Block, Decoded | None]]:
        """The block in parts, each with its events, one for each line; with None where it is not sure what they are."""
        if self.resting:
            self.resting -= 1
            yield block, None
            return
        lines = 0
        for part, events in self._divided(block):
            lines += part.ends + 1 if events is None else 0
            yield part, events
        if lines * 2 > block.ends:
            self.resting = _PATIENCE

    def _divided(self, block: Block) -> Iterator[tuple[Block, Decoded | None]]:
        events = self._decoded(block)
        middle = block.data.find(b"\n", len(block.data) // 2) + 1
        if not 0 < middle < len(block.data):
            middle = block.data.rfind(b"\n", 0, len(block.data) // 2) + 1
        if events is not None or block.ends <= _FEW or not middle:
            yield block, events
            return
        first = Block(block.number, block.data[:middle], block.start)
        yield from self._divided(first)
        yield from self._divided(Block(first.following, block.data[middle:], first.end))

    def told(self, events: Decoded) -> tuple[list[Occurred], bool] | None:
        """The number, the values and the time (microseconds) of each event, and whether the times have dates; None where one has no
        time, or they are not told in one way.
        """
        found, times = events
        if times.moments is None:
            return None
        occurred = [(*self.values[type(one)](one), at) for one, at in zip(found, times.moments, strict=True)]
        return occurred, bool(times.dated)

    def _run(self, events: list[Any], times: Times, number: int, told: Told, again: Told) -> None:
        """What the events, of lines from `number` on, do to the oracle."""
        self.seen += len(events)
        if self.seen >= _WORTH and not self.quick:
            self.prepare()
        oracle = self.oracle
        moments = times.since(oracle._now, len(events))
        if moments is None:
            self.apart(oracle, events, self.times.told(times), number, told, again)
            return
        oracle._dated = oracle._dated if times.dated is None else times.dated
        self.run(oracle, events, moments, number, told, self.classes[self.loose])

    def prepare(self) -> None:
        """From now on the work of each event is done in the loop, if that can be."""
        self.run = in_place(self.spec, self.oracle, self.events) or self.run
        self.quick = True

    def _decoded(self, block: Block) -> Decoded | None:
        """The events of the lines, one for each, and their times; None where that is not sure.

        As many objects as lines, each of which begins with one: then no line has two.
        """
        import msgspec

        data, signs = block.data, block.signs
        data = data.replace(b"\r\n", b"\n") if b"\r" in data else data
        count = block.ends + (not data.endswith(b"\n"))
        if not signs.startswith(b"{") or not signs.endswith((b"}", b"}\n")) or _is_unsure(data, signs, count):
            return None
        try:
            found = self.decoders[self.loose].decode_lines(data)
            names = self._names(found, data, signs)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            self.loose = self.loose or "unknown field" in str(error)
            return None
        if len(found) != count:
            return None
        times = self.times.read([one.at for one in found])
        if times is None:
            return None
        if not (self.loose or self.needs_time):
            names += count - times.missing
        colons = signs.count(b":") - (times.text.count(b":") if times.dated else 0)
        if colons == names or (data.count(b'":') == names and not _SPACED.search(data)):
            return found, times
        return None

    def _names(self, found: list[Any], data: bytes, signs: bytes) -> int:
        """How many names the lines have at least, a time that may be missing apart; -1 where they may have others than are seen here."""
        if not self.loose:
            return sum(map(self.pairs.__getitem__, map(type, found)))
        if b"[" in signs or signs.count(b"{") != len(found):
            return -1
        return sum(map(len, self.untyped.decode_lines(data)))


def _is_unsure(data: bytes, signs: bytes, count: int) -> bool:
    """Whether one of `count` lines does not begin an object, or a name or a text may be spelled with escapes."""
    if signs.count(b"{") != count or signs.count(b"\n{") != count - 1:
        begun = _NOT_BEGUN.search(data)
        if begun is not None and begun.end() < len(data):
            return True
    return b"\\" in signs and b"\\u00" in data


@dataclass(slots=True)
class _Lines:
    """Reads single lines of a block again, by their numbers."""

    block: Block
    slow: Slow
    lines: list[Line] = field(default_factory=list)

    def __call__(self, number: int) -> None:
        self.lines = self.lines or list(self.block.lines())
        line = self.lines[number - self.block.number]
        self.slow(Block(number, line.data, line.start))


# ---------------------------------------------------------------- one for a specification


def fast_reader(spec: Spec, oracle: Any) -> FastReader | None:
    """The reader for an oracle of the specification; None where msgspec is not installed, or can read none of the events."""
    try:
        import msgspec
    except ImportError:
        return None
    needs_time = bool(oracle._NEEDS_TIME)
    events = [(number, event) for number, event in enumerate(spec.specification.events) if _readable(event)]
    if not events:
        return None
    strict = [_structure(number, event, needs_time, closed=True) for number, event in events]
    loose = [_structure(number, event, needs_time, closed=False) for number, event in events]
    pairs = {
        kind: len(event.fields) + 1 + needs_time for kind, (_, event) in zip(strict, events, strict=True)
    }
    return FastReader(
        spec,
        oracle,
        events,
        (tuple(strict), tuple(loose)),
        {kind: _values(*one) for kinds in (strict, loose) for kind, one in zip(kinds, events, strict=True)},
        at_once(events),
        one_by_one(events, strict, loose, needs_time=needs_time),
        (msgspec.json.Decoder(Union[tuple(strict)]), msgspec.json.Decoder(Union[tuple(loose)])),  # noqa: UP007
        msgspec.json.Decoder(),
        TimeReader(msgspec.json.Decoder(list[int]), msgspec.json.Decoder(list[float | int | str | None])),
        pairs,
        needs_time,
    )


def _values(number: int, event: Event) -> Callable[[Any], tuple[int, tuple[Any, ...]]]:
    """What gives the number and the values of an event of a kind."""
    if len(event.fields) < 2:
        return lambda one: (number, (one.f0,) if event.fields else ())
    fields = attrgetter(*(f"f{place}" for place in range(len(event.fields))))
    return lambda one: (number, fields(one))


def _readable(event: Event) -> bool:
    names = [parameter.log_name for parameter in event.fields]
    return (
        len({*names, "event", "at"}) == len(names) + 2
        and len(names) < 200
        and all(_annotation(parameter.type) is not None for parameter in event.fields)
    )


def _annotation(type: Type) -> Any:
    """What msgspec reads as the oracle would; None where there is nothing."""
    import msgspec

    match type:
        case BoolT():
            return bool
        case IntT():
            return int
        case TextT():
            return str
        case EntityT():
            return str | int
        case EnumT(members=members):
            return Literal[members]
        case RangeT(low=low, high=high) if -_INT64 <= low <= high < _INT64:
            return Annotated[int, msgspec.Meta(ge=low, le=high)]
        case OptionalT(inner=inner):
            found = _annotation(inner)
            return None if found is None else Union[found, None]  # noqa: UP007
        case _:
            return None


def _structure(number: int, event: Event, needs_time: bool, *, closed: bool) -> Any:
    """The class of the events of one kind: the time, then the fields as `f0`, `f1`, ..."""
    import msgspec

    time: Any = msgspec.Raw if needs_time else msgspec.Raw | msgspec.UnsetType
    fields: list[Any] = [(f"f{place}", _annotation(p.type)) for place, p in enumerate(event.fields)]
    fields.append(("at", time) if needs_time else ("at", time, msgspec.UNSET))
    return msgspec.defstruct(
        f"Event{number}",
        fields,
        tag_field="event",
        tag=event.name,
        rename={f"f{place}": parameter.log_name for place, parameter in enumerate(event.fields)},
        forbid_unknown_fields=closed,
        gc=False,
    )
