"""Real threads in every order: what is found, what is exhausted, and what each kind of failure says."""

from __future__ import annotations

import concurrent.futures
import contextlib
import queue
import threading
import time
from _thread import allocate_lock
from collections.abc import Callable
from pathlib import Path

import pytest

from honnin.oracle.interleave import (
    BlockedOutside,
    Deadlock,
    ExplorationUnfinished,
    InterleavingFailed,
    NeverEnds,
    Run,
    ScheduleDiverged,
    TokenRefused,
    Undecided,
    explore,
    point,
    replay,
)

SPEC = Path(__file__).with_name("certificates.honnin")
LASTING = threading.Lock()


class Server:
    """One slot for every certificate; `lock` makes it safe."""

    def __init__(self, run: Run, safe: bool) -> None:
        self.oracle = run.oracle
        self.slot = ""
        self.lock = threading.Lock() if safe else None

    def handle(self, request: str, person: str) -> None:
        self.oracle.request(request=request, wanted=person)
        if self.lock is None:
            self.print(request, person)
        else:
            with self.lock:
                self.print(request, person)

    def print(self, request: str, person: str) -> None:
        self.slot = person
        point("written", reads=["server.slot"])
        self.oracle.issue(request=request, subject=self.slot)


def scenario(requests: int, safe: bool) -> Callable[[Run], None]:
    def server(run: Run) -> None:
        shop = run.shared(Server(run, safe), "server")
        for number in range(requests):
            run.thread(f"r{number}", shop.handle, f"r{number}", f"p{number}")

    return server


def notes(error: pytest.ExceptionInfo[InterleavingFailed]) -> str:
    return "\n".join(error.value.__notes__)


def test_the_race_is_found_within_five_schedules_and_shown_with_two_switches() -> None:
    with pytest.raises(InterleavingFailed, match="right_person is violated") as found:
        explore(scenario(2, safe=False), oracle=SPEC)
    assert found.value.found <= 5
    assert "2 switches" in notes(found)
    assert found.value.schedule[-2:] == ("r0: written", "r0: issue")


def test_ten_replays_of_ten_break_the_same_claim() -> None:
    with pytest.raises(InterleavingFailed) as found:
        explore(scenario(2, safe=False), oracle=SPEC)
    for _ in range(10):
        with pytest.raises(InterleavingFailed) as again:
            replay(scenario(2, safe=False), found.value.token, oracle=SPEC)
        assert str(again.value) == str(found.value)
        assert again.value.schedule == found.value.schedule


@pytest.mark.parametrize(("requests", "accesses"), [(2, "unknown"), (2, "recorded"), (3, "recorded")])
def test_the_safe_twin_is_exhausted(requests: int, accesses: str) -> None:
    explored = explore(scenario(requests, safe=True), oracle=SPEC, accesses=accesses)  # type: ignore[arg-type]
    assert str(explored).startswith("every schedule")


def test_a_lost_update_without_any_oracle() -> None:
    def counter(run: Run) -> None:
        box = [0]

        def add() -> None:
            before = box[0]
            point("read")
            box[0] = before + 1

        def check() -> None:
            assert box[0] == 2, f"{box[0]} is not 2"

        run.thread("a", add)
        run.thread("b", add)
        run.check(check)

    for settings in ({}, {"preemptions": 1}, {"random": 50}):
        with pytest.raises(InterleavingFailed, match="1 is not 2"):
            explore(counter, **settings)  # type: ignore[arg-type]
    assert str(explore(counter, preemptions=0)).startswith(
        "every schedule with at most 0 preemptions: 2 schedules"
    )


def test_a_deadlock_says_who_waits_for_what() -> None:
    def philosophers(run: Run) -> None:
        left, right = threading.Lock(), threading.Lock()

        def eat(first: threading.Lock, second: threading.Lock) -> None:
            with first, second:
                pass

        run.thread("kant", eat, left, right)
        run.thread("hume", eat, right, left)

    with pytest.raises(Deadlock) as found:
        explore(philosophers)
    assert str(found.value).splitlines() == [
        "kant waits to acquire Lock 2, which hume holds",
        "hume waits to acquire Lock 1, which kant holds",
    ]


def test_a_limit_is_no_pass() -> None:
    with pytest.raises(ExplorationUnfinished, match="the limit of 10 schedules"):
        explore(scenario(3, safe=True), oracle=SPEC, limit=10)


def test_what_is_still_open_at_the_end_is_no_pass() -> None:
    def nothing_comes(run: Run) -> None:
        run.thread("a", run.oracle.request, request="r", wanted="p")

    with pytest.raises(Undecided, match="answered, raised by event 1, is still open"):
        explore(nothing_comes, oracle=Path(__file__).with_name("answered.honnin"))


def test_an_exception_in_a_thread_names_the_thread_and_is_the_cause() -> None:
    def failing(run: Run) -> None:
        def fail() -> None:
            raise ValueError("no paper")

        run.thread("printer", fail)

    with pytest.raises(InterleavingFailed, match="printer: ValueError: no paper") as found:
        explore(failing)
    assert isinstance(found.value.__cause__, ValueError)


def test_a_violation_that_the_code_swallows_fails_all_the_same() -> None:
    def swallowing(run: Run) -> None:
        def issue() -> None:
            with contextlib.suppress(AssertionError):
                run.oracle.issue(request="r", subject="p")

        run.thread("a", issue)

    with pytest.raises(InterleavingFailed, match="right_person is violated"):
        explore(swallowing, oracle=SPEC)


def test_threads_that_never_end_are_no_pass() -> None:
    def forever(run: Run) -> None:
        def spin() -> None:
            while True:
                point("again")

        run.thread("spinner", spin)

    with pytest.raises(NeverEnds, match="after 50 steps not everybody has ended"):
        explore(forever, steps=50)


def test_a_thread_that_blocks_outside_is_named_with_its_line() -> None:
    real = allocate_lock()
    real.acquire()

    def blocking(run: Run) -> None:
        run.thread("stuck", lambda: real.acquire())

    with pytest.raises(BlockedOutside, match=r"stuck did not come back for 0\.3 seconds") as found:
        explore(blocking, blocked_after=0.3)
    real.release()
    assert "real.acquire()" in str(found.value)


def test_a_scenario_that_does_other_things_the_next_time_is_an_error() -> None:
    times: list[None] = []

    def changing(run: Run) -> None:
        times.append(None)
        run.thread("a", several, f"label {len(times)}")
        run.thread("b", several, "label")

    def several(first: str) -> None:
        for label in (first, "second", "third"):
            point(label)

    with pytest.raises(ScheduleDiverged, match="comes to `label 2`, and came to `label 1` before"):
        explore(changing)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda token: "x" + token, "begins with `hn1-`"),
        (lambda token: token[:-4], "not copied whole"),
        (lambda token: token[:-4] + "AAAA", "not copied whole"),
    ],
)
def test_a_damaged_token_is_refused(change: Callable[[str], str], message: str) -> None:
    with pytest.raises(InterleavingFailed) as found:
        explore(scenario(2, safe=False), oracle=SPEC)
    with pytest.raises(TokenRefused, match=message):
        replay(scenario(2, safe=False), change(found.value.token), oracle=SPEC)


def test_a_token_of_another_scenario_or_specification_is_refused() -> None:
    def other(run: Run) -> None:
        run.thread("a", point, "x")

    with pytest.raises(InterleavingFailed) as found:
        explore(scenario(2, safe=False), oracle=SPEC)
    with pytest.raises(TokenRefused, match="another scenario"):
        replay(other, found.value.token, oracle=SPEC)
    with pytest.raises(TokenRefused, match="another version of the specification"):
        replay(scenario(2, safe=False), found.value.token)


def test_a_token_that_does_not_fit_the_code_any_more_diverges() -> None:
    with pytest.raises(InterleavingFailed) as found:
        explore(scenario(2, safe=False), oracle=SPEC)
    with pytest.raises(ScheduleDiverged):
        replay(scenario(2, safe=True), found.value.token, oracle=SPEC)


def test_ctrl_c_ends_the_threads() -> None:
    ended: list[str] = []

    def scenario(run: Run) -> None:
        def interrupted() -> None:
            try:
                point("here")
                raise KeyboardInterrupt
            finally:
                ended.append("first")

        def waiting() -> None:
            try:
                threading.Event().wait()
            finally:
                ended.append("second")

        run.thread("b", waiting)
        run.thread("a", interrupted)

    with pytest.raises(KeyboardInterrupt):
        explore(scenario)
    assert sorted(ended) == ["first", "second"]


# ---------------------------------------------------------------- stand-ins


def all_of(scenario: Callable[[Run], None]) -> None:
    assert str(explore(scenario)).startswith("every schedule")


def test_queues_and_threads_that_the_code_makes_itself() -> None:
    def pipeline(run: Run) -> None:
        line: queue.Queue[int | None] = queue.Queue(maxsize=1)
        got: list[int] = []

        def produce() -> None:
            worker = threading.Thread(target=consume)
            worker.start()
            for number in (1, 2, None):
                line.put(number)
            worker.join()
            assert got == [1, 2]
            assert not worker.is_alive()

        def consume() -> None:
            while (number := line.get()) is not None:
                got.append(number)

        run.thread("producer", produce)

    all_of(pipeline)


def test_a_condition_with_a_lost_wake_up_is_a_deadlock() -> None:
    def lost(run: Run) -> None:
        changed, ready = threading.Condition(), [False]

        def waiter() -> None:
            if not ready[0]:
                point("has looked")
                with changed:
                    changed.wait()

        def notifier() -> None:
            ready[0] = True
            with changed:
                changed.notify()

        run.thread("waiter", waiter)
        run.thread("notifier", notifier)

    with pytest.raises(Deadlock, match="waiter waits to wait for Condition 1"):
        explore(lost)


def test_semaphores_events_and_reentrant_locks() -> None:
    def several(run: Run) -> None:
        places, begun, lock = threading.Semaphore(1), threading.Event(), threading.RLock()
        inside: list[str] = []

        def work(name: str) -> None:
            begun.wait()
            with places, lock, lock:
                inside.append(name)
                point("inside")
                assert inside == [name]
                inside.remove(name)

        run.thread("a", work, "a")
        run.thread("b", work, "b")
        run.thread("starter", begun.set)

    all_of(several)


def test_a_time_out_may_come_at_any_moment() -> None:
    def leased(run: Run) -> None:
        lock = threading.Lock()
        got: list[bool] = []

        def hold() -> None:
            with lock:
                point("working")

        def attempt() -> None:
            began = time.monotonic()
            if lock.acquire(timeout=3600):
                lock.release()
                got.append(True)
            else:
                got.append(False)
                assert time.monotonic() - began == 3600

        def check() -> None:
            outcomes.add(got[0])

        run.thread("holder", hold)
        run.thread("other", attempt)
        run.check(check)

    outcomes: set[bool] = set()
    all_of(leased)
    assert outcomes == {True, False}


def test_a_pool_of_threads() -> None:
    def pooled(run: Run) -> None:
        def use() -> None:
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                assert sorted(pool.map(abs, [-1, -2])) == [1, 2]

        run.thread("main", use)

    assert "preemption" in str(explore(pooled, preemptions=1))


def test_a_poll_ends_with_a_bound_on_polls() -> None:
    def polling(run: Run) -> None:
        done = [False]

        def poll() -> None:
            while not done[0]:
                time.sleep(0.1)

        def finish() -> None:
            point("finishing")
            done[0] = True

        run.thread("poller", poll)
        run.thread("other", finish)

    explored = explore(polling, polls=1)
    assert "at most 1 poll in a row" in str(explored)
    with pytest.raises((NeverEnds, ExplorationUnfinished)):
        explore(polling, steps=40, limit=200)


def test_locks_made_before_the_exploration_are_replaced_where_they_are_globals() -> None:
    def module_lock(run: Run) -> None:
        def use() -> None:
            with LASTING:
                point("inside")

        run.thread("a", use)
        run.thread("b", use)

    original = LASTING
    all_of(module_lock)
    assert LASTING is original


def test_an_exploration_inside_another_is_refused() -> None:
    def nested(run: Run) -> None:
        run.thread("a", explore, lambda inner: None)

    with pytest.raises(InterleavingFailed, match="one cannot be inside another"):
        explore(nested)


def test_an_exploration_of_nothing_is_no_pass() -> None:
    with pytest.raises(ExplorationUnfinished, match="makes no thread and no task"):
        explore(lambda run: None)


def test_a_scenario_without_an_oracle_says_how_to_give_one() -> None:
    with pytest.raises(RuntimeError, match=r"explore\(\.\.\., oracle=\.\.\.\)"):
        explore(lambda run: run.oracle.issue(request="r1"))


def test_points_outside_of_an_exploration_do_nothing() -> None:
    point("nowhere")
