"""What partial-order reduction leaves out changes no outcome: drawn programs, explored with and without it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from honnin.oracle.interleave import Deadlock, Run, point
from honnin.oracle.interleave.context import GOING
from honnin.oracle.interleave.exploration import Exploration, Settings
from honnin.oracle.interleave.patching import patched
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
    st.tuples(st.just("spawn"), st.just("t")),
)
STEPS = {"locked write": 2, "both": 3, "try": 2, "timed": 2, "spawn": 2}
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
            case _:
                thread = threading.Thread(target=self.run, args=(value, [("write", "x")]), name=value)
                thread.start()
                seen.append(str(thread.is_alive()))

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


@settings(max_examples=80, deadline=None)
@given(PROGRAMS)
def test_reduction_changes_no_outcome(program: Program) -> None:
    every = outcomes(program, Bounded(10**9, preemptions=False))
    assert outcomes(program, Exhaustive()) == every


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
