"""`honnin recheck`: the proofs in a certificate, checked again by another solver."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from honnin.compiler.certificate.manifest import MANIFEST, Certified, Manifest, Obliged, Proof
from honnin.oracle.certificates import (
    manifest_digest,
    obligation_text,
    open_certificate,
    refuse_other_digest,
)
from honnin.oracle.extras import missing
from honnin.oracle.files import about, open_specification
from honnin.oracle.options import PATH, speaking, timeout_option
from honnin.oracle.session import Session, paint
from honnin.oracle.status import Status, worst
from honnin.oracle.table import plural
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.records import dataclass, field

if TYPE_CHECKING:
    from honnin.compiler.certificate.solver import Solver

NOT_CHECKED = "not checked: that the scripts are what the specification means; they are honnin's translation"
"""What a certificate does not tell, whatever cvc5 says."""

RUNS = frozenset(("refuted", "reached"))
"""Answers that a run shows; prove has confirmed the run by the reference meaning."""


@click.command(
    epilog="Example: honnin recheck --specification certificate_issuance.honnin proofs",
    short_help="Check proofs again with another solver, cvc5.",
)
@click.argument("folder", type=PATH, metavar="DIR")
@timeout_option(10.0, "The time for each obligation.")
@click.option(
    "--specification",
    type=PATH,
    metavar="FILE",
    help="The certificate must be of this specification, as it is now.",
)
@speaking
def command(session: Session, folder: Path, timeout: float, specification: Path | None) -> Status:
    """Check the proofs that `prove --certificate DIR` wrote again, obligation by obligation, with cvc5.

    Exit status: 0 every obligation is met, 1 one is not, or an answer is not the expected one, 2 the certificate or the usage is
    wrong, 3 one is undecided, an answer has no obligations, or holds only because nothing that it asks can happen.
    """
    manifest = open_certificate(folder)
    if specification is not None:
        module = open_specification(session, specification).module
        if module is None:
            return Status.WRONG
        refuse_other_digest(folder, manifest, module, specification)
    for obliged in manifest.files():
        obligation_text(folder, obliged)
    from honnin.compiler.certificate.solver import Absent, Solver

    try:
        solver = Solver()
    except Absent:
        raise missing("cvc5, which checks proofs again,", "recheck") from None
    with solver:
        results = [_recheck(session, folder, check, solver, timeout) for check in manifest.checks]
    _summary(session, folder, manifest, specification, results, solver.version)
    return worst(*(result.status for result in results))


@dataclass(slots=True)
class _Result:
    """What became of the obligations of one check."""

    check: Certified
    met: int = 0
    failed: list[Obliged] = field(default_factory=list)
    undecided: list[tuple[Obliged, str]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def verdict(self) -> str:
        if self.check.proof is None:
            return "a run" if self.check.answer in RUNS else "nothing to check"
        return "not met" if self.failed else "undecided" if self.undecided else "proved again"

    @property
    def status(self) -> Status:
        match self.verdict:
            case "not met":
                return Status.NO
            case "undecided" | "nothing to check":
                return Status.UNDECIDED
            case _ if not self.check.expected:
                return Status.NO
            case _:
                return Status.UNDECIDED if self.check.is_vacuous else Status.WELL


def _recheck(session: Session, folder: Path, check: Certified, solver: Solver, seconds: float) -> _Result:
    result, began = _Result(check), time.monotonic()
    if check.proof is not None:
        with session.working(check.title) as progress:
            for number, obliged in enumerate(check.proof.obligations, 1):
                progress.update(f"{check.title}: obligation {number} of {len(check.proof.obligations)}")
                said = solver.ask(obligation_text(folder, obliged), seconds)
                match said.answer:
                    case "unsat":
                        result.met += 1
                    case "sat":
                        result.failed.append(obliged)
                    case _:
                        result.undecided.append((obliged, said.why))
        result.seconds = time.monotonic() - began
    _show(session, folder, result)
    return result


def _show(session: Session, folder: Path, result: _Result) -> None:
    check, proof = result.check, result.check.proof
    if result.verdict != "a run" or not check.expected:
        surprise = "" if check.expected or check.answer == "unknown" else paint(", NOT expected", "red")
        session.say(f"check {check.title}: {check.answer}{surprise}")
    if proof is None and result.verdict != "a run":
        session.say(f"  {paint('nothing that could be checked again', 'yellow')}: {check.why}")
    if proof is not None:
        session.say(f"  {_counted(result, proof)}  ({result.seconds:.1f} s)")
        for name, text in check.premises.items():
            session.say(f"  rests on {name}: {text}")
        never = [name for name, able in check.exercised.items() if not able]
        if never:
            words = f"this design can never exercise: {', '.join(never)}"
            session.say(f"  {paint(words, 'yellow')}")
        session.diagnose([_not_met(folder, proof, each) for each in result.failed], {})
        for each, why in result.undecided:
            session.say(f"  undecided {each.file}: {about_obligation(proof, each)}: {why}")
    session.tell({"recheck": _record(result)})


def _counted(result: _Result, proof: Proof) -> str:
    count = plural(len(proof.obligations), "obligation")
    match result.verdict:
        case "proved again":
            return paint(f"{count}, each met", "green")
        case "not met":
            return paint(f"{count}, {len(result.failed)} not met", "red")
        case _:
            return paint(f"{count}, {len(result.undecided)} undecided", "yellow")


def about_obligation(proof: Proof, obliged: Obliged) -> str:
    """What an obligation says, in words."""
    where = "at the start" if obliged.step is None else f"after {proof.steps[obliged.step]}"
    if obliged.kind == "safety":
        return f"excluded {where}: {proof.goals[obliged.target].name}"
    return f"true {where}: {proof.invariant[obliged.target]}"


def _not_met(folder: Path, proof: Proof, obliged: Obliged) -> Diagnostic:
    message = f"an obligation is not met: {about_obligation(proof, obliged)}"
    return about(folder / obliged.file, "HN0530", message, "please report it: z3 said that it is met")


def _record(result: _Result) -> dict[str, object]:
    check, proof = result.check, result.check.proof
    return {
        "subject": check.subject,
        "relation": check.relation,
        "target": check.target,
        "answer": check.answer,
        "expected": check.expected,
        "premises": dict(check.premises),
        "exercised": dict(check.exercised),
        "verdict": result.verdict,
        "status": int(result.status),
        "obligations": 0 if proof is None else len(proof.obligations),
        "met": result.met,
        "not_met": [each.file for each in result.failed],
        "undecided": [{"file": each.file, "why": why} for each, why in result.undecided],
        "why": check.why,
        "seconds": round(result.seconds, 3),
    }


def _summary(
    session: Session,
    folder: Path,
    manifest: Manifest,
    specification: Path | None,
    results: Sequence[_Result],
    version: str,
) -> None:
    counts = {verdict: sum(r.verdict == verdict for r in results) for verdict in _WORDS}
    told = [f"{count} {_WORDS[verdict]}" for verdict, count in counts.items() if count]
    session.say(
        f"{folder}: {manifest.specification}, {plural(len(results), 'check')}: {', '.join(told)}, by cvc5 {version}"
    )
    session.say(f"  SHA-256 of {MANIFEST}: {manifest_digest(folder)}")
    whose = f"digest {manifest.digest[:12]}..."
    session.say(
        f"  not compared with a specification (its {whose}): --specification FILE does that"
        if specification is None
        else f"  made of {specification} as it is now ({whose})"
    )
    if any(result.check.proof is not None for result in results):
        session.say(f"  {NOT_CHECKED}")
    session.tell(
        {
            "certificate": {
                "folder": str(folder),
                "specification": manifest.specification,
                "digest": manifest.digest,
                "manifest": manifest_digest(folder),
                "compared_with": None if specification is None else str(specification),
                "tools": {**manifest.tools, "cvc5": version},
                "status": int(worst(*(result.status for result in results))),
            }
        }
    )


_WORDS = {
    "proved again": "proved again",
    "a run": "shown by a run",
    "not met": "not met",
    "undecided": "undecided",
    "nothing to check": "without anything to check",
}
