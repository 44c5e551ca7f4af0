"""Oracles whose events are observation points of the run that is going on."""

from __future__ import annotations

from _thread import RLock
from collections.abc import Callable
from functools import partial
from typing import Any

from honnin.compiler.runtime.base import event_words
from honnin.oracle.interleave.context import GOING, scheduled
from honnin.oracle.interleave.operations import Operation
from honnin.spec.core import Event, Specification, Value

EVENTS = "the events"
"""What every event touches: the oracle sees them in their order."""


def watched(oracle: type[Any], specification: Specification) -> type[Any]:
    """The class of oracles `oracle`, before each of whose events others may go on."""
    members: dict[str, Any] = {"__init__": _make(oracle), "observe": _observe(oracle)}
    members["observe_values"] = _observe_values(oracle, [event.name for event in specification.events])
    for number, event in enumerate(specification.events):
        members[event.name] = _reporting(getattr(oracle, event.name), event.name)
        members[f"_on_{number}"] = _working(getattr(oracle, f"_on_{number}"), number, event)
    return type(oracle.__name__, (oracle,), members)


def _point(event: object) -> None:
    __tracebackhide__ = True
    run = scheduled()
    if run is not None:
        run.switch(Operation(str(event), writes=(EVENTS,)))


def _make(oracle: type[Any]) -> Callable[..., None]:
    def make(self: Any, *arguments: Any, **settings: Any) -> None:
        oracle.__init__(self, *arguments, **settings)
        # Only one actor is in an event at a time; a stand-in would be one more operation in each.
        self._lock = RLock()

    return make


def _observe(oracle: type[Any]) -> Callable[..., None]:
    def observe(self: Any, event: str, /, **fields: Any) -> None:
        __tracebackhide__ = True
        _point(event)
        oracle.observe(self, event, **fields)

    return observe


def _observe_values(oracle: type[Any], names: list[str]) -> Callable[..., None]:
    def observe_values(self: Any, event: int, values: tuple[Value, ...], at: int | None = None) -> None:
        __tracebackhide__ = True
        _point(names[event])
        oracle.observe_values(self, event, values, at)

    return observe_values


def _reporting(method: Callable[..., None], name: str) -> Callable[..., None]:
    def report(self: Any, *arguments: Any, **fields: Any) -> None:
        __tracebackhide__ = True
        _point(name)
        method(self, *arguments, **fields)

    return report


def _working(work: Callable[..., None], number: int, event: Event) -> Callable[..., None]:
    def working(self: Any, now: int, *values: Value) -> None:
        __tracebackhide__ = True
        run = GOING.run
        if run is not None and run.steps:
            run.steps[-1].said.append(partial(_words, self, number, event.name, values))
        work(self, now, *values)

    return working


def _words(oracle: Any, number: int, event: str, values: tuple[Value, ...]) -> str:
    fields = oracle._EVENTS[number].fields
    shown = {f.name: oracle._shown(value, f) for f, value in zip(fields, values, strict=True)}
    return event_words({"event": event, **shown})
