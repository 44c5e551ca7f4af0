"""The bounded searches of several scopes, by turns: what a step more costs is not known before, and neither is how many values a run needs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from honnin.compiler.answers import Reached, Refuted
from honnin.compiler.proving.engines import Bounds, Progress, bounds_of, z3_searched, z3_seen
from honnin.compiler.proving.question import Question

if TYPE_CHECKING:
    from honnin.compiler.smt.bounded import Unrolling

LARGEST: Final = 4
"""Values of each entity in the largest scope."""


class Deepening:
    """Searches of one value of each entity, of two, ... Each turn goes to the one that has had the least time so far.

    `covered`: how far each was searched without finding anything. `troubles`: why some of them did not go on.
    """

    def __init__(self, asked: Question) -> None:
        self.asked = asked
        self.covered: dict[int, Bounds] = {}
        self.troubles: list[str] = []
        self._spent = dict.fromkeys(range(1, LARGEST + 1 if asked.product.entities else 2), 0.0)
        self._searches: dict[int, Unrolling] = {}

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to search."""
        return not self._spent

    def turn(self, seconds: float, deadline: float, progress: Progress) -> Refuted | Reached | None:
        """Searches on for about so many seconds of CPU, or until the deadline (`time.monotonic`)."""
        end = time.process_time() + seconds
        while self._spent and time.process_time() < end and time.monotonic() < deadline:
            size = min(self._spent, key=lambda one: (self._spent[one], one))
            started = time.process_time()
            found = self._deeper(size, deadline, progress)
            if found is not None:
                return found
            if size in self._spent:
                self._spent[size] += time.process_time() - started
        return None

    def _deeper(self, size: int, deadline: float, progress: Progress) -> Refuted | Reached | None:
        from honnin.compiler.smt import bounded, proof

        product, limit = self.asked.product, proof.Deadline(deadline)
        scope = dict.fromkeys(product.entities, size)

        def step() -> bounded.Searched:
            if size not in self._searches:
                self._searches[size] = bounded.Unrolling(product, self.asked.properties, scope)
            search = self._searches[size]
            found = search.deepen(search.depth + 1, limit, progress)
            if found.counterexample is None:
                return found
            return bounded.with_fewer_values(product, self.asked.properties, found, limit)

        found = z3_searched(deadline, step)
        if isinstance(found, str):
            self._end(size, found)
            return None
        if found.counterexample is not None:
            return z3_seen(self.asked, found.counterexample)
        self.covered[size] = bounds_of(scope, found)
        if found.complete or found.stopped:
            self._end(size, found.stopped or "")
        return None

    def _end(self, size: int, trouble: str) -> None:
        del self._spent[size]
        self._searches.pop(size, None)
        if trouble:
            words = ", ".join(f"{size} {entity}" for entity in self.asked.product.entities)
            self.troubles.append(f"bounded search with {words or 'no entities'}: {trouble}")
