"""The bounded searches of several scopes, by turns: what a step more costs is not known before, and neither is how many values a run needs."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

from honnin.compiler.answers import Reached, Refuted
from honnin.compiler.proving.engines import Bounds, Progress, bounds_of, z3_searched, z3_seen
from honnin.compiler.proving.question import Question

if TYPE_CHECKING:
    from honnin.compiler.smt.bounded import Searched, Unrolling

LARGEST: Final = 4
"""Values of each entity in the largest scope that has as many of each."""

MORE: Final = (6, 8)
FEW: Final = 2
"""Values of one entity, and of the others, in scopes that are searched where those with as many of each take long."""

WIDER_AFTER: Final = 2.0
"""After so many seconds of CPU the first of these is begun, after as many more the next."""

SHARE: Final = 0.3
"""Of the time that is left, what one step of a search may take while there is something else to do: it may be one formula of very many values."""

LEAST: Final = 1.0
"""Seconds that it may take in any case."""

_Sizes: TypeAlias = tuple[int, ...]
_Search: TypeAlias = tuple[_Sizes, bool]
"""How many values of each entity, and whether none of a type without end is left out."""


class Deepening:
    """Searches of one value of each entity, of two, ...; later also of many values of one entity and few of the others. Each turn goes to the one
    that has had the least time so far.

    `covered`: how far each scope was searched without finding anything. `guessed`: the same, of some integers, times and texts only.
    `troubles`: why some searches did not go on.
    """

    def __init__(self, asked: Question) -> None:
        self.asked = asked
        self.covered: dict[_Sizes, Bounds] = {}
        self.guessed: dict[_Sizes, Bounds] = {}
        self.troubles: list[str] = []
        entities = len(asked.product.entities)
        same = [(size,) * entities for size in range(1, LARGEST + 1 if entities else 2)]
        self._spent: dict[_Search, float] = {(sizes, False): 0.0 for sizes in same}
        self._searches: dict[_Search, Unrolling] = {}
        self._broken_off: list[_Search] = []
        self._wider = [
            tuple(size if i == one else FEW for i in range(entities))
            for size in MORE
            for one in range(entities)
        ]
        self._next_wider = WIDER_AFTER
        self._total = 0.0

    def turn(
        self, seconds: float, deadline: float, progress: Progress, last: bool = False
    ) -> Refuted | Reached | None:
        """Searches on for about so many seconds of CPU, or until the deadline (`time.monotonic`). In the last turn searches that were broken off
        are begun anew, and wider scopes when the others are done."""
        end = time.process_time() + seconds
        if last:
            self._spent |= dict.fromkeys(self._broken_off, 0.0)
            self._broken_off.clear()
        while time.process_time() < end and time.monotonic() < deadline:
            self._widen(last)
            if not self._spent:
                break
            which = min(self._spent, key=lambda one: (self._spent[one], one))
            started = time.process_time()
            found = self._deeper(which, deadline, progress, alone=last and len(self._spent) == 1)
            if found is not None:
                return found
            taken = time.process_time() - started
            self._total += taken
            if which in self._spent:
                self._spent[which] += taken
        return None

    def _widen(self, last: bool) -> None:
        """Begins the next of the wider scopes, if it is time."""
        if self._wider and (self._total >= self._next_wider or (last and not self._spent)):
            self._spent[self._wider.pop(0), False] = min(self._spent.values(), default=0.0)
            self._next_wider = self._total + WIDER_AFTER

    def advice(self) -> Iterator[str]:
        """What would let these searches go further in the same time."""
        from honnin.compiler.sat.solvers import is_installed

        if (self._spent or self.troubles) and not is_installed():
            yield "a bounded search goes further in the same time with python-sat: pip install 'honnin[sat]'"

    def _deeper(
        self, which: _Search, deadline: float, progress: Progress, *, alone: bool
    ) -> Refuted | Reached | None:
        until, now = deadline, time.monotonic()
        if not alone:
            until = min(deadline, now + max(LEAST, SHARE * (deadline - now)))
        found = z3_searched(until, lambda: self._step(which, until, progress))
        if isinstance(found, str):
            self._end(which, found)
            return None
        if found.counterexample is not None:
            return z3_seen(self.asked, found.counterexample)
        sizes, exact = which
        if found.guessed and not exact:
            self._spent.setdefault((sizes, True), self._spent[which])
        into = self.guessed if found.guessed else self.covered
        into[sizes] = bounds_of(self._scope(sizes), found)
        if found.complete or found.stopped:
            self._end(which, found.stopped or "")
            if found.stopped and time.monotonic() >= until:
                self._broken_off.append(which)
        return None

    def _step(self, which: _Search, deadline: float, progress: Progress) -> Searched:
        from honnin.compiler.smt import bounded, proof

        product, limit = self.asked.product, proof.Deadline(deadline)
        if which not in self._searches:
            sizes, exact = which
            self._searches[which] = bounded.Unrolling(
                product, self.asked.properties, self._scope(sizes), exact=exact
            )
        search = self._searches[which]
        found = search.deepen(search.depth + 1, limit, progress)
        if found.counterexample is None:
            return found
        return bounded.with_fewer_values(product, self.asked.properties, found, limit)

    def _scope(self, sizes: _Sizes) -> dict[str, int]:
        return dict(zip(self.asked.product.entities, sizes, strict=True))

    def _end(self, which: _Search, trouble: str) -> None:
        del self._spent[which]
        self._searches.pop(which, None)
        gc.collect()
        if trouble:
            words = ", ".join(f"{size} {entity}" for entity, size in self._scope(which[0]).items())
            said = f"bounded search with {words or 'no entities'}: {trouble}"
            self.troubles = [*(other for other in self.troubles if other != said), said]
