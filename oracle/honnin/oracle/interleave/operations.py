"""What the threads and tasks of a run do one at a time: operations that they wait before, and the steps that were taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

CLOCK = "the clock"
"""What a pause and a time-out move on."""


class Choice(NamedTuple):
    """Who goes on: the number of the actor, and whether its wait ends by its time-out."""

    actor: int
    timed_out: bool = False


class Operation(NamedTuple):
    """What an actor is about to do. It goes on when `ready` (None: always), or, if `until` is a time, by its time-out.

    `reads`, `writes`: the names of what the operation itself touches. `declared`: what follows it, up to the actor's next
    operation, touches nothing else. `waits_for` says who or what it waits for. `sleeps`: it is a pause, after which others come
    first; the clock then shows `until`, in seconds.
    """

    label: str
    ready: Callable[[], bool] | None = None
    until: float | None = None
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    declared: bool = False
    sleeps: bool = False
    waits_for: Callable[[], str] | None = None


class Step:
    """One step that was taken: an operation and all that its actor did up to its next one.

    `unknown`: it may have touched anything. `paused`: it was a pause or a time-out. `conditional`: it was
    possible only in some states. `said`: the events that were reported in it, in words when they are asked for.
    """

    __slots__ = ("choice", "conditional", "label", "paused", "reads", "said", "unknown", "writes")

    def __init__(self, choice: Choice, operation: Operation, unknown: bool) -> None:
        self.choice = choice
        self.label = operation.label
        self.conditional = operation.ready is not None and not choice.timed_out
        self.paused = choice.timed_out or operation.sleeps
        self.reads = set(operation.reads)
        self.writes = set(operation.writes)
        if self.paused:
            self.writes.add(CLOCK)
        self.unknown = unknown
        self.said: list[Callable[[], str]] = []

    def touches_nothing(self) -> bool:
        """Whether the step is known to touch nothing that actors share."""
        return not (self.unknown or self.reads or self.writes)


def independent(one: Step, other: Step) -> bool:
    """Whether the order of two steps of different actors cannot matter, as far as what they touch is known."""
    if one.unknown or other.unknown:
        return one.touches_nothing() or other.touches_nothing()
    writes = one.writes
    return (
        writes.isdisjoint(other.writes)
        and writes.isdisjoint(other.reads)
        and one.reads.isdisjoint(other.writes)
    )
