"""Tasks of asyncio in every order, on a loop of our own."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from honnin.oracle.interleave import Deadlock, InterleavingFailed, Run, explore, point, replay

SPEC = Path(__file__).with_name("certificates.honnin")


class Server:
    """One slot for every certificate; `lock` makes it safe."""

    def __init__(self, run: Run, safe: bool) -> None:
        self.oracle = run.oracle
        self.slot = ""
        self.lock = asyncio.Lock() if safe else None

    async def handle(self, request: str, person: str) -> None:
        self.oracle.request(request=request, wanted=person)
        if self.lock is None:
            await self.print(request, person)
        else:
            async with self.lock:
                await self.print(request, person)

    async def print(self, request: str, person: str) -> None:
        self.slot = person
        await asyncio.sleep(0.01)
        self.oracle.issue(request=request, subject=self.slot)


def racy(run: Run) -> None:
    server = Server(run, safe=False)
    run.task("r1", server.handle, "r1", "alice")
    run.task("r2", server.handle, "r2", "bob")


def safe(run: Run) -> None:
    server = Server(run, safe=True)
    for number in range(3):
        run.task(f"r{number}", server.handle, f"r{number}", f"p{number}")


def test_the_race_is_found_within_five_schedules_and_replayed() -> None:
    with pytest.raises(InterleavingFailed, match="right_person is violated") as found:
        explore(racy, oracle=SPEC)
    assert found.value.found <= 5
    assert "r1: sleep in print" in found.value.schedule
    for _ in range(10):
        with pytest.raises(InterleavingFailed, match="right_person is violated"):
            replay(racy, found.value.token, oracle=SPEC)


def test_the_safe_twin_is_exhausted() -> None:
    assert str(explore(safe, oracle=SPEC)).startswith("every schedule")


def test_a_deadlock_says_where_the_tasks_wait() -> None:
    def crossed(run: Run) -> None:
        first, second = asyncio.Lock(), asyncio.Lock()

        async def both(one: asyncio.Lock, other: asyncio.Lock) -> None:
            async with one:
                await asyncio.sleep(0)
                async with other:
                    pass

        run.task("kant", both, first, second)
        run.task("hume", both, second, first)

    with pytest.raises(Deadlock) as found:
        explore(crossed)
    assert str(found.value).splitlines() == [
        "kant waits in Lock.acquire in both",
        "hume waits in Lock.acquire in both",
    ]


def test_a_time_out_may_come_before_the_answer() -> None:
    outcomes: set[str] = set()

    def asked(run: Run) -> None:
        queue: asyncio.Queue[str] = asyncio.Queue()

        async def ask() -> None:
            try:
                outcomes.add(await asyncio.wait_for(queue.get(), 3600))
            except TimeoutError:
                outcomes.add("nothing")

        async def answer() -> None:
            await queue.put("answer")

        run.task("asking", ask)
        run.task("answering", answer)

    explore(asked)
    assert outcomes == {"answer", "nothing"}


def test_conditions_events_and_semaphores() -> None:
    def several(run: Run) -> None:
        changed, begun, places = asyncio.Condition(), asyncio.Event(), asyncio.Semaphore(1)
        done: list[str] = []

        async def wait() -> None:
            async with changed:
                await changed.wait_for(lambda: done)

        async def work() -> None:
            await begun.wait()
            async with places, changed:
                done.append("work")
                changed.notify_all()

        async def begin() -> None:
            begun.set()

        run.task("waiter", wait)
        run.task("worker", work)
        run.task("starter", begin)

    assert str(explore(several)).startswith("every schedule")


def test_asyncio_run_in_a_thread_of_the_scenario() -> None:
    def whole_program(run: Run) -> None:
        box: list[str] = []

        async def child(name: str) -> None:
            before = len(box)
            await asyncio.sleep(0)
            assert len(box) == before, "somebody came between"
            box.append(name)

        async def main() -> None:
            await asyncio.gather(child("a"), child("b"))

        run.thread("main", asyncio.run, main())

    with pytest.raises(InterleavingFailed, match="somebody came between"):
        explore(whole_program)


def test_a_thread_of_the_loop_meets_the_tasks() -> None:
    def mixed(run: Run) -> None:
        box = [0]
        lock = threading.Lock()

        def add() -> None:
            with lock:
                before = box[0]
                point("read")
                box[0] = before + 1

        async def by_thread() -> None:
            await asyncio.to_thread(add)

        def check() -> None:
            assert box == [2]

        run.task("a", by_thread)
        run.task("b", by_thread)
        run.check(check)

    assert "preemption" in str(explore(mixed, preemptions=1))


def test_an_exception_in_a_task_names_the_task() -> None:
    def failing(run: Run) -> None:
        async def fail() -> None:
            raise ValueError("no paper")

        run.task("printer", fail)

    with pytest.raises(InterleavingFailed, match="printer: ValueError: no paper"):
        explore(failing)


def test_the_world_outside_is_refused() -> None:
    def outside(run: Run) -> None:
        async def connect() -> None:
            await asyncio.open_connection("127.0.0.1", 1)

        run.task("client", connect)

    with pytest.raises(InterleavingFailed, match="needs the world outside"):
        explore(outside)
