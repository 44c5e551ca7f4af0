"""Small changes to traces: what was well is often nearly well after one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from random import Random

from honnin.spec.core import Occurrence, Specification

from .drawing_formulas import SECOND


def changed(trace: Sequence[Occurrence], specification: Specification, random: Random) -> list[Occurrence]:
    """The trace after one or two small changes; its times never go back."""
    events = list(trace)
    for _ in range(random.randint(1, 2)):
        if events:
            random.choice((_swap_values, _drop, _repeat, _reorder, _same_time, _stretch))(
                events, specification, random
            )
    times = accumulate((event.at or 0 for event in events), max)
    return [replace(event, at=at) for event, at in zip(events, times, strict=True)]


def _swap_values(events: list[Occurrence], specification: Specification, random: Random) -> None:
    """Two values of one type, in two fields of the trace, change places."""
    places = [
        (number, index, field.type)
        for number, event in enumerate(events)
        for index, field in enumerate(specification.event(event.event).fields)
    ]
    if not places:
        return
    one = random.choice(places)
    other = random.choice([place for place in places if place[2] == one[2]])
    first, second = events[one[0]].values[one[1]], events[other[0]].values[other[1]]
    _put(events, one[0], one[1], second)
    _put(events, other[0], other[1], first)


def _put(events: list[Occurrence], number: int, index: int, value: object) -> None:
    values = list(events[number].values)
    assert value is None or isinstance(value, bool | int | str)
    values[index] = value
    events[number] = replace(events[number], values=tuple(values))


def _drop(events: list[Occurrence], _: Specification, random: Random) -> None:
    del events[random.randrange(len(events))]


def _repeat(events: list[Occurrence], _: Specification, random: Random) -> None:
    """An event happens again, at once or later."""
    number = random.randrange(len(events))
    events.insert(random.randint(number, len(events)), events[number])


def _reorder(events: list[Occurrence], _: Specification, random: Random) -> None:
    """Two events that follow each other change places, but for their times."""
    number = random.randrange(len(events))
    if number:
        one, other = events[number - 1], events[number]
        events[number - 1], events[number] = replace(other, at=one.at), replace(one, at=other.at)


def _same_time(events: list[Occurrence], _: Specification, random: Random) -> None:
    """An event happens at the time of the one before."""
    number = random.randrange(len(events))
    if number:
        events[number] = replace(events[number], at=events[number - 1].at)


def _stretch(events: list[Occurrence], _: Specification, random: Random) -> None:
    """From one event on, everything happens later."""
    number, more = random.randrange(len(events)), random.choice((1, SECOND, 3 * SECOND))
    for later in range(number, len(events)):
        events[later] = replace(events[later], at=(events[later].at or 0) + more)
