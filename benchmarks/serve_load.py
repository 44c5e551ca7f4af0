"""The load that `honnin serve` takes on loopback, beside the same server and framework without an oracle.

A client in a process of its own sends the same requests to each: batches of events as JSON Lines, and events one by one over several
connections. `python benchmarks/serve_load.py` prints events per second of wall time and the server's CPU time per event.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

SPEC = """spec printing
entity Person, Request
event request(request: Request, personal wanted: Person)
event issue(request: Request, personal subject: Person)
state wanted: Request -> Person?
after request(r, w) { wanted[r] := w }
invariant right_person "the right person": on issue(r, s): wanted[r] == s
invariant once_only "no request twice": on request(r, _): not earlier request(r, _)
"""
PEER = """
import json, sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

async def events(request):
    lines = [json.loads(line) for line in (await request.body()).splitlines()]
    return JSONResponse({"answers": [{"sequence": n} for n, _ in enumerate(lines)]})

uvicorn.run(Starlette(routes=[Route("/events", events, methods=["POST"])]), port=int(sys.argv[1]), log_level="warning")
"""
BATCHES, SIZE = 60, 500
SINGLES, CONNECTIONS = 1_500, 16
HEADERS = {"content-type": "application/x-ndjson"}


def bodies(batches: int, size: int) -> list[bytes]:
    """Requests of so many events each, every second one a request and its issue after it."""
    made = []
    for batch in range(batches):
        lines = []
        for place in range(size):
            number = batch * size + place
            name, who = ("request", "wanted") if number % 2 == 0 else ("issue", "subject")
            event = {
                "event": name,
                "request": f"r{number // 2}",
                who: f"p{number // 2 % 1000}",
                "id": f"e{number}",
            }
            lines.append(json.dumps(event))
        made.append("\n".join(lines).encode())
    return made


async def sent(address: str, requests: Sequence[bytes], connections: int) -> float:
    """Seconds until every request is answered, over so many connections."""
    waiting = iter(requests)
    limits = httpx.Limits(max_connections=connections)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=60, trust_env=False) as client:

        async def work() -> None:
            for body in waiting:
                answer = await client.post("/events", content=body, headers=HEADERS)
                answer.raise_for_status()

        begin = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(connections)))
        return time.perf_counter() - begin


def cpu(process: int) -> float:
    """Seconds of CPU that the process has had."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(name: str, command: list[str], address: str | None, folder: Path) -> None:
    """One server under both loads."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        if address is None:
            assert process.stdout is not None
            found = re.search(r"http://\S+?(?=,)", process.stdout.readline())
            assert found is not None
            address = found[0]
        _until_there(address)
        figures = []
        for requests, connections, events in (
            (bodies(BATCHES, SIZE), 4, BATCHES * SIZE),
            (bodies(SINGLES, 1), CONNECTIONS, SINGLES),
        ):
            before = cpu(process.pid)
            seconds = asyncio.run(sent(address, requests, connections))
            figures.append(f"{events / seconds:9,.0f} {(cpu(process.pid) - before) / events * 1e6:7.1f}")
        print(f"{name:34} {figures[0]}   {figures[1]}", flush=True)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _until_there(address: str) -> None:
    for _ in range(200):
        try:
            httpx.get(address + "/health/live", trust_env=False)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise SystemExit("the server does not answer")


def main() -> None:
    """Every server in turn."""
    print(f"{'':34} {f'batches of {SIZE}':>17}   {f'single, {CONNECTIONS} at once':>17}")
    print(f"{'':34} {'events/s':>9} {'CPU us':>7}   {'events/s':>9} {'CPU us':>7}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "printing.honnin").write_text(SPEC)
        (folder / "key").write_bytes(b"a key of the benchmark only")
        (folder / "peer.py").write_text(PEER)
        honnin = [
            sys.executable,
            "-m",
            "honnin",
            "serve",
            "printing.honnin",
            "--port",
            "0",
            "--max-waiting",
            "100000",
        ]
        measured(
            "starlette and uvicorn, no oracle",
            [sys.executable, "peer.py", "8799"],
            "http://127.0.0.1:8799",
            folder,
        )
        measured("honnin serve", honnin, None, folder)
        measured("honnin serve --id", [*honnin, "--id", "id"], None, folder)
        kept = ["--id", "id", "--checkpoint", "state.json", "--key", "key"]
        measured("honnin serve --id --checkpoint", [*honnin, *kept], None, folder)


if __name__ == "__main__":
    main()
