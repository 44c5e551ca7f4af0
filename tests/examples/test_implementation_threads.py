"""The server with threads and a spool directory: explored, the race is found at once, and the right fixes hold in every order."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from honnin.oracle.interleave import InterleavingFailed, Run, explore

from .modules import EXAMPLES, module

SPECIFICATION = EXAMPLES / "overwritten_spool" / "overwritten_spool.honnin"
MINIATURE = module("overwritten_spool", "miniature")


def two_requests(spool: Path, design: str) -> Any:
    """The scenario: an empty spool directory, and two requests at once."""

    def scenario(run: Run) -> None:
        shutil.rmtree(spool, ignore_errors=True)
        spool.mkdir()
        server = MINIATURE.CertificateServer(spool, MINIATURE.DESIGNS[design], run.oracle.observe)
        for request in (MINIATURE.ALICE, MINIATURE.BOB):
            run.thread(request.holder, server.handle, request)

    return scenario


def test_the_race_is_found_within_five_schedules(tmp_path: Path) -> None:
    scenario = two_requests(tmp_path / "spool", "one_second_name")
    with pytest.raises(InterleavingFailed, match="right_person is violated") as found:
        explore(scenario, oracle=SPECIFICATION, facts=MINIATURE.FACTS)
    assert found.value.found <= 5


@pytest.mark.parametrize("design", ["request_name", "exclusive_create"])
def test_a_right_fix_holds_in_every_order(tmp_path: Path, design: str) -> None:
    scenario = two_requests(tmp_path / "spool", design)
    assert explore(scenario, oracle=SPECIFICATION, facts=MINIATURE.FACTS).schedules >= 252
