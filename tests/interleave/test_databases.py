"""Statements of SQLite and PostgreSQL in every order."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from honnin.oracle.interleave import InterleavingFailed, Run, explore, replay
from honnin.oracle.interleave.databases import label

SPEC = Path(__file__).with_name("certificates.honnin")


def spool(transaction: bool) -> Callable[[Run], None]:
    """One row for every certificate, written and read; in one transaction or not. Where the database is busy, nothing is issued."""
    name = f"file:{uuid.uuid4()}?mode=memory&cache=shared"
    keepers: list[sqlite3.Connection] = []

    def handle(run: Run, request: str, person: str) -> None:
        run.oracle.request(request=request, wanted=person)
        connection = sqlite3.connect(name, uri=True, isolation_level=None)
        try:
            if transaction:
                connection.execute("BEGIN IMMEDIATE")
            connection.execute("UPDATE spool SET subject = ?", (person,))
            subject = connection.execute("SELECT subject FROM spool").fetchone()[0]
            if transaction:
                connection.execute("COMMIT")
        except sqlite3.OperationalError:
            return
        finally:
            connection.close()
        run.oracle.issue(request=request, subject=subject)

    def scenario(run: Run) -> None:
        while keepers:
            keepers.pop().close()
        keepers.append(sqlite3.connect(name, uri=True, isolation_level=None, check_same_thread=False))
        keepers[0].execute("CREATE TABLE spool (subject TEXT)")
        keepers[0].execute("INSERT INTO spool VALUES ('')")
        run.thread("r1", handle, run, "r1", "alice")
        run.thread("r2", handle, run, "r2", "bob")

    return scenario


def test_the_race_of_two_statements_is_found_within_five_schedules() -> None:
    racy = spool(transaction=False)
    with pytest.raises(InterleavingFailed, match="right_person is violated") as found:
        explore(racy, oracle=SPEC)
    assert found.value.found <= 5
    assert "r1: SELECT spool" in found.value.schedule
    with pytest.raises(InterleavingFailed, match="right_person is violated"):
        replay(racy, found.value.token, oracle=SPEC)


def test_one_transaction_is_safe_and_a_lock_is_waited_for() -> None:
    explored = explore(spool(transaction=True), oracle=SPEC)
    assert str(explored).startswith("every schedule")


def test_a_time_out_of_the_database_is_its_error(tmp_path: Path) -> None:
    file = tmp_path / "held.db"
    errors: set[str] = set()

    def held(run: Run) -> None:
        def hold(seconds: float) -> None:
            connection = sqlite3.connect(file, timeout=seconds, isolation_level=None)
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("COMMIT")
            except sqlite3.OperationalError as error:
                errors.add(str(error))
            finally:
                connection.close()

        run.thread("a", hold, 5.0)
        run.thread("b", hold, 5.0)

    explore(held)
    assert errors == {"database is locked"}


def test_labels_have_no_values() -> None:
    assert label("update spool set subject = 'alice'") == "UPDATE spool"
    assert label("SELECT 'alice' FROM main.spool") == "SELECT main.spool"
    assert label("COMMIT") == "COMMIT"
    assert label("") == "statement"
