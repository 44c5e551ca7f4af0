"""Stand-ins for the connections of `sqlite3` and of `psycopg2`: each statement is an operation, and a wait for a lock lets others go on.

A statement that would wait for another transaction is undone and tried again when some transaction has ended; where its time-out is
chosen first, it fails as the database would make it fail.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from honnin.oracle.interleave.context import GOING, scheduled
from honnin.oracle.interleave.operations import Operation
from honnin.oracle.interleave.scheduler import Scheduler

REAL_SQLITE = sqlite3.connect
_DATABASE = "the database"
"""What every statement touches."""
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE|TABLE)\s+([\w.]+)", re.IGNORECASE)
_IMPATIENT = re.compile(r"\b(NOWAIT|SKIP\s+LOCKED)\b", re.IGNORECASE)
"""Of a statement that does not wait for locks."""
_CONTROL = frozenset(("ABORT", "BEGIN", "COMMIT", "END", "RELEASE", "ROLLBACK", "SAVEPOINT", "START"))
"""Statements that wait for no row."""
_LOCK_TIMEOUT = "20ms"
"""How long the server itself waits for a lock."""


def label(statement: object) -> str:
    """`UPDATE spool`: what a statement does, without its values."""
    text = statement if isinstance(statement, str) else str(statement)
    words = text.split(None, 1)
    verb = words[0].upper() if words else "statement"
    table = _TABLE.search(text)
    return f"{verb} {table[1]}" if table is not None else verb


def _attempt(
    words: str,
    timeout: float | None,
    work: Callable[[], Any],
    refused: type[Exception],
    waits: Callable[[Exception], bool],
) -> Any:
    """What `work` gives, tried again for as long as it would wait; its error where the time-out comes first."""
    run = scheduled()
    if run is None:
        return work()
    run.switch(Operation(words, writes=(_DATABASE,)))
    until = None if timeout is None else run.now + timeout
    while True:
        try:
            return work()
        except refused as error:
            if timeout == 0 or not waits(error):
                raise
            seen = run.transactions_ended
            again = Operation(
                f"{words} when a lock is free", partial(_another_ended, run, seen), until, writes=(_DATABASE,)
            )
            if not run.switch(again):
                raise


def _another_ended(run: Scheduler, seen: int) -> bool:
    return run.transactions_ended > seen


def _ended(in_transaction: bool) -> None:
    run = scheduled()
    if run is not None and not in_transaction:
        run.transactions_ended += 1
        run.touch(_DATABASE, True)


# ---------------------------------------------------------------- SQLite


class _SqliteCursor(sqlite3.Cursor):
    def execute(self, sql: str, parameters: Any = (), /) -> Any:
        connection: Any = self.connection
        found = connection.attempt(label(sql), lambda: sqlite3.Cursor.execute(self, sql, parameters))
        _ended(connection.in_transaction)
        return found

    def executemany(self, sql: str, parameters: Any, /) -> Any:
        connection: Any = self.connection
        rows = list(parameters)
        found = connection.attempt(label(sql), lambda: sqlite3.Cursor.executemany(self, sql, rows))
        _ended(connection.in_transaction)
        return found


class _SqliteConnection(sqlite3.Connection):
    patience = 5.0

    def attempt(self, words: str, work: Callable[[], Any]) -> Any:
        return _attempt(
            words, self.patience, work, sqlite3.OperationalError, lambda error: "locked" in str(error)
        )

    def cursor(self, factory: Any = _SqliteCursor) -> Any:
        return super().cursor(factory)

    def execute(self, sql: str, parameters: Any = (), /) -> Any:
        return self.cursor().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> Any:
        return self.cursor().executemany(sql, parameters)

    def commit(self) -> None:
        if self.in_transaction:
            self.attempt("COMMIT", super().commit)
            _ended(False)

    def rollback(self) -> None:
        super().rollback()
        _ended(False)

    def close(self) -> None:
        super().close()
        _ended(False)

    def __exit__(self, kind: object, error: object, trace: object) -> Any:
        self.commit() if kind is None else self.rollback()
        return False


_POSITIONAL = ("timeout", "detect_types", "isolation_level", "check_same_thread")


def sqlite_connect(database: Any, *positional: Any, **named: Any) -> Any:
    """Stands in for `sqlite3.connect`."""
    if GOING.run is None or "factory" in named or len(positional) > len(_POSITIONAL):
        return REAL_SQLITE(database, *positional, **named)
    named = {"timeout": 5.0, **dict(zip(_POSITIONAL, positional, strict=False)), **named}
    connection: Any = REAL_SQLITE(database, **{**named, "timeout": 0.0, "factory": _SqliteConnection})
    connection.patience = named["timeout"]
    return connection


# ---------------------------------------------------------------- PostgreSQL


def _postgres(psycopg2: Any) -> Callable[..., Any]:
    real = psycopg2.connect
    extensions, errors = psycopg2.extensions, psycopg2.errors
    cursors: Any = extensions.cursor
    connections: Any = extensions.connection

    def _in_transaction(connection: Any) -> bool:
        return bool(connection.get_transaction_status() != extensions.TRANSACTION_STATUS_IDLE)

    def _can_be_undone(connection: Any) -> bool:
        """Whether a statement now is one of several in a transaction that has not failed."""
        status = connection.get_transaction_status()
        begins = status == extensions.TRANSACTION_STATUS_IDLE and not connection.autocommit
        return bool(begins or status == extensions.TRANSACTION_STATUS_INTRANS)

    class Cursor(cursors):  # type: ignore[misc]
        def execute(self, query: Any, parameters: Any = None) -> None:
            plain = super().execute
            impatient = _IMPATIENT.search(str(query)) is not None
            control = label(query).partition(" ")[0] in _CONTROL
            guarded = not (impatient or control) and _can_be_undone(self.connection)

            def work() -> None:
                if guarded:
                    plain("SAVEPOINT honnin")
                try:
                    plain(query, parameters)
                except errors.LockNotAvailable:
                    if guarded:
                        plain("ROLLBACK TO SAVEPOINT honnin")
                    raise

            _attempt(label(query), None, work, errors.LockNotAvailable, lambda error: not impatient)
            _ended(_in_transaction(self.connection))

    class Connection(connections):  # type: ignore[misc]
        def commit(self) -> None:
            _attempt("COMMIT", None, super().commit, errors.LockNotAvailable, lambda error: False)
            _ended(False)

        def rollback(self) -> None:
            super().rollback()
            _ended(False)

        def close(self) -> None:
            super().close()
            _ended(False)

        def __exit__(self, kind: object, error: object, trace: object) -> None:
            self.commit() if kind is None else self.rollback()

    def connect(*positional: Any, **named: Any) -> Any:
        """Stands in for `psycopg2.connect`."""
        if GOING.run is None or "connection_factory" in named or "cursor_factory" in named:
            return real(*positional, **named)
        named["options"] = f"{named.get('options', '')} -c lock_timeout={_LOCK_TIMEOUT}".strip()
        return real(*positional, connection_factory=Connection, cursor_factory=Cursor, **named)

    return connect


def replaced() -> Iterator[tuple[Any, str, Any]]:
    """The functions that make connections, each with its stand-in; of psycopg2 only where it is loaded."""
    yield sqlite3, "connect", sqlite_connect
    psycopg2 = sys.modules.get("psycopg2")
    if psycopg2 is not None:
        yield psycopg2, "connect", _postgres(psycopg2)
