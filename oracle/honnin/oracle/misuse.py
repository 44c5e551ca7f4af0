"""Mistakes of who writes a test or attaches a program, as exceptions with the code of a page in the error index."""

from __future__ import annotations

from honnin.spec.diagnostics import Diagnostic
from honnin.spec.source import NOWHERE


class Misuse(Exception):
    """`diagnostic`: what is wrong; its code is the page under docs/errors. Always a TypeError or a ValueError as well."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        self.diagnostic = Diagnostic(code, message, NOWHERE, hint=hint)
        super().__init__(code, message, hint)

    def __str__(self) -> str:
        code, message, hint = self.args
        return f"{code}: {message}" + (f" ({hint})" if hint else "")


class WrongUse(Misuse, TypeError):
    """What was given does not fit where it is used."""


class WrongName(Misuse, ValueError):
    """A name or a setting that there is not, or facts that cannot be used."""


class MisuseWarning(UserWarning):
    """As Misuse, where going on is possible."""

    def __init__(self, code: str, message: str) -> None:
        self.diagnostic = Diagnostic(code, message, NOWHERE)
        super().__init__(code, message)

    def __str__(self) -> str:
        code, message = self.args
        return f"{code}: {message}"
