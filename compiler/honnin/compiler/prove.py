"""The answer to one `check` statement: which engine is asked when.

A short explicit search first (a fault falls at once, and z3 is not even imported), then a bounded search by a SAT solver and a proof
for any number of everything, by turns with the explicit search, until the time is over.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from honnin.compiler.answers import (
    Answer,
    Bounded,
    Counterexample,
    Proved,
    Reached,
    Refuted,
    Unknown,
    Unreachable,
    Verdict,
)
from honnin.compiler.explicit.watch import CONFLICT
from honnin.compiler.garbage import collected_by_hand
from honnin.compiler.limit import Expired, OutOfMemory, limited
from honnin.compiler.proving.implied import implied
from honnin.compiler.proving.question import Question, question
from honnin.compiler.proving.unbounded import unbounded
from honnin.compiler.proving.within import within
from honnin.spec.core import Check, Module
from honnin.spec.records import replace

Progress = Callable[[str], None]

LAST_GRACE: Final = 3.0
"""Seconds in which what is said beside an answer is found out after the time limit."""


def prove(
    module: Module, check: Check, *, timeout: float, progress: Callable[[str], None] | None = None
) -> Answer:
    """The answer to `check`, a statement of `module`, in about `timeout` seconds of wall time at most.

    ReplayDisagrees when a run that an engine found is not one under the reference meaning.
    """
    started = time.process_time()
    deadline = time.monotonic() + timeout
    say = progress or (lambda _: None)
    try:
        with collected_by_hand():
            verdict, warnings = limited(deadline, lambda: _decided(module, check, deadline, say), LAST_GRACE)
    except Expired:
        verdict, warnings = Unknown(("the time limit was reached",), {}, 0), ()
    except OutOfMemory:
        verdict, warnings = Unknown(("z3 reached its limit of memory",), {}, 0), ()
    answer = Answer(check.subject, check.relation, check.target, verdict, _expected(check, verdict), warnings)
    return replace(answer, seconds=time.process_time() - started)


def _decided(module: Module, check: Check, deadline: float, say: Progress) -> tuple[Verdict, tuple[str, ...]]:
    if check.relation == "implies":
        return implied(module, check, deadline, say)
    asked = question(module, check, lemmas=False)
    if check.bounded:
        verdict, warnings = within(asked, deadline, say)
    else:
        offered = any(stated.kind == "lemma" for stated in module.system(check.subject).properties)
        to_prove = question(module, check) if offered else asked
        verdict, warnings = unbounded(asked, deadline, say, to_prove)
    return verdict, (*_reads(asked), *warnings)


def _reads(asked: Question) -> tuple[str, ...]:
    return tuple(
        f"the design reads {state}, which is the specification's own bookkeeping"
        for state in asked.product.system.reads_specification
    )


def _expected(check: Check, verdict: Verdict) -> bool:
    """Whether the statement expects the answer (language.md section 6)."""
    match check.relation, verdict:
        case "satisfies" | "implies", Proved():
            return True
        case "satisfies" | "implies", Bounded():
            return check.bounded
        case "violates", Refuted(counterexample=found):
            return _is_asked(found)
        case "reaches", Reached():
            return True
        case _:
            return False


def _is_asked(found: Counterexample) -> bool:
    return found.claim != CONFLICT


__all__ = ["Unreachable", "prove"]
