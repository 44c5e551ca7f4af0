"""`honnin prove`: the `check` statements of a file, each answered by a proof, a counterexample or an honest `unknown`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from honnin.oracle.files import each, open_specification, write_text
from honnin.oracle.options import FILES, PATH, speaking, timeout_option
from honnin.oracle.runs import run_record
from honnin.oracle.session import Colour, Session, paint
from honnin.oracle.status import Status, worst
from honnin.oracle.stuck import stuck_lines, stuck_record
from honnin.oracle.table import plural, quoted
from honnin.spec.records import dataclass

if TYPE_CHECKING:
    from honnin.compiler.answers import Answer, Counterexample, Verdict
    from honnin.oracle.progress import Progress
    from honnin.spec.core import Check, Module


INDENT = 2
"""Cells that what is said of an answer is moved in."""


@click.command(
    epilog="Example: honnin prove --timeout 120 certificate_issuance.honnin",
    short_help="Prove or refute designs: the check statements.",
)
@FILES
@click.option("--design", "only", metavar="NAME", help="Answer the checks of this design only.")
@timeout_option(60.0, "The time for each check; what is not decided in it is unknown.")
@click.option("-v", "--verbose", is_flag=True, help="Show the inductive invariant of each proof.")
@click.option(
    "--strict", is_flag=True, help="A claim that the design never exercises is undecided: exit status 3."
)
@click.option(
    "--traces",
    type=PATH,
    metavar="DIR",
    help="Write each run there, as ITF (.itf.json) and as a Mermaid diagram (.mmd).",
)
@click.option(
    "--certificate",
    type=PATH,
    metavar="DIR",
    help="Write every proof there, to be checked again by honnin recheck.",
)
@click.option(
    "--emit-test",
    type=PATH,
    metavar="PATH",
    help="Write every counterexample there, as pytest tests that drive an implementation.",
)
@speaking
def command(
    session: Session,
    files: Sequence[Path],
    only: str | None,
    timeout: float,
    verbose: bool,
    strict: bool,
    traces: Path | None,
    certificate: Path | None,
    emit_test: Path | None,
) -> Status:
    """Answer the check statements: proved for any number of everything, refuted with a shortest run, or unknown.

    Exit status: 0 every answer is the expected one, 1 one is not, 2 the specification is wrong, 3 something is unknown, or
    holds only because nothing that it asks can happen.
    """
    if certificate is not None and len(files) > 1:
        raise click.UsageError("--certificate is for one file: a certificate is of one specification.")
    if emit_test is not None and len(files) > 1:
        raise click.UsageError("--emit-test is for one file: a test is of one specification.")
    wanted = _Wanted(only, timeout, verbose, strict, traces, certificate, emit_test)
    return each(session, files, lambda file: _prove_file(session, file, wanted))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the options say."""

    only: str | None
    timeout: float
    verbose: bool
    strict: bool
    traces: Path | None
    certificate: Path | None
    emit_test: Path | None


def _prove_file(session: Session, file: Path, wanted: _Wanted) -> Status:
    checked = open_specification(session, file)
    module = checked.module
    if module is None:
        return Status.WRONG
    checks = _asked(module, file, wanted.only)
    if not checks:
        session.say(f"{file}: no check statements, nothing to prove")
        session.tell({"file": {"file": str(file), "checks": 0}})
        return Status.WELL
    from honnin.compiler.prove import prove

    if wanted.certificate is not None:
        from honnin.oracle.certificates import refuse_occupied

        refuse_occupied(wanted.certificate, module)
    statuses: list[Status] = []
    answers: list[tuple[Answer, str]] = []
    for check in checks:
        title = f"{check.subject} {check.relation} {check.target}"
        with session.working(title) as progress:

            def show(text: str, title: str = title, progress: Progress = progress) -> None:
                progress.update(f"{title}: {text}")

            answer = prove(module, check, timeout=wanted.timeout, progress=show)
        statuses.append(answer_status(answer, wanted.strict))
        is_first = all(answer.subject != before.subject for before, _ in answers)
        _show(session, module, answer, statuses[-1], wanted.verbose, titled=is_first)
        answers.append((answer, _word(answer.verdict)))
        if wanted.traces is not None:
            _write_traces(wanted.traces, file, module, answer)
    if wanted.certificate is not None:
        from honnin.oracle.certificates import write_certificate

        write_certificate(session, wanted.certificate, file, module, answers)
    if wanted.emit_test is not None:
        _emit_test(session, wanted.emit_test, file, module, [answer for answer, _ in answers])
    _summary(session, file, statuses)
    return worst(*statuses)


def _asked(module: Module, file: Path, only: str | None) -> Sequence[Check]:
    """The checks of the design `only`, or all."""
    checks = [check for check in module.checks if only in (None, check.subject)]
    if only is not None and not checks:
        names = ", ".join(dict.fromkeys(check.subject for check in module.checks)) or "none"
        raise click.UsageError(f"no check of {file} is of a design `{only}`; there are checks of {names}")
    return checks


def _emit_test(session: Session, test: Path, file: Path, module: Module, answers: Sequence[Answer]) -> None:
    from honnin.oracle.emitting import emitted

    text, count = emitted(module, answers, file, test)
    session.tell({"emitted": {"file": str(test), "tests": count}})
    if count:
        write_text(test, text)
        session.note(f"{test}: {plural(count, 'test')}, for a fixture `honnin_driver` of yours")
    else:
        session.note(f"{test}: not written: no claim that an oracle watches is refuted")


def _write_traces(folder: Path, file: Path, module: Module, answer: Answer) -> None:
    """Writes the run of the answer, if it has one, to files named after the specification's file, the design and the claim."""
    from honnin.compiler.answers import Reached, Refuted
    from honnin.oracle.itf import itf
    from honnin.oracle.mermaid import mermaid

    match answer.verdict:
        case Refuted(counterexample=run) | Reached(witness=run):
            name = f"{file.stem}-{answer.subject}-{answer.target}"
            trace = json.dumps(itf(run, module, answer.subject), ensure_ascii=False, indent=1)
            write_text(folder / f"{name}.itf.json", trace + "\n")
            write_text(folder / f"{name}.mmd", mermaid(run, module, answer.subject, _ending(run, module)))
        case _:
            pass


def answer_status(answer: Answer, strict: bool = False) -> Status:
    """The exit status that one answer alone gives."""
    from honnin.compiler.answers import Unknown

    if isinstance(answer.verdict, Unknown):
        return Status.UNDECIDED
    if not answer.expected:
        return Status.NO
    exercised = _exercised(answer.verdict)
    vacuous = exercised and not any(exercised.values())
    return Status.UNDECIDED if vacuous or (strict and not all(exercised.values())) else Status.WELL


def _exercised(verdict: Verdict) -> Mapping[str, bool]:
    from honnin.compiler.answers import Bounded, Proved

    return verdict.exercised if isinstance(verdict, Proved | Bounded) else {}


def _summary(session: Session, file: Path, statuses: Sequence[Status]) -> None:
    well, no, open_ = (statuses.count(status) for status in (Status.WELL, Status.NO, Status.UNDECIDED))
    parts = [f"{well} as expected"]
    parts += [paint(f"{no} not as expected", "red")] if no else []
    parts += [paint(f"{open_} undecided", "yellow")] if open_ else []
    session.say(f"{file}: {plural(len(statuses), 'check')}: {', '.join(parts)}")


# ---------------------------------------------------------------- one answer


def _show(
    session: Session, module: Module, answer: Answer, status: Status, verbose: bool, *, titled: bool
) -> None:
    """`titled`: with the author's words for the design."""
    session.tell({"check": _record(module, answer, status)})
    if session.as_json:
        return
    from honnin.oracle.picture import paragraph

    colour: Colour = {Status.WELL: "green", Status.NO: "red"}.get(status, "yellow")  # type: ignore[assignment]
    headline, details = answer_lines(module, answer, verbose, INDENT)
    surprise = "" if status == Status.UNDECIDED else _surprise(answer)
    session.say(f"check {answer.subject} {answer.relation} {answer.target}")
    session.say(f"{' ' * INDENT}{paint(headline + surprise, colour)}  ({answer.seconds:.1f} s)")
    title = _subject_title(module, answer) if titled else None
    if title:
        details = [*paragraph(f"{answer.subject}{quoted(title, ': ')}", INDENT), *details]
    never = [name for name, able in _exercised(answer.verdict).items() if not able]
    if never:
        details = [*details, f"this design can never exercise: {', '.join(never)}"]
    for line in (*details, *(f"warning: {warning}" for warning in answer.warnings)):
        session.say(" " * INDENT + line)
    session.say()


def _subject_title(module: Module, answer: Answer) -> str | None:
    """What the author calls the design, or the specification whose claims are compared."""
    if answer.relation == "implies":
        return module.specification(answer.subject).title
    return module.system(answer.subject).title


def _surprise(answer: Answer) -> str:
    """Whether the statement expects the answer, where that is not plain from the answer itself."""
    from honnin.compiler.answers import Refuted

    if not answer.expected:
        return ", NOT expected"
    return ", as expected" if isinstance(answer.verdict, Refuted) else ""


def answer_lines(module: Module, answer: Answer, verbose: bool, indent: int) -> tuple[str, list[str]]:
    """The answer in one line, and the lines that tell its story; they will be moved in by `indent` cells."""
    from honnin.compiler.answers import Bounded, Proved, Reached, Refuted, Unknown, Unreachable

    match answer.verdict:
        case Proved(invariant=invariant, premises=premises, how=how):
            lines = [f"rests on {premise.name}: {premise.text}" for premise in premises]
            if verbose:
                lines += (
                    ["inductive invariant:", *(f"  {formula}" for formula in invariant)]
                    if invariant
                    else [how]
                )
            return "proved, for any number of everything and any number of steps", lines
        case Refuted(counterexample=run):
            return f"refuted by {_length(run)}", _run_lines(run, module, answer.subject, indent)
        case Reached(witness=run):
            return f"reached by {_length(run)}", _run_lines(run, module, answer.subject, indent)
        case Unreachable(reason=reason):
            return "unreachable, for any number of everything", [reason]
        case Bounded(scope=scope, steps=steps):
            how_far = "any number of steps" if steps is None else f"up to {plural(steps, 'step')}"
            return f"holds within bounds: {_scope(scope)}, {how_far}", []
        case Unknown(tried=tried, scope=scope, depth=depth, stuck=stuck):
            far = f"no counterexample up to {plural(depth, 'step')} with {_scope(scope)}" if scope else ""
            told = [*([far] if far else []), *(f"tried: {line}" for line in tried)]
            return "unknown", [*told, *(stuck_lines(stuck) if stuck is not None else [])]


def _length(run: Counterexample) -> str:
    return f"a run of {plural(len(run.steps), 'step')}" if run.steps else "the initial state"


def _scope(scope: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {entity}" for entity, count in scope.items()) or "no entities"


def _run_lines(run: Counterexample, module: Module, subject: str, indent: int) -> list[str]:
    """The gist, the run, why the claim fails at its end, and what the run assumes."""
    from honnin.compiler.conjuncts import failing
    from honnin.oracle.ending import reads
    from honnin.oracle.picture import picture

    shown = picture(run, module, subject, _ending(run, module), indent)
    deed = [] if _is_cover(run, module) else shown.deed
    false = [f"of its parts this fails: {part}" for part in failing(run, module, subject)]
    return [*gist(run, module, indent), *deed, *shown.steps, *false, *reads(run, module), *shown.assumed]


def gist(run: Counterexample, module: Module, indent: int) -> list[str]:
    """The claim in the author's words, and what the run comes to in the specification's nouns."""
    from honnin.oracle.picture import paragraph
    from honnin.oracle.sentence import sentence

    title, told = f"{run.claim}{quoted(_title(run, module), ': ')}", sentence(run, module)
    return [*paragraph(title, indent), *(paragraph(told, indent) if told else [])]


def _ending(run: Counterexample, module: Module) -> str:
    """What is said of the last step."""
    return f"{'reaches' if _is_cover(run, module) else 'breaks'} {run.claim}"


def _title(run: Counterexample, module: Module) -> str | None:
    if run.specification is None:
        properties = [p for system in module.systems for p in system.properties if p.name == run.claim]
        return properties[0].title if properties else None
    claims = [c for c in module.specification(run.specification).claims if c.name == run.claim]
    return claims[0].title if claims else None


def _is_cover(run: Counterexample, module: Module) -> bool:
    if run.specification is None:
        return False
    claims = module.specification(run.specification).claims
    return any(claim.name == run.claim and claim.kind == "cover" for claim in claims)


# ---------------------------------------------------------------- JSON

_ANSWERS = {
    "Proved": "proved",
    "Refuted": "refuted",
    "Reached": "reached",
    "Unreachable": "unreachable",
    "Bounded": "holds within bounds",
    "Unknown": "unknown",
}


def _word(verdict: Verdict) -> str:
    """What an answer is called."""
    return _ANSWERS[type(verdict).__name__]


def _record(module: Module, answer: Answer, status: Status) -> dict[str, Any]:
    return {
        "specification": module.main.name,
        "digest": module.digest,
        "subject": answer.subject,
        "title": _subject_title(module, answer),
        "relation": answer.relation,
        "target": answer.target,
        "answer": _word(answer.verdict),
        "expected": answer.expected,
        "status": int(status),
        "warnings": list(answer.warnings),
        "seconds": round(answer.seconds, 3),
        **_verdict_record(module, answer.verdict, answer.subject),
    }


def _verdict_record(module: Module, verdict: Verdict, subject: str) -> dict[str, Any]:
    from honnin.compiler.answers import Bounded, Proved, Reached, Refuted, Unknown, Unreachable
    from honnin.compiler.conjuncts import failing

    match verdict:
        case Proved():
            return {
                "premises": {premise.name: premise.text for premise in verdict.premises},
                "invariant": list(verdict.invariant),
                "exercised": dict(verdict.exercised),
            }
        case Refuted(counterexample=run):
            told = list(failing(run, module, subject))
            return {
                "shortest": verdict.shortest,
                "run": run_record(run, module, subject),
                "failing": told,
            }
        case Reached(witness=run):
            return {"shortest": verdict.shortest, "run": run_record(run, module, subject)}
        case Unreachable(reason=reason):
            return {"reason": reason}
        case Bounded():
            return {
                "scope": dict(verdict.scope),
                "steps": verdict.steps,
                "exercised": dict(verdict.exercised),
            }
        case Unknown():
            return {
                "tried": list(verdict.tried),
                "scope": dict(verdict.scope),
                "depth": verdict.depth,
                "stuck": None if verdict.stuck is None else stuck_record(verdict.stuck),
            }
