"""What an explicit search of one scope found, as plain data (for the engine that learns invariants, and for answers).

`honnin.compiler.explicit.explore(product, scope, deadline=..., limit=...) -> Exploration` makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from honnin.spec.core import Value

Table: TypeAlias = Mapping[tuple[Value, ...], Value]


@dataclass(frozen=True, slots=True)
class Sample:
    """One reachable state, complete over the scope.

    `places`: per place of the product (product.py) a table from keys to values; program counters hold labels. Where a key is an
    Int or a Text, the keys that are not in the table hold the place's default. `givens`: the same per given. What the run did
    not depend on (`= any`, givens) was completed arbitrarily.
    """

    scope: Mapping[str, tuple[Value, ...]]
    places: Mapping[str, Table]
    givens: Mapping[str, Table]


@dataclass(frozen=True, slots=True)
class Exploration:
    """`depth`: every run of at most so many steps in the scope was covered, None when every run was. `states`: how many states,
    up to a renaming of entity values.

    `exercised`: per watched claim, whether it was exercised (of a cover: reached). `possible`: per step
    (`process.label`, or an action), whether it was ever possible. `violated`: the claims and properties of the design that were
    violated at the smallest depth at which any was, as (specification or None, name). `guessed`: values of an Int or a Text had to be
    chosen arbitrarily, so that nothing was covered.
    """

    scope: Mapping[str, int]
    samples: tuple[Sample, ...]
    depth: int | None
    states: int
    exercised: Mapping[str, bool]
    possible: Mapping[str, bool]
    violated: tuple[tuple[str | None, str], ...]
    guessed: bool = False


class NotApplicable(Exception):
    """The explicit search cannot treat this product; the text says why."""
