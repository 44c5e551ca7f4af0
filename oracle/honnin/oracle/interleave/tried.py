"""How often the schedules of an exploration tried each claim."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from honnin.oracle.misuse import MisuseWarning
from honnin.oracle.monitor import Spec
from honnin.oracle.table import plural
from honnin.oracle.testing import records
from honnin.oracle.testing.records import Record


class NothingTried(MisuseWarning):
    """An exploration in which no claim was exercised: it holds, whatever the program does."""


class Tried:
    """What the oracles of the schedules have seen together; nothing where there is no specification."""

    def __init__(self, spec: Spec | None) -> None:
        self._spec = spec
        self._record: Record | None = None if spec is None else records.blank(spec)

    def add(self, oracle: Any) -> None:
        """The trace of one schedule has ended."""
        if self._spec is not None and self._record is not None:
            new = records.of(self._spec, oracle.finish(), pending_allowed=False)
            (self._record,) = records.merged([self._record, new])

    def counts(self) -> Mapping[str, int] | None:
        """By claim, how often it was exercised, a cover reached."""
        if self._record is None:
            return None
        return {name: claim["count"] for name, claim in self._record["claims"].items()}

    def tell(self) -> None:
        """Keeps the record for the summary of the test session."""
        if self._record is not None:
            records.collect(self._record)


def warn_if_nothing(spec: Spec | None, exercised: Mapping[str, int] | None, schedules: int) -> None:
    """Warns, of the caller's caller, where no claim was exercised."""
    if spec is not None and exercised is not None and not any(exercised.values()):
        said = f"no claim of {spec.name} was exercised in {plural(schedules, 'schedule')}: nothing was tried"
        warnings.warn(NothingTried("HN0681", said), stacklevel=3)
