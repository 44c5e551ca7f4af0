"""`honnin conforms`: is a log an allowed behaviour of a design?"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from honnin.oracle.files import each, open_specification, read_bytes, read_key
from honnin.oracle.options import FACTS, FILE, KEY, PATH, REVEAL, speaking, timeout_option
from honnin.oracle.session import Session, paint
from honnin.oracle.status import Status, worst
from honnin.oracle.table import plural
from honnin.spec.records import replace
from honnin.spec.source import Span

if TYPE_CHECKING:
    from honnin.compiler.conformance import Observed
    from honnin.oracle.conforming import Held
    from honnin.spec.core import Module

STANDARD_INPUT = Path("-")
SHOWN = 10
"""Of what would have been allowed, so much is shown."""


def _scope(context: click.Context, option: click.Parameter, values: Sequence[str]) -> dict[str, int]:
    found = {}
    for value in values:
        name, _, count = value.partition("=")
        if not name or not count.isdecimal() or int(count) == 0:
            raise click.BadParameter(f"`{value}` is not ENTITY=NUMBER, as in Stamp=3")
        found[name] = int(count)
    return found


@click.command(
    epilog="Example: honnin conforms certificate_issuance.honnin --system keyed_buffer run.jsonl",
    short_help="Hold a log against a design.",
)
@FILE
@click.argument("log", type=PATH, default=STANDARD_INPUT)
@click.option("--system", required=True, metavar="NAME", help="The design.")
@click.option("--hidden", multiple=True, metavar="EVENT", help="An event that the log does not have.")
@click.option(
    "--scope",
    multiple=True,
    callback=_scope,
    metavar="ENTITY=NUMBER",
    help="How many values an entity has of which the log shows none (default 2).",
)
@timeout_option(60.0, "What is not decided in that time is undecided.")
@FACTS
@KEY
@REVEAL
@speaking
def command(
    session: Session,
    file: Path,
    log: Path,
    system: str,
    hidden: Sequence[str],
    scope: dict[str, int],
    timeout: float,
    facts: Path | None,
    key: Path | None,
    reveal: bool,
) -> Status:
    """Find a run of the design that shows the events of the log (JSON Lines), and no others, in their order.

    A line may also tell a step: {"step": "handler.write", "arguments": ["r1"]}. Of what happens between two lines any hidden step
    is tried. Exit status: 0 there is such a run, 1 there is none (the first line that nothing leads to is named), 2 the
    specification or the facts are wrong, 3 a limit was reached, 4 a line could not be read.
    """

    def work(file: Path) -> Status:
        module = open_specification(session, file).module
        if module is None:
            return Status.WRONG
        from honnin.oracle.conforming import held

        lines = (sys.stdin.buffer.read() if log == STANDARD_INPUT else read_bytes(log)).splitlines()
        known = b"{}" if facts is None else read_bytes(facts)
        found = held(
            module, system, lines, facts=known, hidden=hidden, scope=scope, seconds=timeout, file=file
        )
        words = _Words(module, read_key(key) or secrets.token_bytes(32), reveal)
        return _tell(session, log, system, found, words)

    return each(session, [file], work)


class _Words:
    """Observations as text; personal values as tokens."""

    def __init__(self, module: Module, key: bytes, reveal: bool) -> None:
        from honnin.compiler.runtime.base import Mask
        from honnin.oracle.testing.memory import personal_fields

        self._mask: Any = (lambda value: value) if reveal else Mask(key)
        self._fields = {
            event.name: [(f.name, f.name in personal_fields(event, s)) for f in event.fields]
            for s in module.specifications
            for event in s.events
        }

    def record(self, one: Observed) -> dict[str, Any]:
        """The observation as a line of a log."""
        from honnin.compiler.conformance import Label

        if isinstance(one, Label):
            return {"step": one.step, "arguments": list(one.arguments)}
        fields = self._fields[one.event]
        shown = {n: self._mask(v) if p else v for (n, p), v in zip(fields, one.values, strict=True)}
        return {"event": one.event, **shown}

    def text(self, one: Observed) -> str:
        from honnin.compiler.conformance import Label
        from honnin.compiler.runtime.base import event_words

        if isinstance(one, Label):
            return f"the step {one.step}({', '.join(map(str, one.arguments))})"
        return event_words(self.record(one))


def _tell(session: Session, log: Path, system: str, found: Held, words: _Words) -> Status:
    session.diagnose([replace(d, span=Span(str(log), n, 1, n, 1)) for n, d in found.bad], {})
    status = _answer(session, log, system, found, words)
    return worst(status, *([Status.UNREADABLE] if found.bad else []))


def _answer(session: Session, log: Path, system: str, found: Held, words: _Words) -> Status:
    from honnin.compiler.conformance import Allowed, NotAllowed, Unsettled

    record: dict[str, Any] = {"system": system, "observed": len(found.observed), "scope": dict(found.scope)}
    match found.answer:
        case Allowed(steps=steps):
            session.say(
                f"{log}: {paint('allowed', 'green')}: {plural(len(found.observed), 'observation')} by {plural(len(steps), 'step')} of {system}"
            )
            run = [{"step": step.step, "arguments": list(step.arguments)} for step in steps]
            session.tell({"conforms": {**record, "answer": "allowed", "run": run}})
            return Status.WELL
        case NotAllowed(index=index, instead=instead, more=more):
            number, one = found.observed[index]
            session.say(f"{log}:{number}: {paint('not allowed', 'red')} by {system}: {words.text(one)}")
            for other in instead[:SHOWN]:
                session.say(f"  allowed here: {words.text(other)}")
            if len(instead) > SHOWN:
                session.say("  and others" if more else f"  and {len(instead) - SHOWN} others")
            if not instead:
                session.say("  allowed here: nothing")
            for name, count in found.scope.items():
                session.say(f"  with {plural(count, 'value')} of {name}, of which the log shows none")
            told = {
                "line": number,
                "observation": words.record(one),
                "instead": [*map(words.record, instead)],
                "more": more,
            }
            session.tell({"conforms": {**record, "answer": "not allowed", **told}})
            return Status.NO
        case Unsettled(index=index, reason=reason):
            session.say(
                f"{log}: {paint('undecided', 'yellow')}: {reason}; {plural(index, 'observation')} explained"
            )
            session.tell(
                {"conforms": {**record, "answer": "undecided", "explained": index, "reason": reason}}
            )
            return Status.UNDECIDED
