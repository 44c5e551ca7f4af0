"""The server with a task for each request: two tasks at once, then every order of two and of three."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import ModuleType

import pytest

from honnin.oracle import load
from honnin.oracle.interleave import InterleavingFailed, Run, explore, replay

from .modules import EXAMPLES, module

SPECIFICATION = EXAMPLES / "overwritten_spool" / "overwritten_spool.honnin"
FACTS = {
    "entitled": {
        "table": [[person, "residence_record", person, True] for person in ("alice", "bob", "chiyo")],
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


def scenario(code: ModuleType, buffer: str, locked: bool, people: tuple[str, ...]) -> Callable[[Run], None]:
    """A request of each, in a task of its own."""

    def requests(run: Run) -> None:
        lock = asyncio.Lock() if locked else None
        server = code.Server(getattr(code, buffer)(), run.oracle.observe, lock)
        for number, person in enumerate(people, start=1):
            run.task(f"r{number}", server.handle, f"r{number}", person)

    return requests


def test_one_buffer_is_found_out_in_the_first_orders(code: ModuleType) -> None:
    racy = scenario(code, "SharedBuffer", False, ("alice", "bob"))
    with pytest.raises(InterleavingFailed, match="right_person is violated") as found:
        explore(racy, oracle=SPECIFICATION, facts=FACTS)
    assert found.value.found <= 5
    assert "r1: sleep in _issue" in found.value.schedule
    with pytest.raises(InterleavingFailed, match="right_person is violated"):
        replay(racy, found.value.token, oracle=SPECIFICATION, facts=FACTS)


@pytest.mark.parametrize(("buffer", "locked"), [("SharedBuffer", True), ("BufferOfRequest", False)])
@pytest.mark.parametrize("people", [("alice", "bob"), ("alice", "bob", "chiyo")])
def test_a_right_fix_is_right_in_every_order(
    code: ModuleType, buffer: str, locked: bool, people: tuple[str, ...]
) -> None:
    explored = explore(scenario(code, buffer, locked, people), oracle=SPECIFICATION, facts=FACTS)
    assert explored.how == "every schedule"
    assert explored.schedules > 1
