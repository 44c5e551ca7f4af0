"""`honnin mutate`: would the checks notice if a design were a little wrong? Mutants of every design that holds, each asked of the prover."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from honnin.oracle.files import each, open_specification
from honnin.oracle.mutating import Tally, tell_design, tell_fate, tell_refused, tell_summary
from honnin.oracle.options import FILE, speaking, timeout_option
from honnin.oracle.session import Session
from honnin.oracle.status import Status, worst
from honnin.spec.records import dataclass

if TYPE_CHECKING:
    from honnin.compiler.mutants import Mutant
    from honnin.compiler.mutation import Fate
    from honnin.oracle.progress import Progress
    from honnin.spec.core import Check, Module


@click.command(
    epilog="Example: honnin mutate --design keyed_buffer --fail-under 80 certificate_issuance.honnin",
    short_help="Change designs that hold, and see whether the claims notice.",
)
@FILE
@click.option("--design", "only", metavar="NAME", help="Mutants of this design only.")
@timeout_option(30.0, "The time for each mutant, and for each check of a design itself.")
@click.option(
    "--total",
    type=click.FloatRange(min=0, min_open=True),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="The time for all; mutants that are not asked in it are counted as such.",
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Exit status 1 if a smaller part of the decided mutants is killed.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show the run by which each killed mutant is refuted.")
@speaking
def command(
    session: Session,
    file: Path,
    only: str | None,
    timeout: float,
    total: float,
    fail_under: float | None,
    verbose: bool,
) -> Status:
    """Make mutants of every design that holds, each with one mistake, and ask the prover the same checks of them.

    A killed mutant is refuted; one that survives shows what the claims leave open, or a guard that they do not need.

    Exit status: 0 all is decided (survivors are information), 1 a smaller part is killed than --fail-under asks, or a design does
    not hold, 2 the specification is wrong, 3 something is undecided or was not asked, 130 interrupted (with what is known by then).
    """
    limits = Limits(timeout, time.monotonic() + total, fail_under, verbose)
    return each(session, [file], lambda file: _mutate(session, file, only, limits))


@dataclass(frozen=True, slots=True)
class Limits:
    """`timeout`: seconds for a mutant; `end`: of all, by the monotonic clock."""

    timeout: float
    end: float
    fail_under: float | None
    verbose: bool

    @property
    def seconds(self) -> float:
        """For the next question; not positive when the time is over."""
        return min(self.timeout, self.end - time.monotonic())


def _mutate(session: Session, file: Path, only: str | None, limits: Limits) -> Status:
    module = open_specification(session, file).module
    if module is None:
        return Status.WRONG
    designs = _designs(module)
    if only is not None and only not in designs:
        names = ", ".join(designs) or "none"
        raise click.UsageError(
            f"no design `{only}` that a check of {file} says to satisfy something; there are {names}"
        )
    whole, statuses = Tally(), [Status.WELL]
    try:
        for name, checks in designs.items():
            if only in (None, name):
                statuses.append(_design(session, module, name, checks, whole, limits))
    except KeyboardInterrupt:
        statuses.append(Status.INTERRUPTED)
    tell_summary(session, file, whole, interrupted=Status.INTERRUPTED in statuses)
    return worst(*statuses, whole.status(limits.fail_under))


def _designs(module: Module) -> dict[str, list[Check]]:
    """The designs of which something is said to hold, with the checks that say so."""
    designs: dict[str, list[Check]] = {}
    for check in module.checks:
        if check.relation == "satisfies":
            designs.setdefault(check.subject, []).append(check)
    return designs


def _design(
    session: Session, module: Module, name: str, checks: Sequence[Check], whole: Tally, limits: Limits
) -> Status:
    """Asks every mutant of one design; what is known when Ctrl-C is pressed is told before it goes on."""
    from honnin.compiler.mutants import mutants
    from honnin.compiler.premises import premise_mutants

    held, status = _holding(session, module, checks, limits)
    if not held:
        return status
    held += _reaching(session, module, name, limits)
    made = (*mutants(module.system(name)), *premise_mutants(module, module.system(name)))
    tally = Tally(not_asked=len(made))
    tell_design(session, module, name, held, len(made))
    try:
        for mutant, fate, seconds in _fates(session, module, held, made, limits):
            tally.count(fate)
            tell_fate(session, module, mutant, fate, seconds, limits.verbose)
    finally:
        whole.add(tally)
        tally.tell(session, name)
    return status


def _holding(
    session: Session, module: Module, checks: Sequence[Check], limits: Limits
) -> tuple[list[Check], Status]:
    """The checks that hold; of the others it is told why there are no mutants for them."""
    from honnin.compiler.answers import Bounded, Proved, Unknown
    from honnin.compiler.prove import prove

    held: list[Check] = []
    statuses = [Status.WELL]
    for check in checks:
        title = f"{check.subject} satisfies {check.target}"
        with session.working(title):
            seconds = max(limits.seconds, 0.1)
            answer = prove(module, check, timeout=seconds)
        if isinstance(answer.verdict, Proved | Bounded):
            held.append(check)
        else:
            statuses.append(Status.UNDECIDED if isinstance(answer.verdict, Unknown) else Status.NO)
            tell_refused(session, answer, in_haste=seconds < limits.timeout)
    return held, worst(*statuses)


def _reaching(session: Session, module: Module, name: str, limits: Limits) -> list[Check]:
    """The checks that the design reaches something, of which that is so."""
    from honnin.compiler.answers import Reached
    from honnin.compiler.prove import prove

    found: list[Check] = []
    for check in module.checks:
        if (check.subject, check.relation) == (name, "reaches"):
            with session.working(f"{name} reaches {check.target}"):
                answer = prove(module, check, timeout=max(limits.seconds, 0.1))
            found += [check] if isinstance(answer.verdict, Reached) else []
    return found


def _fates(
    session: Session, module: Module, checks: Sequence[Check], made: Sequence[Mutant], limits: Limits
) -> Iterator[tuple[Mutant, Fate, float]]:
    """What becomes of each mutant, with the seconds of CPU that it took, until the time is over."""
    from honnin.compiler.mutation import fate

    for number, mutant in enumerate(made, 1):
        if limits.seconds <= 0:
            return
        title = f"{mutant.system.name}, mutant {number} of {len(made)}: {mutant.step}: {mutant.words}"
        started = time.process_time()
        with session.working(title) as progress:

            def show(text: str, title: str = title, progress: Progress = progress) -> None:
                progress.update(f"{title}: {text}")

            outcome = fate(module, checks, mutant, limits.seconds, show)
        yield mutant, outcome, time.process_time() - started
