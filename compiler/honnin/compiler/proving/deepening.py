"""The bounded searches of several scopes, by turns: what a step more costs is not known before, and neither is how many values a run needs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

from honnin.compiler.answers import Reached, Refuted
from honnin.compiler.proving.engines import Bounds, Progress, bounds_of, z3_searched, z3_seen
from honnin.compiler.proving.question import Question

if TYPE_CHECKING:
    from honnin.compiler.smt.bounded import Searched, Unrolling

LARGEST: Final = 4
"""Values of each entity in the largest scope."""

SHARE: Final = 0.3
"""Of the time that is left, what one step of a search may take while there are others: it may be one formula of very many values."""

_Search: TypeAlias = tuple[int, bool]
"""How many values of each entity, and whether none of a type without end is left out."""


class Deepening:
    """Searches of one value of each entity, of two, ... Each turn goes to the one that has had the least time so far.

    `covered`: how far each scope was searched without finding anything. `guessed`: the same, of some integers, times and texts only.
    `troubles`: why some searches did not go on.
    """

    def __init__(self, asked: Question) -> None:
        self.asked = asked
        self.covered: dict[int, Bounds] = {}
        self.guessed: dict[int, Bounds] = {}
        self.troubles: list[str] = []
        sizes = range(1, LARGEST + 1 if asked.product.entities else 2)
        self._spent: dict[_Search, float] = {(size, False): 0.0 for size in sizes}
        self._searches: dict[_Search, Unrolling] = {}

    def turn(self, seconds: float, deadline: float, progress: Progress) -> Refuted | Reached | None:
        """Searches on for about so many seconds of CPU, or until the deadline (`time.monotonic`)."""
        end = time.process_time() + seconds
        while self._spent and time.process_time() < end and time.monotonic() < deadline:
            which = min(self._spent, key=lambda one: (self._spent[one], one))
            started = time.process_time()
            found = self._deeper(which, deadline, progress)
            if found is not None:
                return found
            if which in self._spent:
                self._spent[which] += time.process_time() - started
        return None

    def advice(self) -> Iterator[str]:
        """What would let these searches go further in the same time."""
        from honnin.compiler.sat.solvers import is_installed

        if self._spent and not is_installed():
            yield "a bounded search goes further in the same time with python-sat: pip install 'honnin[sat]'"

    def _deeper(self, which: _Search, deadline: float, progress: Progress) -> Refuted | Reached | None:
        until = deadline
        if len(self._spent) > 1:
            until = min(deadline, time.monotonic() + SHARE * (deadline - time.monotonic()))
        found = z3_searched(until, lambda: self._step(which, until, progress))
        if isinstance(found, str):
            self._end(which, found)
            return None
        if found.counterexample is not None:
            return z3_seen(self.asked, found.counterexample)
        size, exact = which
        if found.guessed and not exact:
            self._spent.setdefault((size, True), self._spent[which])
        into = self.guessed if found.guessed else self.covered
        into[size] = bounds_of(self._scope(size), found)
        if found.complete or found.stopped:
            self._end(which, found.stopped or "")
        return None

    def _step(self, which: _Search, deadline: float, progress: Progress) -> Searched:
        from honnin.compiler.smt import bounded, proof

        product, limit = self.asked.product, proof.Deadline(deadline)
        if which not in self._searches:
            size, exact = which
            self._searches[which] = bounded.Unrolling(
                product, self.asked.properties, self._scope(size), exact=exact
            )
        search = self._searches[which]
        found = search.deepen(search.depth + 1, limit, progress)
        if found.counterexample is None:
            return found
        return bounded.with_fewer_values(product, self.asked.properties, found, limit)

    def _scope(self, size: int) -> dict[str, int]:
        return dict.fromkeys(self.asked.product.entities, size)

    def _end(self, which: _Search, trouble: str) -> None:
        del self._spent[which]
        self._searches.pop(which, None)
        if trouble:
            words = ", ".join(f"{which[0]} {entity}" for entity in self.asked.product.entities)
            self.troubles.append(f"bounded search with {words or 'no entities'}: {trouble}")
