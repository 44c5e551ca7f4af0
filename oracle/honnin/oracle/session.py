"""How one run of the command line speaks: text for people, or one JSON object per line.

What was asked for goes to standard output, what is said about it (diagnostics, notes) to standard error; as JSON everything
goes to standard output.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import click

from honnin.spec.diagnostics import Diagnostic

Colour = Literal["red", "green", "yellow", "cyan"]


@dataclass(slots=True)
class Session:
    """`digest` is that of the specification being worked on, for the report of a fault; `masking`: values may be personal."""

    format: Literal["text", "json"] = "text"
    debug: bool = False
    digest: str | None = None
    masking: bool = False

    @property
    def as_json(self) -> bool:
        return self.format == "json"

    def say(self, text: str = "") -> None:
        """A line of the answer, in text."""
        if not self.as_json:
            click.echo(text, color=colours())

    def note(self, text: str) -> None:
        """A line about the answer, in text."""
        if not self.as_json:
            click.echo(text, err=True, color=colours())

    def tell(self, record: Mapping[str, Any]) -> None:
        """One object of the answer, as JSON."""
        if self.as_json:
            click.echo(as_line(record))

    def diagnose(self, diagnostics: Iterable[Diagnostic], sources: Mapping[str, str]) -> None:
        """Shows diagnostics in either form."""
        from honnin.spec.render import as_json, render

        for diagnostic in diagnostics:
            self.tell({"diagnostic": as_json(diagnostic)})
            if not self.as_json:
                self.note(render(diagnostic, sources))
                self.note("")


def as_line(record: Mapping[str, Any]) -> str:
    """One line of JSON; escaped where standard output has no Unicode."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    return json.dumps(record, ensure_ascii=encoding != "utf8")


def colours() -> bool | None:
    """False where the user wants no colours (NO_COLOR); None lets the terminal decide."""
    return False if os.environ.get("NO_COLOR") else None


def paint(text: str, colour: Colour) -> str:
    """`text` in a colour; the colour is taken away again where the output is no terminal."""
    return click.style(text, fg=colour)


def plural(count: int, noun: str, many: str | None = None) -> str:
    """`1 cover`, `2 covers`."""
    return f"{count} {noun if count == 1 else many or noun + 's'}"
