"""The options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import click

from honnin.oracle.session import Session
from honnin.oracle.status import Status

Command = Callable[..., Status]
PATH = click.Path(path_type=Path, readable=False)
"""A file named on the command line; whether it can be read is asked where it is opened, and answered by a diagnostic."""

FORMAT = click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Text for people, or one JSON object per line.",
)
DEBUG = click.option("--debug", is_flag=True, help="Show the traceback of a fault of honnin itself.")
STRICT = click.option(
    "--strict",
    is_flag=True,
    help="What is not monitored, never exercised or never reached is undecided: exit status 3.",
)
FACTS = click.option("--facts", type=PATH, metavar="JSON", help="The facts of the deployment (`given`).")
KEY = click.option(
    "--key",
    type=PATH,
    metavar="FILE",
    envvar="HONNIN_KEY_FILE",
    help="The key that personal values are masked with (default: a new one for this run).",
)
REVEAL = click.option("--reveal", is_flag=True, help="Show personal values in clear.")
MIDWAY = click.option(
    "--begins-midway",
    "midway",
    is_flag=True,
    help="The events begin in mid-stream: what hangs on what happened before is undecided.",
)
FILES = click.argument("files", nargs=-1, required=True, type=PATH)
FILE = click.argument("file", type=PATH)


def timeout_option(seconds: float, help: str) -> Callable[[Command], Command]:
    """`--timeout SECONDS`."""
    return click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=seconds,
        show_default=True,
        metavar="SECONDS",
        help=help,
    )


def speaking(body: Callable[..., Status]) -> Command:
    """Gives a command `--format` and `--debug`, and calls `body` with the session that they make, first."""

    @FORMAT
    @DEBUG
    @click.pass_context
    @functools.wraps(body)
    def command(
        context: click.Context, /, *, format_: Literal["text", "json"], debug: bool, **options: Any
    ) -> Status:
        session = context.ensure_object(Session)
        session.format, session.debug = format_, debug
        return body(session, **options)

    return command
