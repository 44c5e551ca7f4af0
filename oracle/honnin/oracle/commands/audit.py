"""`honnin audit`: stored logs, one after another, as one trace."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from honnin.oracle.files import each
from honnin.oracle.logs import Wishes, check_logs, conclude, counted, reading_logs, watching
from honnin.oracle.options import FILE, PATH, speaking
from honnin.oracle.session import Session
from honnin.oracle.status import Status

if TYPE_CHECKING:
    from honnin.oracle.watching import Watching


@click.command(
    epilog="Example: honnin audit --facts site.json certificate_issuance.honnin monday.jsonl tuesday.jsonl",
    short_help="Audit stored logs against the oracle.",
)
@FILE
@click.argument("logs", nargs=-1, required=True, type=PATH)
@reading_logs
@speaking
def command(session: Session, file: Path, logs: Sequence[Path], wishes: Wishes) -> Status:
    """Read stored logs in the order given, as one trace, and give one summary.

    Personal values are shown as tokens. Exit status: as for watch.
    """
    return each(session, [file], lambda file: _audit(session, file, list(logs), wishes))


def _audit(session: Session, file: Path, logs: list[Path], wishes: Wishes) -> Status:
    check_logs(logs, wishes)
    with watching(session, file, wishes) as run:
        if run is None:
            return Status.WRONG
        _read(run, logs)
        return conclude(run, wishes)


def _read(run: Watching, logs: Sequence[Path]) -> None:
    from honnin.oracle.lines import read_lines
    from honnin.oracle.watching import StopOnBadInput

    run.begin()
    try:
        for log in logs:
            with log.open("rb") as stream, run.session.working(str(log)) as progress:
                run.read(counted(read_lines(stream), progress, str(log)), log)
    except StopOnBadInput:
        run.session.note("stopped at a line that could not be read")
