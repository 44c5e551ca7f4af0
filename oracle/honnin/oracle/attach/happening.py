"""What a place in a program reports: an event, and where its fields come from."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from honnin.oracle.misuse import WrongUse

Source: TypeAlias = str | Callable[..., Any] | int | bool | None


class Happening:
    """An event and the sources of its fields: a name at the place, with attributes (`result.person`); a function whose
    parameters are such names; anything else is a constant. A field without a source is the name like it, if there is one, else
    the correlation's. `at`: when it happened. Compared by identity.
    """

    __slots__ = ("event", "sources")

    def __init__(self, event: str, sources: Mapping[str, Source]) -> None:
        self.event = event
        self.sources = dict(sources)

    def check(self, names: Iterable[str]) -> None:
        """Raises TypeError where a source needs a name that the place does not have."""
        known = set(names)
        for field, source in self.sources.items():
            wanted = _names(source)
            if missing := [name for name in wanted if name not in known]:
                there = ", ".join(sorted(known)) or "none"
                raise WrongUse(
                    "HN0670",
                    f"`{field}` of event `{self.event}` needs `{missing[0]}`; the names here are: {there}",
                )

    def fields(self, names: Mapping[str, Any]) -> dict[str, Any]:
        """The values of the fields with a source, and everything else that has a name. `check` has passed."""
        return {**names, **{field: _value(source, names) for field, source in self.sources.items()}}


def event(name: str, **sources: Source) -> Happening:
    """The event `name`, its fields from these sources: `event("issue", request="request", subject=lambda result: result.who)`."""
    return Happening(name, sources)


def happenings(given: str | Happening | Iterable[str | Happening] | None) -> list[Happening]:
    """What a setting such as `before=` names: nothing, one event or several."""
    if given is None:
        return []
    listed = [given] if isinstance(given, str | Happening) else given
    return [one if isinstance(one, Happening) else Happening(one, {}) for one in listed]


def expression(source: Source, spelled: Mapping[str, str], constant: Callable[[Any], str]) -> str:
    """Python for a source, its names spelled so; `constant` names a value for the generated code."""
    if isinstance(source, str):
        first, *rest = source.split(".")
        return ".".join([spelled[first], *rest])
    if callable(source):
        return f"{constant(source)}({', '.join(spelled[name] for name in _names(source))})"
    return constant(source)


def _names(source: Source) -> list[str]:
    """The names that a source needs."""
    if isinstance(source, str):
        parts = source.split(".")
        if not all(part.isidentifier() for part in parts):
            raise WrongUse(
                "HN0671", f"a source is a name with attributes, such as `result.person`, not {source!r}"
            )
        return parts[:1]
    if not callable(source):
        return []
    try:
        return list(inspect.signature(source).parameters)
    except ValueError:
        raise WrongUse("HN0671", f"the parameters of {source!r} are not known", "write a lambda") from None


def _value(source: Source, names: Mapping[str, Any]) -> Any:
    if isinstance(source, str):
        first, *rest = source.split(".")
        value = names[first]
        for part in rest:
            value = getattr(value, part)
        return value
    return source(*(names[name] for name in _names(source))) if callable(source) else source
