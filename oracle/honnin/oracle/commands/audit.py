"""`honnin audit`: stored logs, one after another or merged, as one trace."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from honnin.oracle.files import each
from honnin.oracle.logs import Wishes, check_logs, reading_logs, watching
from honnin.oracle.options import FILE, PATH, speaking
from honnin.oracle.session import Session
from honnin.oracle.status import Status


@click.command(
    epilog="Example: honnin audit --facts site.json certificate_issuance.honnin monday.jsonl tuesday.jsonl",
    short_help="Audit stored logs against the oracle.",
)
@FILE
@click.argument("logs", nargs=-1, required=True, type=PATH)
@reading_logs
@speaking
def command(session: Session, file: Path, logs: Sequence[Path], wishes: Wishes) -> Status:
    """Read stored logs in the order given, or with --merge by their times, as one trace, and give one summary.

    Personal values are shown as tokens. Exit status: as for watch.
    """
    return each(session, [file], lambda file: _audit(session, file, logs, wishes))


def _audit(session: Session, file: Path, logs: Sequence[Path], wishes: Wishes) -> Status:
    from honnin.oracle.watching import StopOnBadInput

    check_logs(logs, wishes)
    with watching(session, file, logs, wishes, named=True) as run:
        if run is None:
            return Status.WRONG
        run.begin()
        try:
            run.read(iter)
        except StopOnBadInput:
            session.note("stopped at a line that could not be read")
            return run.conclude(wishes, halted=True)
        return run.conclude(wishes)
