"""The certificate server on one thread, with a task for each request. `SharedBuffer` is the fault: one buffer for every request.

No lock is missing in the sense of threads: a task is interrupted only where it waits, and rendering waits for the disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

PAGES = 2


class Buffer(Protocol):
    """Where a certificate stands between rendering and printing."""

    def put(self, request: str, subject: str) -> None: ...

    def get(self, request: str) -> str: ...


class SharedBuffer:
    """The fault: what was rendered last, whosever it is."""

    def __init__(self) -> None:
        self.subject = ""

    def put(self, request: str, subject: str) -> None:
        self.subject = subject

    def get(self, request: str) -> str:
        return self.subject


class BufferOfRequest:
    """A right fix: a buffer for each request."""

    def __init__(self) -> None:
        self.subjects: dict[str, str] = {}

    def put(self, request: str, subject: str) -> None:
        self.subjects[request] = subject

    def get(self, request: str) -> str:
        return self.subjects[request]


class Server:
    """`lock`: what a request holds from rendering to the last page, if anything."""

    def __init__(
        self, buffer: Buffer, report: Callable[..., object], lock: asyncio.Lock | None = None
    ) -> None:
        self.buffer = buffer
        self.report = report
        self.lock = lock

    async def handle(self, request: str, person: str) -> None:
        """One request from the card to the last page."""
        self.report("auth", request=request, holder=person)
        self.report("apply", request=request, kind="residence_record", wanted=person)
        if self.lock is None:
            await self._issue(request, person)
        else:
            async with self.lock:
                await self._issue(request, person)

    async def _issue(self, request: str, person: str) -> None:
        self.buffer.put(request, person)
        await asyncio.sleep(0)
        for page in range(1, PAGES + 1):
            self.report("deliver", request=request, subject=self.buffer.get(request), page=page, pages=PAGES)
