"""A certificate server in miniature: a thread for each request, a spool directory on disk, and the real fault.

A request is authenticated, its certificate is written to a file in the spool directory, and the printer reads the file page by
page. What is reported as delivered is what stands in the bytes that the printer read. How a file is named and made decides
whether two requests can meet in one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

PAGES = 2


class Report(Protocol):
    """Where the server reports its events: `report("deliver", request=..., ...)`. An oracle's `observe` is one."""

    def __call__(self, event: str, **fields: str | int) -> object: ...


@dataclass(frozen=True)
class Request:
    """`holder`: whose card was read; `wanted`: the person whose certificate was asked for. Pseudonyms."""

    name: str
    holder: str
    kind: str
    wanted: str


class OneSecondName:
    """The fault: the file is named after the second in which it is written, and written whatever is there."""

    def create(self, spool: Path, request: Request, paper: bytes) -> Path:
        path = spool / time.strftime("%H%M%S.paper")
        path.write_bytes(paper)
        return path


class RequestName:
    """A right fix: the file is named after the request."""

    def create(self, spool: Path, request: Request, paper: bytes) -> Path:
        path = spool / f"{request.name}.paper"
        path.write_bytes(paper)
        return path


class ExclusiveCreate:
    """A right fix: the file is created only if there is none, in one operation; else another name is taken."""

    def create(self, spool: Path, request: Request, paper: bytes) -> Path:
        attempt = 0
        while True:
            path = spool / f"{time.strftime('%H%M%S')}.{attempt}.paper"
            try:
                with path.open("xb") as file:
                    file.write(paper)
            except FileExistsError:
                attempt += 1
            else:
                return path


class Naming(Protocol):
    """How the server makes a file for a request."""

    def create(self, spool: Path, request: Request, paper: bytes) -> Path: ...


@dataclass
class CertificateServer:
    """`pause` is called when a request is "accepted" and when its certificate is "written": a test can hold it there."""

    spool: Path
    naming: Naming
    report: Report
    pause: Callable[[str], object] = lambda moment: None

    def handle(self, request: Request) -> None:
        """One request from the card to the last page."""
        self.report("auth", request=request.name, holder=request.holder)
        self.report("apply", request=request.name, kind=request.kind, wanted=request.wanted)
        self.pause("accepted")
        path = self.naming.create(self.spool, request, certificate(request))
        self.pause("written")
        for page in range(1, PAGES + 1):
            subject = printed_subject(path.read_bytes(), page)
            self.report("deliver", request=request.name, subject=subject, page=page, pages=PAGES)


def certificate(request: Request) -> bytes:
    """The certificate as it is spooled: one line a page, each naming the person whom it shows."""
    pages = [f"page {page} of {PAGES}: {request.kind} of {request.wanted}" for page in range(1, PAGES + 1)]
    return "\n".join(pages).encode()


def printed_subject(paper: bytes, page: int) -> str:
    """The person whom a page of the paper shows."""
    return paper.decode().splitlines()[page - 1].rsplit(" ", 1)[1]
