"""What partial-order reduction leaves out changes no outcome: drawn programs, explored with and without it."""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honnin.oracle.interleave import Deadlock, Run, point
from honnin.oracle.interleave.context import GOING
from honnin.oracle.interleave.exploration import Exploration, Settings
from honnin.oracle.interleave.patching import EPOCH, patched
from honnin.oracle.interleave.search import Bounded, Exhaustive, Search

VARIABLES, LOCKS = ("x", "y"), ("m", "n")
OPERATIONS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(VARIABLES)),
    st.tuples(st.just("copy"), st.sampled_from(VARIABLES)),
    st.tuples(st.just("locked write"), st.sampled_from(LOCKS)),
    st.tuples(st.just("try"), st.sampled_from(LOCKS)),
    st.tuples(st.just("timed"), st.sampled_from(LOCKS)),
    st.tuples(st.just("both"), st.sampled_from(LOCKS)),
    st.tuples(st.just("set"), st.just("e")),
    st.tuples(st.just("wait"), st.just("e")),
    st.tuples(st.just("put"), st.just("q")),
    st.tuples(st.just("get"), st.just("q")),
    st.tuples(st.sampled_from(["spawn", "daemon"]), st.just("t")),
    st.tuples(st.just("alive"), st.just("t")),
    st.tuples(st.just("sleep"), st.sampled_from(["1", "5"])),
    st.tuples(st.just("clock"), st.just("c")),
    st.tuples(st.sampled_from(["set made", "look at made"]), st.sampled_from(["k", "l"])),
)
STEPS = {"locked write": 2, "both": 3, "try": 2, "timed": 2, "spawn": 2, "daemon": 2}
Program = list[list[tuple[str, str]]]
PROGRAMS = st.lists(st.lists(OPERATIONS, min_size=1, max_size=3), min_size=2, max_size=3).filter(
    lambda program: sum(STEPS.get(kind, 1) for thread in program for kind, _ in thread) <= 5
)


class World:
    """What the threads of a drawn program share. `seen`: what each thread read, in its order."""

    def __init__(self) -> None:
        self.values = {"x": "0", "y": "0"}
        self.locks = {name: threading.Lock() for name in LOCKS}
        self.event = threading.Event()
        self.queue: queue.Queue[str] = queue.Queue()
        self.made: defaultdict[str, threading.Event] = defaultdict(threading.Event)
        self.started: list[threading.Thread] = []
        self.seen: dict[str, list[str]] = {}

    def run(self, name: str, operations: list[tuple[str, str]]) -> None:
        seen = self.seen.setdefault(name, [])
        for number, (kind, on) in enumerate(operations):
            self.do(kind, on, f"{name}{number}", seen)

    def write(self, variable: str, value: str) -> None:
        point("write", writes=[variable])
        self.values[variable] = value

    def do(self, kind: str, on: str, value: str, seen: list[str]) -> None:
        match kind:
            case "write":
                self.write(on, value)
            case "copy":
                point("copy", reads=[on])
                seen.append(self.values[on])
            case "locked write":
                with self.locks[on]:
                    self.write("x", value)
            case "both":
                other = "n" if on == "m" else "m"
                with self.locks[on], self.locks[other]:
                    self.write("y", value)
            case "try" | "timed":
                got = self.locks[on].acquire(False) if kind == "try" else self.locks[on].acquire(timeout=1)
                seen.append(str(got))
                if got:
                    point("held", reads=[])
                    self.locks[on].release()
            case "set":
                self.event.set()
            case "wait":
                self.event.wait()
            case "put":
                self.queue.put(value)
            case "get":
                seen.append(self.queue.get())
            case "spawn" | "daemon":
                self.start(value, kind == "daemon")
            case "alive":
                point("alive", reads=["started"])
                seen.append(str([thread.is_alive() for thread in self.started]))
            case "sleep":
                time.sleep(float(on))
            case "clock":
                point("clock", reads=[])
                seen.append(f"{time.monotonic() - EPOCH:g}")
            case "set made":
                point("set made", reads=[])
                self.made[on].set()
            case _:
                point("look at made", reads=[])
                seen.append(str(self.made[on].is_set()))

    def start(self, name: str, daemon: bool) -> None:
        point("start", writes=["started"])
        work = [("write", "x")]
        self.started.append(threading.Thread(target=self.run, args=(name, work), name="w", daemon=daemon))
        self.started[-1].start()

    def outcome(self) -> str:
        return repr((self.values, dict(sorted(self.seen.items()))))


def outcomes(program: Program, search: Search) -> set[str]:
    """Every way in which the program can end."""
    found: set[str] = set()
    worlds: list[World] = []

    def scenario(run: Run) -> None:
        worlds.append(World())
        for number, operations in enumerate(program):
            run.thread(f"t{number}", worlds[-1].run, f"t{number}", operations)

    exploration = Exploration(scenario, Settings(None, None, "recorded", 10**9, 60.0, 1000, None, 5.0))
    with patched():
        for run, failure in exploration.runs(search):
            assert failure is None or isinstance(failure, Deadlock)
            if run.ending is None or failure is not None:
                found.add(("deadlock " if failure else "") + worlds[-1].outcome())
    assert GOING.run is None
    return found


@settings(max_examples=120, deadline=None)
@given(PROGRAMS)
def test_reduction_changes_no_outcome(program: Program) -> None:
    every = outcomes(program, Bounded(10**9, preemptions=False))
    assert outcomes(program, Exhaustive()) == every


Body = Callable[[list[str]], None]


def endings(bodies: Callable[[], tuple[Body, ...]], search: Search) -> set[str]:
    """What the threads of a program have seen together at its ends, in the order in which they saw it."""
    found: set[str] = set()

    def scenario(run: Run) -> None:
        seen: list[str] = []
        for number, body in enumerate(bodies()):
            run.thread(f"t{number}", body, seen)
        run.check(lambda: found.add(" ".join(seen)))

    exploration = Exploration(scenario, Settings(None, None, "recorded", 10**9, 60.0, 1000, None, 5.0))
    with patched():
        for _, failure in exploration.runs(search):
            assert failure is None
    return found


def made_when_asked_for() -> tuple[Body, ...]:
    """Two threads use an event that the first of them makes; one makes another before."""
    made: defaultdict[str, threading.Event] = defaultdict(threading.Event)

    def looking(seen: list[str]) -> None:
        point("look", reads=[])
        seen.append(str(made["shared"].is_set()))

    def setting(seen: list[str]) -> None:
        point("set", reads=[])
        made["own"]
        made["shared"].set()

    return looking, setting


def that_both_see() -> tuple[Body, ...]:
    """Two threads see a thread that the first of them starts."""
    started: dict[str, threading.Thread] = {}

    def starting(seen: list[str]) -> None:
        point("start", reads=[])
        if "child" not in started:
            started["child"] = threading.Thread(target=point, args=("child",), name="child")
            started["child"].start()
        point("look", reads=[])
        seen.append(str(started["child"].is_alive()))

    return starting, starting


def looking_whether_it_lives() -> tuple[Body, ...]:
    def starting(seen: list[str]) -> None:
        thread = threading.Thread(target=point, args=("child",), name="child")
        thread.start()
        point("look", reads=[])
        seen.append(str(thread.is_alive()))

    return (starting,)


def looking_at_the_clock() -> tuple[Body, ...]:
    def pausing(seen: list[str]) -> None:
        time.sleep(1)

    def looking(seen: list[str]) -> None:
        point("look", reads=[])
        seen.append(f"{time.monotonic() - EPOCH:g}")

    return pausing, looking


def pausing_until_a_time() -> tuple[Body, ...]:
    """When a pause ends depends on when it began."""

    def pausing(seen: list[str]) -> None:
        time.sleep(1)

    def looking(seen: list[str]) -> None:
        time.sleep(5)
        seen.append(f"{time.monotonic() - EPOCH:g}")

    return pausing, looking


def waiting_in_vain() -> tuple[Body, ...]:
    """A time-out moves the clock on too."""
    event = threading.Event()

    def waiting(seen: list[str]) -> None:
        event.wait(timeout=3)

    def looking(seen: list[str]) -> None:
        point("look", reads=[])
        seen.append(f"{time.time() - EPOCH:g}")

    return waiting, looking


def begun_later() -> tuple[Body, ...]:
    """What a thread does first, it could have done before steps that came before it was made."""
    event = threading.Event()

    def looking(seen: list[str]) -> None:
        point("look", reads=[])
        seen.append(str(event.is_set()))

    def starting(seen: list[str]) -> None:
        point("start", reads=[])
        threading.Thread(target=event.set, name="child").start()

    return looking, starting


def stopped_at_the_end() -> tuple[Body, ...]:
    """Nobody waits for a daemon."""

    def starting(seen: list[str]) -> None:
        def late() -> None:
            point("late", reads=[])
            seen.append("late")

        threading.Thread(target=late, name="daemon", daemon=True).start()
        point("last", reads=[])

    return (starting,)


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        (made_when_asked_for, {"True", "False"}),
        (that_both_see, {"True True", "True False", "False False"}),
        (looking_whether_it_lives, {"True", "False"}),
        (looking_at_the_clock, {"0", "1"}),
        (pausing_until_a_time, {"5", "6"}),
        (waiting_in_vain, {"0", "3"}),
        (begun_later, {"True", "False"}),
        (stopped_at_the_end, {"", "late"}),
    ],
)
def test_reduction_knows_what_is_shared_without_being_named(
    bodies: Callable[[], tuple[Body, ...]], expected: set[str]
) -> None:
    assert endings(bodies, Bounded(10**9, preemptions=False)) == expected
    assert endings(bodies, Exhaustive()) == expected


def test_reduction_knows_that_a_transaction_that_is_rolled_back_gives_its_locks_free(tmp_path: Path) -> None:
    def bodies() -> tuple[Body, ...]:
        file = tmp_path / "database"
        file.unlink(missing_ok=True)
        with closing(sqlite3.connect(file, timeout=0)) as making:
            making.execute("CREATE TABLE t (x)")

        def undoing(seen: list[str]) -> None:
            with closing(sqlite3.connect(file, timeout=0)) as connection:
                with suppress(sqlite3.OperationalError):
                    connection.execute("BEGIN IMMEDIATE")
                point("think", reads=[])
                connection.rollback()

        def inserting(seen: list[str]) -> None:
            with closing(sqlite3.connect(file, timeout=0)) as connection:
                point("insert", reads=[])
                try:
                    connection.execute("INSERT INTO t VALUES (1)")
                    seen.append("inserted")
                except sqlite3.OperationalError:
                    seen.append("locked")
                point("inserted", reads=[])
                connection.rollback()

        return undoing, inserting

    assert endings(bodies, Bounded(10**9, preemptions=False)) == {"inserted", "locked"}
    assert endings(bodies, Exhaustive()) == {"inserted", "locked"}


def test_reduction_leaves_out_most() -> None:
    program: Program = [[("write", "x"), ("write", "x")], [("write", "y"), ("write", "y")]]
    counted: list[int] = []

    def counting(search: Any) -> Callable[..., Any]:
        counted.append(0)
        choose = search.advance

        def advance(run: Any) -> bool:
            counted[-1] += 1
            return bool(choose(run))

        return advance

    for search in (Bounded(10**9, preemptions=False), Exhaustive()):
        search.advance = counting(search)  # type: ignore[method-assign]
        outcomes(program, search)
    assert counted == [20, 1]
