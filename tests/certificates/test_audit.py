"""`watch` and `audit --certificate`: which proof belongs to the oracle that judges a log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import LAMP, Honnin

LOG = '{"event": "on_"}\n{"event": "off_"}\n'


@pytest.fixture
def proofs(honnin: Honnin) -> Honnin:
    assert honnin("prove", "lamp.honnin", "--certificate", "proofs").exit_code == 0
    Path("log.jsonl").write_text(LOG)
    return honnin


@pytest.mark.parametrize("command", ["watch", "audit"])
def test_the_proof_is_named(proofs: Honnin, command: str) -> None:
    ran = proofs(command, "lamp.honnin", "log.jsonl", "--certificate", "proofs")
    assert ran.exit_code == 0
    assert ran.stdout.splitlines()[0] == "proved of this specification (proofs): switch satisfies lamp"
    start, proof, *_ = map(
        json.loads,
        proofs(
            command, "lamp.honnin", "log.jsonl", "--certificate", "proofs", "--format", "json"
        ).stdout.splitlines(),
    )
    assert proof["proof"] == {
        "folder": "proofs",
        "digest": start["start"]["digest"],
        "same_digest": True,
        "proved": [{"subject": "switch", "target": "lamp"}],
    }


@pytest.mark.parametrize(("log", "status"), [(LOG, 3), ('{"event": "on_"}\n' * 2, 1)])
def test_a_certificate_of_another_text_is_no_proof(proofs: Honnin, log: str, status: int) -> None:
    Path("lamp.honnin").write_text(LAMP + "# later\n")
    Path("log.jsonl").write_text(log)
    ran = proofs("audit", "lamp.honnin", "log.jsonl", "--certificate", "proofs")
    assert ran.exit_code == status
    assert ran.stdout.startswith("no proof: the certificate in proofs is of another text (digest ")
    assert "lamp: 2 events" in ran.stdout


def test_a_certificate_without_a_proof_is_none(proofs: Honnin) -> None:
    Path("lamp.honnin").write_text(LAMP.replace("check switch satisfies lamp\n", ""))
    proofs("prove", "lamp.honnin", "--certificate", "proofs")
    ran = proofs("audit", "lamp.honnin", "log.jsonl", "--certificate", "proofs")
    assert ran.exit_code == 3
    assert ran.stdout.startswith("nothing is proved of this specification (proofs)\n")


def test_what_is_no_certificate_is_refused_before_anything_is_read(proofs: Honnin) -> None:
    Path("log.jsonl").write_text('{"event": "on_"}\n' * 2)
    ran = proofs("audit", "lamp.honnin", "log.jsonl", "--certificate", "nowhere")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "HN0526" in ran.stderr
