"""One event at a time, whatever threads report: also while a second thread comes to an oracle that the first had alone."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from honnin.compiler.runtime.turns import Turns

from .harness import load, oracle_module

COUNTS = """spec counts
entity R
event e(r: R)
state n: Int = 0
state of: R -> Int
after e(r) { n += 1; of[r] += 1 }
invariant few "": on e(_): n < 1000000
invariant seldom "": on e(r): of[r] < 1000000
"""
STRICT = 'spec strict entity R event e(r: R) invariant never "": on e(r): not earlier e(r)'
WAIT = 30.0
NOBODY_ALONE = not getattr(sys, "_is_gil_enabled", lambda: True)()
alone = pytest.mark.skipif(NOBODY_ALONE, reason="nobody is alone without an interpreter lock")


@pytest.fixture
def oracle() -> Any:
    return oracle_module(load(COUNTS).main).Oracle("collect")


@pytest.fixture
def impatient() -> Iterator[None]:
    """Threads take turns at every occasion."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@contextmanager
def each_instruction(functions: Sequence[Any], look: Callable[[], None]) -> Iterator[None]:
    """`look` is called before every instruction of the functions in this thread."""
    codes = {function.__code__ for function in functions}
    if sys.version_info < (3, 12):

        def trace(frame: FrameType, event: str, _: Any) -> Any:
            if frame.f_code not in codes:
                return None
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
            if event == "opcode":
                look()
            return trace

        sys.settrace(trace)
        yield
        sys.settrace(None)
        return
    me, monitoring = threading.get_ident(), sys.monitoring
    tool, instruction = monitoring.PROFILER_ID, monitoring.events.INSTRUCTION
    monitoring.use_tool_id(tool, "steps")
    monitoring.register_callback(tool, instruction, lambda *_: threading.get_ident() == me and look())
    for code in codes:
        monitoring.set_local_events(tool, code, instruction)
    yield
    for code in codes:
        monitoring.set_local_events(tool, code, 0)
    monitoring.free_tool_id(tool)


class Stepped(threading.Thread):
    """Reports `before` events, then others, of which the first stops before its instruction `step`; `stopped` tells, `go` lets it go on."""

    def __init__(self, oracle: Any, step: int, *, before: int = 1, events: int = 1) -> None:
        super().__init__(daemon=True)
        self.oracle = oracle
        self.step = step
        self.before = before
        self.events = events
        self.count = 0
        self.stopped, self.go = threading.Event(), threading.Event()

    def run(self) -> None:
        for _ in range(self.before):
            self.oracle.e("a")
        with each_instruction((type(self.oracle).e, Turns.take, Turns._settle, Turns._inside), self._look):
            self.oracle.e("a")
        self.stopped.set()
        for _ in range(self.events - 1):
            self.oracle.e("a")

    def _look(self) -> None:
        self.count += 1
        if self.count == self.step:
            self.stopped.set()
            assert self.go.wait(WAIT)


def of(oracle: Any) -> dict[str, int]:
    """The state `of`: the count is the last of what is kept of an event."""
    return {key: written[-1] for key, written in oracle._from_state_of.items()}


def counted(oracle: Any) -> tuple[int, int, int]:
    return oracle.position, oracle._state_n, sum(of(oracle).values())


def nobody_is_alone(turns: Turns) -> bool:
    return bool(turns.alone.acquire(blocking=False))


def instructions(made: Callable[[], Any], before: int) -> int:
    """How many there are in the methods."""
    one = Stepped(made(), 0, before=before)
    one.start()
    one.join(WAIT)
    return one.count


@alone
@pytest.mark.parametrize("before", [0, 1])
def test_the_second_thread_comes_while_the_first_is_anywhere_in_an_event(before: int) -> None:
    made = oracle_module(load(COUNTS).main).Oracle
    steps = instructions(lambda: made("collect"), before)
    waited = 0
    for step in range(1, steps + 1):
        oracle = made("collect")
        first = Stepped(oracle, step, before=before, events=2)
        first.start()
        assert first.stopped.wait(WAIT)
        second = threading.Thread(target=oracle.e, args=("a",), daemon=True)
        second.start()
        second.join(0.01)
        waited += second.is_alive()
        first.go.set()
        first.join(WAIT)
        second.join(WAIT)
        assert counted(oracle) == (before + 3,) * 3, f"at instruction {step} of {steps}"
        assert oracle._lock.settled and nobody_is_alone(oracle._lock), f"at instruction {step} of {steps}"
    assert steps > 60 and waited > steps / 2, "it has to wait in most places"


@alone
def test_the_second_thread_stops_anywhere_while_the_first_goes_on() -> None:
    made = oracle_module(load(COUNTS).main).Oracle

    def told() -> tuple[Any, threading.Thread]:
        """An oracle that this thread had alone."""
        oracle = made("collect")
        oracle.e("a")
        return oracle, threading.Thread(target=more, args=(oracle,), daemon=True)

    def more(oracle: Any) -> None:
        other.append(oracle.e("b"))

    other: list[None] = []
    steps = instructions(lambda: told()[0], 0)
    for step in range(1, steps + 1):
        oracle, third = told()
        second = Stepped(oracle, step, before=0)
        second.start()
        assert second.stopped.wait(WAIT)
        third.start()
        third.join(0.005)
        timer = threading.Timer(0.005, second.go.set)
        timer.start()
        oracle.e("a")
        oracle.e("a")
        for thread in (timer, second, third):
            thread.join(WAIT)
        assert counted(oracle) == (5, 5, 5), f"at instruction {step} of {steps}"
        assert oracle._lock.settled and nobody_is_alone(oracle._lock), f"at instruction {step} of {steps}"
    assert steps > 100 and len(other) == steps


@alone
def test_the_first_thread_locks_once(oracle: Any) -> None:
    oracle.e("a")
    oracle._lock.lock = None
    for _ in range(10):
        oracle.e("a")
    assert oracle.position == 11 and not oracle._lock.settled


@pytest.mark.usefixtures("impatient")
def test_no_event_is_lost_between_many_threads(oracle: Any) -> None:
    start = threading.Barrier(4)

    def report(name: str) -> None:
        start.wait(WAIT)
        for _ in range(2_000):
            oracle.e(name)

    def look() -> None:
        start.wait(WAIT)
        for _ in range(200):
            assert oracle.finish()["specification"] == "counts" and oracle.pending == []

    threads = [threading.Thread(target=report, args=(name,)) for name in "abc"]
    threads.append(threading.Thread(target=look))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert counted(oracle) == (6_000, 6_000, 6_000) and set(of(oracle).values()) == {2_000}


SHOP = """spec shop
entity R, P
event ask(r: R, p: P)
event give(r: R, p: P)
event leave(r: R)
state wanted: R -> P?
state given_out: R -> Int
after ask(r, p) { wanted[r] := p }
after give(r, _) { given_out[r] += 1 }
after leave(r) { wanted[r] := none }
invariant right "": on give(r, p): wanted[r] == p
invariant once_each "": on ask(r, _): not earlier ask(r, _)
invariant few "": on give(r, _): given_out[r] < 2
invariant soon "": on ask(r, _): eventually[<= 1h] leave(r)
"""


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("settings", [{}, {"explain": False}, {"sealed": True}, {"fail_open": True}], ids=str)
def test_each_threads_violations_are_told_whatever_others_do(settings: dict[str, Any]) -> None:
    told: list[Any] = []
    oracle = oracle_module(load(SHOP).main).Oracle(told.append, mask_key=b"0" * 16, **settings)
    over = threading.Event()

    def report(name: str) -> None:
        for number in range(400):
            who = f"{name}{number}"
            oracle.ask(who, name, at=0) if number % 3 else oracle.observe("ask", r=who, p=name, at=0)
            oracle.give(who, name if number % 20 else "another", at=0)
            oracle.observe_line(f'{{"event": "leave", "r": "{who}", "at": 0}}')

    def look() -> None:
        while not over.wait(0.001):
            assert oracle.finish()["claims"]["once_each"]["verdict"] == "satisfied so far"

    threads = [threading.Thread(target=report, args=(name,)) for name in "abcd"]
    looking = threading.Thread(target=look)
    for thread in (*threads, looking):
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    over.set()
    looking.join(WAIT)
    causes = [[cause.event["event"] for cause in one.causes] for one in told]
    assert oracle.position == 4_800 and oracle.pending == [] and len(oracle.violations) == 80
    assert causes == [["ask"] if settings.get("explain", True) else []] * 80
    assert oracle.exercised == {"right": 1_600, "once_each": 1_600, "few": 1_600, "soon": 1_600}


@alone
def test_who_is_told_of_a_violation_may_report_an_event_while_others_wait() -> None:
    told: list[int] = []
    second: list[threading.Thread] = []

    def tell(violation: Any) -> None:
        told.append(violation.position)
        if not second:
            second.append(threading.Thread(target=strict.e, args=("b",), daemon=True))
            second[0].start()
            while strict._lock.alone._is_owned():
                second[0].join(0.001)
            strict.e("a")
            assert strict.finish()["positions"] == strict.position == 3
            second[0].join(0.05)
            assert second[0].is_alive() and not strict._lock.settled

    strict: Any = oracle_module(load(STRICT).main).Oracle(tell)
    strict.e("a")
    strict.e("a")
    second[0].join(WAIT)
    assert told == [2, 3] and strict.position == 4 and strict._lock.settled


@alone
def test_another_thread_that_only_looks_waits_too() -> None:
    made = oracle_module(load(COUNTS).main).Oracle
    steps = instructions(lambda: made("collect"), 1)
    oracle = made("collect")
    first = Stepped(oracle, steps // 2)
    first.start()
    assert first.stopped.wait(WAIT)
    summary: list[Any] = []
    second = threading.Thread(target=lambda: summary.append(oracle.finish()), daemon=True)
    second.start()
    second.join(0.05)
    assert not summary
    first.go.set()
    second.join(WAIT)
    assert summary[0]["positions"] == 2


def test_a_thread_that_has_ended_is_waited_for_by_nobody(oracle: Any) -> None:
    first = threading.Thread(target=oracle.e, args=("a",))
    first.start()
    first.join(WAIT)
    oracle.e("b")
    assert oracle.position == 2


def test_nobody_is_alone_without_the_interpreters_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    turns = Turns(object(), ())
    with turns:
        assert turns.settled and not turns.alone._is_owned()
    assert nobody_is_alone(turns)


def test_nobody_is_alone_with_another_librarys_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "RLock", threading.Lock)
    turns = Turns(object(), ())
    with turns:
        assert turns.settled and turns.lock.locked()
    assert nobody_is_alone(turns)
