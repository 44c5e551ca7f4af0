"""A log that grows, is rotated, copied and cut off, packed, and read by runs that are killed: every line is read, once, in order."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honnin.oracle.session import Session
from honnin.oracle.streams import following
from honnin.oracle.streams.blocks import Block, Line
from honnin.oracle.streams.inputs import Log
from honnin.oracle.streams.packed import Damaged
from honnin.oracle.streams.reading import Inputs
from honnin.oracle.streams.rotation import beside

KEY = b"a key of the tests only"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "PAUSE", 0)


class Service:
    """What writes a log, a line at a time, and what rotates it. Each change is a millisecond after the one before."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "app.log"
        self.path.write_bytes(b"")
        self.written: list[str] = []
        self.now = 1_795_000_000_000_000_000
        self._changed(self.path)

    def _changed(self, file: Path) -> None:
        self.now += 1_000_000
        os.utime(file, ns=(self.now, self.now))

    def write(self, count: int = 1, file: Path | None = None) -> None:
        with (file or self.path).open("a", encoding="utf-8") as log:
            for _ in range(count):
                self.written.append(f"行 {len(self.written)}")
                log.write(self.written[-1] + "\n")
        self._changed(file or self.path)

    def _make_room(self) -> Path:
        for number in range(30, 0, -1):
            for suffix in ("", ".gz"):
                old = self.path.with_name(f"app.log.{number}{suffix}")
                if old.exists():
                    old.rename(self.path.with_name(f"app.log.{number + 1}{suffix}"))
        return self.path.with_name("app.log.1")

    def rotate(self) -> Path:
        new = self._make_room()
        self.path.rename(new)
        self.path.write_bytes(b"")
        self._changed(self.path)
        return new

    def pack(self) -> None:
        for file in self.path.parent.glob("app.log.*[0-9]"):
            packed = file.with_name(file.name + ".gz")
            packed.write_bytes(gzip.compress(file.read_bytes()))
            shutil.copystat(file, packed)
            file.unlink()

    def copy_and_cut(self) -> None:
        new = self._make_room()
        shutil.copyfile(self.path, new)
        self._changed(new)
        self.path.write_bytes(b"")
        self._changed(self.path)


class Reader:
    """Reads the log, looks when asked to, and is done with a line `waits` lines later, as where events are put in order."""

    def __init__(self, path: Path, waits: int = 0, marks: list[Any] | None = None) -> None:
        self.damages: list[str] = []
        self.done: list[str] = []
        self._waits = waits
        self._waiting: list[tuple[Log, Line]] = []
        self._stopped = False
        self.inputs = Inputs([path], Session("json"), self._damaged, KEY, keeping=True, follow=True)
        self.inputs.stopped = lambda: self._stopped
        if marks is not None:
            self.inputs.find(marks)
        self._portions = self.inputs.followed()

    def _damaged(self, log: Log, damage: Damaged) -> None:
        self.damages.append(str(damage))

    def look(self) -> list[str]:
        """The lines that have come and are done with."""
        before = len(self.done)
        for log, block in self._portions:
            if block is None:
                break
            self._take(log, block)
        return self.done[before:]

    def _take(self, log: Log, block: Block) -> None:
        for line in block.lines():
            if log.begun(line):
                self._waiting.append((log, line))
        self._finish(self._waits)

    def _finish(self, but: int) -> None:
        while len(self._waiting) > but:
            log, line = self._waiting.pop(0)
            self.done.append(line.content.decode())
            log.finished(line)

    def end(self) -> list[str]:
        self._stopped = True
        for log, block in self._portions:
            if block is not None:
                self._take(log, block)
        self._finish(0)
        return self.done

    def marks(self) -> Any:
        return json.loads(json.dumps(self.inputs.reached()))


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(tmp_path)


def test_rotated_more_than_once_between_two_looks(service: Service) -> None:
    reader = Reader(service.path)
    service.write()
    assert reader.look() == service.written
    for _ in range(5):
        service.write(2)
        service.rotate()
    service.write()
    reader.look()
    assert reader.end() == service.written and not reader.damages


def test_the_old_file_is_read_until_the_new_one_has_something(service: Service) -> None:
    reader = Reader(service.path)
    service.write()
    reader.look()
    old = service.rotate()
    reader.look()
    service.write(file=old)
    reader.look()
    service.write()
    reader.look()
    assert reader.end() == service.written and not reader.damages


def test_what_is_written_to_a_file_that_was_left_is_told(service: Service) -> None:
    reader = Reader(service.path)
    service.write()
    reader.look()
    old = service.rotate()
    service.write()
    reader.look()
    service.write(file=old)
    reader.look()
    reader.look()
    reader.end()
    assert reader.damages == ["it was written to after it had been replaced, and that was not read"]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("killed", [False, True])
def test_a_log_that_is_copied_and_cut_off(service: Service, packed: bool, killed: bool) -> None:
    reader = Reader(service.path)
    service.write(3)
    before = reader.look()
    service.write(3)
    service.copy_and_cut()
    if packed:
        service.pack()
    service.write(1)
    if killed:
        reader = Reader(service.path, marks=reader.marks())
        reader.done += before
    reader.look()
    assert reader.end() == service.written and not reader.damages


def test_a_log_that_is_written_anew_has_lost_what_was_not_read(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    reader = Reader(service.path, waits=2)
    reader.inputs.session.format = "text"
    service.write(3)
    reader.look()
    service.path.write_bytes(b"")
    service.write(5)
    reader.look()
    assert "became shorter: reading it again from its start" in capsys.readouterr().err
    assert reader.end() == service.written


@pytest.mark.parametrize("keeps_the_time", [True, False])
def test_a_file_that_was_read_is_known_when_it_is_packed(service: Service, keeps_the_time: bool) -> None:
    reader = Reader(service.path)
    service.write(2)
    reader.look()
    service.rotate()
    service.pack()
    if not keeps_the_time:
        service._changed(service.path.with_name("app.log.1.gz"))
    service.write(2)
    reader.look()
    assert reader.end() == service.written


def test_begun_again_in_a_file_that_was_packed_meanwhile(service: Service) -> None:
    reader = Reader(service.path)
    service.write(2)
    before = reader.look()
    service.write(2)
    service.rotate()
    service.pack()
    service.write(2)
    service.rotate()
    service.write(1)
    again = Reader(service.path, marks=reader.marks())
    again.look()
    assert before + again.end() == service.written


NAMES = [
    *(
        "app.log.1",
        "app.log.12.gz",
        "app.log-20261126",
        "app.log-20261125.zst",
        "app.log.2026-11-26_09-30-00",
    ),
    *(
        "app-20261126.log",
        "app.1.log",
        "app-2026-11-26T09-30-00.000.log.gz",
        "app.log.old",
        "app_2026-11-26.log",
    ),
]
OTHERS = [
    "app.log.kept",
    "app.log.kept.lock",
    "app.log.journal",
    "app.log.gz.new",
    "other.log.1",
    "app.log2",
    "app1.log",
]


def test_which_files_are_rotated_ones(service: Service) -> None:
    for name in (*NAMES, *OTHERS, "app.log.3", "app.log.3.gz"):
        service.path.with_name(name).write_bytes(b"")
    assert {file.name for file in beside(service.path)} == {*NAMES, "app.log.3"}


def test_a_file_that_cannot_be_read_is_named(service: Service, honnin: Any, data_desk: Path) -> None:
    service.path.unlink()
    service.path.mkdir()
    ran = honnin("watch", "--follow", data_desk, service.path)
    assert ran.status == 2 and "app.log` is a directory" in ran.err


@pytest.fixture
def data_desk() -> Iterator[Path]:
    yield Path(__file__).parents[1] / "data" / "bounded.honnin"


STEPS = st.lists(
    st.sampled_from(["write", "write", "rotate", "pack", "copy_and_cut", "look", "look", "kill"]), max_size=25
)


@settings(deadline=None)
@given(steps=STEPS, waits=st.integers(0, 3))
def test_every_line_is_read_once_whatever_happens(
    steps: list[str], waits: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    service = Service(tmp_path_factory.mktemp("log"))
    reader = Reader(service.path, waits)
    reader.look()
    done: list[str] = []
    for step in steps:
        match step:
            case "look":
                reader.look()
            case "kill":
                done += reader.done
                reader = Reader(service.path, waits, reader.marks())
            case "copy_and_cut":
                service.write()
                reader.look()
                service.write()
                service.copy_and_cut()
            case _:
                getattr(service, step)()
    reader.look()
    done += reader.end()
    assert done == service.written
    assert not reader.damages
