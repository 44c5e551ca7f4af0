"""What finding and excluding the certificate server's race costs, beside frontrun and plain stress: `python benchmarks/interleavings.py`.

CPU milliseconds of this process, the median of five. The server has one slot for every certificate; its safe twin has a lock, or one
transaction. "stress" is two threads behind a barrier, with the shortest switch interval that Python allows.
"""

from __future__ import annotations

import asyncio
import platform
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Any

from honnin.oracle import load
from honnin.oracle.interleave import ExplorationUnfinished, InterleavingFailed, Run, explore, point, replay
from honnin.oracle.interleave.unmodified import explore_unmodified

SPECIFICATION = """
spec certificates "Certificates issued at convenience stores"
entity Person, Request
input event request(request: Request, personal wanted: Person)
output event issue(request: Request, personal subject: Person)
state wanted: Request -> Person?
after request(r, p) { wanted[r] := p }
invariant right_person "A certificate shows the person it was requested for":
  on issue(r, s): wanted[r] == s
"""
RUNS = 5
STRESS = 5_000


class Threads:
    """`lock`: the safe twin."""

    def __init__(self, report: Callable[..., object], lock: bool) -> None:
        self.report = report
        self.slot = ""
        self.lock = threading.Lock() if lock else None

    def handle(self, request: str, person: str) -> None:
        self.report("request", request=request, wanted=person)
        if self.lock is None:
            self.print(request, person)
        else:
            with self.lock:
                self.print(request, person)

    def print(self, request: str, person: str) -> None:
        self.slot = person
        point("written", reads=["server.slot"])
        self.report("issue", request=request, subject=self.slot)


def threads(requests: int, lock: bool) -> Callable[[Run], None]:
    """So many requests, each in its thread."""

    def scenario(run: Run) -> None:
        server = run.shared(Threads(run.oracle.observe, lock), "server")
        for number in range(requests):
            run.thread(f"r{number}", server.handle, f"r{number}", f"p{number}")

    return scenario


def tasks(requests: int, lock: bool) -> Callable[[Run], None]:
    """So many requests at the same time, each a task."""

    def scenario(run: Run) -> None:
        slot = [""]
        section: AbstractAsyncContextManager[object] = asyncio.Lock() if lock else nullcontext()

        async def handle(request: str, person: str) -> None:
            run.oracle.request(request=request, wanted=person)
            async with section:
                slot[0] = person
                await asyncio.sleep(0)
                run.oracle.issue(request=request, subject=slot[0])

        for number in range(requests):
            run.task(f"r{number}", handle, f"r{number}", f"p{number}")

    return scenario


def rows() -> Callable[[Run], None]:
    """Two requests and one row of SQLite, in memory."""
    name = f"file:{uuid.uuid4()}?mode=memory&cache=shared"
    keepers: list[sqlite3.Connection] = []

    def handle(run: Run, request: str, person: str) -> None:
        run.oracle.request(request=request, wanted=person)
        connection = sqlite3.connect(name, uri=True, isolation_level=None)
        try:
            connection.execute("UPDATE spool SET subject = ?", (person,))
            subject = connection.execute("SELECT subject FROM spool").fetchone()[0]
        finally:
            connection.close()
        run.oracle.issue(request=request, subject=subject)

    def scenario(run: Run) -> None:
        while keepers:
            keepers.pop().close()
        keepers.append(sqlite3.connect(name, uri=True, isolation_level=None, check_same_thread=False))
        keepers[0].execute("CREATE TABLE spool (subject TEXT)")
        keepers[0].execute("INSERT INTO spool VALUES ('')")
        for number in range(2):
            run.thread(f"r{number}", handle, run, f"r{number}", f"p{number}")

    return scenario


def cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU milliseconds, and what the work gives."""
    began = time.process_time()
    result = work()
    return (time.process_time() - began) * 1000, result


def found(scenario: Callable[[Run], None], spec: Any) -> InterleavingFailed:
    """The failure; AssertionError where there is none."""
    try:
        explore(scenario, oracle=spec)
    except InterleavingFailed as failure:
        return failure
    raise AssertionError("the race was not found")


def show(what: str, times: list[float], said: str) -> None:
    print(
        f"{what:58} {min(times):9.1f} {statistics.median(times):9.1f} {max(times):9.1f}   {said}", flush=True
    )


def races(spec: Any) -> None:
    """The race found, and replayed."""
    for what, scenario in (("threads", threads(2, False)), ("asyncio", tasks(2, False)), ("SQLite", rows())):
        measured = [cpu(lambda scenario=scenario: found(scenario, spec)) for _ in range(RUNS)]  # type: ignore[misc]
        failure = measured[0][1]
        show(f"race found, {what}", [ms for ms, _ in measured], f"schedule {failure.found}")
        again = sum(_replayed(scenario, failure.token, spec) for _ in range(10))
        print(f"{'  replays that break the same claim':58} {again} of 10")


def _replayed(scenario: Callable[[Run], None], token: str, spec: Any) -> bool:
    try:
        replay(scenario, token, oracle=spec)
    except InterleavingFailed as failure:
        return "right_person" in str(failure)
    return False


def safe(spec: Any) -> None:
    """The safe twin exhausted."""
    for requests in (2, 3, 4):
        measured = [cpu(lambda n=requests: explore(tasks(n, True), oracle=spec)) for _ in range(RUNS)]  # type: ignore[misc]
        show(f"safe twin, {requests} requests, tasks", [ms for ms, _ in measured], _each(measured))
    for requests, accesses in (
        (2, "unknown"),
        (3, "unknown"),
        (2, "recorded"),
        (3, "recorded"),
        (4, "recorded"),
    ):
        measured = [
            cpu(lambda n=requests, a=accesses: explore(threads(n, True), oracle=spec, accesses=a))  # type: ignore[misc]
            for _ in range(RUNS)
        ]
        what = f"safe twin, {requests} requests, accesses {accesses}"
        show(what, [ms for ms, _ in measured], _each(measured))


def _each(measured: list[tuple[float, Any]]) -> str:
    explored = measured[0][1]
    runs = explored.schedules + explored.redundant
    each = statistics.median(ms for ms, _ in measured) / runs
    return f"{runs} schedules, {each:.2f} ms each"


def peers(spec: Any) -> None:
    """The same by frontrun, and plain stress."""
    workers: list[Callable[[Threads], None]] = [
        lambda server: server.handle("r1", "alice"),
        lambda server: server.handle("r2", "bob"),
        lambda server: server.handle("r3", "chiyo"),
    ]

    def racy() -> InterleavingFailed:
        try:
            explore_unmodified(lambda report: Threads(report, False), workers[:2], oracle=spec)
        except InterleavingFailed as failure:
            return failure
        raise AssertionError("the race was not found")

    measured = [cpu(racy) for _ in range(RUNS)]
    show("frontrun: race found, threads", [ms for ms, _ in measured], f"schedule {measured[0][1].found}")
    for count in (2, 3):
        twin = [cpu(lambda n=count: _twin(workers[:n], spec)) for _ in range(RUNS if count == 2 else 1)]  # type: ignore[misc]
        show(f"frontrun: safe twin, {count} requests", [ms for ms, _ in twin], twin[0][1])
    sys.setswitchinterval(1e-6)
    ms, bad = cpu(lambda: sum(map(_stressed, range(STRESS))))
    print(f"{'stress, two threads':58} {'':9} {ms:9.1f} {'':9}   {bad} failures in {STRESS} runs")


def _twin(workers: list[Callable[[Threads], None]], spec: Any) -> str:
    try:
        explored = explore_unmodified(lambda report: Threads(report, True), workers, oracle=spec)
    except ExplorationUnfinished as unfinished:
        return str(unfinished)
    return f"{explored.schedules} schedules, at most 2 preemptions"


def _stressed(_: int) -> bool:
    issued: list[tuple[str, str]] = []
    gate = threading.Barrier(2)
    server = Threads(lambda event, **f: issued.append((event, f.get("subject", ""))), False)

    def handle(request: str) -> None:
        gate.wait()
        server.slot = request
        issued.append((request, server.slot))

    both = [threading.Thread(target=handle, args=(name,)) for name in ("a", "b")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    return any(one != other for one, other in issued)


def main() -> None:
    """Prints a table."""
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}, {RUNS} runs"
    )
    print(f"{'what':58} {'min':>9} {'median':>9} {'max':>9}   CPU ms")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "certificates.honnin"
        file.write_text(SPECIFICATION, encoding="utf-8")
        spec = load(file)
        races(spec)
        safe(spec)
        peers(spec)


if __name__ == "__main__":
    main()
