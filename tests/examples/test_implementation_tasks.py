"""The server with a task for each request: two tasks at once."""

from __future__ import annotations

import asyncio
from types import ModuleType

import pytest

from honnin.oracle import load

from .modules import EXAMPLES, module

SPECIFICATION = EXAMPLES / "overwritten_spool" / "overwritten_spool.honnin"
FACTS = {
    "entitled": {
        "table": [[person, "residence_record", person, True] for person in ("alice", "bob")],
        "default": False,
    }
}


@pytest.fixture(scope="module")
def code() -> ModuleType:
    return module("overwritten_spool/implementations", "tasks")


@pytest.mark.parametrize(
    ("buffer", "locked", "wrong"),
    [("SharedBuffer", False, True), ("SharedBuffer", True, False), ("BufferOfRequest", False, False)],
)
def test_two_tasks_at_once(code: ModuleType, buffer: str, locked: bool, wrong: bool) -> None:
    oracle = load(SPECIFICATION).oracle("collect", facts=FACTS)

    async def both() -> None:
        lock = asyncio.Lock() if locked else None
        server = code.Server(getattr(code, buffer)(), oracle.observe, lock)
        await asyncio.gather(server.handle("r1", "alice"), server.handle("r2", "bob"))

    asyncio.run(both())
    oracle.finish()
    assert oracle.exercised["right_person"] == 4
    found = {violation.invariant for violation in oracle.violations}
    assert found == ({"right_person", "may_have_it"} if wrong else set())
