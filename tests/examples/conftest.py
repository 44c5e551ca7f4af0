"""Each check of an example is proved once for all tests of this folder; a PostgreSQL server is started once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from honnin.compiler import prove as prover
from honnin.compiler.answers import Answer
from honnin.spec.core import Check, Module

from .databases import PostgreSQL, programs, server


@pytest.fixture(scope="package", autouse=True)
def each_check_once() -> Iterator[None]:
    """Keeps the answers of the prover, which takes most of the time."""
    answers: dict[tuple[Module, Check], Answer] = {}
    prove = prover.prove

    def remembering(
        module: Module, check: Check, *, timeout: float, progress: Callable[[str], None] | None = None
    ) -> Answer:
        key = module, check
        if key not in answers:
            answers[key] = prove(module, check, timeout=timeout, progress=progress)
        return answers[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prover, "prove", remembering)
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A server, started once. Where none is installed the test is skipped, and says so; with HONNIN_SERVICES=required it fails."""
    there = programs()
    if there is None:
        reason = "NOT TESTED: no PostgreSQL server is installed (Debian: apt-get install postgresql)"
        if os.environ.get("HONNIN_SERVICES") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    with server(there) as database:
        yield database
