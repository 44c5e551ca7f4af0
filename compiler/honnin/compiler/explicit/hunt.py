"""The search for a shortest run, over growing scopes: at k steps every scope that k steps can tell apart (needs.py).

So no run is missed that is shorter but needs more values, as long as `certain` is true. Where a level has too many states
its scopes are narrowed, and `certain` is false from then on. The search takes givens to be constant where it may (monotone.py); a
run that is found is found anew, in the smallest scope in which there is one of that length: so it has the fewest steps,
then the fewest values. There it is looked for without leaving out orders, if that is quick: the first run then has its instances
side by side, as a reader expects them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import product as combinations
from typing import Final

from honnin.compiler.explicit.applicable import NotApplicable
from honnin.compiler.explicit.layout import Sizes
from honnin.compiler.explicit.monotone import monotone
from honnin.compiler.explicit.needs import Needs
from honnin.compiler.explicit.run import read_run
from honnin.compiler.explicit.search import ROOM, Found, Search, TooLarge
from honnin.compiler.explicit.space import Compiled, compile_product
from honnin.compiler.explicit.watch import Watched
from honnin.compiler.limit import OutOfTime
from honnin.compiler.product import Product
from honnin.compiler.replay import Run
from honnin.spec.core import Property
from honnin.spec.records import dataclass

MOST_VALUES: Final = 20
FEWEST_VALUES: Final = 2
MOST_CELLS: Final = 3_000
MOST_CELLS_FIXED: Final = 20_000
MOST_SCOPES: Final = 64
STATES_OF_ALL_ORDERS: Final = 2_000
"""So many states are looked at to find a run that reads well instead of any."""
_AHEAD: Final = 4
"""Sizes are those that the next multiple of so many steps needs, where larger ones cost little: searches can go on."""

_FOR_EVER: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Sighting:
    """A run, and what it shows at its end."""

    run: Run
    shows: Watched


class Hunt:
    """Searches for a run that violates one of the claims and properties watched, or reaches a cover.

    `depth` steps are covered, in every scope up to `sizes`. `certain`: no run of at most `depth` steps was missed for want of values or of
    room; `states` were seen. `done` and `possible`: the bits (watch.py) and the paths seen on the way. `is_empty`: no initial state was seen.
    """

    def __init__(self, product: Product, properties: tuple[Property, ...]) -> None:
        self.compiled = compile_product(product, properties, leave_out="orders")
        self.goal = (1 << len(self.compiled.watch.watched)) - 1
        constants = monotone(product, properties)
        self._searched = (
            compile_product(product, properties, constants=constants, leave_out="orders")
            if constants
            else self.compiled
        )
        self.needs = Needs(self._searched.vocabulary)
        self.depth = -1
        self.states = 0
        self.sizes: Sizes = tuple(1 for _ in self.needs.of)
        self.certain = not self.compiled.guesses
        self.done = 0
        self.possible: set[int] = set()
        self.is_empty = True
        self._searches: dict[Sizes, Search] = {}
        self._fixed: Sizes | None = None
        self._cap = MOST_VALUES

    def fix(self, sizes: Sizes) -> None:
        """Search these sizes and smaller ones only, from the start on; `certain` is then about them. NotApplicable when they are large."""
        if self.compiled.vocabulary.cells(sizes) > MOST_CELLS_FIXED:
            raise NotApplicable("the scope is too large to search state by state")
        self._fixed = sizes

    @property
    def exhausted(self) -> bool:
        """Whether no scope searched has anything further."""
        return bool(self._searches) and all(search.exhausted for search in self._searches.values())

    @property
    def is_over(self) -> bool:
        """Whether no number of steps leads further, or needs larger scopes."""
        return self.exhausted and self._wanted(_FOR_EVER)[0] == self.sizes

    def advance(self, deadline: float, limit: int) -> Sighting | None:
        """One step deeper in every scope; a shortest run to a goal, if there is one.

        OutOfTime past the deadline (`time.monotonic`), TooLarge when a scope that cannot be narrowed has more than `limit` states; both
        leave what was covered before.
        """
        steps = self.depth + 1
        while True:
            sizes, enough = self._wanted(steps)
            try:
                found = self._level(sizes, steps, deadline, limit)
            except TooLarge:
                self._narrow(sizes)
                continue
            if not found:
                break
            sighting = self._anew(sizes, steps, deadline, limit)
            if sighting is not None:
                self.certain &= self._wanted(steps - 1)[1]
                return sighting
            self._searched, self._searches = self.compiled, {}
            self.needs = Needs(self.compiled.vocabulary)
        self.depth, self.sizes = steps, sizes
        self.states = sum(search.states for search in self._searches.values())
        self.certain &= enough and not any(s.space.guessed for s in self._searches.values())
        return None

    # ------------------------------------------------------------ scopes

    def _wanted(self, steps: int) -> tuple[Sizes, bool]:
        """The sizes to search for runs of so many steps, and whether they are enough."""
        if self._fixed is not None:
            return self._fixed, True
        exact, certain = self.needs.sizes(steps, self._cap)
        ahead, _ = self.needs.sizes(steps + -steps % _AHEAD, self._cap)
        sizes = tuple(
            size if need.quantified else larger
            for size, larger, need in zip(exact, ahead, self.needs.of, strict=True)
        )
        fits = True
        while self.compiled.vocabulary.cells(sizes) > MOST_CELLS and max(sizes, default=1) > 1:
            fits = False
            index = sizes.index(max(sizes))
            sizes = (*sizes[:index], sizes[index] - 1, *sizes[index + 1 :])
        return sizes, certain and fits

    def _narrow(self, sizes: Sizes) -> None:
        if self._fixed is not None or max(sizes, default=1) <= FEWEST_VALUES:
            raise TooLarge
        self._cap = max(FEWEST_VALUES, max(sizes) // 2)
        self._searches = {}

    def _scopes(self, sizes: Sizes) -> list[Sizes]:
        """The scopes to search, the smallest first; entities that no formula ranges over have their full size only."""
        ranges = [
            range(1, size + 1) if need.quantified else (size,)
            for size, need in zip(sizes, self.needs.of, strict=True)
        ]
        scopes = sorted(combinations(*ranges), key=lambda scope: (sum(scope), scope))
        if len(scopes) > MOST_SCOPES and self._fixed is None:
            self.certain = False
            return scopes[:MOST_SCOPES]
        return scopes

    def _level(self, sizes: Sizes, steps: int, deadline: float, limit: int) -> bool:
        """Whether some scope has a run of so many steps to a goal."""
        wanted = self._scopes(sizes)
        self._searches = {scope: s for scope, s in self._searches.items() if scope in wanted}
        for scope in wanted:
            search = self._searches.setdefault(scope, Search(self._searched, scope))
            search.room = ROOM - sum(one.held for one in self._searches.values() if one is not search)
            try:
                if search.advance_to(steps, self.goal, deadline, limit) is not None:
                    return True
            finally:
                self.done |= search.done
                self.possible |= search.possible
                self.is_empty &= search.states == 0
        return False

    # ------------------------------------------------------------ the fewest values

    def _anew(self, sizes: Sizes, steps: int, deadline: float, limit: int) -> Sighting | None:
        """A run of so many steps in the smallest scope that has one; None when none was found."""
        for scope in _ascending(sizes):
            sighting = self._run_in(scope, self._searched, steps, deadline, limit)
            if sighting is None:
                continue
            side_by_side = self._side_by_side(scope, steps, deadline)
            if side_by_side is None and self._searched is not self.compiled:
                sighting = self._run_in(scope, self.compiled, steps, deadline, limit)
            if side_by_side is not None or sighting is not None:
                return side_by_side or sighting
        return None

    def _side_by_side(self, scope: Sizes, steps: int, deadline: float) -> Sighting | None:
        product, properties = self.compiled.product, self.compiled.watch.properties
        constants = self._searched.vocabulary.constants
        watched = compile_product(product, properties, leave_out="values", as_if=constants)
        with suppress(OutOfTime):
            return self._run_in(scope, watched, steps, deadline, STATES_OF_ALL_ORDERS)
        return None

    def _run_in(
        self, scope: Sizes, compiled: Compiled, steps: int, deadline: float, limit: int
    ) -> Sighting | None:
        search = Search(compiled, scope)
        with suppress(TooLarge):
            found = search.advance_to(steps, self.goal, deadline, limit)
            return None if found is None else self._sighting(search, found)
        return None

    def _sighting(self, search: Search, found: Found) -> Sighting:
        return Sighting(read_run(search, found), next(self.compiled.watch.of(found.bits & self.goal)))


def _ascending(sizes: Sizes) -> Iterator[Sizes]:
    """The scopes up to `sizes`, those with the fewest values in all first; not all of them when there are very many."""
    total, count = len(sizes), 0
    while total <= sum(sizes) and count < _MOST_TRIED:
        for scope in _with_sum(sizes, total):
            count += 1
            yield scope
        total += 1
    if count >= _MOST_TRIED:
        yield sizes


_MOST_TRIED: Final = 400


def _with_sum(sizes: Sizes, total: int) -> Iterator[Sizes]:
    """The scopes up to `sizes` with so many values in all."""
    if not sizes:
        if total == 0:
            yield ()
        return
    rest = len(sizes) - 1
    for size in range(1, min(sizes[0], total - rest) + 1):
        yield from ((size, *others) for others in _with_sum(sizes[1:], total - size))
