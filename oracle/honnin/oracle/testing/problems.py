"""Why a test fails, besides a violation."""

from __future__ import annotations


class Undecided(AssertionError):
    """What was asked has no answer: an obligation is still open, or an assumption is broken. Never a pass."""


class NotViolated(AssertionError):
    """A test expected the violation of an invariant, and there was none."""


class Refused(ValueError):
    """A test cannot be run as its settings say."""


def members(error: BaseException) -> list[BaseException]:
    """The error, what it was raised from or while handling, and the members of a group."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and not any(one is other for other in found):
            found.append(one)
            waiting += [one.__cause__, one.__context__]
            if isinstance(one, BaseExceptionGroup):
                waiting += one.exceptions
    return found
