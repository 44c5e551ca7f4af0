"""What of a specification matters for what is drawn: its literals, its durations, the values of its entities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from honnin.compiler.formulas import statement_expressions
from honnin.oracle.hypothesis.occurring import Event, Seconds
from honnin.oracle.monitor import Spec, load
from honnin.spec import core
from honnin.spec.core import Expr, Specification, Type, Value
from honnin.spec.facts import read_facts
from honnin.spec.records import dataclass
from honnin.spec.updates import entity_values

SECOND = 1_000_000
Pool = Mapping[str, Sequence[Value]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`integers`, `texts`: the literals, and what is near them. `durations`: microseconds, likewise, 0 first. `bounds`: those
    of every `eventually`. `awaited`: the events that one waits for.
    `prefixes`: how the values of an entity begin.
    """

    spec: Spec
    integers: tuple[int, ...]
    texts: tuple[str, ...]
    durations: tuple[int, ...]
    bounds: tuple[int, ...]
    awaited: tuple[str, ...]
    needs_time: bool
    prefixes: Mapping[str, str]

    @property
    def specification(self) -> Specification:
        return self.spec.specification

    def event(self, name: str) -> core.Event:
        return self.specification.event(name)


def vocabulary(spec: Spec | str | Path) -> Vocabulary:
    """The vocabulary of a specification, or of the one in a file."""
    loaded = spec if isinstance(spec, Spec) else load(spec)
    nodes = [node for expr in _expressions(loaded.specification) for node in core.walk(expr)]
    integers = {0, 1, 2}
    texts = {"", "a"}
    durations: set[int] = {0, SECOND}
    for retained in loaded.specification.retained:
        durations |= _around(retained.horizon)
    bounds = [node.bound for node in nodes if isinstance(node, core.Eventually)]
    for node in nodes:
        match node:
            case core.Lit(value=int(value), type=core.IntT()):
                integers |= {value - 1, value, value + 1}
            case core.Lit(value=int(value), type=core.DurationT()):
                durations |= _around(value)
            case core.Lit(value=str(value), type=core.TextT()):
                texts.add(value)
            case core.Eventually(bound=bound) | core.CountPast(bound=bound):
                durations |= _around(bound)
            case _ if (interval := getattr(node, "interval", None)) is not None:
                durations |= _around(interval.bound)
            case _:
                pass
    return Vocabulary(
        loaded,
        tuple(sorted(integers, key=lambda n: (abs(n), n))),
        tuple(sorted(texts, key=lambda t: (len(t), t))),
        tuple(sorted(duration for duration in durations if duration >= 0)),
        tuple(sorted(set(bounds))),
        tuple(dict.fromkeys(_awaited(nodes))),
        bool(loaded.namespace["Oracle"]._NEEDS_TIME),
        _prefixes([entity.name for entity in loaded.specification.entities]),
    )


def _expressions(specification: Specification) -> Iterator[Expr]:
    for claim in specification.claims:
        yield from (claim.when, claim.body)
    for update in specification.updates:
        yield update.when
        yield from statement_expressions(update.body)


def _around(duration: int) -> set[int]:
    return {duration // 2, duration - 1, duration, duration + 1}


def _awaited(nodes: Iterable[Expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, core.Eventually):
            yield from (inner.event for inner in core.walk(node) if isinstance(inner, core.Atom))


def _prefixes(names: Sequence[str]) -> dict[str, str]:
    """The first letter, where no other entity has it."""
    initials = [name[0].lower() for name in names]
    return {
        name: initial if initials.count(initial) == 1 else name.lower()
        for name, initial in zip(names, initials, strict=True)
    }


def in_seconds(microseconds: int) -> Seconds:
    """A time or a duration as an oracle takes it."""
    whole, rest = divmod(microseconds, SECOND)
    return microseconds / SECOND if rest else whole


# ---------------------------------------------------------------- entities


def seen_in_facts(known: Vocabulary, facts: Mapping[str, Any] | None) -> dict[str, tuple[Value, ...]]:
    """The values of each entity in the facts; facts that are wrong are the oracle's to refuse."""
    read = read_facts({} if facts is None else facts, known.specification)
    if isinstance(read, tuple):
        return {entity.name: () for entity in known.specification.entities}
    return entity_values(known.specification, (), read)


def pool(
    known: Vocabulary, seen: Pool, events: Iterable[Event], given: Pool | None
) -> dict[str, list[Value]]:
    """The values of each entity that there are: those seen, in order, and one that was not; or those that are given."""
    found: dict[str, dict[Value, None]] = {name: dict.fromkeys(values) for name, values in seen.items()}
    for event in events:
        for field in known.event(event.name).fields:
            type = core.base_type(field.type)
            if isinstance(type, core.EntityT) and event.fields[field.name] is not None:
                found[type.name][event.fields[field.name]] = None
    result = {}
    for name, values in found.items():
        prefix = known.prefixes[name]
        numbers = range(1, len(values) + 2)
        fresh = next(f"{prefix}{number}" for number in numbers if f"{prefix}{number}" not in values)
        result[name] = list(given[name]) if given and name in given else [*values, fresh]
    return result


# ---------------------------------------------------------------- values


def values(type: Type, known: Vocabulary, there: Pool) -> st.SearchStrategy[Any]:
    """Values of a type, as an oracle takes them."""
    match type:
        case core.OptionalT(inner=inside):
            return st.none() | values(inside, known, there)
        case core.EntityT(name=name):
            return st.sampled_from(there[name])
        case core.EnumT(members=members):
            return st.sampled_from(members)
        case core.BoolT():
            return st.booleans()
        case core.RangeT(low=low, high=high):
            return st.integers(low, high)
        case core.IntT():
            return st.sampled_from(known.integers) | st.integers(0, 20)
        case core.TextT():
            return st.sampled_from(known.texts) | st.text(max_size=4)
        case core.DurationT() | core.TimeT():
            return st.sampled_from([in_seconds(duration) for duration in known.durations])


def some_values(type: Type, known: Vocabulary, there: Pool) -> list[Any]:
    """A few values of a type: all of a small one."""
    match type:
        case core.OptionalT(inner=inside):
            return [None, *some_values(inside, known, there)]
        case core.EntityT(name=name):
            return list(there[name])
        case core.IntT():
            return list(known.integers)
        case core.TextT():
            return list(known.texts)
        case core.DurationT() | core.TimeT():
            return [in_seconds(duration) for duration in known.durations]
        case core.RangeT(low=low, high=high) if high - low > 20:
            return [low, low + 1, (low + high) // 2, high - 1, high]
        case _:
            return list(core.finite_values(type) or ())


def few(type: Type) -> bool:
    """Whether `some_values` are all that is ever drawn."""
    match core.base_type(type):
        case core.IntT() | core.TextT() | core.RangeT():
            return False
        case _:
            return True
