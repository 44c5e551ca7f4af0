"""A service in a process of its own, on a port of this machine that is free."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

SPEC = """spec printing "Certificates 証明書"
entity Person, Request
event request(request: Request, personal wanted: Person)
event issue(request: Request, personal subject: Person)
state wanted: Request -> Person?
after request(r, w) { wanted[r] := w }
invariant right_person "Every page shows <the person> & nobody else": on issue(r, s): wanted[r] == s
invariant 二度なし "同じ申請を二度処理しない": on request(r, _): not earlier request(r, _)
cover served "A page can be issued at all": on issue(_, _): true
from json "cloudevents" {
  when .type == "request" => request(.data.request, .data.wanted)
  when .type == "issue" => issue(.data.request, .data.subject)
  when .type == "ping" => ignore
}
"""


@dataclass
class Served:
    """`client`: asks the service."""

    process: subprocess.Popen[bytes]
    address: str
    client: httpx.Client

    def post(self, records: Any, path: str = "/events", **headers: str) -> httpx.Response:
        return self.client.post(path, json=records, headers=headers)

    def end(self, number: int = signal.SIGTERM) -> int:
        """The status of the process, asked to end by that signal."""
        self.process.send_signal(number)
        status = self.process.wait(20)
        self.client.close()
        return status


Serve = Callable[..., Served]


@pytest.fixture
def printing(tmp_path: Path) -> Path:
    file = tmp_path / "printing.honnin"
    file.write_text(SPEC, encoding="utf-8")
    (tmp_path / "key").write_bytes(b"a key of the tests only")
    (tmp_path / "token").write_text("a-token-of-the-tests-only\n")
    return file


@pytest.fixture
def serve(printing: Path) -> Iterator[Serve]:
    """Starts the service with more options; everything that was started is ended."""
    yield from _serving(printing)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One service for requests that change nothing; a body has at most 4,000 bytes."""
    file = tmp_path_factory.mktemp("shared") / "printing.honnin"
    file.write_text(SPEC, encoding="utf-8")
    for start in _serving(file):
        yield start("--max-body", "4000")


def _serving(printing: Path) -> Iterator[Serve]:
    running: list[Served] = []

    # `largest`: no file may get larger, in blocks of 512 bytes, as if the disk were full.
    def start(
        *options: str, specification: Path | None = None, token: str | None = None, largest: int | None = None
    ) -> Served:
        command = [
            sys.executable,
            "-m",
            "honnin",
            "serve",
            str(specification or printing),
            "--port",
            "0",
            "--format",
            "json",
        ]
        limited = [] if largest is None else ["sh", "-c", f'ulimit -f {largest}; exec "$@"', "sh"]
        process = subprocess.Popen(
            [*limited, *command, *options],
            cwd=printing.parent,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert process.stdout is not None
        lines = (json.loads(line) for line in process.stdout)
        address = next(line["start"]["address"] for line in lines if "start" in line)
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        client = httpx.Client(base_url=address, headers=headers, timeout=20, trust_env=False)
        running.append(Served(process, address, client))
        return running[-1]

    yield start
    for served in running:
        if served.process.poll() is None:
            served.process.kill()
            served.process.wait(20)
        if served.process.stdout is not None:
            served.process.stdout.close()
        served.client.close()


def request(number: int, wanted: str = "花子") -> dict[str, Any]:
    return {"event": "request", "request": f"r{number}", "wanted": wanted, "id": f"q{number}"}


def issue(number: int, subject: str = "花子") -> dict[str, Any]:
    return {"event": "issue", "request": f"r{number}", "subject": subject, "id": f"i{number}"}
