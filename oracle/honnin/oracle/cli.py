"""The command line: `honnin COMMAND`. Every command is a module of `honnin.oracle.commands`, loaded when it is used."""

from __future__ import annotations

import os
import sys
import traceback
from importlib import import_module
from io import TextIOWrapper
from typing import NoReturn

import click

from honnin.oracle.files import Refused
from honnin.oracle.session import Session
from honnin.oracle.status import Status

COMMANDS = (
    "check",
    "prove",
    "recheck",
    "conforms",
    "mutate",
    "explain",
    "compile",
    "watch",
    "audit",
    "serve",
    "report",
    "fmt",
    "demo",
)


class Honnin(click.Group):
    """Runs one command and ends with its status; no Python traceback for anything a user can do."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"honnin.oracle.commands.{name}").command
        return command

    def invoke(self, context: click.Context) -> NoReturn:
        context.exit(int(self._run(context)))

    def _run(self, context: click.Context) -> Status:
        session = context.ensure_object(Session)
        try:
            status = Status(super().invoke(context))
            sys.stdout.flush()
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            return Status.INTERRUPTED
        except BrokenPipeError:
            _close_output()
            return Status.PIPE_CLOSED
        except Refused as refused:
            session.diagnose(refused.diagnostics, {})
            return Status.WRONG
        except OSError as error:
            return _report_trouble(session, error)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - the last resort: a fault of honnin is reported, not thrown at the user
            return _report_fault(session, error)
        return status


def _close_output() -> None:
    """Leaves nothing for Python to flush into an output that takes nothing more."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())


def _report_trouble(session: Session, error: OSError) -> Status:
    """A file or an output failed while it was in use: a full disk, a device that is gone."""
    _close_output()
    reason = (error.strerror or "unknown reason").lower()
    click.echo(f"error[HN0805]: reading or writing failed: {reason}", err=True)
    if session.debug:
        traceback.print_tb(error.__traceback__)
    return Status.WRONG


def _report_fault(session: Session, error: Exception) -> Status:
    """One line for a fault of honnin; the traceback only if asked. A message may hold personal values: not while masking."""
    about = f" (specification {session.digest[:12]})" if session.digest else ""
    what = type(error).__name__
    if not session.masking and str(error):
        what += f": {str(error).splitlines()[0]}"
    code = "HN0901" if what.startswith("ReplayDisagrees") else "HN0900"
    session.tell({"fault": {"code": code, "digest": session.digest, "message": what}})
    text = f"{code} a fault of honnin itself, please report it{about}: {what}; --debug shows where"
    click.echo(text, err=True)
    if session.debug:
        traceback.print_tb(error.__traceback__)
    return Status.FAULT


@click.group(cls=Honnin, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="honnin", prog_name="honnin")
def cli() -> None:
    """State the invariants of a transaction system once: check them, prove designs, watch the running system.

    \b
    Exit status: 0 all well, 1 the answer is no, 2 the specification, the facts or the usage is wrong,
    3 undecided, 4 some input could not be read, 70 a fault of honnin itself.
    """


def _open_closed_streams() -> None:
    """Python has None for a standard stream that was closed when it began."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - open to the end of the process


def main() -> None:
    """The console script. What standard output cannot encode is escaped; a standard stream that is closed is empty."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = cli.main(prog_name="honnin", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    sys.exit(status)
