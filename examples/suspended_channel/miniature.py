"""Stopping a channel in miniature, with the real fault: a thread for each request, and a flag that is looked at too early.

A request that has passed the look at the flag is printed, whatever happens to the flag meanwhile. The counter is another
channel of the same server, and goes on. A record reported wrong is held from view.

`run` holds the store's request just before it prints until the operator has stopped the channel, or waits for it to get empty;
nothing else is arranged.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from honnin.oracle import load

LONGEST_WAIT = 30.0
"""Seconds."""


class Report(Protocol):
    """Where the server reports its events: `report("issue", request=..., ...)`. An oracle's `observe` is one."""

    def __call__(self, event: str, **fields: str) -> object: ...


Pause = Callable[[str], object]
"""Called with a moment in the life of a request ("before issue") or of a stop ("draining"): a test can hold it there."""


# ---------------------------------------------------------------- the server


class Server:
    """The fault: the flag is looked at when a request comes in."""

    def __init__(self, report: Report, pause: Pause) -> None:
        self.report = report
        self.pause = pause
        self.lock = threading.Condition()
        self.stopped: set[str] = set()

    def handle(self, request: str, channel: str, wanted: str) -> bool:
        """Whether the certificate was issued."""
        if not self.accept(request, channel, wanted):
            return False
        self.pause("before issue")
        return self.issue(request, channel, wanted)

    def accept(self, request: str, channel: str, wanted: str) -> bool:
        with self.lock:
            if channel in self.stopped:
                return False
            self.report("request", request=request, channel=channel, wanted=wanted)
            return True

    def issue(self, request: str, channel: str, wanted: str) -> bool:
        self.report("issue", request=request, channel=channel, subject=wanted)
        return True

    def stop(self, channel: str) -> None:
        """The channel is stopped, and reported as stopped."""
        with self.lock:
            self.stopped.add(channel)
            self.report("suspend", channel=channel)

    def start(self, channel: str) -> None:
        with self.lock:
            self.stopped.discard(channel)
            self.report("resume", channel=channel)


class PrintedUnderFlag(Server):
    """A right fix: the flag is read in the same critical section that prints."""

    def issue(self, request: str, channel: str, wanted: str) -> bool:
        with self.lock:
            return channel not in self.stopped and super().issue(request, channel, wanted)


class Drained(Server):
    """A right fix: new requests are refused first; the channel is reported as stopped when the last one is out."""

    def __init__(self, report: Report, pause: Pause) -> None:
        super().__init__(report, pause)
        self.inside: Counter[str] = Counter()

    def accept(self, request: str, channel: str, wanted: str) -> bool:
        with self.lock:
            accepted = super().accept(request, channel, wanted)
            self.inside[channel] += accepted
            return accepted

    def issue(self, request: str, channel: str, wanted: str) -> bool:
        issued = super().issue(request, channel, wanted)
        with self.lock:
            self.inside[channel] -= 1
            self.lock.notify_all()
        return issued

    def stop(self, channel: str) -> None:
        with self.lock:
            self.stopped.add(channel)
            self.pause("draining")
            if not self.lock.wait_for(lambda: not self.inside[channel], LONGEST_WAIT):
                raise TimeoutError(f"{channel} does not get empty")
            self.report("suspend", channel=channel)


class Records:
    """What people are shown about themselves."""

    def __init__(self, owners: dict[str, str], report: Report) -> None:
        self.owners = owners
        self.report = report
        self.held: set[str] = set()

    def report_wrong(self, record: str) -> None:
        self.held.add(record)
        self.report("report_wrong", record=record)

    def correct(self, record: str) -> None:
        self.held.discard(record)
        self.report("correct", record=record)

    def show(self, record: str) -> bool:
        """Whether its owner is shown the record."""
        if record in self.held:
            return False
        self.report("view", person=self.owners[record], record=record)
        return True


# ---------------------------------------------------------------- a channel is stopped

DESIGNS: dict[str, type[Server]] = {
    "checked_at_acceptance": Server,
    "printed_under_flag": PrintedUnderFlag,
    "drained": Drained,
}
OWNERS = {"record1": "alice"}
FACTS = {"owner": {"table": OWNERS, "default": "nobody"}}


def run(design: type[Server], report: Report) -> None:
    """A request in a store, and the operator who stops that channel; then the counter, and the store when it is open again."""
    accepted, stopping = threading.Event(), threading.Event()

    def pause(moment: str) -> None:
        if moment == "draining":
            stopping.set()
        else:
            accepted.set()
            stopping.wait(LONGEST_WAIT)

    server = design(report, pause)
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(server.handle, "r1", "store", "alice")
        accepted.wait(LONGEST_WAIT)
        server.stop("store")
        stopping.set()
        waiting.result()
    records = Records(OWNERS, report)
    records.report_wrong("record1")
    records.show("record1")
    server.handle("r2", "store", "bob")
    server.handle("r3", "counter", "bob")
    records.correct("record1")
    records.show("record1")
    server.start("store")
    server.handle("r4", "store", "alice")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one design; 1 when the oracle found a violation."""
    parser = argparse.ArgumentParser(description="A channel is stopped, watched by the oracle.")
    parser.add_argument("design", choices=DESIGNS)
    name = parser.parse_args(arguments).design
    oracle = load(Path(__file__).with_name("suspended_channel.honnin")).oracle("collect", facts=FACTS)
    run(DESIGNS[name], oracle.observe)
    oracle.finish()
    for violation in oracle.violations:
        print(violation)
    print(f"{name}: {oracle.position} events, violations: {len(oracle.violations)}")
    return 1 if oracle.violations else 0


if __name__ == "__main__":
    sys.exit(main())
