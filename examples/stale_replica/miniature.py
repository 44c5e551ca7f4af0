"""Seal certificates in miniature, with the real fault: two databases, and messages that a thread carries from one to the other.

The clerk's register is one SQLite file, the issuing server's copy another. A change is committed in the register and queued; the
link thread brings it to the copy. In the faulty design the owner is told that the seal is revoked before the copy knows it.

`run` holds the message of the revocation on its way until somebody has asked for a certificate; nothing else is arranged.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import Protocol

from honnin.oracle import load

ACTIVE, REVOKED = "active", "revoked"
LONGEST_WAIT = 30.0
"""Seconds."""


class Report(Protocol):
    """Where the servers report their events: `report("issue", request=..., seal=...)`. An oracle's `observe` is one."""

    def __call__(self, event: str, **fields: str) -> object: ...


# ---------------------------------------------------------------- the register, its copy, and the link between them


@dataclass(frozen=True)
class Entry:
    """What a seal's row says after a change; a later change has a greater version."""

    seal: str
    owner: str
    status: str
    version: int


class Seals:
    """One database of seals."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with self.transaction() as rows:
            rows.execute(
                "create table seal (name text primary key, owner text, status text, version integer)"
            )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, and nobody else reads or writes meanwhile."""
        rows = sqlite3.connect(self._file, timeout=LONGEST_WAIT, isolation_level=None)
        try:
            rows.execute("begin exclusive")
            yield rows
            rows.execute("commit")
        finally:
            rows.close()


def read(rows: sqlite3.Connection, seal: str) -> Entry | None:
    """The row of a seal."""
    row = rows.execute("select name, owner, status, version from seal where name = ?", (seal,)).fetchone()
    return None if row is None else Entry(*row)


def write(rows: sqlite3.Connection, entry: Entry) -> None:
    """Writes a row, but never over a newer one."""
    rows.execute(
        "insert into seal values (?, ?, ?, ?) on conflict (name) do update"
        " set status = excluded.status, version = excluded.version where excluded.version > version",
        (entry.seal, entry.owner, entry.status, entry.version),
    )


@dataclass
class Registry:
    """The clerk's side, and the link: `pause` is called with each entry before it reaches the copy."""

    source: Seals
    replica: Seals
    report: Report
    ack_when_confirmed: bool
    pause: Callable[[Entry], object]
    on_their_way: Queue[Entry] = field(default_factory=Queue)

    def __post_init__(self) -> None:
        threading.Thread(target=self._link, daemon=True).start()

    def register(self, seal: str, owner: str) -> None:
        entry = Entry(seal, owner, ACTIVE, 1)
        with self.source.transaction() as rows:
            write(rows, entry)
            self.report("register", seal=seal, owner=owner)
        self.on_their_way.put(entry)

    def revoke(self, seal: str) -> None:
        """What the owner is told, they are told at once, or when the copy has confirmed."""
        with self.source.transaction() as rows:
            old = read(rows, seal)
            if old is None or old.status == REVOKED:
                return
            entry = Entry(seal, old.owner, REVOKED, old.version + 1)
            write(rows, entry)
            self.report("revoke", seal=seal)
        if not self.ack_when_confirmed:
            self.report("revoke_ack", seal=seal)
        self.on_their_way.put(entry)

    def _link(self) -> None:
        while True:
            entry = self.on_their_way.get()
            self.pause(entry)
            with self.replica.transaction() as rows:
                write(rows, entry)
            if self.ack_when_confirmed and entry.status == REVOKED:
                self.report("revoke_ack", seal=entry.seal)
            self.on_their_way.task_done()


@dataclass(frozen=True)
class IssuingServer:
    """Issues from `seals`: a copy, or the register itself."""

    seals: Seals
    report: Report

    def apply(self, request: str, holder: str, seal: str) -> bool:
        """Whether a certificate was issued: the seal is the card holder's and active, in the same transaction."""
        with self.seals.transaction() as rows:
            self.report("request", request=request, holder=holder, seal=seal)
            entry = read(rows, seal)
            if entry is None or entry.owner != holder or entry.status != ACTIVE:
                return False
            self.report("issue", request=request, seal=seal)
            return True


# ---------------------------------------------------------------- a revocation, and somebody at a kiosk


@dataclass(frozen=True)
class Design:
    """Where certificates are issued from, and when the owner is told."""

    issue_from_source: bool = False
    ack_when_confirmed: bool = False


DESIGNS = {
    "async_replica": Design(),
    "ack_after_replica": Design(ack_when_confirmed=True),
    "reads_source": Design(issue_from_source=True),
}


def run(design: Design, report: Report) -> None:
    """A seal is registered and revoked; its owner's card asks for it before the copy knows, and once more after."""
    asked = threading.Event()

    def pause(entry: Entry) -> None:
        if entry.status == REVOKED:
            asked.wait(LONGEST_WAIT)

    with tempfile.TemporaryDirectory() as directory:
        source, replica = Seals(Path(directory, "register")), Seals(Path(directory, "copy"))
        registry = Registry(source, replica, report, design.ack_when_confirmed, pause)
        server = IssuingServer(source if design.issue_from_source else replica, report)
        registry.register("s1", "alice")
        registry.on_their_way.join()
        registry.revoke("s1")
        server.apply("r1", "alice", "s1")
        asked.set()
        registry.on_their_way.join()
        server.apply("r2", "alice", "s1")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one design; 1 when the oracle found a violation."""
    parser = argparse.ArgumentParser(
        description="A revocation that is still on its way, watched by the oracle."
    )
    parser.add_argument("design", choices=DESIGNS)
    name = parser.parse_args(arguments).design
    oracle = load(Path(__file__).with_name("stale_replica.honnin")).oracle("collect")
    run(DESIGNS[name], oracle.observe)
    oracle.finish()
    for violation in oracle.violations:
        print(violation)
    print(f"{name}: {oracle.position} events, violations: {len(oracle.violations)}")
    return 1 if oracle.violations else 0


if __name__ == "__main__":
    sys.exit(main())
