"""A run of a design as a picture in text: a lane for each instance of a process, only what changed at each step, the step that
overwrites what another wrote marked."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from honnin.oracle.lanes import Row, lanes, wrapped
from honnin.oracle.story import Names, instance, occurrence_words, place, plain, step_name
from honnin.oracle.table import terminal_width
from honnin.spec.core import BOOL, Module, Value
from honnin.spec.evaluation import Fresh
from honnin.spec.records import dataclass
from honnin.spec.words import literal

if TYPE_CHECKING:
    from honnin.compiler.account import Account, Mark
    from honnin.compiler.answers import Change, Counterexample, TakenStep

UNSEEN_WIDTH = 100
"""Cells of a line where no terminal says how many it has."""
POINTER, PLAIN_POINTER = "◀", "<--"
ACTIONS = "actions"


@dataclass(frozen=True, slots=True)
class Picture:
    """A run in lines. `deed`: the last step that is marked, in one sentence; `steps`: the run; `assumed`: what it needs."""

    deed: list[str]
    steps: list[str]
    assumed: list[str]


def picture(run: Counterexample, module: Module, subject: str, ending: str, indent: int) -> Picture:
    """The run as lines, to be moved in by `indent` cells; `ending` is said of its last step."""
    from honnin.compiler.account import account

    names = Names.of(module, subject)
    told = account(module, names.system, run) if names.system is not None else None
    room = (terminal_width() or UNSEEN_WIDTH) - indent
    painter = _Painter(run, module, names, told, ending)
    heads = painter.heads()
    shown = lanes(heads, [*painter.start(heads), *painter.rows(heads)], room) if heads else None
    if shown is None:
        heads = []
        shown = lanes([""], painter.rows(heads), room) or []
    deed = painter.deed()
    return Picture(paragraph(deed, indent) if deed else [], shown, painter.assumed(heads, room))


def paragraph(text: str, indent: int) -> list[str]:
    """The text on as many lines as it needs."""
    return wrapped([text], (terminal_width() or UNSEEN_WIDTH) - indent)


def _listed(label: str, items: Sequence[str], room: int) -> list[str]:
    return wrapped([label, *_joined(items)], room) if items else []


def _joined(items: Sequence[str]) -> list[str]:
    return [*(f"{item};" for item in items[:-1]), *items[-1:]]


def pointer() -> str:
    """The sign before a mark; plain where standard output cannot show it."""
    try:
        POINTER.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return PLAIN_POINTER
    return POINTER


def _taker(step: TakenStep) -> str:
    """Who takes the step: an instance of a process, or an action with its arguments."""
    return instance(step) or step_name(step)


class _Painter:
    """Makes the rows of one run. `heads`: the lanes; none where there is one list of steps, each with its full name."""

    def __init__(
        self, run: Counterexample, module: Module, names: Names, told: Account | None, ending: str
    ) -> None:
        self.run, self.module, self.names, self.told, self.ending = run, module, names, told, ending
        self.lanes = [instance(step) or ACTIONS for step in run.steps]

    def heads(self) -> list[str]:
        """The instances in the order of their first steps; none where there are only actions."""
        heads = list(dict.fromkeys(self.lanes))
        return [] if heads == [ACTIONS] else heads

    def start(self, heads: Sequence[str]) -> list[Row]:
        """The arbitrary values that the instances start with."""
        cells: dict[int, list[str]] = {}
        for first in self.run.initial:
            owner, name = self.names.split(first.variable, first.keys)
            if owner in heads:
                shown = self.names.value(first.variable, first.value)
                cells.setdefault(heads.index(owner), []).append(f"{name} = {shown}")
        return [Row("start", {lane: tuple(_joined(items)) for lane, items in cells.items()})] if cells else []

    def assumed(self, heads: Sequence[str], room: int) -> list[str]:
        """What the run needs of the givens, and of arbitrary initial values that are in no lane; all else may be as it likes."""
        types = {given.name: given.value for spec in self.module.specifications for given in spec.givens}
        givens = [
            f"{place(given.given, given.keys)} = {literal(given.value, types[given.given])}"
            for given in self.run.givens
        ]
        values = [
            self.names.initial(first)
            for first in self.run.initial
            if self.names.split(first.variable, first.keys)[0] not in heads
        ]
        return [
            *_listed("assumed: given", givens, room),
            *_listed("assumed: at the start", values, room),
        ]

    def deed(self) -> str:
        """Who changed what another relied on, and where: of the last step that is marked. Empty where none is."""
        if self.told is None or not self.told.marks:
            return ""
        number, marks = max(self.told.marks.items())
        step, mark = self.run.steps[number - 1], marks[0]
        earlier = self.run.steps[mark.earlier - 1]
        verb, did = ("overwrites", "wrote") if mark.kind == "overwrites" else ("changes", "read")
        places = [self.names.variable(m.place, m.keys) for m in marks if m.earlier == mark.earlier]
        return (
            f"In step {number} {_taker(step)} {verb} what {_taker(earlier)} {did} in step {mark.earlier}: "
            f"{', '.join(places)}."
        )

    def rows(self, heads: Sequence[str]) -> list[Row]:
        last = len(self.run.steps)
        rows = []
        for number, (step, lane) in enumerate(zip(self.run.steps, self.lanes, strict=True), 1):
            own = lane if heads else ""
            label = step.step.rpartition(".")[2] if own not in ("", ACTIONS) else step_name(step)
            marks = [*self._marks(number), *([self.ending] if number == last and self.ending else [])]
            items = list(self._items(number, step, own))
            words = [f"{label}:" if items else label, *_joined(items), *(f"{pointer()} {m}" for m in marks)]
            rows.append(Row(str(number), {heads.index(lane) if heads else 0: tuple(words)}))
        return rows

    def _items(self, number: int, step: TakenStep, own: str) -> Iterator[str]:
        """What happened in the step: values picked that are seen nowhere else, events, changes."""
        changes = [change for change in step.changes if not change.place.startswith("@")]
        seen = {value for event in step.events for value in event.values}
        seen |= {value for change in changes for value in (change.after, *change.keys)}
        for pick in step.picks:
            if pick.value not in seen:
                yield f"{pick.name} = {plain(pick.value)}"
        for event in step.events:
            yield occurrence_words(event, self.module)
        for change in changes:
            yield self._change(change, own)
        changed = {(change.place, change.keys) for change in changes}
        for mark in self._told_marks(number):
            if (mark.place, mark.keys) not in changed:
                value = self.names.value(mark.place, self._value(number, mark))
                yield f"{self._named(mark.place, mark.keys, own)} := {value} (as it was)"

    def _change(self, change: Change, own: str) -> str:
        """`store[s1] := p2 (was p1)`; what a truth value was is plain from what it becomes."""
        said = change.before is not None and self.names.type(change.place) != BOOL
        was = f" (was {self.names.value(change.place, change.before)})" if said else ""
        return f"{self._named(change.place, change.keys, own)} := {self.names.value(change.place, change.after)}{was}"

    def _named(self, name: str, keys: Sequence[Value], own: str) -> str:
        """The place; a variable of the lane's own instance by its short name."""
        owner, short = self.names.split(name, keys)
        return short if owner in ("", own) else f"{owner}.{short}"

    def _told_marks(self, number: int) -> tuple[Mark, ...]:
        return self.told.marks.get(number, ()) if self.told is not None else ()

    def _value(self, number: int, mark: Mark) -> Value:
        """What the marked place holds after the step, though it did not change."""
        assert self.told is not None
        value = self.told.states[number].variables[mark.place, mark.keys]
        assert not isinstance(value, Fresh)
        return value

    def _marks(self, number: int) -> Iterator[str]:
        marks = self._told_marks(number)
        for mark in marks:
            who = _taker(self.run.steps[mark.earlier - 1])
            what = f" in {self.names.variable(mark.place, mark.keys)}" if len(marks) > 1 else ""
            if mark.kind == "overwrites":
                yield f"overwrites what {who} wrote{what}"
            else:
                yield f"changes what {who} read in step {mark.earlier}{what}"
