"""The HTTP service, tested over the wire: two requests at once, and Schemathesis with the oracle as a check."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import httpx
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings

from honnin.oracle import InvariantViolated, load

from .modules import EXAMPLES, module

SPECIFICATION = EXAMPLES / "overwritten_spool" / "overwritten_spool.honnin"


@pytest.fixture(scope="module")
def code() -> ModuleType:
    return module("overwritten_spool/implementations", "service")


@contextmanager
def serving(application: Any) -> Iterator[str]:
    """The address of the application, on a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(application, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def until_both() -> Callable[[str], Awaitable[None]]:
    """A pause that ends when two requests are in it."""
    arrived: list[str] = []
    both = asyncio.Event()

    async def pause(request: str) -> None:
        arrived.append(request)
        if len(arrived) == 2:
            both.set()
        await asyncio.wait_for(both.wait(), timeout=30)

    return pause


def certificate_of(address: str, person: str) -> Any:
    body = {"holder": person, "kind": "residence_record", "wanted": person}
    return httpx.post(f"{address}/certificates", json=body, timeout=60)


@pytest.mark.parametrize(("output", "wrong"), [("SharedOutput", True), ("OutputOfRequest", False)])
def test_two_requests_at_once(code: ModuleType, output: str, wrong: bool) -> None:
    oracle = load(SPECIFICATION).oracle("collect", facts=code.FACTS)
    application = code.service(getattr(code, output)(), oracle.observe, until_both())
    with serving(application) as address, ThreadPoolExecutor() as clients:
        papers = list(clients.map(lambda person: certificate_of(address, person), ("alice", "bob")))
    oracle.finish()
    assert [paper.status_code for paper in papers] == [200, 200]
    shown = [{page["subject"] for page in paper.json()["pages"]} for paper in papers]
    assert (shown != [{"alice"}, {"bob"}]) is wrong
    found = {violation.invariant for violation in oracle.violations}
    assert found == ({"right_person", "may_have_it"} if wrong else set())


def fuzzed(code: ModuleType, output: Any) -> None:
    """Schemathesis sends what the schema allows; after each answer the oracle is asked."""
    oracle = load(SPECIFICATION).oracle("collect", facts=code.FACTS)

    def nothing_violated(context: Any, response: Any, case: Any) -> None:
        if oracle.violations:
            raise InvariantViolated(oracle.violations[0])

    with serving(code.service(output, oracle.observe)) as address:
        schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
        operation = schema["/certificates"]["POST"]

        @given(case=operation.as_strategy())
        @settings(
            max_examples=60,
            database=None,
            deadline=None,
            derandomize=True,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        def each(case: Any) -> None:
            case.call_and_validate(additional_checks=[nothing_violated])

        each()
    oracle.finish()
    assert oracle.exercised["right_person"] > 0


def test_schemathesis_finds_the_paper_that_was_left(code: ModuleType) -> None:
    with pytest.raises(BaseExceptionGroup, match="right_person is violated"):
        fuzzed(code, code.SharedOutput())


def test_schemathesis_finds_nothing_where_each_request_has_its_output(code: ModuleType) -> None:
    fuzzed(code, code.OutputOfRequest())
