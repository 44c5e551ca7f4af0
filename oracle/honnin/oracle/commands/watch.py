"""`honnin watch`: a log, line by line, against the oracle."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from honnin.oracle.files import each
from honnin.oracle.interrupt import Interruptible
from honnin.oracle.logs import DURATION, STANDARD_INPUT, Wishes, check_logs, reading_logs, watching
from honnin.oracle.options import FILE, PATH, speaking
from honnin.oracle.session import Session
from honnin.oracle.status import Status

if TYPE_CHECKING:
    from honnin.oracle.logs import Run


@click.command(
    epilog="Example: honnin watch --facts site.json --follow certificate_issuance.honnin events.jsonl",
    short_help="Watch a log against the oracle.",
)
@FILE
@click.argument("logs", nargs=-1, type=PATH)
@click.option("--follow", is_flag=True, help="Wait for the log to grow; Ctrl-C ends it with the summary.")
@click.option(
    "--tick",
    type=DURATION,
    help="While nothing comes, look for missed deadlines by this machine's clock, this often.",
)
@reading_logs
@speaking
def command(
    session: Session, file: Path, logs: Sequence[Path], follow: bool, tick: int | None, wishes: Wishes
) -> Status:
    """Read logs of events (JSON Lines, also packed with gzip or zstd; without LOGS or with `-` standard input) and tell every
    violation as it happens.

    Personal values are shown as tokens. Exit status: 0 nothing found, 1 a violation, 2 the specification or the facts are
    wrong, 3 an assumption was broken or something is undecided, 4 a line could not be read.
    """
    logs = logs or (STANDARD_INPUT,)
    if follow and len(logs) > 1:
        message = "--follow is for one log: of several that grow, none tells when the others have no earlier event to come"
        raise click.UsageError(f"{message}; read them with --merge once they are complete")
    if follow and any(log.is_fifo() or log.is_char_device() for log in logs):
        raise click.UsageError(
            f"--follow is for a file that grows; without it {logs[0]} is read until its writer ends"
        )
    if tick is not None and (not follow or logs == (STANDARD_INPUT,)):
        raise click.UsageError("--tick is for a log that grows, with --follow")
    follow = follow and logs != (STANDARD_INPUT,)
    return each(session, [file], lambda file: _watch(session, file, logs, follow, tick, wishes))


def _watch(
    session: Session, file: Path, logs: Sequence[Path], follow: bool, tick: int | None, wishes: Wishes
) -> Status:
    check_logs(logs, wishes, may_be_missing=follow)
    with watching(session, file, logs, wishes) as run:
        if run is None:
            return Status.WRONG
        with Interruptible() as stop:
            halted = not _read(run, follow, tick, stop)
        status = run.conclude(wishes, halted=halted)
    if stop.asked and not follow:
        session.note("interrupted")
        return Status.INTERRUPTED
    return status


def _read(run: Run, follow: bool, tick: int | None, stop: Interruptible) -> bool:
    """Reads the logs to their ends, or until Ctrl-C is pressed. False where a line that cannot be read made it stop."""
    from honnin.oracle.streams.clock import WallClock
    from honnin.oracle.watching import StopOnBadInput

    run.inputs.follow = follow
    run.begin()
    run.inputs.stopped = lambda: stop.asked
    try:
        if follow:
            reorder = run.watching.reorder
            run.watching.clock = WallClock(tick, reorder.window if reorder else 0) if tick else None
            run.watching.read(run.inputs.followed())
        else:
            if run.inputs.paths[0] == STANDARD_INPUT and sys.stdin.isatty():
                run.watching.session.note("reading events from the terminal, a line each; Ctrl-D ends")
            run.read(stop.upto)
    except StopOnBadInput:
        run.watching.session.note("stopped at a line that could not be read")
        return False
    return True
