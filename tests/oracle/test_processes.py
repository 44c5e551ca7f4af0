"""The command line as a process of its own: pipes, signals, statuses, what nobody should see."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

DATA = Path(__file__).parent / "data"
HONNIN = [sys.executable, "-m", "honnin"]
LINES = b'{"event": "ask", "at": 1, "request": "r1", "delay": 0}\n'
# A child of a shell's background job ignores Ctrl-C; this one does not.
HEARING = [
    sys.executable,
    "-c",
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); import honnin.__main__ as m; m.main()",
]


def test_a_pipe_that_is_closed_makes_no_traceback() -> None:
    log = json.dumps({"event": "a", "x": 99}).encode() + b"\n"
    running = subprocess.Popen(
        [*HONNIN, "watch", "untried.honnin"],
        cwd=DATA,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdin is not None
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdin.write(log)
    running.stdin.flush()
    assert running.stdout.readline().startswith(b"violated small")
    running.stdout.close()
    try:
        for _ in range(10_000):
            running.stdin.write(log)
        running.stdin.close()
    except BrokenPipeError:
        running.stdin = None
    assert running.wait(30) == 141
    assert b"Traceback" not in running.stderr.read()
    running.stderr.close()


def _until(path: Path, text: str) -> None:
    deadline = time.monotonic() + 20
    while text not in path.read_text():
        assert time.monotonic() < deadline, path.read_text()
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_follow_ends_when_it_is_asked_with_the_summary(tmp_path: Path, number: signal.Signals) -> None:
    log, out = tmp_path / "log.jsonl", tmp_path / "out"
    log.write_bytes(b'{"event": "a", "x": 99}\n')
    with out.open("w") as stream:
        running = subprocess.Popen(
            [*HEARING, "watch", "--follow", "untried.honnin", str(log)],
            cwd=DATA,
            stdout=stream,
            stderr=stream,
        )
        _until(out, "line 1")
        with log.open("ab") as more:
            more.write(b'{"event": "a", "x": 98}\n{"event": "a", "x": 1}')
        _until(out, "line 2")
        running.send_signal(number)
        assert running.wait(20) == 1
    text = out.read_text()
    assert "untried: 3 events, 2 violations" in text
    assert "Traceback" not in text


def test_control_c_while_standard_input_is_awaited(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with out.open("w") as stream:
        running = subprocess.Popen(
            [*HEARING, "watch", "bounded.honnin"],
            cwd=DATA,
            stdin=subprocess.PIPE,
            stdout=stream,
            stderr=stream,
        )
        assert running.stdin is not None
        running.stdin.write(b"{\n" + LINES)
        running.stdin.flush()
        _until(out, "line 1")
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 130
        running.stdin.close()
    assert out.read_text().endswith("interrupted\n")
    assert "Traceback" not in out.read_text()


def test_a_fault_of_ours_is_one_line_and_status_70(tmp_path: Path) -> None:
    script = (
        "import honnin.oracle.watching as w\n"
        "def fail(self, *_): raise RuntimeError('r1 of ' + 'ecila'[::-1])\n"
        "w.Watching.read = fail\n"
        "from honnin.oracle.cli import main; main()\n"
    )
    for extra, lines in (([], 1), (["--debug"], None)):
        ran = subprocess.run(
            [sys.executable, "-c", script, "watch", "bounded.honnin", *extra],
            cwd=DATA,
            input=LINES,
            capture_output=True,
            check=False,
        )
        assert ran.returncode == 70
        assert b"HN0900" in ran.stderr
        assert b"alice" not in ran.stderr + ran.stdout
        if lines:
            assert len(ran.stderr.splitlines()) == lines


def test_the_console_is_not_always_unicode() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for arguments in (["check", "名前.honnin"], ["check", "--format", "json", "名前.honnin"]):
        ran = subprocess.run(
            [*HONNIN, *arguments], cwd=DATA, env=environment, capture_output=True, check=False
        )
        assert ran.returncode == 2
        assert b"HN0801" in ran.stdout + ran.stderr


@pytest.mark.parametrize(
    "arguments", [["nosuch"], ["check"], ["prove", "--timeout"], ["watch", "--format", "xml"]]
)
def test_wrong_usage_is_status_2(arguments: list[str]) -> None:
    ran = subprocess.run([*HONNIN, *arguments], capture_output=True, check=False, text=True)
    assert ran.returncode == 2
    assert "Error:" in ran.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_standard_stream_may_be_closed(closed: str) -> None:
    command = f'"{sys.executable}" -m honnin watch bounded.honnin {closed}'
    ran = subprocess.run(["sh", "-c", command], cwd=DATA, capture_output=True, check=False, input=b"")
    assert ran.returncode == 0
    assert b"HN0900" not in ran.stdout + ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that takes nothing")
@pytest.mark.parametrize("arguments", [["check"], ["check", "--format", "json"], ["fmt", "--diff"]])
def test_a_full_disk_is_no_fault_of_honnin(arguments: list[str], tmp_path: Path) -> None:
    file = tmp_path / "a.honnin"
    file.write_text("spec a   event e()")
    with open("/dev/full", "wb") as full:
        ran = subprocess.run(
            [*HONNIN, *arguments, str(file)], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert ran.returncode == 2
    assert b"error[HN0805]: reading or writing failed: no space left on device" in ran.stderr
    assert b"Traceback" not in ran.stderr


def test_control_c_while_the_program_is_loaded() -> None:
    script = (
        "import sys\n"
        "class Pressed:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'honnin.oracle.session': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Pressed())\n"
        "import honnin.__main__ as m; m.main()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, "check", "x.honnin"], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "interrupted\n")
