"""Finding a thing by its name."""

from __future__ import annotations

from typing import Protocol, TypeVar


class _HasName(Protocol):
    @property
    def name(self) -> str: ...


_Named = TypeVar("_Named", bound=_HasName)


def by_name(items: tuple[_Named, ...], name: str) -> _Named:
    """The thing called `name`; KeyError when there is none."""
    for item in items:
        if item.name == name:
            return item
    raise KeyError(name)
