"""The spool in a table: the race is found in SQLite and in PostgreSQL, and the right fixes hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from honnin.oracle.interleave import InterleavingFailed, Run, explore, replay

from .databases import PostgreSQL, SQLite
from .modules import EXAMPLES, module

SPECIFICATION = EXAMPLES / "overwritten_spool" / "overwritten_spool.honnin"
FACTS = {
    "entitled": {
        "table": [[person, "residence_record", person, True] for person in ("alice", "bob")],
        "default": False,
    }
}
Database = SQLite | PostgreSQL


@pytest.fixture(scope="module")
def code() -> ModuleType:
    return module("overwritten_spool/implementations", "database")


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "SQLite":
        yield SQLite(tmp_path / "spool.db")
    else:
        yield request.getfixturevalue("postgresql")


def two_requests(code: ModuleType, database: Database, spool: Any, *, alone: bool = False) -> Any:
    """The scenario: an empty spool, and two requests at once."""

    def scenario(run: Run) -> None:
        connection: Any = database.connect()
        cursor = connection.cursor()
        cursor.execute("DROP TABLE IF EXISTS spool")
        for statement in code.SCHEMA:
            cursor.execute(statement)
        connection.close()
        for request, person in (("r1", "alice"), ("r2", "bob")):
            run.thread(person, code.handle, database, spool, run.oracle.observe, request, person, alone=alone)

    return scenario


def test_the_race_is_found_within_five_schedules_and_replays(code: ModuleType, database: Database) -> None:
    scenario = two_requests(code, database, code.SharedRow())
    with pytest.raises(InterleavingFailed, match="right_person is violated") as found:
        explore(scenario, oracle=SPECIFICATION, facts=FACTS)
    assert found.value.found <= 5
    with pytest.raises(InterleavingFailed, match="right_person is violated"):
        replay(scenario, found.value.token, oracle=SPECIFICATION, facts=FACTS)


def test_a_row_for_each_request_holds_with_two_preemptions(code: ModuleType, database: Database) -> None:
    scenario = two_requests(code, database, code.RowOfRequest())
    assert explore(scenario, oracle=SPECIFICATION, facts=FACTS, preemptions=2).schedules > 20


def test_one_row_holds_for_who_has_it_until_the_end(code: ModuleType, database: Database) -> None:
    scenario = two_requests(code, database, code.SharedRow(), alone=True)
    found = explore(scenario, oracle=SPECIFICATION, facts=FACTS, preemptions=2, polls=1)
    assert found.schedules > 2
