"""Why an exploration fails. Each is an AssertionError: a test that meets one has failed, and none is ever a pass."""

from __future__ import annotations


class InterleavingFailed(AssertionError):
    """One interleaving of the threads or tasks breaks what must hold. `__cause__` is what was raised in it, if anything was.

    `schedule`: the labels of its steps, each as `actor: label`. `token`: the schedule, for `--honnin-replay` and `replay`.
    `found`: which of the explored schedules it was, from 1.
    """

    def __init__(self, message: str, schedule: tuple[str, ...] = (), token: str = "", found: int = 0) -> None:
        super().__init__(message)
        self.schedule = schedule
        self.token = token
        self.found = found

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.args[0], self.schedule, self.token, self.found)


class Deadlock(InterleavingFailed):
    """Everybody waits for somebody else."""


class Undecided(InterleavingFailed):
    """At the end of an interleaving an assumption is broken or an obligation is still open: no pass."""


class NeverEnds(InterleavingFailed):
    """One interleaving has more steps than it may have: the threads may never end."""


class BlockedOutside(InterleavingFailed):
    """A thread does not come back: it waits for something that the exploration cannot see, or computes for too long."""


class ExplorationUnfinished(AssertionError):
    """A limit was reached before every interleaving had been looked at; none that was looked at failed. No pass."""


class ScheduleDiverged(AssertionError):
    """The same choices led elsewhere: the scenario is not deterministic, or is no longer the one of the schedule."""


class TokenRefused(ValueError):
    """The token cannot be replayed here: it is damaged, or of another scenario or specification."""


class NotDriven(AssertionError):
    """The order of a design's run was not tried on the implementation. No pass."""
