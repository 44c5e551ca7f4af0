"""`honnin report`: what other commands found, as one page."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from honnin.oracle.files import read_bytes, write_text
from honnin.oracle.options import PATH, speaking
from honnin.oracle.session import Session
from honnin.oracle.status import Status

STANDARD_INPUT = Path("-")


@click.command(
    epilog="Example: honnin report explain.jsonl prove.jsonl audit.jsonl -o report.md",
    short_help="What other commands found, as one page for people.",
)
@click.argument("results", nargs=-1, required=True, type=PATH)
@click.option(
    "-o", "output", type=PATH, metavar="FILE", help="Write the page there, and not to standard output."
)
@speaking
def command(session: Session, results: Sequence[Path], output: Path | None) -> Status:
    """Put what check, explain, prove, watch and audit told with `--format json` (RESULTS; `-` is standard input) on one page, in
    Markdown: what must hold, what designs and logs have shown of it, and what is not known.

    Nothing is computed anew. Exit status: that of the results together; 3 also where they are not of one specification, as it was
    at one time.
    """
    from honnin.oracle.reporting.page import page
    from honnin.oracle.reporting.results import UNLIKE, NoResults, Results

    told = Results()
    for file in results:
        data = sys.stdin.buffer.read() if file == STANDARD_INPUT else read_bytes(file)
        try:
            told.read(str(file), data.splitlines())
        except NoResults as error:
            raise click.UsageError(str(error)) from error
    if not told.digests and not told.problems:
        raise click.UsageError("there is nothing of a specification in these files")
    try:
        status, text = told.status, page(told)
    except UNLIKE as error:
        raise click.UsageError("these results are not what this version of honnin tells") from error
    session.tell({"report": {"digests": list(told.digests), "of_one": told.of_one, "status": int(status)}})
    if output is not None:
        write_text(output, text)
    elif not session.as_json:
        session.say(text.rstrip("\n"))
    return status
