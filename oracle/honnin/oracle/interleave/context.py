"""The run that is going on, for the points and the stand-ins that the code under test calls."""

from __future__ import annotations

from collections.abc import Iterable

from honnin.oracle.interleave.operations import Operation
from honnin.oracle.interleave.scheduler import Scheduler


class _Going:
    """`run`: the scheduler of the run that is going on in this process; None outside of `explore`."""

    run: Scheduler | None = None


GOING = _Going()


def scheduled() -> Scheduler | None:
    """The scheduler of the run whose thread this is; None in any other thread."""
    run = GOING.run
    return run if run is not None and run.me() is not None else None


def point(label: str, *, reads: Iterable[str] | None = None, writes: Iterable[str] | None = None) -> None:
    """An observation point: others may go on before what follows. Outside of an exploration it does nothing.

    `reads` and `writes` declare what the code from here to the thread's next point touches of what threads share, by any names;
    a point that says neither may be followed by anything.
    """
    run = GOING.run
    if run is None or run.me() is None:
        return
    declared = reads is not None or writes is not None
    run.switch(Operation(label, None, None, tuple(reads or ()), tuple(writes or ()), declared))
