"""How an oracle is left running: what becomes of errors, and what is looked at when there is too much to look at.

A standalone module has this text inlined, so everything here must stand on its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

from honnin.compiler.runtime.base import (
    BadInput,
    InvariantViolated,
    SettingRefused,
    SpecificationFault,
    Value,
)
from honnin.compiler.runtime.waiting import Waiting

_ALL = 1 << 32


class Modes(Waiting):
    """The part of an oracle that keeps it from harm, and counts what it did not do.

    **Errors.** Unless it `fails open`, whatever goes wrong is raised where the event is reported. If it does, nothing but a violation
    ever reaches the caller: an event that cannot be read is left out, an error in the function that is told of violations is
    passed over, and so is a fault of honnin itself; all are counted. After a fault of honnin the state may be wrong, however it
    fails: later failures are not judged, and no claim is satisfied.

    **Samples.** Events whose affair (the value of the field that slices the claims) is not in the sample are passed over, whole
    slices at a time, so that a slice that is looked at is seen completely: a violation in it is one. What is not sliced by the
    entity is not judged at all. `_SLICES`: for each entity the claims that it slices, and for each event its field.
    """

    _SLICES: Mapping[str, tuple[tuple[int, ...], tuple[int | None, ...]]] = {}

    def _set_modes(self, fail_open: bool, sample: float | None, sample_by: str | None) -> None:
        self._fail_open = fail_open
        self._callback_error: Exception | None = None
        self._sampling = sample is not None
        self._tally = dict.fromkeys(("skipped", "taken", "refused", "callback_errors", "internal_errors"), 0)
        self._lost: list[Any] = []
        self._share = _ALL
        self._sampled: tuple[tuple[int, ...], tuple[int | None, ...]] = ((), ())
        if sample is None:
            if sample_by is not None:
                raise SettingRefused("sample_by says by what a sample is taken, and there is no sample")
            return
        if not isinstance(sample, int | float) or isinstance(sample, bool) or not 0 < sample <= 1:
            raise SettingRefused("sample is the share of slices that is looked at: more than 0, at most 1")
        by = max(self._SLICES, key=lambda entity: len(self._SLICES[entity][0]), default=None)
        by = by if sample_by is None else sample_by
        if by is None or by not in self._SLICES:
            raise SettingRefused("no claim of the specification is sliced by that: see `honnin check --cost`")
        self._share = int(sample * _ALL)
        self._sampled = self._SLICES[by]

    # ------------------------------------------------------------ samples

    def _passes_over(self, event: int, values: Sequence[Value]) -> bool:
        """Whether the event is not in the sample. It is an accepted one all the same: it has a position and a time."""
        field = self._sampled[1][event]
        own = None if field is None else values[field]
        if field is not None and crc32(f"{type(own).__name__}:{own}".encode()) < self._share:
            self._tally["taken"] += 1
            return False
        self._tally["skipped"] += 1
        self.position += 1
        return True

    def _is_sampled(self, claim: int) -> bool:
        """Whether the claim is judged: in the slices that are looked at, if not all are."""
        return not self._sampling or claim in self._sampled[0]

    # ------------------------------------------------------------ errors

    def _overlooks(self, error: Exception) -> bool:
        """Count an error that came up while an event was reported; whether it is not to be raised."""
        if isinstance(error, InvariantViolated | SpecificationFault) or error is self._callback_error:
            return False
        with self._lock:
            if isinstance(error, BadInput):
                self._tally["refused"] += self._fail_open
                return self._fail_open
            self._tally["internal_errors"] += 1
            if not self._lost:
                self._lost = [self.position, type(error).__name__]
            return self._fail_open

    def _told_of_modes(self) -> dict[str, Any]:
        """For the summary: what was not done. Nothing where there is nothing to tell."""
        told: dict[str, Any] = {}
        if self._sampling:
            told["sampled"] = {"share": self._share / _ALL, **_some(self._tally, "taken", "skipped")}
        troubles = _some(self._tally, "refused", "callback_errors", "internal_errors")
        if any(troubles.values()):
            told["errors"] = troubles
        if self._lost:
            told["lost"] = {"position": self._lost[0], "error": self._lost[1]}
        return told


def _some(tally: Mapping[str, int], *names: str) -> dict[str, int]:
    return {name: tally[name] for name in names}
