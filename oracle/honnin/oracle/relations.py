"""What the claims of a specification say of each other: which follows from others, and which leave a case or an event no trace.

Every answer is a proof over all traces, as `check SPEC implies CLAIM` is; what is not proved in its time is not said.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from honnin.spec.core import (
    BOOL,
    Check,
    Claim,
    Event,
    Example,
    Expr,
    Fact,
    Implies,
    Lit,
    Module,
    Not,
    Pattern,
    children,
)
from honnin.spec.evaluation import OutOfTime, within
from honnin.spec.examples import run_example
from honnin.spec.records import dataclass, field, replace
from honnin.spec.words import bound_here

if TYPE_CHECKING:
    from honnin.compiler.answers import Verdict

ASKED = "@asked"
"""The name of a claim that is asked about and that no author wrote."""
MOST_NESTED = 8
"""Quantifiers and aggregates within each other: with more in some claim, going through their values takes too long to begin."""
LEAST = 0.05
"""Seconds: with less, nothing is asked."""


@dataclass(slots=True)
class Budget:
    """The time for all questions about a file, and for `each`; `is_over` once a question was not asked for want of it."""

    end: float
    each: float
    progress: Callable[[str], None] = field(default=lambda _: None)
    is_over: bool = False

    @property
    def seconds(self) -> float:
        return min(self.each, self.end - time.monotonic())


def verdict(module: Module, claim: str, budget: Budget) -> Verdict | None:
    """Whether the claim follows from the others of the file's own specification; None when there is no time to ask, or would not be enough."""
    from honnin.compiler.prove import prove

    seconds = budget.seconds
    if seconds < LEAST or any(_nested(one.body) > MOST_NESTED for one in module.main.claims):
        budget.is_over = True
        return None
    check = Check(module.main.name, "implies", claim)
    try:
        with within(2 * seconds):
            return prove(module, check, timeout=seconds, progress=budget.progress).verdict
    except OutOfTime:
        return None


def _nested(formula: Expr) -> int:
    """How many names are bound within each other."""
    return len(bound_here(formula)) + max(map(_nested, children(formula)), default=0)


def with_claim(module: Module, claim: Claim, others: Sequence[Claim]) -> Module:
    """The module whose own specification has these claims, and `claim` last."""
    specification = replace(module.main, claims=(*others, claim))
    return replace(module, specifications=(specification, *module.specifications[1:]))


def relied_on(module: Module, claim: Claim, others: Sequence[Claim], budget: Budget) -> tuple[str, ...]:
    """The names of those of the `others` from which the claim follows, known to follow from all; as few as there is time to find.

    Each trace that breaks the claim, and none of those taken so far, breaks another one, which is taken too.
    """
    every = [other for other in others if other.kind != "cover"]
    share = replace(budget, end=min(budget.end, time.monotonic() + budget.each))
    needed: list[Claim] = []
    while not follows(found := verdict(with_claim(module, claim, needed), claim.name, share)):
        broken = _broken_by(found, module, every, share)
        if broken is None or broken in needed:
            needed = every
            break
        needed.append(broken)
    for one in tuple(needed):
        fewer = [other for other in needed if other is not one]
        if follows(verdict(with_claim(module, claim, fewer), claim.name, share)):
            needed = fewer
    return tuple(one.name for one in every if one in needed)


def _broken_by(
    found: Verdict | None, module: Module, claims: Sequence[Claim], budget: Budget
) -> Claim | None:
    """The first of the claims that the run of a refutation breaks."""
    from honnin.compiler.answers import Refuted

    if not isinstance(found, Refuted):
        return None
    run = found.counterexample
    facts = tuple(Fact(given.given, given.keys, given.value) for given in run.givens)
    events = tuple(event for step in run.steps for event in step.events)
    specification = replace(module.main, claims=tuple(claims))
    try:
        with within(budget.each):
            report = run_example(Example("", None, None, facts, events), specification).report
    except OutOfTime:
        return None
    failed = {failure.claim for failure in (*report.violated, *report.broken)} if report is not None else ()
    return next((claim for claim in claims if claim.name in failed), None)


def follows(verdict: Verdict | None) -> bool:
    """Whether it is proved."""
    from honnin.compiler.answers import Proved

    return isinstance(verdict, Proved)


# ---------------------------------------------------------------- claims that are asked about


def never(claim: Claim, events: Sequence[Event]) -> Claim:
    """The invariant that `claim` is never exercised (a cover: never reached)."""
    if claim.kind == "cover":
        form: Literal["on", "always"] = "on" if claim.form == "on" else "always"
        return replace(claim, name=ASKED, kind="invariant", form=form, body=Not(claim.body))
    if claim.form == "on":
        idle = Not(claim.body.left) if isinstance(claim.body, Implies) else Lit(False, BOOL)
        return replace(claim, name=ASKED, kind="invariant", body=idle, prove_only=None)
    return without_events(events)


def without_events(events: Sequence[Event]) -> Claim:
    """The invariant that none of the events happens."""
    patterns = tuple(Pattern(event.name, (None,) * len(event.fields)) for event in events)
    return Claim(ASKED, "invariant", "on", patterns, Lit(True, BOOL), Lit(False, BOOL))


@dataclass(frozen=True, slots=True)
class Excluded:
    """The event happens in no trace that breaks none of the claims `by`."""

    event: Event
    by: tuple[str, ...]


def excluded_events(module: Module, budget: Budget) -> tuple[Excluded, ...]:
    """The events that cannot happen without breaking something."""
    found = []
    for event in module.main.events:
        asked, others = without_events((event,)), module.main.claims
        if follows(verdict(with_claim(module, asked, others), ASKED, budget)):
            found.append(Excluded(event, relied_on(module, asked, others, budget)))
    return tuple(found)
