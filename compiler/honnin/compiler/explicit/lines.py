"""The lines of a generated module."""

from __future__ import annotations

from types import TracebackType
from typing import Self


class Lines:
    """Collects lines at the present indentation. `with lines.indented()` and `with lines.nested(...)` indent what follows."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._depths: list[int] = [0]
        self._pending = 0

    def add(self, line: str) -> None:
        self._lines.append("    " * self._depths[-1] + line)

    def indented(self) -> Lines:
        """One level deeper, for a `with`."""
        self._pending = 1
        return self

    def nested(self, *headers: str) -> Lines:
        """Each header in the one before it, for a `with` whose body is in the last."""
        for depth, header in enumerate(headers):
            self._lines.append("    " * (self._depths[-1] + depth) + header)
        self._pending = len(headers)
        return self

    def __enter__(self) -> Self:
        self._depths.append(self._depths[-1] + self._pending)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depths.pop()

    @property
    def text(self) -> str:
        return "\n".join(self._lines) + "\n"
