"""Stand-ins for the queues of `queue`."""

from __future__ import annotations

import queue
from collections import deque
from heapq import heappop, heappush
from typing import Any

from honnin.oracle.interleave.standins import StandIn


def _seconds(block: bool, timeout: float | None) -> float | None:
    if not block:
        return 0.0
    if timeout is not None and timeout < 0:
        raise ValueError("'timeout' must be a non-negative number")
    return timeout


class Queue(StandIn):
    """Stands in for `queue.Queue`."""

    _KIND = "Queue"

    def __init__(self, maxsize: int = 0) -> None:
        super().__init__()
        self.maxsize = maxsize
        self.unfinished_tasks = 0
        self._init(maxsize)

    def _init(self, maxsize: int) -> None:
        self.queue: Any = deque()

    def _put(self, item: Any) -> None:
        self.queue.append(item)

    def _get(self) -> Any:
        return self.queue.popleft()

    def _qsize(self) -> int:
        return len(self.queue)

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        def take() -> None:
            self._put(item)
            self.unfinished_tasks += 1

        def room() -> bool:
            return self._qsize() < self.maxsize

        if self.maxsize <= 0:
            take()
            self.changed()
        elif not self.wait_until("put into", room, take, _seconds(block, timeout)):
            raise queue.Full

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        got: list[Any] = []
        waited = _seconds(block, timeout)
        if not self.wait_until(
            "get from", lambda: self._qsize() > 0, lambda: got.append(self._get()), waited
        ):
            raise queue.Empty
        return got[0]

    def put_nowait(self, item: Any) -> None:
        self.put(item, block=False)

    def get_nowait(self) -> Any:
        return self.get(block=False)

    def task_done(self) -> None:
        if self.unfinished_tasks <= 0:
            raise ValueError("task_done() called too many times")
        self.unfinished_tasks -= 1
        self.changed()

    def join(self) -> None:
        self.wait_until("join", lambda: self.unfinished_tasks == 0, lambda: None)

    def qsize(self) -> int:
        self.looked_at()
        return self._qsize()

    def empty(self) -> bool:
        return self.qsize() == 0

    def full(self) -> bool:
        return 0 < self.maxsize <= self.qsize()

    def reset(self) -> None:
        """Empty, at the start of a run."""
        self.unfinished_tasks = 0
        self._init(self.maxsize)


class LifoQueue(Queue):
    """Stands in for `queue.LifoQueue`."""

    def _init(self, maxsize: int) -> None:
        self.queue = []

    def _get(self) -> Any:
        return self.queue.pop()


class PriorityQueue(Queue):
    """Stands in for `queue.PriorityQueue`."""

    def _init(self, maxsize: int) -> None:
        self.queue = []

    def _put(self, item: Any) -> None:
        heappush(self.queue, item)

    def _get(self) -> Any:
        return heappop(self.queue)


class SimpleQueue(Queue):
    """Stands in for `queue.SimpleQueue`."""

    def __init__(self) -> None:
        super().__init__()
