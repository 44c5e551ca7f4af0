"""Libraries that honnin does without until something asks for them."""

from __future__ import annotations

from honnin.oracle.files import Refused
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.source import NOWHERE


class NotInstalled(ModuleNotFoundError):
    """A module was imported whose library, of an extra, is not installed."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(f"{library} is not installed: pip install 'honnin[{extra}]'")


def missing(what: str, extra: str) -> Refused:
    """That `what` needs the libraries of an extra, which are not installed."""
    message = f"{what} is not installed"
    return Refused([Diagnostic("HN0534", message, NOWHERE, hint=f"pip install 'honnin[{extra}]'")])
