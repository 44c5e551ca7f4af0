"""Checks within bounds: at most n and at least one value of each entity, and at most so many steps."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from itertools import product as combinations
from typing import Final

from honnin.compiler.answers import Bounded, Unknown, Verdict
from honnin.compiler.explicit.applicable import NotApplicable
from honnin.compiler.explicit.hunt import Hunt
from honnin.compiler.proving.engines import Bounds, Progress, explicit_hunt, hunt_to, seen, z3_search
from honnin.compiler.proving.question import Question
from honnin.compiler.proving.shortest import Covered, shortest
from honnin.compiler.proving.vacuity import exercised, vacuity

MOST_STATES: Final = 2_000_000
FIRST_SECONDS: Final = 2.0
"""How long the explicit search goes on before another is tried where the steps are bounded."""
MOST_STEPS: Final = 60
"""How far z3 unrolls a design whose check bounds no steps."""

_FOR_EVER: Final = 1_000_000
_TOO_LARGE: Final = "explicit search: the limit of time or states was reached"


def within(asked: Question, deadline: float, progress: Progress) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict, and warnings."""
    bounds = {**dict.fromkeys(asked.product.entities, 1), **dict(asked.check.within)}
    try:
        hunt = explicit_hunt(asked, deadline)
        verdict = _explicit(asked, hunt, bounds, deadline, progress)
    except NotApplicable as reason:
        verdict = _by_z3(asked, bounds, deadline, progress, f"explicit search does not apply: {reason}")
        return verdict, vacuity(asked, None, verdict)
    return verdict, vacuity(asked, hunt, verdict)


def _explicit(
    asked: Question, hunt: Hunt, bounds: Mapping[str, int], deadline: float, progress: Progress
) -> Verdict:
    limit, every = asked.check.steps, tuple(_scopes(bounds))
    hunt.fix(tuple(bounds[name] for name in hunt.compiled.vocabulary.entities))
    far, left = _FOR_EVER if limit is None else limit, deadline - time.monotonic()
    for until in (min(deadline, time.monotonic() + FIRST_SECONDS), deadline):
        sighting = hunt_to(hunt, far, MOST_STATES, until, progress)
        if sighting is not None:
            found = seen(asked, hunt, sighting)
            return shortest(asked, found, lambda _: (every, True), Covered(), deadline, progress)
        if hunt.exhausted or hunt.depth >= far:
            break
        if limit is not None and until < deadline:
            verdict = _by_z3(asked, bounds, deadline - left / 2, progress, _TOO_LARGE)
            if not isinstance(verdict, Unknown):
                return verdict
    else:
        return _unknown((_TOO_LARGE,), bounds, hunt.depth)
    if not hunt.certain:
        return _by_z3(asked, bounds, deadline, progress, "explicit search: not every value could be tried")
    if asked.is_cover:
        return Unknown(("explicit search: no run within the bounds reaches it",), bounds, hunt.depth)
    covered = None if hunt.exhausted else limit
    return Bounded(bounds, covered, exercised(asked, hunt, deadline))


def _by_z3(
    asked: Question, bounds: Mapping[str, int], deadline: float, progress: Progress, why: str
) -> Verdict:
    limit = asked.check.steps
    complete, depth = True, MOST_STEPS
    covered, scopes = Covered(), tuple(_scopes(bounds))
    for scope in scopes:
        result = z3_search(asked, scope, limit or MOST_STEPS, deadline, progress)
        if not isinstance(result, Bounds):
            return shortest(asked, result, lambda _: (scopes, True), covered, deadline, progress)
        covered.add(result)
        if result.trouble:
            searched = min(depth, result.depth) if scope == scopes[-1] else -1
            return _unknown((why, f"bounded search: {result.trouble}"), bounds, searched)
        complete = complete and result.complete
        depth = depth if result.complete else min(depth, result.depth)
    if asked.is_cover or not (complete or (limit is not None and depth >= limit)):
        return Unknown((why, "bounded search: nothing found"), bounds, depth)
    return Bounded(bounds, None if complete else limit, exercised(asked, None, deadline))


def _unknown(tried: tuple[str, ...], bounds: Mapping[str, int], depth: int) -> Unknown:
    """Nothing was found in runs of up to `depth` steps; of none at all where it is negative."""
    return Unknown(tried, bounds if depth >= 0 else {}, max(0, depth))


def _scopes(bounds: Mapping[str, int]) -> Iterator[Mapping[str, int]]:
    """Every smaller scope too: a guard may be true only of few values."""
    for sizes in sorted(combinations(*(range(1, n + 1) for n in bounds.values())), key=sum):
        yield dict(zip(bounds, sizes, strict=True))
