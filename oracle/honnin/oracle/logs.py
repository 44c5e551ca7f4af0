"""What `watch` and `audit` have in common: their options, the oracle that they make, the way they end."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from honnin.oracle.files import Refused, about, open_specification, read_facts_file, read_key, unreadable
from honnin.oracle.options import FACTS, KEY, PATH, REVEAL, STRICT
from honnin.oracle.session import Session
from honnin.oracle.status import Status, worst

if TYPE_CHECKING:
    from honnin.oracle.lines import Line
    from honnin.oracle.mapped import LogMapping
    from honnin.oracle.monitor import Spec
    from honnin.oracle.progress import Progress
    from honnin.oracle.watching import Watching

STANDARD_INPUT = Path("-")
_REFRESH = 1000
_QUARANTINE = click.option(
    "--quarantine",
    type=PATH,
    metavar="FILE",
    help="Add every line that cannot be read to this file, unchanged and in clear.",
)
_STOP = click.option(
    "--stop-on-bad-input", "stop", is_flag=True, help="Stop at the first line that cannot be read."
)
_CERTIFICATE = click.option(
    "--certificate",
    type=PATH,
    metavar="DIR",
    help="Say which proofs are of this specification, as it is now.",
)
_FROM = click.option(
    "--from",
    "mapping",
    metavar="NAME",
    help='Read the lines by the mapping `from json "NAME" { ... }` of the specification.',
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """How logs are to be read."""

    facts: Path | None
    quarantine: Path | None
    stop: bool
    key: Path | None
    reveal: bool
    strict: bool
    certificate: Path | None
    mapping: str | None


def reading_logs(body: Callable[..., Status]) -> Callable[..., Status]:
    """Gives a command the options of `Wishes`, as its argument `wishes`."""

    @FACTS
    @_FROM
    @_QUARANTINE
    @_STOP
    @KEY
    @REVEAL
    @STRICT
    @_CERTIFICATE
    @functools.wraps(body)
    def command(
        *arguments: Any,
        facts: Path | None,
        quarantine: Path | None,
        stop: bool,
        key: Path | None,
        reveal: bool,
        strict: bool,
        certificate: Path | None,
        mapping: str | None,
        **options: Any,
    ) -> Status:
        wishes = Wishes(facts, quarantine, stop, key, reveal, strict, certificate, mapping)
        return body(*arguments, wishes=wishes, **options)

    return command


def check_logs(logs: list[Path], wishes: Wishes) -> None:
    """Refused when a log cannot be opened, or would be written to."""
    problems = [unreadable(log) for log in logs if log != STANDARD_INPUT]
    if found := [problem for problem in problems if problem]:
        raise Refused(found)
    for log in logs:
        if (
            wishes.quarantine
            and wishes.quarantine.exists()
            and log.exists()
            and wishes.quarantine.samefile(log)
        ):
            raise click.UsageError(f"the quarantine file is the log {log}")


@contextmanager
def watching(session: Session, file: Path, wishes: Wishes) -> Iterator[Watching | None]:
    """The oracle of `file` at the start of its trace; None where the specification is wrong."""
    from honnin.oracle.certificates import Coverage, open_certificate
    from honnin.oracle.monitor import compile_module
    from honnin.oracle.watching import Watching

    session.masking = not wishes.reveal
    module = open_specification(session, file).module
    if module is None:
        yield None
        return
    facts = read_facts_file(wishes.facts, module.main)
    key = read_key(wishes.key)
    spec = compile_module(module)
    mapping = named_mapping(spec, wishes.mapping)
    oracle = spec.oracle("collect", facts=facts, mask_key=key, reveal=wishes.reveal)
    named = wishes.certificate
    proof = None if named is None else Coverage(named, open_certificate(named), spec.digest)
    if wishes.quarantine is None:
        yield Watching(session, spec, oracle, None, wishes.stop, proof, mapping)
        return
    try:
        quarantine = wishes.quarantine.open("ab")
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        message = f"`{wishes.quarantine}` cannot be written: {reason}"
        raise Refused([about(wishes.quarantine, "HN0805", message)]) from error
    with quarantine:
        yield Watching(session, spec, oracle, quarantine, wishes.stop, proof, mapping)


def named_mapping(spec: Spec, name: str | None) -> LogMapping | None:
    """The mapping that the user names, if one is named."""
    if name is None:
        return None
    if name in spec.mappings:
        return spec.mapping(name)
    known = ", ".join(f'"{known}"' for known in spec.mappings) or "none"
    raise click.UsageError(f'the specification has no mapping "{name}" (it has: {known})')


def conclude(run: Watching, wishes: Wishes) -> Status:
    """The summary, and the status of the whole."""
    uncovered = run.proof is not None and not run.proof.checks
    untried = wishes.strict and run.untried()
    return worst(run.end(), Status.UNDECIDED if untried or uncovered else Status.WELL)


def counted(lines: Iterator[Line], progress: Progress, name: str) -> Iterator[Line]:
    """The lines, while the progress says how many there have been."""
    for line in lines:
        if line.number % _REFRESH == 0:
            progress.update(f"{name}: line {line.number:,}")
        yield line
