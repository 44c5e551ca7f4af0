"""A certificate server in miniature, with the real fault: a thread for each request, a spool directory on disk.

A request is authenticated, its certificate is written to a file in the spool directory, and the printer reads the file page by
page. What is reported as delivered is what stands in the bytes that the printer read. How a file is named and made decides
whether two requests can meet in one.

`run` is the shortest counterexample on this server: the second request comes in when the first has written its file, and the
first is printed when the second has written. Each thread waits for the other at these two moments; nothing else is arranged.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from honnin.oracle import load

PAGES = 2


class Report(Protocol):
    """Where the server reports its events: `report("deliver", request=..., ...)`. An oracle's `observe` is one."""

    def __call__(self, event: str, **fields: str | int) -> object: ...


# ---------------------------------------------------------------- the server


@dataclass(frozen=True)
class Request:
    """`holder`: whose card was read; `wanted`: the person whose certificate was asked for. Pseudonyms."""

    name: str
    holder: str
    kind: str
    wanted: str


class Naming(Protocol):
    """How the server makes a file for a request."""

    def create(self, spool: Path, request: Request, paper: bytes) -> Path: ...


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


@dataclass(frozen=True)
class CertificateServer:
    """`pause` is called when a request has "come in", is "written" and is "printed": a test can hold it there."""

    spool: Path
    naming: Naming
    report: Report
    pause: Callable[[Request, str], object] = lambda request, moment: None

    def handle(self, request: Request) -> None:
        """One request from the card to the last page."""
        self.pause(request, "come in")
        self.report("auth", request=request.name, holder=request.holder)
        self.report("apply", request=request.name, kind=request.kind, wanted=request.wanted)
        path = self.naming.create(self.spool, request, certificate(request))
        self.pause(request, "written")
        for page in range(1, PAGES + 1):
            subject = printed_subject(path.read_bytes(), page)
            self.report("deliver", request=request.name, subject=subject, page=page, pages=PAGES)
        self.pause(request, "printed")


def certificate(request: Request) -> bytes:
    """The certificate as it is spooled: one line a page, each naming the person whom it shows."""
    pages = [f"page {page} of {PAGES}: {request.kind} of {request.wanted}" for page in range(1, PAGES + 1)]
    return "\n".join(pages).encode()


def printed_subject(paper: bytes, page: int) -> str:
    """The person whom a page of the paper shows."""
    return paper.decode().splitlines()[page - 1].rsplit(" ", 1)[1]


# ---------------------------------------------------------------- two requests within one second

DESIGNS: dict[str, Naming] = {
    "one_second_name": OneSecondName(),
    "request_name": RequestName(),
    "exclusive_create": ExclusiveCreate(),
}
ALICE = Request("r1", "alice", "residence_record", "alice")
BOB = Request("r2", "bob", "residence_record", "bob")
FACTS = {
    "entitled": {"table": [[r.holder, r.kind, r.wanted, True] for r in (ALICE, BOB)], "default": False},
}
WAITS_FOR = {
    (BOB, "come in"): (ALICE, "written"),
    (ALICE, "written"): (BOB, "written"),
    (BOB, "written"): (ALICE, "printed"),
}
LONGEST_WAIT = 30.0
"""Seconds."""


def run(naming: Naming, report: Report) -> None:
    """Both requests, each in its thread, on a spool directory of their own."""
    reached = {(request, moment): threading.Event() for request, moment in WAITS_FOR.values()}

    def pause(request: Request, moment: str) -> None:
        if (request, moment) in reached:
            reached[request, moment].set()
        if (request, moment) in WAITS_FOR and not reached[WAITS_FOR[request, moment]].wait(LONGEST_WAIT):
            raise TimeoutError(f"{request.name} waited too long when it had {moment}")

    with tempfile.TemporaryDirectory() as spool:
        server = CertificateServer(Path(spool), naming, report, pause)
        wait_for_a_young_second()
        with ThreadPoolExecutor() as threads:
            list(threads.map(server.handle, (ALICE, BOB)))


def wait_for_a_young_second() -> None:
    """Returns in the first half of a second of the clock, so that both requests fall into one."""
    fraction = time.time() % 1
    if fraction > 0.5:
        time.sleep(1.05 - fraction)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one design; 1 when the oracle found a violation."""
    parser = argparse.ArgumentParser(description="Two requests within one second, watched by the oracle.")
    parser.add_argument("design", choices=DESIGNS)
    name = parser.parse_args(arguments).design
    oracle = load(Path(__file__).with_name("overwritten_spool.honnin")).oracle("collect", facts=FACTS)
    run(DESIGNS[name], oracle.observe)
    oracle.finish()
    for violation in oracle.violations:
        print(violation)
    print(f"{name}: {oracle.position} events, violations: {len(oracle.violations)}")
    return 1 if oracle.violations else 0


if __name__ == "__main__":
    sys.exit(main())
