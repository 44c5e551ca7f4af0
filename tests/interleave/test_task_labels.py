"""Where tasks wait, as schedules say it: these words are checked by tokens, so they must not change."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from honnin.oracle.interleave import InterleavingFailed, Run, explore, point

GOLDEN = Path(__file__).with_name("golden") / "task_labels.txt"


class Ended(Exception):
    """Raised to see the schedule."""


async def in_a_lock() -> None:
    lock = asyncio.Lock()
    await lock.acquire()
    asyncio.get_running_loop().call_later(1, lock.release)
    async with lock:
        point("held")


async def in_an_event() -> None:
    event = asyncio.Event()
    asyncio.get_running_loop().call_later(1, event.set)
    await event.wait()


async def in_a_condition() -> None:
    condition = asyncio.Condition()

    async def notify() -> None:
        async with condition:
            condition.notify()

    async with condition:
        other = asyncio.create_task(notify(), name="notifier")
        await condition.wait()
    await other


async def in_a_semaphore() -> None:
    semaphore = asyncio.Semaphore(0)
    asyncio.get_running_loop().call_later(1, semaphore.release)
    async with semaphore:
        pass


async def in_a_queue() -> None:
    queue: asyncio.Queue[int] = asyncio.Queue(1)

    async def give() -> None:
        await queue.put(1)
        await queue.put(2)

    other = asyncio.create_task(give(), name="giver")
    await queue.get()
    await queue.get()
    await other


async def asleep() -> None:
    await asyncio.sleep(0)
    await asyncio.sleep(1)


async def in_a_group() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(asleep(), name="sleeper")


async def with_a_time_out() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await asyncio.Event().wait()


async def gathering() -> None:
    await asyncio.gather(asleep(), in_an_event())


async def in_a_thread() -> None:
    await asyncio.to_thread(point, "in the thread")


async def waiting_for_a_future() -> None:
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(1, future.set_result, None)
    await future


WAITS: tuple[Callable[[], Awaitable[None]], ...] = (
    in_a_lock,
    in_an_event,
    in_a_condition,
    in_a_semaphore,
    in_a_queue,
    asleep,
    in_a_group,
    with_a_time_out,
    gathering,
    waiting_for_a_future,
)
"""Without `asyncio.to_thread`: how its pool of threads waits is another matter in each version of Python."""


def schedule(wait: Callable[[], Awaitable[None]]) -> tuple[str, ...]:
    """The first schedule of one task that waits so."""

    def scenario(run: Run) -> None:
        async def task() -> None:
            await wait()
            raise Ended

        run.task("task", task)

    with pytest.raises(InterleavingFailed) as found:
        explore(scenario)
    assert isinstance(found.value.__cause__, Ended)
    return found.value.schedule


def test_the_labels_of_tasks_are_as_they_were() -> None:
    said = "".join(
        f"{wait.__name__}\n" + "".join(f"  {label}\n" for label in schedule(wait)) for wait in WAITS
    )
    if os.environ.get("HONNIN_UPDATE_GOLDEN") and not os.environ.get("CI"):
        GOLDEN.write_text(said, encoding="utf-8")
    assert said == GOLDEN.read_text(encoding="utf-8")


def test_a_thread_of_a_task_that_is_left_in_its_midst_says_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "task: to_thread in in_a_thread" in schedule(in_a_thread)
    assert capsys.readouterr().err == ""
