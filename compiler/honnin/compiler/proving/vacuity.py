"""What an answer does not say: what never happens in the design, and what was not tried."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from honnin.compiler.answers import Bounded, Proved, Reached, Refuted, Unreachable, Verdict
from honnin.compiler.explicit.applicable import NotApplicable
from honnin.compiler.explicit.hunt import Hunt
from honnin.compiler.proving.engines import hunt_to, z3_exercises
from honnin.compiler.proving.question import Question

SECONDS: Final = 2.0
DEPTH: Final = 12
STATES: Final = 6_000
"""How long, and how far, a way to exercise a claim is looked for once the answer is known."""


def exercised(asked: Question, hunt: Hunt | None, deadline: float) -> Mapping[str, bool]:
    """Per claim asked about, whether the design was seen to exercise it; steps that were not seen possible are looked for too."""
    claims = [
        check.claim
        for machine in asked.product.machines
        for check in machine.checks
        if check.claim.kind != "assume"
    ]
    until = min(deadline, time.monotonic() + SECONDS)
    if hunt is None:
        return {claim.name: z3_exercises(asked, claim, until) for claim in claims}
    able = hunt.compiled.watch.was_exercised(hunt.done)
    if _never(asked, hunt) or not all(able[claim.name] for claim in claims):
        with suppress(NotApplicable):
            hunt_to(hunt, DEPTH, STATES, until, lambda _: None)
        able = hunt.compiled.watch.was_exercised(hunt.done)
    return {claim.name: able[claim.name] for claim in claims}


def vacuity(asked: Question, hunt: Hunt | None, verdict: Verdict) -> tuple[str, ...]:
    """Warnings about steps that were never possible, about assumptions that leave nothing, about a run that may not be shortest."""
    if isinstance(verdict, Refuted | Reached) and not verdict.shortest:
        return ("a shorter run, of values that were not tried, is not excluded",)
    if hunt is None or not isinstance(verdict, Proved | Bounded | Unreachable):
        return ()
    if hunt.is_empty:
        return ("the assumptions and `init` leave no initial state: nothing can happen",)
    far = f"in runs of up to {hunt.depth} step{'' if hunt.depth == 1 else 's'}"
    return tuple(f"{step} was never possible {far}" for step in _never(asked, hunt))


def _never(asked: Question, hunt: Hunt) -> list[str]:
    """The steps that no run searched could take."""
    possible = {asked.product.paths[number].step for number in hunt.possible}
    return [s for s in dict.fromkeys(path.step for path in asked.product.paths) if s not in possible]
