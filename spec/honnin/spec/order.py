"""What may follow what in a step: guards first, nothing after its end, and what a `for` may hold (language.md section 6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from honnin.spec.diagnostics import Diagnostic, Label
from honnin.spec.near import did_you_mean
from honnin.spec.records import dataclass
from honnin.spec.source import Span
from honnin.spec.syntax import Assign, Either, Emit, For, Goto, If, Pick, Statement, Stop, When


@dataclass(frozen=True, slots=True)
class _Reach:
    """How a place in a step is reached. `changed`: where the state or the trace first changed on some path to it.

    `ended`: on every path the step has ended before it.
    """

    changed: Span | None = None
    ended: Span | None = None


def check_order(body: Sequence[Statement], labels: Sequence[str] | None) -> tuple[Diagnostic, ...]:
    """What is wrong with the order of a step's statements. `labels`: those of the process; None in an action."""
    check = _Check(labels)
    found = list(check.block(body, _Reach()))
    return tuple(item for item in found if isinstance(item, Diagnostic))


@dataclass(frozen=True, slots=True)
class _Check:
    labels: Sequence[str] | None

    def block(self, body: Sequence[Statement], reach: _Reach) -> Iterator[Diagnostic | _Reach]:
        """What is wrong in the block; last of all, how its end is reached."""
        reported = False
        for statement in body:
            if reach.ended is not None and not reported:
                reported = True
                yield Diagnostic(
                    "HN0407",
                    "this statement is never reached",
                    statement.span,
                    labels=(Label(reach.ended, "the step has ended here"),),
                )
            for item in self._statement(statement, reach):
                if isinstance(item, Diagnostic):
                    yield item
                else:
                    reach = item
        yield reach

    def _statement(self, statement: Statement, reach: _Reach) -> Iterator[Diagnostic | _Reach]:
        match statement:
            case When() | Pick():
                yield from _late(statement, reach)
            case Assign() | Emit():
                yield _changed(reach, statement.span)
            case For():
                yield from _in_for(statement.body)
                yield _changed(reach, statement.span)
            case Goto() | Stop():
                yield from self._jump(statement)
                yield _Reach(reach.changed, reach.ended or statement.span)
            case If():
                yield from self._branches((statement.then, statement.otherwise or ()), statement.span, reach)
            case Either():
                yield from self._branches(statement.branches, statement.span, reach)

    def _branches(
        self, branches: Sequence[Sequence[Statement]], span: Span, reach: _Reach
    ) -> Iterator[Diagnostic | _Reach]:
        ends: list[_Reach] = []
        for branch in branches:
            for item in self.block(branch, reach):
                if isinstance(item, Diagnostic):
                    yield item
                else:
                    ends.append(item)
        going_on = [end for end in ends if end.ended is None]
        if not going_on:
            yield _Reach(reach.changed, reach.ended or span)
        else:
            yield _Reach(next((end.changed for end in going_on if end.changed is not None), None))

    def _jump(self, statement: Goto | Stop) -> Iterator[Diagnostic]:
        word = "goto" if isinstance(statement, Goto) else "stop"
        if self.labels is None:
            yield Diagnostic("HN0406", f"`{word}` stands in an action, which has no labels", statement.span)
        elif isinstance(statement, Goto) and statement.label.text not in self.labels:
            name = statement.label.text
            yield Diagnostic(
                "HN0408",
                f"the process has no step `{name}`",
                statement.label.span,
                hint=did_you_mean(name, self.labels),
            )


def _changed(reach: _Reach, span: Span) -> _Reach:
    return _Reach(reach.changed or span, reach.ended)


def _late(statement: When | Pick, reach: _Reach) -> Iterator[Diagnostic]:
    if reach.changed is not None:
        word = "when" if isinstance(statement, When) else "pick"
        yield Diagnostic(
            "HN0405",
            f"`{word}` follows a change on its path: it reads the state at the start of the step",
            statement.span,
            hint="move it before the first assignment, `for` and `emit`, or into a step of its own",
            labels=(Label(reach.changed, "the change"),),
        )


def _in_for(body: Sequence[Statement]) -> Iterator[Diagnostic]:
    for statement in body:
        match statement:
            case Assign():
                pass
            case If():
                yield from _in_for(statement.then)
                yield from _in_for(statement.otherwise or ())
            case _:
                yield Diagnostic(
                    "HN0409",
                    f"`{type(statement).__name__.lower()}` stands in a `for` of a step",
                    statement.span,
                    expected="an assignment or `if`",
                )
