"""Whether a run that z3 found in one scope is a shortest one: a run of fewer steps may need another scope."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import product as combinations
from typing import Final, TypeAlias

from honnin.compiler.answers import Reached, Refuted
from honnin.compiler.explicit.layout import Vocabulary
from honnin.compiler.explicit.needs import Need, Needs
from honnin.compiler.product import Product
from honnin.compiler.proving.engines import Bounds, Progress, z3_search
from honnin.compiler.proving.question import Question
from honnin.spec.records import dataclass, field, replace

Scope: TypeAlias = Mapping[str, int]
Scopes: TypeAlias = Callable[[int], tuple[Sequence[Scope], bool]]
"""The scopes in which runs of so many steps are to be sought, and whether every such run has its like in one of them."""

MOST_VALUES: Final = 8
SOME_VALUES: Final = 3
"""So many are tried at least, where no number is known to be enough."""
MOST_SCOPES: Final = 64
SECONDS: Final = 10.0
"""How long a shorter run is looked for once there is one."""
UNCERTAIN_SECONDS: Final = 1.0
"""The same where it would not be known in the end whether it is a shortest."""


@dataclass(slots=True)
class Covered:
    """How many steps were searched in each scope, without finding anything."""

    depths: dict[tuple[tuple[str, int], ...], int] = field(default_factory=dict)

    def add(self, bounds: Bounds) -> None:
        depth = _ALL if bounds.complete else bounds.depth
        self.depths[_key(bounds.scope)] = max(depth, self.depth(bounds.scope))

    def depth(self, scope: Scope) -> int:
        """No run of at most so many steps is in the scope; -1: it was not searched."""
        return self.depths.get(_key(scope), -1)


_ALL: Final = 1_000_000


def _key(scope: Scope) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(scope.items()))


def telling_apart(product: Product) -> Scopes:
    """The scopes that runs of so many steps can tell apart (needs.py)."""
    vocabulary = Vocabulary(product, None, {})
    needs = Needs(vocabulary)

    def scopes(steps: int) -> tuple[Sequence[Scope], bool]:
        sizes, certain = needs.sizes(steps, MOST_VALUES)
        ranges = [_range(need, size) for need, size in zip(needs.of, sizes, strict=True)]
        found = sorted(combinations(*ranges), key=lambda scope: (sum(scope), scope))
        named = [dict(zip(vocabulary.entities, scope, strict=True)) for scope in found[:MOST_SCOPES]]
        return named, certain and len(found) <= MOST_SCOPES

    return scopes


def _range(need: Need, size: int) -> range:
    """The numbers of values to try of an entity of which so many may be needed."""
    if need.unbounded:
        return range(1, max(size, SOME_VALUES) + 1)
    return range(1 if need.quantified else size, size + 1)


def shortest(
    asked: Question,
    found: Refuted | Reached,
    scopes: Scopes,
    covered: Covered,
    deadline: float,
    progress: Progress,
) -> Refuted | Reached:
    """The run, or a shorter one of one of the scopes; marked as a shortest if it is known to be."""
    began = time.monotonic()
    while not found.shortest and (steps := length(found) - 1) >= 0:
        wanted, certain = scopes(steps)
        until = min(deadline, began + (SECONDS if certain else UNCERTAIN_SECONDS))
        for scope in wanted:
            if covered.depth(scope) >= steps:
                continue
            result = z3_search(asked, scope, steps, until, progress)
            if not isinstance(result, Bounds):
                found = result
                break
            covered.add(result)
            certain &= covered.depth(scope) >= steps
        else:
            return replace(found, shortest=certain)
    return found if found.shortest else replace(found, shortest=True)


def length(found: Refuted | Reached) -> int:
    """The number of steps of the run."""
    return len((found.counterexample if isinstance(found, Refuted) else found.witness).steps)
