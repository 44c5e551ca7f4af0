"""Five properties of a certificate log from a file of JSON Lines: `python benchmarks/streams.py [EVENTS]`.

The specification and the log are those of oracle_certificates.py, the times seconds since 1970 with six decimals (or up to seven, or with dates). Ours reads the file as
`honnin watch` does: blocks, decoded by msgspec or line by line by the standard library, every value checked, no key twice, one event a
line, times to the microsecond; every finding would be told. By hand: each line decoded by msgspec into a structure, then the class of
oracle_certificates.py, careful or bare; duplicate keys and what is finer than a float are not noticed.

Events per second of CPU, each run in a process of its own, by rounds.py: medians, and quartiles of the ratios.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from oracle_certificates import BY_HAND, FACTS, SPECIFICATION, Bare, Careful, Log, log
from rounds import compared, rounds

from honnin.oracle.monitor import compile_module
from honnin.oracle.session import Session
from honnin.oracle.streams.collecting import not_collecting
from honnin.oracle.streams.fast import fast_reader
from honnin.oracle.streams.inputs import open_log
from honnin.oracle.watching import Watching
from honnin.spec.load import check_text

ROUNDS = 9
NAMES = {
    "request": ("event", "request", "terminal", "holder", "wanted", "kind", "at"),
    "issue": ("event", "request", "subject", "kind", "page", "at"),
}
module = check_text(SPECIFICATION).module
assert module is not None
SPEC = compile_module(module)


def dated(at: float) -> str:
    """A time with its date."""
    return datetime.fromtimestamp(at, UTC).isoformat()


def as_clocks_have_it(at: float) -> float:
    """A little later, with as many decimals as Python writes: up to seven."""
    return at + at % 0.0731234567


def write(
    file: Path,
    events: Log,
    separators: tuple[str, str] = (",", ":"),
    when: Callable[[float], float | str] = float,
) -> None:
    """The events as lines; their times are those of a wall clock."""
    with file.open("w", encoding="utf-8") as stream:
        for event in events:
            told = dict(zip(NAMES[event[0]], event, strict=True))
            told["at"] = when(1764115200 + told["at"] + 0.123456)
            stream.write(json.dumps(told, separators=separators) + "\n")


def ours(file: Path, count: int, *, fast: bool, explain: bool = True) -> float:
    """CPU seconds of reading the file as `honnin watch` does."""
    oracle = SPEC.oracle("collect", facts=FACTS, shared=False, explain=explain)
    told: list[bytes] = []
    reader = fast_reader(SPEC, oracle) if fast else None
    run = Watching(Session("json", write=told.append), SPEC, oracle, reader=reader)
    opened = open_log(file)
    started = time.process_time()
    with not_collecting():
        run.read((opened, block) for block in opened.blocks())
    spent = time.process_time() - started
    if told or oracle.position != count:
        raise SystemExit("the oracle is wrong")
    return spent


class Request(msgspec.Struct, tag_field="event", tag="request"):
    request: str | int
    terminal: str | int
    holder: str | int
    wanted: str | int
    kind: str
    at: float


class Issue(msgspec.Struct, tag_field="event", tag="issue"):
    request: str | int
    subject: str | int
    kind: str
    page: int
    at: float


class DatedRequest(Request, tag="request"):
    at: datetime  # type: ignore[assignment]


class DatedIssue(Issue, tag="issue"):
    at: datetime  # type: ignore[assignment]


def by_hand_dated(file: Path, count: int, monitor: Any) -> float:
    """The same where times have dates."""
    decode = msgspec.json.Decoder(DatedRequest | DatedIssue).decode
    started = time.process_time()
    with file.open("rb") as stream:
        for line in stream:
            event = decode(line)
            at = event.at.timestamp()
            if type(event) is DatedRequest:
                monitor.request(event.request, event.terminal, event.holder, event.wanted, event.kind, at)
            else:
                monitor.issue(event.request, event.subject, event.kind, event.page, at)
    spent = time.process_time() - started
    if monitor.violations or monitor.position != count:
        raise SystemExit(f"{type(monitor).__name__} is wrong")
    return spent


def by_hand(file: Path, count: int, monitor: Any) -> float:
    """CPU seconds of what one would write by hand."""
    decode = msgspec.json.Decoder(Request | Issue).decode
    started = time.process_time()
    with file.open("rb") as stream:
        for line in stream:
            event = decode(line)
            if type(event) is Request:
                monitor.request(
                    event.request, event.terminal, event.holder, event.wanted, event.kind, event.at
                )
            else:
                monitor.issue(event.request, event.subject, event.kind, event.page, event.at)
    spent = time.process_time() - started
    if monitor.violations or monitor.position != count:
        raise SystemExit(f"{type(monitor).__name__} is wrong")
    return spent


RUNS: dict[str, Callable[[Path, int], float]] = {
    BY_HAND: lambda file, count: by_hand(file, count, Careful()),
    "by hand, bare": lambda file, count: by_hand(file, count, Bare()),
    "honnin watch, msgspec": lambda file, count: ours(file, count, fast=True),
    "honnin watch, msgspec, no causes": lambda file, count: ours(file, count, fast=True, explain=False),
    "honnin watch, standard library": lambda file, count: ours(file, count, fast=False),
}
DATED = {
    BY_HAND: lambda file, count: by_hand_dated(file, count, Careful()),
    "by hand, bare": lambda file, count: by_hand_dated(file, count, Bare()),
}


def alone(run: str, file: Path, count: int, form: str) -> float:
    """The CPU seconds that a process of its own takes for the reading, its start not counted."""
    done = subprocess.run(
        [sys.executable, __file__, str(count), run, str(file), form],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def main() -> None:
    """Prints a table; what one run takes, where one is named."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    if len(sys.argv) > 2:
        run, file, form = sys.argv[2:]
        print((RUNS | DATED if form == "dated" else RUNS)[run](Path(file), count))
        return
    events = list(log(count))
    with tempfile.TemporaryDirectory() as folder:
        close, apart = (",", ":"), (", ", ": ")
        for name, separators, when in (
            ("no spaces", close, float),
            ("spaces after , and :", apart, float),
            ("times with up to seven decimals", close, as_clocks_have_it),
            ("times with dates", close, dated),
        ):
            file = Path(folder) / "log.jsonl"
            write(file, events, separators, when)
            found = rounds({run: partial(alone, run, file, count, when.__name__) for run in RUNS}, ROUNDS)
            print(f"{count:,} lines, {name}, {file.stat().st_size / count:.0f} bytes each")
            for run in RUNS:
                print(f"  {compared(run, found, BY_HAND, count)}")


if __name__ == "__main__":
    main()
