"""The exploration finds every outcome of drawn programs of tasks: also of tasks that nobody awaits and that are cancelled."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honnin.oracle.interleave import Deadlock, Run
from honnin.oracle.interleave.exploration import Exploration, Settings
from honnin.oracle.interleave.patching import patched
from honnin.oracle.interleave.search import Bounded, Exhaustive, Search

pytestmark = pytest.mark.filterwarnings("ignore:coroutine 'World.run' was never awaited")
OPERATIONS = st.sampled_from(
    (
        "write x",
        "write y",
        "copy x",
        "lock m",
        "lock n",
        "set",
        "wait",
        "put",
        "get",
        "spawn",
        "cancel",
        "look",
        "see",
    )
)
Program = list[list[str]]
LONG = ("lock", "spawn", "cancel")
PROGRAMS = st.lists(st.lists(OPERATIONS, min_size=1, max_size=2), min_size=2, max_size=3).filter(
    lambda program: sum(1 + kind.startswith(LONG) for task in program for kind in task) <= 4
)


class Cell:
    """What tasks share besides."""

    def __init__(self) -> None:
        self.x = self.y = "0"


class World:
    """What the tasks of a drawn program share. `seen`: what each task read, in its order."""

    def __init__(self) -> None:
        self.cell = Cell()
        self.locks = {"m": asyncio.Lock(), "n": asyncio.Lock()}
        self.event = asyncio.Event()
        self.queue: asyncio.Queue[str] = asyncio.Queue()
        self.seen: dict[str, list[str]] = {}

    async def run(self, name: str, operations: list[str]) -> None:
        seen = self.seen.setdefault(name, [])
        try:
            for number, operation in enumerate(operations):
                await self.do(operation, f"{name}{number}", seen)
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            seen.append("cancelled")

    async def do(self, operation: str, value: str, seen: list[str]) -> None:
        match operation.split():
            case ["write", "x"]:
                self.cell.x = value
            case ["write", _]:
                self.cell.y = value
            case ["copy", _]:
                seen.append(self.cell.x)
            case ["lock", name]:
                async with self.locks[name]:
                    before = self.cell.y
                    await asyncio.sleep(0)
                    self.cell.y = before + "+"
            case ["set"]:
                self.event.set()
            case ["wait"]:
                await self.event.wait()
            case ["put"]:
                self.queue.put_nowait(value)
            case ["get"]:
                seen.append(await self.queue.get())
            case ["spawn"]:
                other = asyncio.create_task(self.run(value, ["write x"]), name=value)
                await asyncio.sleep(0)
                seen.append(str(other.done()))
                await other
            case ["cancel"]:
                other = asyncio.create_task(self.run(value, ["write x"]), name=value)
                await asyncio.sleep(0)
                seen.append(str(other.cancel()))
            case ["look"]:
                seen.append(
                    str(self.locks["m"].locked()) + str(self.event.is_set()) + str(self.queue.qsize())
                )
            case _:
                seen.append(str(self.event.is_set()))

    def outcome(self) -> str:
        return repr((self.cell.x, self.cell.y, dict(sorted(self.seen.items()))))


def outcomes(program: Program, search: Search) -> set[str]:
    """Every way in which the program can end."""
    found: set[str] = set()
    worlds: list[World] = []

    def scenario(run: Run) -> None:
        worlds.append(World())
        for number, operations in enumerate(program):
            run.task(f"t{number}", worlds[-1].run, f"t{number}", operations)

    exploration = Exploration(scenario, Settings(None, None, "unknown", 10**9, 60.0, 1000, None, 5.0))
    with patched():
        for run, failure in exploration.runs(search):
            assert failure is None or isinstance(failure, Deadlock), failure
            if run.ending is None or failure is not None:
                found.add(("deadlock " if failure else "") + worlds[-1].outcome())
    return found


@settings(max_examples=20, deadline=None)
@given(PROGRAMS)
def test_every_outcome_is_found(program: Program) -> None:
    every = outcomes(program, Bounded(10**9, preemptions=False))
    assert outcomes(program, Exhaustive()) == every


@pytest.mark.long
@settings(max_examples=1_000, deadline=None)
@given(PROGRAMS)
def test_every_outcome_of_many_is_found(program: Program) -> None:
    every = outcomes(program, Bounded(10**9, preemptions=False))
    assert outcomes(program, Exhaustive()) == every


def test_a_task_that_nobody_awaits_may_go_first() -> None:
    assert len(outcomes([["cancel"], ["write y"]], Exhaustive())) == 4
