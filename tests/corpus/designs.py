"""The engines that answer checks: the prover, and every run of the reference meaning in a small scope."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from honnin.compiler.answers import (
    Bounded,
    Counterexample,
    Proved,
    Reached,
    Refuted,
    Unknown,
    Unreachable,
    Verdict,
)
from honnin.compiler.prove import prove
from honnin.compiler.proving.engines import Bounds, z3_search
from honnin.compiler.proving.question import question
from honnin.spec.core import Check, Module, Specification, Value
from tests.laws.walk import sought, walk

from .cases import Case

SECONDS = 30
DEPTH = 4
"""How many steps are walked where the answer says no number."""


def prover(case: Case, _: Path) -> Mapping[str, Any]:
    answers = [prove(case.module, check, timeout=SECONDS) for check in case.module.checks]
    told = " ".join(warning for answer in answers for warning in answer.warnings)
    return {
        "answers": [
            ("" if answer.expected else "unexpected: ") + in_words(answer.verdict) for answer in answers
        ],
        "warned": [name for name in case.raw.get("warned", []) if name in told],
    }


def in_words(verdict: Verdict) -> str:
    match verdict:
        case Proved():
            return "proved"
        case Refuted(counterexample=found):
            return f"refuted in {_steps(found)}"
        case Reached(witness=found):
            return f"reached in {_steps(found)}"
        case Unreachable():
            return "unreachable"
        case Bounded(steps=None):
            return "holds"
        case Bounded(steps=steps):
            return f"holds for {counted(steps)}"
        case Unknown():
            return "unknown"


def _steps(found: Counterexample) -> str:
    return counted(len(found.steps))


def counted(steps: int | None) -> str:
    return f"{steps} step" if steps == 1 else f"{steps} steps"


# ---------------------------------------------------------------- every run in a small scope


def no_search(case: Case) -> str | None:
    if any(check.relation == "implies" for check in case.module.checks):
        return "it is about all traces, not about a design"
    return None


def no_walk(case: Case) -> str | None:
    if reason := no_search(case):
        return reason
    if case.specification.givens:
        return "what its givens may be is too much to list"
    if case.specification.needs_time or "now" in case.text:
        return "the times of its steps cannot be listed"
    return None


def walker(case: Case, _: Path) -> Mapping[str, Any]:
    """Per check, whether the runs of the reference meaning bear the expected answer out: the answer if so, else what they show."""
    return {
        "answers": [
            _borne_out(case.module, check, answer, _walk)
            for check, answer in zip(case.module.checks, case.raw["answers"], strict=True)
        ]
    }


def z3_searcher(case: Case, _: Path) -> Mapping[str, Any]:
    """The same by z3's bounded search."""
    return {
        "answers": [
            _borne_out(case.module, check, answer, _search)
            for check, answer in zip(case.module.checks, case.raw["answers"], strict=True)
        ]
    }


Search = Callable[[Module, Check, Mapping[str, int], int], str]


def _borne_out(module: Module, check: Check, answer: str, search: Search) -> str:
    """`answer`, if no run of two values of each entity contradicts it and a shortest run is as long as it says."""
    verdict = answer.removeprefix("unexpected: ")
    said = re.search(r"(\d+) steps?$", verdict)
    depth = int(said[1]) if said else DEPTH
    within = dict(check.within)
    sizes = {entity.name: min(within.get(entity.name, 2), 2) for entity in module.main.entities}
    found = search(module, check, sizes, depth)
    if verdict.startswith(("refuted", "reached")):
        return answer if found == verdict else found
    return found if found.startswith(("refuted", "reached")) else answer


def _walk(module: Module, check: Check, sizes: Mapping[str, int], depth: int) -> str:
    walked = walk(module, check.subject, sought(module, check), scope(module.main, sizes), depth)
    if not walked.found:
        return f"nothing in {counted(walked.steps)}"
    verb = "reached" if check.relation == "reaches" and check.target in walked.found else "refuted"
    return f"{verb} in {counted(walked.steps)}"


def _search(module: Module, check: Check, sizes: Mapping[str, int], depth: int) -> str:
    until = time.monotonic() + SECONDS
    found = z3_search(question(module, check), sizes, depth, until, lambda _: None)
    if not isinstance(found, Bounds):
        return in_words(found)
    assert not found.trouble, found.trouble
    return f"nothing in {counted(found.depth)}"


def scope(specification: Specification, sizes: Mapping[str, int]) -> dict[str, tuple[Value, ...]]:
    return {
        entity.name: tuple(f"{entity.name}{n}" for n in range(1, sizes[entity.name] + 1))
        for entity in specification.entities
    }
