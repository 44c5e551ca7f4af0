"""`honnin check`: is the specification right, and do its examples say what it means?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from honnin.oracle.costs import tell_costs
from honnin.oracle.files import each, open_specification
from honnin.oracle.options import FILES, STRICT, speaking, timeout_option
from honnin.oracle.session import Session, paint
from honnin.oracle.status import Status
from honnin.oracle.table import plural

if TYPE_CHECKING:
    from honnin.spec.core import Example, Module, Specification
    from honnin.spec.examples import Outcome, Untried


@click.command(
    epilog="Example: honnin check certificate_issuance.honnin",
    short_help="Check specifications and run their examples.",
)
@FILES
@STRICT
@click.option("--cost", is_flag=True, help="Also tell what an oracle keeps for each claim, and until when.")
@timeout_option(60.0, "The time for each example; what is not judged in it is undecided.")
@speaking
def command(session: Session, files: Sequence[Path], strict: bool, cost: bool, timeout: float) -> Status:
    """Check specifications: syntax, types, what can be monitored, and every example.

    Claims that no example exercises and covers that none reaches are named. Exit status: 0 well, 1 an example fails, 2 the
    specification is wrong (also when an event of an example writes two values to one place), 3 an example is not judged in time, or (with --strict) something
    is not monitored, not exercised or not reached.
    """
    return each(session, files, lambda file: _check(session, file, strict, cost, timeout))


def _check(session: Session, file: Path, strict: bool, cost: bool, timeout: float) -> Status:
    from honnin.oracle.monitor import not_monitored
    from honnin.spec.examples import untried

    checked = open_specification(session, file)
    if checked.module is None:
        session.say(f"{file}: {paint('wrong', 'red')}")
        session.tell({"specification": {"file": str(file), "verdict": "wrong"}})
        return Status.WRONG
    module = checked.module
    judged = [_judged(example, module.main, timeout) for example in module.examples]
    outcomes = [outcome for outcome in judged if outcome is not None]
    for example, outcome in zip(module.examples, judged, strict=True):
        session.diagnose(() if outcome is None else outcome.diagnostics, checked.sources)
        _tell_example(session, example, outcome, timeout)
    left = untried(module.main, outcomes)
    late = len(judged) - len(outcomes)
    _report(session, file, module, outcomes, late, left)
    if cost:
        tell_costs(session, module.main)
    if any(outcome.report is not None and outcome.report.faults for outcome in outcomes):
        return Status.WRONG
    if not all(outcome.passed for outcome in outcomes):
        return Status.NO
    open_questions = left.claims or left.covers or not_monitored(module.main)
    undecided = late or (strict and open_questions)
    return Status.UNDECIDED if undecided else Status.WELL


def _judged(example: Example, specification: Specification, timeout: float) -> Outcome | None:
    """What the example shows; None where that takes too long."""
    from honnin.spec.evaluation import OutOfTime, within
    from honnin.spec.examples import run_example

    try:
        with within(timeout):
            return run_example(example, specification)
    except OutOfTime:
        return None


def _tell_example(session: Session, example: Example, outcome: Outcome | None, timeout: float) -> None:
    if outcome is None:
        session.say(
            f"example {example.name}: {paint('undecided', 'yellow')}, not judged in {timeout:g} s; --timeout gives more"
        )
    verdict = "undecided" if outcome is None else "passes" if outcome.passed else "fails"
    session.tell(
        {
            "example": {
                "name": example.name,
                "expected": "accepted"
                if example.rejected_by is None
                else f"rejected by {example.rejected_by}",
                "verdict": verdict,
            }
        }
    )


def _report(
    session: Session, file: Path, module: Module, outcomes: Sequence[Outcome], late: int, left: Untried
) -> None:
    from honnin.oracle.monitor import not_monitored

    specification = module.main
    left_out = not_monitored(specification)
    failed = sum(not outcome.passed for outcome in outcomes)
    session.say(f"{specification.name}: {', '.join((*_counts(specification), _examples(outcomes, late)))}")
    for title, names in (
        ("exercised by no example", left.claims),
        ("reached by no example", left.covers),
        ("not monitored, prove only", left_out),
    ):
        if names:
            session.say(f"  {paint(title, 'yellow')}: {', '.join(names)}")
    session.tell(
        {
            "specification": {
                "file": str(file),
                "name": specification.name,
                "digest": module.digest,
                "verdict": "example fails" if failed else "undecided" if late else "well",
                "claims": Counter(claim.kind for claim in specification.claims),
                "examples": len(outcomes) + late,
                "undecided": late,
                "failed": failed,
                "never_exercised": left.claims,
                "never_reached": left.covers,
                "not_monitored": left_out,
            }
        }
    )


def _counts(specification: Specification) -> list[str]:
    kinds: Counter[str] = Counter(claim.kind for claim in specification.claims if not claim.implicit)
    nouns = (("invariant", "invariant"), ("assume", "assumption"), ("cover", "cover"))
    return [plural(kinds[kind], noun) for kind, noun in nouns if kinds[kind] or kind == "invariant"]


def _examples(outcomes: Sequence[Outcome], late: int) -> str:
    failed = sum(not outcome.passed for outcome in outcomes)
    undecided = f", {paint(f'{late} undecided', 'yellow')}" if late else ""
    if failed:
        fail = "fails" if failed == 1 else "fail"
        return paint(f"{failed} of {plural(len(outcomes), 'example')} {fail}", "red") + undecided
    if not outcomes:
        return (f"{plural(late, 'example')}" if late else "no examples") + undecided
    passing = paint("passes" if len(outcomes) == 1 else "pass", "green")
    return f"{plural(len(outcomes), 'example')} {passing}{undecided}"
