"""Ctrl-C at any moment: no process is left behind, nothing half written, no traceback, and no status that says something else."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from honnin.compiler.certificate.manifest import MANIFEST
from honnin.oracle.interrupt import uninterrupted

ROOT = Path(__file__).parents[2]
SPECIFICATION = ROOT / "examples" / "stale_replica" / "stale_replica.honnin"
PATIENCE = 60.0
"""Seconds."""

# Hears Ctrl-C also as a child of a background job; tells, when the program is being loaded, that a Ctrl-C is no longer Python's own.
PROGRAM = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
begun = int(sys.argv.pop())
class Begun:
    def find_spec(self, name, *_):
        if name == "honnin.oracle.cli":
            os.write(begun, b"x")
sys.meta_path.insert(0, Begun())
import honnin.__main__ as program
program.main()
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended, after so many seconds. `left`: the processes that are still there, and were begun by it."""

    status: int
    errors: str
    seconds: float
    left: tuple[int, ...]


def run(arguments: Sequence[str], folder: Path, after: float | None) -> Ended:
    """The command line in a process of its own, with Ctrl-C after so many seconds."""
    mark = uuid.uuid4().hex
    reading, writing = os.pipe()
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments, str(writing)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=(writing,),
        env={**os.environ, "HONNIN_TEST_MARK": mark},
        start_new_session=True,
    )
    os.close(writing)
    assert os.read(reading, 1) == b"x"
    os.close(reading)
    began = time.monotonic()
    if after is not None:
        try:
            running.wait(after)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=PATIENCE)
    return Ended(running.returncode, errors, time.monotonic() - began, marked(mark))


def marked(mark: str) -> tuple[int, ...]:
    """The processes that have the mark in their environment; none where the system does not tell."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
        except OSError:
            continue
        if mark.encode() in environment and int(process.name) != os.getpid():
            found.append(int(process.name))
    return tuple(found)


COMMANDS = {
    "check": ["check", str(SPECIFICATION)],
    "prove": ["prove", str(SPECIFICATION)],
    "prove --certificate": ["prove", str(SPECIFICATION), "--certificate", "written/proofs"],
    "recheck": ["recheck", "proofs"],
    "mutate": ["mutate", str(SPECIFICATION), "--total", "3"],
    "explain": ["explain", str(SPECIFICATION)],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("interrupted")
    (made / "written").mkdir()
    assert run(["prove", str(SPECIFICATION), "--certificate", "proofs"], made, None).status == 0
    return made


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("moments", [4, pytest.param(60, marks=pytest.mark.long)])
def test_control_c_at_any_moment(folder: Path, command: str, moments: int) -> None:
    chance = random.Random(f"{command} {moments}")
    whole = run(COMMANDS[command], folder, None)
    assert whole.left == ()
    for _ in range(moments):
        moment = chance.random() * whole.seconds
        ended = run(COMMANDS[command], folder, moment)
        assert ended.status in (130, whole.status), (moment, ended)
        assert "Traceback" not in ended.errors, (moment, ended)
        assert ended.left == (), (moment, ended)
        assert {file.name for file in (folder / "written").iterdir()} <= {"proofs"}, moment
        if (folder / "written" / "proofs").exists():
            assert (folder / "written" / "proofs" / MANIFEST).is_file(), moment


# ---------------------------------------------------------------- what must not be left half done


def test_what_is_short_is_done_whole_before_it_is_heard() -> None:
    before, done = signal.getsignal(signal.SIGINT), []
    with pytest.raises(KeyboardInterrupt), uninterrupted():
        signal.raise_signal(signal.SIGINT)
        done.append("whole")
    assert done == ["whole"]
    assert signal.getsignal(signal.SIGINT) is before


def test_where_control_c_is_ignored_it_stays_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_control_c_while_the_arguments_are_read_is_not_the_answer_no(tmp_path: Path) -> None:
    script = (
        "import sys, click\n"
        "def pressed(*_): raise KeyboardInterrupt\n"
        "click.Group.parse_args = pressed\n"
        "import honnin.__main__ as m; m.main()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, "check", "x.honnin"], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr.strip()) == (130, "", "interrupted")
