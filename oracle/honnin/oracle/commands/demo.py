"""`honnin demo`: the certificate server's story, with real parts."""

from __future__ import annotations

import click

from honnin.oracle.options import speaking
from honnin.oracle.session import Session
from honnin.oracle.status import Status


@click.command(epilog="Example: honnin demo", short_help="The certificate server's story, with real parts.")
@speaking
def command(session: Session) -> Status:
    """Play the story of the certificate server: check, refute, prove, catch the swap in a running server, audit a day's log.

    Everything shown is computed now. Exit status: 0 when everything came out as told, 1 when something did not, 3 when something
    could not be decided.
    """
    from honnin.oracle.demo import play

    return play(session)
