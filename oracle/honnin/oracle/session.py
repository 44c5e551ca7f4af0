"""How one run of the command line speaks: text for people, or one JSON object per line.

What was asked for goes to standard output, what is said about it (diagnostics, notes) to standard error; as JSON everything
goes to standard output.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

import click

from honnin.oracle.progress import Progress
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.records import dataclass

Colour = Literal["red", "green", "yellow", "cyan"]


@dataclass(slots=True)
class Session:
    """`digest` is that of the specification being worked on, for the report of a fault; `masking`: values may be personal. With `write`,
    the answer goes there, line by line, and not to standard output.
    """

    format: Literal["text", "json"] = "text"
    debug: bool = False
    digest: str | None = None
    masking: bool = False
    progress: Progress | None = None
    write: Callable[[bytes], None] | None = None

    @property
    def as_json(self) -> bool:
        return self.format == "json"

    def say(self, text: str = "") -> None:
        """A line of the answer, in text."""
        if not self.as_json:
            self._print(text)

    def note(self, text: str) -> None:
        """A line about the answer, in text."""
        if not self.as_json:
            self._print(text, err=True)

    def tell(self, record: Mapping[str, Any]) -> None:
        """One object of the answer, as JSON."""
        if self.as_json:
            self._print(as_line(record))

    @contextmanager
    def working(self, text: str) -> Iterator[Progress]:
        """Shows what is being worked on, if that takes long and somebody looks on."""
        with Progress(text) as self.progress:
            yield self.progress
        self.progress = None

    def _print(self, text: str, *, err: bool = False) -> None:
        if self.write is not None and not err:
            self.write(click.unstyle(text).encode() + b"\n")
            return
        if self.progress is not None:
            self.progress.hide()
        click.echo(text, err=err, color=colours())

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
