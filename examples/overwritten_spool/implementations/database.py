"""The certificate server with its spool in a table, for SQLite and for PostgreSQL: a connection for each request.

What is reported as delivered is what the table said when a page was printed. `SharedRow` is the fault: one row for every request.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from honnin.oracle.interleave import point

PAGES = 2
SCHEMA = (
    "CREATE TABLE spool (request TEXT PRIMARY KEY, subject TEXT)",
    "INSERT INTO spool VALUES ('every request', NULL)",
)
BETWEEN_TRIES = 0.01
"""Seconds."""


class Database(Protocol):
    """What differs between the two: how to connect, how a parameter is written, how a transaction that has the spool begins."""

    parameter: str

    def connect(self) -> Any:
        """A new connection, which commits each statement by itself."""

    def take_spool(self, connection: Any) -> bool:
        """Begins a transaction that nobody else can have at the same time; False if somebody has it."""


class Spool(Protocol):
    """Where a certificate stands between rendering and printing."""

    def write(self, run: Callable[..., Any], request: str, subject: str) -> None: ...

    def read(self, run: Callable[..., Any], request: str) -> str: ...


class SharedRow:
    """The fault: one row, whosever certificate it is."""

    def write(self, run: Callable[..., Any], request: str, subject: str) -> None:
        run("UPDATE spool SET subject = ? WHERE request = 'every request'", subject)

    def read(self, run: Callable[..., Any], request: str) -> str:
        return str(run("SELECT subject FROM spool WHERE request = 'every request'").fetchone()[0])


class RowOfRequest:
    """A right fix: a row for each request."""

    def write(self, run: Callable[..., Any], request: str, subject: str) -> None:
        run("INSERT INTO spool VALUES (?, ?)", request, subject)

    def read(self, run: Callable[..., Any], request: str) -> str:
        return str(run("SELECT subject FROM spool WHERE request = ?", request).fetchone()[0])


def handle(
    database: Database,
    spool: Spool,
    report: Callable[..., object],
    request: str,
    person: str,
    *,
    alone: bool = False,
) -> None:
    """One request from the card to the last page. `alone`: in one transaction, which has the spool from the first write to the end."""
    report("auth", request=request, holder=person)
    report("apply", request=request, kind="residence_record", wanted=person)
    connection = database.connect()
    try:
        if alone:
            while not database.take_spool(connection):
                time.sleep(BETWEEN_TRIES)
        cursor = connection.cursor()

        def run(statement: str, *values: str) -> Any:
            cursor.execute(statement.replace("?", database.parameter), values)
            return cursor

        spool.write(run, request, person)
        point("written")
        for page in range(1, PAGES + 1):
            report("deliver", request=request, subject=spool.read(run, request), page=page, pages=PAGES)
        if alone:
            cursor.execute("COMMIT")
    finally:
        connection.close()
