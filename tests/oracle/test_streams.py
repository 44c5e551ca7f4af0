"""Logs that come late, twice, packed, from several places, or in a file that is rotated; and deadlines that pass meanwhile."""

from __future__ import annotations

import gzip
import json
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import zstandard

from honnin.oracle.streams import blocks, packed

Run = Callable[..., Any]
DATA = Path(__file__).parent / "data"
BOUNDED = DATA / "bounded.honnin"
KEPT = DATA / "certificate_issuance.honnin"


def ask(at: object, request: str, **more: object) -> str:
    return json.dumps({"event": "ask", "at": at, "request": request, "delay": 0, **more}) + "\n"


def answer(at: object, request: str, **more: object) -> str:
    return json.dumps({"event": "answer", "at": at, "request": request, **more}) + "\n"


def told(ran: Any, *keys: str) -> list[Any]:
    """Of everything but the summary and the start, these members."""
    found = []
    for record in ran.records:
        if "summary" not in record and "start" not in record:
            record = record.get("bad_input", record)
            found.append(tuple(record.get(key) for key in keys))
    return found


def summary(ran: Any) -> dict[str, Any]:
    found: dict[str, Any] = ran.records[-1]["summary"]
    return found


# ---------------------------------------------------------------- order


def test_logs_are_merged_by_their_times(honnin: Run, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text(ask(0, "r1") + ask(3, "r2") + "{\n" + answer(20, "r9"))
    two.write_text(answer(1, "r1") + answer(9, "r2") + ask(8, "r3") + answer(10, "r3"))
    ran = honnin("audit", "--merge", "--format", "json", BOUNDED, one, two)
    expected = [
        ("two", 2, None),
        ("one", 3, "this is not JSON (column 2)"),
        ("two", 3, "`at` is before the time of the event before"),
    ]
    assert sorted(told(ran, "log", "line", "reason")) == sorted(
        (str(tmp_path / log), line, why) for log, line, why in expected
    )
    assert summary(ran)["positions"] == 6
    again = honnin("watch", "--merge", "--format", "json", BOUNDED, one, two)
    assert again.records == ran.records


def test_merging_and_waiting_give_what_a_sorted_log_gives(honnin: Run, tmp_path: Path) -> None:
    for seed in range(5):
        random = Random(seed)
        events = [(number / 2, number) for number in range(120)]
        lines = {
            number: (ask if random.random() < 0.5 else answer)(at, f"r{number // 9}") for at, number in events
        }
        whole, logs = tmp_path / "whole", [tmp_path / name for name in "ab"]
        whole.write_text("".join(lines[number] for _, number in events))
        late = sorted(events, key=lambda event: event[0] + random.random() * 4.9)
        halves: list[list[str]] = [[], []]
        for _, number in late:
            random.choice(halves).append(lines[number])
        for log, half in zip(logs, halves, strict=True):
            log.write_text("".join(half))
        right = honnin("audit", "--format", "json", BOUNDED, whole)
        ran = honnin("audit", "--merge", "--reorder", "20s", "--format", "json", BOUNDED, *logs)
        keys = ("verdict", "invariant", "position", "trigger", "at", "event")
        assert told(ran, *keys) == told(right, *keys)
        assert summary(ran)["claims"] == summary(right)["claims"]


def test_what_comes_too_late_is_told(honnin: Run) -> None:
    log = ask(0, "r1") + answer(7, "r0") + answer(2, "r1") + answer(1.9, "r1") + answer(2, "r2")
    ran = honnin("watch", "--reorder", "5s", "--format", "json", BOUNDED, input=log)
    assert told(ran, "line", "reason") == [(4, "it comes more than 5 s after its time")]
    assert (summary(ran)["positions"], summary(ran)["violations"]) == (4, 0)


def test_times_are_needed_to_put_events_in_order(honnin: Run, tmp_path: Path) -> None:
    log, other, untimed = tmp_path / "log", tmp_path / "other", tmp_path / "untimed.honnin"
    for file in (log, other):
        file.write_text('{"event": "a", "x": 1}\n')
    untimed.write_text('spec untimed event a(x: Int) invariant i "small": on a(x): x < 9')
    assert honnin("audit", untimed, log).status == 0
    for wish in (["--merge"], ["--reorder", "1s"]):
        ran = honnin("audit", *wish, "--format", "json", untimed, log, other)
        reasons = [reason for (reason,) in told(ran, "reason") if reason]
        assert reasons and all("put in order by it" in reason for reason in reasons)
        assert ran.status == 4


@pytest.mark.parametrize("text", ["5", "5 s", "1y", "-1s", "s"])
def test_a_duration_is_written_as_in_the_language(honnin: Run, text: str) -> None:
    ran = honnin("watch", "--reorder", text, BOUNDED, input="")
    assert ran.status == 2 and "is no duration" in ran.err


# ---------------------------------------------------------------- copies


def test_copies_are_dropped_by_their_ids(honnin: Run) -> None:
    lines = [
        ask(0, "r1", id="a"),
        ask(0, "r1", id="a"),
        answer(1, "r1", id=7),
        ask(2, "r2"),
        ask(2, "r2"),
        answer(1, "r1", id=7),
        answer(3, "r2", id="7"),
        answer(3, "r3", id="a"),
        answer(4, "r3", id=[1]),
        answer(4, "r3", id=None),
    ]
    ran = honnin("watch", "--id", "id", "--format", "json", BOUNDED, input="".join(lines))
    assert told(ran, "line", "reason") == [
        (8, "another event had the same `id`"),
        (9, "`id`: expected a string or an integer"),
    ]
    assert (summary(ran)["positions"], summary(ran)["duplicates"]) == (6, 2)


def test_a_refused_event_may_come_again(honnin: Run) -> None:
    """Only what was taken is a copy's original."""
    log = ask(5, "r1", id=1) + ask(4, "r2", id=2) + answer(6, "r1", id=2)
    ran = honnin("watch", "--id", "id", "--format", "json", BOUNDED, input=log)
    assert told(ran, "line") == [(2,)]
    assert summary(ran)["positions"] == 2


def test_ids_are_forgotten_in_time(honnin: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("honnin.oracle.streams.ordering.REMEMBERED", 3)
    log = "".join(answer(0, f"r{number}", id=number) for number in (1, 2, 3, 1, 4, 1, 2))
    ran = honnin("watch", "--id", "id", "--format", "json", BOUNDED, input=log)
    assert (summary(ran)["positions"], summary(ran)["duplicates"]) == (6, 1)


def test_ids_and_waiting_events_survive_a_checkpoint(honnin: Run, tmp_path: Path) -> None:
    """Cut after every line: what waits is read again, what was taken is not."""
    lines = [
        ask(0, "r1", id=1),
        ask(4, "r2", id=2),
        answer(2, "r1", id=3),
        answer(2, "r1", id=3),
        ask(9, "r3", id=4),
    ]
    lines += [answer(7, "r2", id=5), ask(0, "r1", id=1), answer(3, "r9", id=6), answer(30, "r3", id=7)]
    whole = tmp_path / "whole"
    whole.write_text("".join(lines))
    wishes = ("--reorder", "5s", "--id", "id", "--format", "json")
    right = honnin("watch", *wishes, "--output", tmp_path / "right", BOUNDED, whole)
    assert summary(right)["duplicates"] == 2
    log, found = tmp_path / "log", tmp_path / "found"
    kept = ("--checkpoint", tmp_path / "kept", "--output", found, "--every", "0s", "--key", DATA / "test.key")
    command = [
        sys.executable,
        "-m",
        "honnin",
        "watch",
        *wishes,
        *map(str, kept),
        "--follow",
        str(BOUNDED),
        str(log),
    ]
    log.write_text("")
    for line in lines:
        with log.open("a") as stream:
            stream.write(line)
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _written_again(tmp_path / "kept", 3)
        running.kill()
        running.wait()
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    _written_again(tmp_path / "kept", 3)
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=60)
    assert json.loads(out.splitlines()[-1])["summary"] == summary(right)
    assert found.read_bytes() == (tmp_path / "right").read_bytes()


def test_a_checkpoint_has_no_ids_in_clear(honnin: Run, tmp_path: Path) -> None:
    """Nor could another run know copies again, whose ids it has digests of under a key that is gone."""
    log = tmp_path / "log"
    log.write_text(ask(0, "r1", id=1))
    kept = (
        "--checkpoint",
        tmp_path / "kept",
        "--output",
        tmp_path / "found",
        "--id",
        "id",
        "--format",
        "json",
    )
    ran = honnin("watch", *kept, BOUNDED, log)
    assert (ran.status, "HN0690" in ran.out + ran.err) == (2, True)
    assert not (tmp_path / "kept").exists()
    honnin("watch", *kept, "--key", DATA / "test.key", BOUNDED, log)
    log.write_text(ask(0, "r1", id=1) + ask(0, "r1", id=1))
    ran = honnin("watch", *kept, "--key", DATA / "test.key", BOUNDED, log)
    assert summary(ran)["duplicates"] == 1


def _written_again(file: Path, times: int) -> None:
    """Waits until the checkpoint was written so often: by then every line that is there was read."""
    deadline, before = time.monotonic() + 60, 0
    while times:
        assert time.monotonic() < deadline
        time.sleep(0.02)
        now = file.stat().st_mtime_ns if file.exists() else 0
        times -= now != before
        before = now


# ---------------------------------------------------------------- packed

LOG = (ask(0, "r1") + "{\n" + answer(9, "r1")).encode()


def pzstd(data: bytes) -> bytes:
    """As pzstd packs it: a frame to be skipped says how long the next one is."""
    packed = zstandard.compress(data)
    return b"\x50\x2a\x4d\x18" + struct.pack("<II", 4, len(packed)) + packed


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress, pzstd], ids=["gzip", "zstd", "pzstd"])
def test_packed_logs_are_read_as_they_are(
    honnin: Run, tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    log, plain = tmp_path / "log", tmp_path / "plain"
    plain.write_bytes(LOG)
    right = honnin("watch", "--format", "json", BOUNDED, plain)
    for data in (pack(LOG), pack(LOG[:30]) + pack(LOG[30:])):
        log.write_bytes(data)
        assert honnin("watch", "--format", "json", BOUNDED, log).records == right.records
        assert honnin("watch", "--format", "json", BOUNDED, input=data).records == right.records


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_a_packed_log_that_ends_too_early(
    honnin: Run, tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    lines = "".join(answer(number, f"r{number * 7919 % 1000}") for number in range(20_000)).encode()
    whole, half = tmp_path / "a", tmp_path / "b"
    half.write_bytes(pack(lines)[: len(pack(lines)) // 2])
    whole.write_bytes(pack(answer(30_000, "r").encode()))
    ran = honnin("audit", "--format", "json", BOUNDED, half, whole)
    assert ran.status == 4
    ((log, line, reason),) = told(ran, "log", "line", "reason")
    assert log == str(half) and line > 1000 and "ends too early" in reason
    assert 1000 < summary(ran)["positions"] < 20_000
    spoiled = bytearray(pack(lines))
    spoiled[len(spoiled) // 2 : len(spoiled) // 2 + 20] = b"x" * 20
    half.write_bytes(bytes(spoiled))
    ran = honnin("audit", "--format", "json", BOUNDED, half, whole)
    assert ran.status in (4, 1) and summary(ran)["not_read"] > 0


def test_without_the_library_zstd_is_asked_for(
    honnin: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    log.write_bytes(zstandard.compress(LOG))
    monkeypatch.setitem(sys.modules, "zstandard", None)
    ran = honnin("watch", BOUNDED, log)
    assert ran.status == 2 and "pip install 'honnin[fast]'" in ran.err


def test_a_packed_log_goes_on_from_a_checkpoint(
    honnin: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 100)
    monkeypatch.setattr(packed, "BLOCK", 100)
    log = tmp_path / "log.gz"
    lines = "".join(ask(number, f"r{number}") for number in range(40)).encode()
    log.write_bytes(gzip.compress(lines))
    kept = (
        "--checkpoint",
        tmp_path / "kept",
        "--output",
        tmp_path / "found",
        "--format",
        "json",
        "--every",
        "0s",
    )
    ran = honnin("audit", *kept, BOUNDED, log)
    again = honnin("audit", *kept, BOUNDED, log)
    assert summary(again) == summary(ran) and summary(ran)["positions"] == 40


# ---------------------------------------------------------------- memory


@pytest.mark.parametrize("wish", [[], ["--reorder", "5s"], ["--id", "id"]], ids=["plain", "reorder", "id"])
def test_what_the_reader_keeps_does_not_grow_with_the_log(wish: list[str], tmp_path: Path) -> None:
    """Bytes that Python has allocated at most, for a log and for one five times as long; the oracle keeps nothing of either.

    Both are long enough that the loop over the events of a block is made, once.
    """
    script = (
        "import sys, tracemalloc\n"
        "from honnin.oracle.cli import cli\n"
        "from honnin.oracle.watching import Watching\n"
        "read = Watching.read\n"
        "def measured(self, portions):\n"
        "    tracemalloc.start(); read(self, portions)\n"
        "    print('most', tracemalloc.get_traced_memory()[1], file=sys.stderr)\n"
        "Watching.read = measured\n"
        "cli(sys.argv[1:], standalone_mode=False)\n"
    )
    most = []
    for count in (12_000, 60_000):
        log = tmp_path / f"log{count}"
        log.write_text("".join(answer(number, "r", note="x" * 100) for number in range(count)))
        done = subprocess.run(
            [sys.executable, "-c", script, "watch", *wish, str(BOUNDED), str(log)],
            capture_output=True,
            text=True,
            check=False,
        )
        most.append(int(done.stderr.split("most ")[1].split()[0]))
    assert most[1] < most[0] * 1.5 + 100_000, most


def test_a_line_of_any_length_costs_one_line(tmp_path: Path) -> None:
    """100 MB without a line end, in a process that may not have them."""
    script = (
        "import sys, resource\n"
        "from honnin.oracle.cli import main\n"
        "import honnin.oracle.watching, honnin.oracle.streams.fast, msgspec\n"
        "resource.setrlimit(resource.RLIMIT_AS, (700 << 20, 700 << 20))\n"
        "main()\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", script, "watch", "--format", "json", str(BOUNDED)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert running.stdin is not None and running.stdout is not None
    running.stdin.write(ask(0, "r1").encode())
    for _ in range(100):
        running.stdin.write(b"x" * (1 << 20))
    running.stdin.write(b"\n" + answer(1, "r1").encode())
    running.stdin.close()
    records = [json.loads(line) for line in running.stdout]
    assert running.wait(60) == 4
    assert [record["bad_input"] for record in records if "bad_input" in record] == [
        {"line": 2, "reason": "the line is longer than 8388608 bytes"}
    ]
    assert records[-1]["summary"]["positions"] == 2


# ---------------------------------------------------------------- a log that grows


def following(log: Path, *wishes: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-u",
        "-m",
        "honnin",
        "watch",
        "--format",
        "json",
        "--follow",
        *wishes,
        str(BOUNDED),
        str(log),
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def next_record(running: subprocess.Popen[str]) -> dict[str, Any]:
    assert running.stdout is not None
    record: dict[str, Any] = json.loads(running.stdout.readline())
    return record


def test_a_log_that_is_not_there_yet_is_waited_for_and_followed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    running = following(log)
    assert "start" in next_record(running)
    log.write_text("{\n")
    assert next_record(running)["bad_input"]["line"] == 1
    with log.open("a") as stream:
        stream.write(ask(0, "r1"))
    os.replace(log, tmp_path / "log.1")
    log.write_text(answer(9, "r1"))
    assert next_record(running)["trigger"] == 1
    log.write_text("[]\n")
    assert next_record(running)["bad_input"]["line"] == 1
    running.send_signal(signal.SIGINT)
    assert "summary" in next_record(running)
    assert running.wait(30) == 1


def test_a_file_that_was_written_anew_is_noticed_also_when_it_is_longer(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(ask(0, "r1") + "[]\n")
    running = following(log)
    assert "start" in next_record(running)
    assert next_record(running)["bad_input"]["line"] == 2
    log.write_text("{\n" + answer(1, "r1") + "[]\n" + answer(2, "r1") * 3)
    assert next_record(running)["bad_input"]["line"] == 1
    assert next_record(running)["bad_input"]["line"] == 3
    running.send_signal(signal.SIGINT)
    assert next_record(running)["summary"]["positions"] == 5
    running.wait(30)


def test_the_wall_clock_tells_of_deadlines(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(ask(time.time() - 20, "r1"))
    running = following(log, "--tick", "50ms")
    assert "start" in next_record(running)
    found = next_record(running)
    assert (found["verdict"], found["position"], found["trigger"]) == ("violated", None, 1)
    with log.open("a") as stream:
        stream.write(answer(time.time() - 10, "r1") + answer(time.time() + 1, "r1"))
    assert "before the time" in next_record(running)["bad_input"]["reason"]
    running.send_signal(signal.SIGINT)
    assert next_record(running)["summary"]["positions"] == 2
    running.wait(30)


def test_the_wall_clock_and_late_events(tmp_path: Path) -> None:
    """What waits for others is told when its time is over by the clock, and what comes within the window is in time."""
    log = tmp_path / "log"
    now = time.time()
    log.write_text(ask(now - 30, "r1") + ask(now, "r2"))
    running = following(log, "--tick", "50ms", "--reorder", "3s")
    assert "start" in next_record(running)
    found = next_record(running)
    assert (found["trigger"], found["position"]) in [(1, None), (1, 2)]
    running.send_signal(signal.SIGINT)
    running.wait(30)


def test_another_clock_is_refused(honnin: Run, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(ask(0, "r1"))
    ran = honnin("watch", "--follow", "--tick", "1s", BOUNDED, log)
    assert ran.status == 2 and "HN0698" in ran.err
    for wishes in (["--tick", "1s", log], ["--tick", "1s", "--follow"], ["--follow", log, log]):
        assert honnin("watch", BOUNDED, *wishes).status == 2


def test_a_packed_log_is_not_followed(honnin: Run, tmp_path: Path) -> None:
    log = tmp_path / "log.gz"
    log.write_bytes(gzip.compress(LOG))
    ran = honnin("watch", "--follow", BOUNDED, log)
    assert ran.status == 2 and "does not grow" in ran.err


def test_a_pipe_with_a_name_is_a_log(honnin: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writing = subprocess.Popen(["sh", "-c", f"printf '%s' '{ask(0, 'r1')}' > '{pipe}'"])
    ran = honnin("watch", "--format", "json", BOUNDED, pipe)
    assert writing.wait(30) == 0 and summary(ran)["positions"] == 1
    ran = honnin("watch", "--follow", BOUNDED, pipe)
    assert ran.status == 2 and "until its writer ends" in ran.err
    ran = honnin("watch", "--checkpoint", tmp_path / "kept", BOUNDED, pipe)
    assert ran.status == 2 and "needs a log that is a file" in ran.err


def test_a_log_named_twice_is_refused(honnin: Run, tmp_path: Path) -> None:
    """Or every event in it would count twice."""
    log = tmp_path / "log"
    log.write_text(ask(1, "r1"))
    (tmp_path / "other").hardlink_to(log)
    for logs in ([log, log], ["-", "-"], [log, tmp_path / "other"]):
        ran = honnin("audit", "--merge", BOUNDED, *logs, input="")
        assert ran.status == 2 and f"{logs[1]} is named twice" in ran.err
    assert "also as" in ran.err


def test_several_logs_that_grow_are_refused_with_what_to_do(honnin: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    for log in (first, second):
        log.write_text("")
    ran = honnin("watch", "--follow", "--merge", BOUNDED, first, second)
    assert ran.status == 2 and "--follow is for one log" in ran.err
    assert "--merge once they are complete" in " ".join(ran.err.split())
