"""Blocks of code that report events."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from honnin.oracle.attach.targets import current

__tracebackhide__ = True


class observing:
    """A block that reports the event `before` when it begins, `after` when it ends well, and `error` when an exception leaves it.

    The fields are those given here; the block may add to them: `with observing(after="issue", request=r) as fields:
    fields["subject"] = ...`. Each event takes the fields that it has, the correlation fills in the others.
    """

    __slots__ = ("_after", "_before", "_error", "fields")

    def __init__(
        self,
        *,
        before: str | None = None,
        after: str | None = None,
        error: str | None = None,
        **fields: Any,
    ) -> None:
        self._before = before
        self._after = after
        self._error = error
        self.fields = fields

    def __enter__(self) -> dict[str, Any]:
        self._report(self._before)
        return self.fields

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is None:
            self._report(self._after)
        elif isinstance(error, Exception):
            self._report(self._error)

    def _report(self, event: str | None) -> None:
        target = current()
        if event is not None and target is not None:
            target.report(event, self.fields)
