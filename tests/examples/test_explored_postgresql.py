"""PostgreSQL explored: a wait for a row's lock lets others go on, and a deadlock of two transactions is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg2
import pytest

from honnin.oracle.interleave import Deadlock, InterleavingFailed, Run, explore

from .databases import PostgreSQL


def counter(database: PostgreSQL, statement: str) -> Callable[[Run], None]:
    """Two transactions that add one to a row: read and write, or read with the lock and write."""

    def connect() -> Any:
        return psycopg2.connect(host=str(database.folder), dbname="postgres", user="tests")

    def add() -> None:
        with connect() as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.execute("UPDATE counter SET value = %s", (cursor.fetchone()[0] + 1,))
        connection.close()

    def check() -> None:
        with connect() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT value FROM counter")
            (value,) = cursor.fetchone()
        connection.close()
        assert value == 2, f"{value} is not 2"

    def scenario(run: Run) -> None:
        with connect() as connection, connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS counter")
            cursor.execute("CREATE TABLE counter (value int)")
            cursor.execute("INSERT INTO counter VALUES (0)")
        connection.close()
        run.thread("a", add)
        run.thread("b", add)
        run.check(check)

    return scenario


def test_a_lost_update_is_found(postgresql: PostgreSQL) -> None:
    with pytest.raises(InterleavingFailed, match="1 is not 2") as found:
        explore(counter(postgresql, "SELECT value FROM counter"), preemptions=2)
    assert any("UPDATE counter" in step for step in found.value.schedule)


def test_the_lock_of_a_row_is_waited_for(postgresql: PostgreSQL) -> None:
    explored = explore(counter(postgresql, "SELECT value FROM counter FOR UPDATE"), preemptions=1)
    assert explored.schedules > 2


def test_two_transactions_that_wait_for_each_other(postgresql: PostgreSQL) -> None:
    def crossed(run: Run) -> None:
        def connect() -> Any:
            return psycopg2.connect(host=str(postgresql.folder), dbname="postgres", user="tests")

        def both(first: int, second: int) -> None:
            connection = connect()
            try:
                cursor = connection.cursor()
                for number in (first, second):
                    cursor.execute("UPDATE place SET taken = true WHERE number = %s", (number,))
                connection.commit()
            finally:
                connection.close()

        with connect() as connection, connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS place")
            cursor.execute("CREATE TABLE place (number int PRIMARY KEY, taken bool)")
            cursor.execute("INSERT INTO place VALUES (1, false), (2, false)")
        connection.close()
        run.thread("a", both, 1, 2)
        run.thread("b", both, 2, 1)

    with pytest.raises(Deadlock, match="a waits to UPDATE place when a lock is free"):
        explore(crossed, preemptions=1)
