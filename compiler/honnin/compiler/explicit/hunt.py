"""The search for a shortest run, over growing scopes: at k steps every scope that k steps can tell apart (needs.py).

So no run is missed that is shorter but needs more values, as long as `certain` is true; then a run that is found has the
fewest steps, and, being found anew in the smallest scope in which there is one of that length, the fewest values.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product as combinations
from typing import Final

from honnin.compiler.explicit.layout import Layout, Sizes
from honnin.compiler.explicit.needs import Needs
from honnin.compiler.explicit.run import read_run
from honnin.compiler.explicit.search import Found, OutOfTime, Search, TooLarge
from honnin.compiler.explicit.space import Compiled
from honnin.compiler.explicit.watch import Watched
from honnin.compiler.replay import Run

MOST_VALUES: Final = 8
MOST_CELLS: Final = 3000
MOST_SCOPES: Final = 64


@dataclass(frozen=True, slots=True)
class Sighting:
    """A run, and what it shows at its end."""

    run: Run
    shows: Watched


class Hunt:
    """Searches for a run with one of the bits of `goal`. `depth` steps are covered, in every scope up to `sizes`.

    `certain`: no run of at most `depth` steps was missed for want of values, of time or of room.
    """

    def __init__(self, compiled: Compiled, goal: int) -> None:
        self.compiled = compiled
        self.goal = goal
        self.needs = Needs(compiled.vocabulary)
        self.depth = -1
        self.sizes: Sizes = tuple(1 for _ in self.needs.of)
        self.certain = not compiled.guesses
        self.done = 0
        self.possible: set[int] = set()
        self._searches: dict[Sizes, Search] = {}
        self._given_up: set[Sizes] = set()
        self._fixed: Sizes | None = None

    def fix(self, sizes: Sizes) -> None:
        """Search these sizes and smaller ones only, from the start on; `certain` is then about them."""
        self._fixed = sizes

    @property
    def states(self) -> int:
        return sum(search.states for search in self._searches.values())

    def advance(self, deadline: float, limit: int) -> Sighting | None:
        """One step deeper in every scope; a shortest run to the goal, if there is one.

        OutOfTime past the deadline (`time.monotonic`); the level can be taken up again. A scope of more than `limit` states is given up.
        """
        steps = self.depth + 1
        sizes, certain = self._wanted(steps)
        wanted = self._scopes(sizes)
        self.certain &= certain
        self._searches = {scope: s for scope, s in self._searches.items() if scope in wanted}
        for scope in wanted:
            found = self._search_to(scope, steps, deadline, limit)
            if found is not None:
                self.certain &= not found[0].space.guessed
                return self._smallest(*found, steps, deadline, limit)
        self.depth, self.sizes = steps, sizes
        return None

    @property
    def exhausted(self) -> bool:
        """Whether no scope searched has anything further."""
        return bool(self._searches) and all(search.exhausted for search in self._searches.values())

    def _scopes(self, sizes: Sizes) -> list[Sizes]:
        """The scopes to search, the smallest first; entities that no formula ranges over have their full size only."""
        ranges = [
            range(1, size + 1) if need.quantified else (size,)
            for size, need in zip(sizes, self.needs.of, strict=True)
        ]
        scopes = sorted(combinations(*ranges), key=lambda scope: (sum(scope), scope))
        if len(scopes) > MOST_SCOPES:
            self.certain = False
        return scopes[:MOST_SCOPES]

    def _wanted(self, steps: int) -> tuple[Sizes, bool]:
        """The sizes to search for runs of so many steps, and whether they are enough."""
        if self._fixed is not None:
            return self._fixed, True
        sizes, certain = self.needs.sizes(steps, MOST_VALUES)
        sizes, fits = self._fitting(sizes)
        return sizes, certain and fits

    def _fitting(self, sizes: Sizes) -> tuple[Sizes, bool]:
        """Smaller sizes, if a state would have too many cells."""
        fits = True
        while len(Layout(self.compiled.vocabulary, sizes).where) > MOST_CELLS and max(sizes) > 1:
            fits = False
            largest = max(sizes)
            index = sizes.index(largest)
            sizes = (*sizes[:index], largest - 1, *sizes[index + 1 :])
        return sizes, fits

    def _search_to(
        self, scope: Sizes, steps: int, deadline: float, limit: int
    ) -> tuple[Search, Found] | None:
        if scope in self._given_up:
            return None
        search = self._searches.setdefault(scope, Search(self.compiled, scope))
        try:
            while search.depth < steps and not search.exhausted:
                found = search.advance(self.goal, deadline, limit)
                if found is not None:
                    return search, found
        except TooLarge:
            self._given_up.add(scope)
            del self._searches[scope]
            self.certain = False
        finally:
            self.done |= search.done
            self.possible |= search.possible
        return None

    # ------------------------------------------------------------ the fewest values

    def _smallest(self, search: Search, found: Found, steps: int, deadline: float, limit: int) -> Sighting:
        """A run of as many steps in the smallest scope that has one."""
        sighting, used = self._sighting(search, found)
        for scope in _below(search.sizes, tuple(max(1, count) for count in used)):
            smaller = Search(self.compiled, scope)
            try:
                for _ in range(steps + 1):
                    better = smaller.advance(self.goal, deadline, limit)
                    if better is not None:
                        return self._sighting(smaller, better)[0]
            except (OutOfTime, TooLarge):
                continue
        return sighting

    def _sighting(self, search: Search, found: Found) -> tuple[Sighting, Sizes]:
        run, used = read_run(search, found)
        return Sighting(run, next(self.compiled.watch.of(found.bits & self.goal))), used


def _below(sizes: Sizes, used: Sizes) -> Iterator[Sizes]:
    """The scopes with fewer values in all than `sizes`, the smallest first: those of at most as many as are used."""
    ranges = [range(1, size + 1) for size in sizes]
    fewer = [scope for scope in combinations(*ranges) if sum(scope) < sum(used)]
    if len(fewer) > MOST_SCOPES:
        fewer = [scope for scope in fewer if all(map(int.__le__, scope, used))][:MOST_SCOPES]
    fewer = [*fewer, *([used] if used != sizes else [])]
    return iter(sorted(fewer, key=lambda scope: (sum(scope), scope)))


def deadline_in(seconds: float) -> float:
    """The moment so many seconds from now, on the clock of the deadlines."""
    return time.monotonic() + seconds
