"""A schedule as a picture in text: a lane for each thread or task."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from honnin.oracle.interleave.operations import Step
from honnin.oracle.interleave.scheduler import Scheduler
from honnin.oracle.lanes import Row, lanes
from honnin.oracle.table import terminal_width

UNSEEN_WIDTH = 100
"""Cells of a line where no terminal says how many it has."""
SHOWN = 60
"""Steps that are shown at most: the last ones."""


def switches(steps: Sequence[Step]) -> int:
    """How often another actor goes on than the one before."""
    return sum(one.choice.actor != other.choice.actor for one, other in pairwise(steps))


def labels(run: Scheduler) -> tuple[str, ...]:
    """The schedule: `actor: label` for each step."""
    return tuple(f"{run.actors[step.choice.actor].name}: {_label(step)}" for step in run.steps)


def _label(step: Step) -> str:
    pause = step.label.startswith("sleep")
    return f"{step.label} (times out)" if step.choice.timed_out and not pause else step.label


def picture(run: Scheduler, ending: str) -> list[str]:
    """The steps in lanes, one for each actor that took one; `ending` is said of the last."""
    first = max(len(run.steps) - SHOWN, 0)
    shown = list(enumerate(run.steps, start=1))[first:]
    actors = sorted({step.choice.actor for _, step in shown})
    heads = [run.actors[actor].name for actor in actors]
    rows = []
    for number, step in shown:
        words = [said() for said in step.said] or [_label(step)]
        last = [f"◀ {ending}"] if number == len(run.steps) and ending else []
        rows.append(Row(str(number), {actors.index(step.choice.actor): (*words, *last)}))
    room = terminal_width() or UNSEEN_WIDTH
    left_out = [f"... {first} earlier steps"] if first else []
    drawn = lanes(heads, rows, room)
    if drawn is None:
        drawn = lanes([""], [_listed(row, heads) for row in rows], room) or []
    return [*left_out, *drawn]


def _listed(row: Row, heads: Sequence[str]) -> Row:
    """The row with its lane's name, for where lanes are too narrow to read."""
    ((lane, words),) = row.cells.items()
    return Row(row.label, {0: (f"{heads[lane]}:", *words)})
