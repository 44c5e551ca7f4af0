"""Oracles of several specifications that hear the same events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from honnin.compiler.runtime.base import BadInput, InvariantViolated, SpecificationFault, When

__tracebackhide__ = True
_TOLD = (InvariantViolated, SpecificationFault, BadInput)


class Oracles(Mapping[str, Any]):
    """The oracles by the names of their specifications. `observe`, and a method per event, report to each that has the event."""

    def __init__(self, oracles: Sequence[Any]) -> None:
        self._oracles = {oracle._NAME: oracle for oracle in oracles}

    def __getitem__(self, name: str) -> Any:
        return self._oracles[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._oracles)

    def __len__(self) -> int:
        return len(self._oracles)

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("_") or not any(hasattr(oracle, name) for oracle in self.values()):
            raise AttributeError(f"no specification has an event `{name}`", name=name, obj=self)
        return partial(self._observe_by_name, name)

    def _observe_by_name(self, event: str, /, *values: Any, at: When = None, **fields: Any) -> None:
        if values:
            raise TypeError(f"`{event}` of several specifications takes its fields by their names")
        self.observe(event, at=at, **fields)

    def observe(self, event: str, /, *, at: When = None, **fields: Any) -> None:
        """One event, to each oracle whose specification has it. Where several raise, an ExceptionGroup. Raises BadInput."""
        found = [oracle for oracle in self.values() if any(event == known.name for known in oracle._EVENTS)]
        if not found:
            raise BadInput("`event` names no event of the specifications")
        together_raised(
            [partial(oracle.observe, event, at=at, **fields) for oracle in found], f"event `{event}`"
        )

    def tick(self, at: When = None) -> None:
        """The clock shows `at`, for every oracle."""
        together_raised([partial(oracle.tick, at) for oracle in self.values()], "a tick of the clock")


def as_one(problems: Sequence[Exception], of: str) -> Exception:
    """The problem; several as an ExceptionGroup."""
    if len(problems) == 1:
        return problems[0]
    return ExceptionGroup(f"{len(problems)} problems in {of}", list(problems))


def together_raised(actions: Sequence[Callable[[], object]], of: str) -> None:
    """Does them all, then raises what an oracle raised in one; of several an ExceptionGroup."""
    errors: list[Exception] = []
    for action in actions:
        try:
            action()
        except _TOLD as error:
            errors.append(error)
    if errors:
        raise as_one(errors, of)


def together(oracles: Sequence[Any]) -> Any:
    """The oracle; several as `Oracles`."""
    return oracles[0] if len(oracles) == 1 else Oracles(oracles)
