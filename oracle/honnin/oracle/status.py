"""The exit statuses, everywhere the same (language.md section 8)."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """What a run ends with. Several at once: `worst` says which one counts."""

    WELL = 0
    NO = 1
    WRONG = 2
    UNDECIDED = 3
    UNREADABLE = 4
    FAULT = 70
    INTERRUPTED = 130
    PIPE_CLOSED = 141


_WORST_FIRST = (
    Status.FAULT,
    Status.INTERRUPTED,
    Status.PIPE_CLOSED,
    Status.WRONG,
    Status.NO,
    Status.UNREADABLE,
    Status.UNDECIDED,
    Status.WELL,
)


def worst(*statuses: Status) -> Status:
    """The one that counts: a fault of honnin, a wrong specification, a violation, unreadable input, something undecided.

    Unreadable input comes before what is undecided: it may be why it is undecided.
    """
    return min((*statuses, Status.WELL), key=_WORST_FIRST.index)
