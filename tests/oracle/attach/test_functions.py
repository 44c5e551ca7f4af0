"""Functions and blocks that report."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from honnin.oracle import BadInput, InvariantViolated, load
from honnin.oracle.attach import (
    UnknownEvent,
    carrying,
    correlation,
    event,
    listening,
    listening_here,
    observe,
    observes,
    observing,
)
from honnin.oracle.several import Oracles
from tests.oracle.attach.heard import OTHER, TEXT, heard


@dataclass
class Paper:
    person: str


ISSUE = event("issue", subject="result.person")
FAILED = event("failed", reason=lambda error: str(error))


@observes(before="request")
def accept(request: str, wanted: str) -> None: ...


@observes(after=ISSUE, error=FAILED)
def make(request: str, person: str, *, bad: bool = False) -> Paper:
    if bad:
        raise LookupError("no paper")
    return Paper(person)


def test_a_function_reports_its_arguments_and_its_result(oracle: Any) -> None:
    with listening(oracle):
        accept("r1", wanted="alice")
        assert make("r1", "alice") == Paper("alice")
        with pytest.raises(LookupError):
            make("r1", "alice", bad=True)
    assert oracle.position == 3
    assert heard(oracle) == {"wanted": {"r1": "alice"}, "last": {"r1": "no paper"}, "code": {}}


def test_where_nobody_listens_nothing_happens(oracle: Any) -> None:
    accept("r1", "alice")
    observe("request", request="r1", wanted="alice")
    assert make("r1", "bob") == Paper("bob")
    assert oracle.position == 0


def test_what_is_violated_is_raised_in_place_of_the_result(oracle: Any) -> None:
    with listening(oracle), pytest.raises(InvariantViolated) as raised:
        accept("r1", "alice")
        make("r1", "bob")
    hidden = [entry for entry in raised.traceback if not entry.ishidden(raised)]
    assert hidden[-1].path == Path(__file__)


def test_an_exception_without_an_event_reports_nothing(oracle: Any) -> None:
    @observes(after="issue")
    def fail(request: str, subject: str) -> None:
        raise LookupError

    with listening(oracle), pytest.raises(LookupError):
        fail("r1", "alice")
    assert oracle.position == 0


def test_the_signature_stays(oracle: Any) -> None:
    def every(
        request: str, /, wanted: str = "alice", *more: str, deep: int = 3, **rest: int
    ) -> tuple[Any, ...]:
        """Its own words."""
        return request, wanted, more, deep, rest

    kept = observes(before="request")(every)
    assert inspect.signature(kept) == inspect.signature(every)
    assert (kept.__name__, kept.__doc__) == ("every", "Its own words.")
    with listening(oracle):
        assert kept("r1", "bob", "x", deep=4, e=5) == ("r1", "bob", ("x",), 4, {"e": 5})
        assert kept("r2") == ("r2", "alice", (), 3, {})
    with pytest.raises(TypeError, match="unexpected keyword"):
        accept(nosuch=1)  # type: ignore[call-arg]

    def only(a: int, /) -> int:
        return a

    assert observes()(only)(1) == 1
    assert heard(oracle)["wanted"] == {"r1": "bob", "r2": "alice"}


class Desk:
    name = "desk"

    @observes(before=event("request", wanted="self.name"))
    def method(self, request: str) -> None: ...

    @classmethod
    @observes(before=event("request", wanted=lambda cls: cls.name))
    def inner(cls, request: str) -> str:
        return cls.name

    @observes(before=event("request", wanted="cls.name"))
    @classmethod
    def outer(cls, request: str) -> str:
        return cls.name

    @observes(before=event("request", wanted=lambda: "constant"))
    @staticmethod
    def static(request: str) -> None: ...


def test_methods_of_all_kinds(oracle: Any) -> None:
    with listening(oracle):
        Desk().method("r1")
        assert (Desk.inner("r2"), Desk().outer("r3")) == ("desk", "desk")
        Desk.static("r4")
    assert heard(oracle)["wanted"] == {"r1": "desk", "r2": "desk", "r3": "desk", "r4": "constant"}


def test_coroutines_and_generators(oracle: Any) -> None:
    @observes(before="request", after=event("issue", subject="result"))
    async def awaited(request: str, wanted: str) -> str:
        await asyncio.sleep(0)
        return wanted

    @observes(before="request", after=event("issue", subject="result"))
    def generated(request: str, wanted: str) -> Generator[int, str, str]:
        assert (yield 1) == "sent"
        return wanted

    @observes(before="request")
    async def both(request: str, wanted: str) -> AsyncIterator[int]:
        yield 1
        yield 2

    async def run() -> None:
        assert await awaited("r1", "alice") == "alice"
        assert [item async for item in both("r3", "carol")] == [1, 2]

    assert inspect.iscoroutinefunction(awaited) and inspect.isgeneratorfunction(generated)
    assert inspect.isasyncgenfunction(both)
    with listening(oracle):
        asyncio.run(run())
        begun = generated("r2", "bob")
        assert oracle.position == 3
        next(begun)
        assert oracle.position == 4
        with pytest.raises(StopIteration):
            begun.send("sent")
    assert oracle.position == 5
    asyncio.run(run())
    assert oracle.position == 5


def test_what_is_sent_and_thrown_into_an_asynchronous_generator_arrives(oracle: Any) -> None:
    came: list[object] = []

    @observes(before=event("request", wanted="wanted"), after=event("issue", subject="wanted"))
    async def talk(request: str, wanted: str) -> AsyncGenerator[int, str]:
        try:
            came.append((yield 1))
            try:
                yield 2
            except LookupError as error:
                came.append(error.args)
            yield 3
        finally:
            came.append("closed")

    async def run() -> None:
        begun = talk("r1", "alice")
        assert await anext(begun) == 1
        assert await begun.asend("hello") == 2
        assert await begun.athrow(LookupError("gone")) == 3
        await begun.aclose()
        assert oracle.position == 1, "a generator that is closed has not returned"
        with pytest.raises(ZeroDivisionError):
            begun = talk("r2", "bob")
            await anext(begun)
            await begun.athrow(ZeroDivisionError)
        assert [item async for item in talk("r3", "carol")] == [1, 2, 3]

    with listening(oracle):
        asyncio.run(run())
    assert came == ["hello", ("gone",), "closed", "closed", None, "closed"]
    assert oracle.position == 4
    came.clear()
    asyncio.run(run_unheard(talk))
    assert came == ["hello", "closed"]


async def run_unheard(talk: Any) -> None:
    begun = talk("r1", "alice")
    await anext(begun)
    await begun.asend("hello")
    await begun.aclose()


def test_a_block_reports_its_beginning_and_its_end(oracle: Any) -> None:
    with listening(oracle):
        with observing(before="request", after="issue", request="r1", wanted="alice") as fields:
            fields["subject"] = "alice"
        with pytest.raises(LookupError), observing(error="failed", request="r1", reason="no paper"):
            raise LookupError
        with pytest.raises(LookupError), observing(after="issue", request="r1", subject="bob"):
            raise LookupError
    assert (oracle.position, heard(oracle)["last"]) == (3, {"r1": "no paper"})


def test_the_correlation_fills_in(oracle: Any) -> None:
    @observes(before="request")
    def ask(wanted: str) -> None: ...

    with listening(oracle):
        with correlation(request="r1"):
            ask("alice")
            with correlation(request="r2"):
                observe("request", wanted="bob")
            observe("issue", subject="alice")
            observe("issue", subject="bob", request="r2")
        with pytest.raises(
            BadInput, match="HN0682: `request` needs the field `request`, and no correlation gives it"
        ):
            ask("alice")
    assert oracle.position == 4


def test_the_correlation_goes_with_tasks_and_where_it_is_carried(oracle: Any) -> None:
    def ask(wanted: str) -> None:
        observe("request", wanted=wanted)

    async def serve(number: int) -> None:
        with correlation(request=f"r{number}"):
            await asyncio.sleep(0)
            await asyncio.to_thread(ask, f"p{number}")
            await asyncio.create_task(asyncio.to_thread(observe, "issue", subject=f"p{number}"))

    async def serve_all() -> None:
        await asyncio.gather(*(serve(number) for number in range(20)))

    with listening(oracle):
        asyncio.run(serve_all())
        with ThreadPoolExecutor(4) as pool:
            for number in range(20, 40):
                with correlation(request=f"r{number}"):
                    pool.submit(copy_context().run, ask, f"p{number}").result()
            with correlation(request="r40"):
                many = carrying(ask)
            list(pool.map(many, ["p40"] * 8))
    assert heard(oracle)["wanted"] == {f"r{n}": f"p{n}" for n in range(41)}
    assert oracle.position == 20 * 2 + 20 + 8


def test_threads_without_a_context_are_heard_too_where_the_process_is(oracle: Any) -> None:
    for listen, expected in ((listening_here, 0), (listening, 1)):
        with listen(oracle):
            thread = threading.Thread(target=accept, args=("r1", "alice"))
            thread.start()
            thread.join()
        assert oracle.position == expected


def test_the_context_counts_before_the_process(oracle: Any, spec: Any) -> None:
    here = spec.oracle()
    with listening(oracle), listening_here(here):
        accept("r1", "alice")
    assert (oracle.position, here.position) == (0, 1)


def test_each_specification_hears_the_events_that_it_has(oracle: Any, tmp_path: Path) -> None:
    (tmp_path / "other.honnin").write_text(OTHER)
    other = load(tmp_path / "other.honnin").oracle(reveal=True)
    with listening(Oracles([oracle, other])):
        accept("r1", "alice")
        make("r1", "alice")
        with pytest.raises(InvariantViolated, match="once_each"):
            accept("r1", "bob")
        with pytest.raises(ExceptionGroup):
            observe("request", request="r2")
    assert (oracle.position, other.position) == (3, 2)


def test_an_event_that_nobody_has_is_warned_of_once(oracle: Any) -> None:
    @observes(before="isue")
    def misspelt(request: str) -> None: ...

    with listening(oracle):
        with pytest.warns(UnknownEvent, match="HN0679: no specification that listens has an event `isue`"):
            misspelt("r1")
        misspelt("r1")
        with pytest.warns(UnknownEvent):
            observe("isue")


def test_bad_input_is_raised_or_logged(oracle: Any, caplog: pytest.LogCaptureFixture) -> None:
    with (
        listening(oracle),
        pytest.raises(BadInput, match="`request` of `request`: expected a string or an integer"),
    ):
        accept(1.5, "alice")  # type: ignore[arg-type]
    with listening(oracle, on_bad_input="log") as target, caplog.at_level(logging.ERROR, "honnin.attach"):
        accept(1.5, "SECRET-42")  # type: ignore[arg-type]
        observe("request", request="r1")
    assert target.refused == 2
    assert "an event was left out" in caplog.text and "SECRET-42" not in caplog.text
    with pytest.raises(ValueError, match="HN0673: on_bad_input"):
        listening(oracle, on_bad_input="shout")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            "nosuch.name",
            "HN0670: `subject` of event `issue` needs `nosuch`; the names here are: request, result",
        ),
        (lambda error: error, "needs `error`"),
        ("request[0]", "HN0671: "),
        (dict, "HN0671: the parameters of"),
    ],
)
def test_a_source_that_is_not_there_is_refused_when_the_function_is_made(source: Any, said: str) -> None:
    import re

    with pytest.raises(TypeError, match=re.escape(said)):

        @observes(after=event("issue", subject=source))
        def function(request: str) -> None: ...


def test_the_time_of_an_event(tmp_path: Path) -> None:
    (tmp_path / "timed.honnin").write_text(
        TEXT + 'invariant soon "Soon": on request(r, _): eventually[<= 5s] issue(r, _)\n'
    )
    oracle = load(tmp_path / "timed.honnin").oracle(reveal=True)

    @observes(before=event("request", at=lambda when: when))
    def ask(request: str, wanted: str, when: float) -> None: ...

    with listening(oracle):
        ask("r1", "alice", 3)
        observe("issue", request="r1", subject="alice", at=4)
        with pytest.raises(BadInput, match="before the time"):
            ask("r2", "bob", 2)


def test_the_fixture_listens(pytester: pytest.Pytester) -> None:
    (pytester.path / "desk.honnin").write_text(TEXT)
    pytester.makepyfile(
        """
        import pytest, threading
        from honnin.oracle.attach import observe
        from honnin.oracle.testing import OracleTestCase, watching

        @pytest.mark.honnin("desk.honnin")
        def test_a(honnin_oracle):
            thread = threading.Thread(target=observe, args=["request"], kwargs=dict(request="r1", wanted="alice"))
            thread.start(); thread.join()
            assert honnin_oracle.position == 1

        def test_b():
            with watching("desk.honnin") as oracle:
                observe("request", request="r1", wanted="alice")
            assert oracle.position == 1
            observe("request", request="r1", wanted="alice")
            assert oracle.position == 1

        class TestC(OracleTestCase):
            honnin_specs = "desk.honnin"
            def test_c(self):
                observe("issue", request="r1", subject="alice")
        """
    )
    result = pytester.runpytest("-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:asyncio")
    result.assert_outcomes(passed=2, failed=1)
