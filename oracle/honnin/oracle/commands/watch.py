"""`honnin watch`: one log, line by line, against the oracle."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from honnin.oracle.files import each
from honnin.oracle.logs import STANDARD_INPUT, Wishes, check_logs, conclude, counted, reading_logs, watching
from honnin.oracle.options import FILE, PATH, speaking
from honnin.oracle.session import Session
from honnin.oracle.status import Status

if TYPE_CHECKING:
    from honnin.oracle.watching import Watching


@click.command(
    epilog="Example: honnin watch --facts site.json --follow certificate_issuance.honnin events.jsonl",
    short_help="Watch a log against the oracle.",
)
@FILE
@click.argument("log", type=PATH, default=STANDARD_INPUT)
@click.option("--follow", is_flag=True, help="Wait for the log to grow; Ctrl-C ends it with the summary.")
@reading_logs
@speaking
def command(session: Session, file: Path, log: Path, follow: bool, wishes: Wishes) -> Status:
    """Read a log of events (JSON Lines; without LOG or with `-` standard input) and tell every violation as it happens.

    Personal values are shown as tokens. Exit status: 0 nothing found, 1 a violation, 2 the specification or the facts are
    wrong, 3 an assumption was broken or something is undecided, 4 a line could not be read.
    """
    return each(session, [file], lambda file: _watch(session, file, log, follow, wishes))


def _watch(session: Session, file: Path, log: Path, follow: bool, wishes: Wishes) -> Status:
    check_logs([log], wishes)
    with watching(session, file, wishes) as run:
        if run is None:
            return Status.WRONG
        interrupted = _read(run, log, follow)
        status = conclude(run, wishes)
    if interrupted and not follow:
        session.note("interrupted")
        return Status.INTERRUPTED
    return status


def _read(run: Watching, log: Path, follow: bool) -> bool:
    """Reads the whole log; whether Ctrl-C was pressed."""
    from honnin.oracle.interrupt import Interruptible
    from honnin.oracle.lines import follow_lines, read_lines
    from honnin.oracle.watching import StopOnBadInput

    run.begin()
    with Interruptible() as stop, ExitStack() as open_now:
        try:
            if follow and log != STANDARD_INPUT:
                run.read(follow_lines(log, run.session.note, lambda: stop.asked))
            elif log == STANDARD_INPUT:
                if sys.stdin.isatty():
                    run.session.note("reading events from the terminal, a line each; Ctrl-D ends")
                run.read(stop.upto(read_lines(sys.stdin.buffer)))
            else:
                lines = stop.upto(read_lines(open_now.enter_context(log.open("rb"))))
                progress = open_now.enter_context(run.session.working(f"{log}: line 1"))
                run.read(counted(lines, progress, str(log)))
        except StopOnBadInput:
            run.session.note("stopped at a line that could not be read")
        return stop.asked
