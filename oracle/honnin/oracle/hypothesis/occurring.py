"""Events and traces that are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from honnin.spec.records import dataclass, field

Seconds = int | float


@dataclass(frozen=True, slots=True)
class Event:
    """An event with its fields, as an oracle's method takes them (times and durations in seconds); `at` None: without a time."""

    name: str
    fields: Mapping[str, Any]
    at: Seconds | None = None

    def report(self, oracle: Any) -> None:
        """Reports the event to an oracle."""
        oracle.observe(self.name, at=self.at, **self.fields)

    def __repr__(self) -> str:
        parts = [f"{name}={value!r}" for name, value in self.fields.items()]
        return f"{self.name}({', '.join([*parts, *([] if self.at is None else [f'at={self.at}'])])})"


@dataclass(frozen=True, slots=True)
class Trace:
    """Events under facts (as `spec.oracle(facts=...)` takes them). `end`: what the clock shows at the end, where that matters.

    A violating trace has the valid trace that it comes from, and the change that was made, in words.
    """

    events: tuple[Event, ...]
    facts: Mapping[str, Any] | None = None
    end: Seconds | None = None
    change: str | None = None
    valid: Trace | None = field(default=None, compare=False)

    def report(self, oracle: Any) -> None:
        """Reports all of it to an oracle that was made with `facts`."""
        for event in self.events:
            event.report(oracle)
        if self.end is not None:
            oracle.tick(self.end)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)

    def __repr__(self) -> str:
        parts = [f"[{', '.join(map(repr, self.events))}]"]
        for name in ("facts", "end", "change"):
            value = getattr(self, name)
            if value is not None and value != {}:
                parts.append(f"{name}={value!r}")
        return f"Trace({', '.join(parts)})"
