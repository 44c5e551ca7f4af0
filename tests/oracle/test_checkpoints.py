"""A run that is killed at any moment and begun again tells everything once; whatever is wrong with a checkpoint is told, and changes nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from honnin.oracle import load
from honnin.oracle.checkpoints import file as checkpoint
from honnin.oracle.checkpoints.keeper import Keeper
from honnin.oracle.checkpoints.rhythm import Rhythm
from honnin.oracle.session import Session
from honnin.oracle.streams import blocks
from honnin.oracle.watching import Watching

Run = Callable[..., Any]
DATA = Path(__file__).parent / "data"
CERTIFICATES = DATA / "certificate_issuance.honnin"
BOUNDED = DATA / "bounded.honnin"
KEY = ("--key", DATA / "test.key")


def bounded_log(lines: int, seed: int) -> bytes:
    """Questions and answers, some late, some lines broken."""
    random = Random(seed)
    told = []
    for number in range(lines):
        if random.random() < 0.05:
            told.append('{"event": "ask", "broken')
        elif random.random() < 0.5:
            told.append(
                json.dumps(
                    {
                        "event": "ask",
                        "at": number / 4,
                        "request": f"r{number}",
                        "delay": -(number > lines - 5),
                    }
                )
            )
        else:
            told.append(
                json.dumps(
                    {"event": "answer", "at": number / 4, "request": f"r{number - random.randint(1, 30)}"}
                )
            )
    return "".join(line + "\n" for line in told).encode()


class Files:
    """The files of one run."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.log, self.checkpoint, self.output = (folder / name for name in ("log", "kept", "found"))
        self.quarantine = folder / "bad"

    @property
    def arguments(self) -> list[str | Path]:
        kept: list[str | Path] = ["--checkpoint", self.checkpoint, "--output", self.output, "--every", "0s"]
        return [*kept, "--quarantine", self.quarantine, "--format", "json"]

    def told(self) -> tuple[bytes, bytes]:
        return self.output.read_bytes(), self.quarantine.read_bytes()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


class Killed(BaseException):
    """Stands for the end of the process."""


def dying(calls: int, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process ends at the so-manieth call of the system that changes a file: before it, or when half of it is done."""
    left = [calls]

    def mortal(name: str, half: Callable[..., object]) -> None:
        real = getattr(os, name)

        def call(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                half(real, *arguments)
                raise Killed
            return real(*arguments, **named)

        patch.setattr(os, name, call)

    mortal("write", lambda real, file, data: real(file, bytes(data)[: len(data) // 2]))
    mortal("fsync", lambda real, file: None)
    mortal("replace", lambda real, *names: None)
    mortal("ftruncate", lambda real, *arguments: None)
    yield


def test_killed_at_every_change_of_a_file(
    honnin: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 512)
    monkeypatch.setattr("honnin.oracle.streams.inputs.BLOCK", 512)
    data = bounded_log(40, 1)
    whole = Files(tmp_path / "whole")
    whole.log.write_bytes(data)
    status = honnin("watch", *whole.arguments, BOUNDED, whole.log).status
    assert status == 1 and whole.told()[0].count(b'"violated"') > 3 and whole.told()[1]
    for calls in range(1, 400):
        files = Files(tmp_path / str(calls))
        files.log.write_bytes(data)
        with pytest.MonkeyPatch.context() as patch:
            life = dying(calls, patch)
            next(life)
            try:
                honnin("watch", *files.arguments, BOUNDED, files.log)
            except Killed:
                pass
            else:
                break
        assert honnin("watch", *files.arguments, BOUNDED, files.log).status == status, calls
        assert files.told() == whole.told(), calls
    else:
        pytest.fail("it never lived to its end")
    assert calls > 40


@pytest.mark.parametrize("seed", range(2))
def test_killed_while_it_follows(files: Files, seed: int) -> None:
    """A real process, killed with signal 9 at moments that the seed gives, while the log grows and is rotated."""
    random = Random(seed)
    lines = bounded_log(200, seed).splitlines(keepends=True)
    command = [sys.executable, "-m", "honnin", "watch", *files.arguments, "--follow", BOUNDED, files.log]
    files.log.write_bytes(b"")
    written = 0
    for _ in range(3):
        running = subprocess.Popen([str(part) for part in command], stderr=subprocess.PIPE)
        deadline = time.monotonic() + 60
        before = files.checkpoint.stat().st_mtime_ns if files.checkpoint.exists() else 0
        while not files.checkpoint.exists() or files.checkpoint.stat().st_mtime_ns == before:
            assert time.monotonic() < deadline and running.poll() is None
            time.sleep(0.02)
        for _ in range(random.randint(1, 6)):
            with files.log.open("ab") as log:
                log.writelines(lines[written : written + 10])
            written = min(written + 10, len(lines))
            time.sleep(random.random() * 0.2)
            if random.random() < 0.1:
                os.replace(files.log, files.log.with_name(f"log.{written}"))
                files.log.write_bytes(b"")
        running.kill()
        running.wait()
    with files.log.open("ab") as log:
        log.writelines(lines[written:])
    running = subprocess.Popen([str(part) for part in command], stderr=subprocess.PIPE)
    _settled(files.checkpoint, lambda kept: _lines_read(kept) >= len(lines))
    running.send_signal(signal.SIGINT)
    assert running.wait(30) == 1
    whole = Files(files.log.parent / "whole")
    whole.log.write_bytes(b"".join(lines))
    subprocess.run(
        [sys.executable, "-m", "honnin", "watch", *map(str, whole.arguments), str(BOUNDED), str(whole.log)],
        check=False,
    )
    assert _without_lines(files.told()[0]) == _without_lines(whole.told()[0])
    assert files.told()[1] == whole.told()[1]


def _settled(file: Path, good: Callable[[dict[str, Any]], bool]) -> None:
    deadline = time.monotonic() + 60
    while not good(json.loads(file.read_text().splitlines()[1])):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _lines_read(kept: dict[str, Any]) -> int:
    return int(kept["oracle"]["position"]) + int(kept["counts"]["unread"])


def _without_lines(told: bytes) -> list[Any]:
    """What was told, but for the numbers of lines, which begin anew with each file."""
    records = [json.loads(line) for line in told.splitlines()]
    for record in records:
        record.pop("line", None)
        record.get("bad_input", {}).pop("line", None)
    return records


# ---------------------------------------------------------------- what may be wrong


def begun(honnin: Run, files: Files, *more: str | Path) -> None:
    """A run that has ended well, with a checkpoint; and then more lines in its log."""
    files.log.write_bytes((DATA / "swapped.jsonl").read_bytes())
    assert honnin("watch", *files.arguments, *FACTS, *KEY, *more, CERTIFICATES, files.log).status == 1
    with files.log.open("ab") as log:
        log.write(
            b'{"event": "issue", "at": 9, "request": "r2", "subject": "mallory", "kind": "residence_record", "page": 1}\n'
        )


FACTS = ("--facts", DATA / "site.json")


def refused(ran: Any, code: str) -> str:
    """What is said beside the code, the run being refused."""
    assert ran.status == 2
    (record,) = [record["diagnostic"] for record in ran.records if "diagnostic" in record]
    assert record["code"] == code
    return str(record["message"])


def test_nothing_personal_is_in_a_checkpoint(honnin: Run, files: Files) -> None:
    begun(honnin, files)
    kept = files.checkpoint.read_text()
    assert not any(name in kept for name in ("alice", "bob", "mallory"))
    assert (DATA / "test.key").read_text().strip() not in kept
    assert honnin("watch", *files.arguments, *FACTS, *KEY, CERTIFICATES, files.log).status == 1
    assert b"mallory" not in files.told()[0]
    assert files.told()[0].count(b'"violated", "inv') == 2


def test_without_a_key_nothing_personal_is_kept_unless_asked(honnin: Run, files: Files) -> None:
    files.log.write_bytes((DATA / "swapped.jsonl").read_bytes())
    ran = honnin("watch", *files.arguments, *FACTS, CERTIFICATES, files.log)
    assert "personal values in clear" in refused(ran, "HN0690")
    assert not files.checkpoint.exists()
    assert honnin("watch", *files.arguments, *FACTS, "--reveal", CERTIFICATES, files.log).status == 1
    assert "alice" in files.checkpoint.read_text()


def test_what_a_checkpoint_is_not_of(honnin: Run, files: Files, tmp_path: Path) -> None:
    begun(honnin, files)
    before = (files.checkpoint.read_bytes(), *files.told())
    changed = tmp_path / "changed.honnin"
    changed.write_text(CERTIFICATES.read_text() + "\n# changed")
    facts, key = tmp_path / "facts.json", tmp_path / "key"
    facts.write_text((DATA / "site.json").read_text().replace("alice", "carol"))
    key.write_bytes(b"another key of bytes")
    same: tuple[str | Path, ...] = (*files.arguments, *FACTS, *KEY)
    for arguments, words in (
        ((*same, changed, files.log), "the specification is not the one"),
        ((*same, "--facts", facts, CERTIFICATES, files.log), "the facts are not those"),
        ((*same, "--key", key, CERTIFICATES, files.log), "sealed with another key"),
        ((*same, "--reveal", CERTIFICATES, files.log), "another reveal"),
        ((*same, "--reorder", "5s", "--id", "id", CERTIFICATES, files.log), "another reorder and another id"),
    ):
        assert words in refused(honnin("watch", *arguments), "HN0692")
        assert (files.checkpoint.read_bytes(), *files.told()) == before
    assert honnin("watch", *same, CERTIFICATES, files.log).status == 1


def test_a_log_that_is_not_the_one(honnin: Run, files: Files) -> None:
    begun(honnin, files)
    same: tuple[str | Path, ...] = (*files.arguments, *FACTS, *KEY, CERTIFICATES)
    before = (files.checkpoint.read_bytes(), *files.told())
    data = files.log.read_bytes()
    files.log.write_bytes(data[:50])
    assert "is shorter than it was" in refused(honnin("watch", *same, files.log), "HN0693")
    files.log.write_bytes(b"x" + data)
    assert "written anew" in refused(honnin("watch", *same, files.log), "HN0693")
    other = files.log.with_name("other")
    other.write_bytes(b"")
    assert "another file" in refused(honnin("watch", *same, other), "HN0693")
    assert "not beside it" in refused(honnin("watch", *same, "--follow", other), "HN0693")
    assert (files.checkpoint.read_bytes(), *files.told()) == before
    other.write_bytes(data)
    assert honnin("watch", *same, other).status == 1, "the same log under another name"


def test_an_output_that_was_changed(honnin: Run, files: Files) -> None:
    begun(honnin, files)
    same: tuple[str | Path, ...] = (*files.arguments, *FACTS, *KEY, CERTIFICATES, files.log)
    kept = files.output.read_bytes()
    for spoiled in (kept[:100], kept.replace(b"violated", b"VIOLATED")):
        files.output.write_bytes(spoiled)
        assert "not as the checkpoint left it" in refused(honnin("watch", *same), "HN0695")
        assert files.output.read_bytes() == spoiled
    files.output.write_bytes(kept + b"something that somebody added")
    assert honnin("watch", *same).status == 1
    assert b"somebody" not in files.output.read_bytes()


@pytest.mark.parametrize("spoiled", [b"", b"{}", b"[1]\nx", b"no json", b"\xff\xfe"])
def test_what_is_no_checkpoint_is_not_written_over(honnin: Run, files: Files, spoiled: bytes) -> None:
    files.log.write_bytes(b"")
    files.checkpoint.write_bytes(spoiled)
    assert "is no checkpoint" in refused(honnin("watch", *files.arguments, BOUNDED, files.log), "HN0691")
    assert files.checkpoint.read_bytes() == spoiled


@pytest.mark.parametrize("folder", [".", "", "..", "beside"])
def test_a_folder_is_no_checkpoint(honnin: Run, files: Files, folder: str) -> None:
    (files.log.parent / "beside").mkdir()
    files.log.write_bytes(b"")
    named = files.log.parent / folder if folder == "beside" else folder
    for command in (["watch", BOUNDED, files.log], ["serve", BOUNDED, "--check", "--port", "0"]):
        ran = honnin(*command, "--checkpoint", named, *KEY)
        assert ran.status == 2 and "HN0805" in ran.err and "is a directory" in ran.err
    assert not (files.log.parent / "beside.lock").exists()


def test_a_damaged_checkpoint(honnin: Run, files: Files) -> None:
    begun(honnin, files)
    kept = files.checkpoint.read_bytes()
    same: tuple[str | Path, ...] = (*files.arguments, *FACTS, *KEY, CERTIFICATES, files.log)
    for spoiled, words in (
        (kept[:-40], "is damaged"),
        (kept.replace(b'"position":', b'"position": '), "is damaged"),
        (kept.replace(b'"version": 1', b'"version": 2'), "another version"),
    ):
        files.checkpoint.write_bytes(spoiled)
        assert words in refused(honnin("watch", *same), "HN0691")


def test_a_second_process_is_refused(files: Files) -> None:
    files.log.write_bytes(b"")
    command = [
        sys.executable,
        "-m",
        "honnin",
        "watch",
        *map(str, files.arguments),
        str(BOUNDED),
        str(files.log),
    ]
    first = subprocess.Popen([*command, "--follow"], stdout=subprocess.DEVNULL)
    _until(files.checkpoint.exists)
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 2 and "HN0694" in second.stdout
    first.send_signal(signal.SIGINT)
    assert first.wait(30) == 0
    assert subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0


def _until(good: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not good():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("most", [10, 700, 2000, 4000, 9000])
def test_a_full_disk_leaves_nothing_half_written(honnin: Run, files: Files, most: int) -> None:
    """No file may be longer than so many bytes; afterwards there is room again."""
    files.log.write_bytes(bounded_log(120, 3))
    command = [
        sys.executable,
        "-m",
        "honnin",
        "watch",
        *map(str, files.arguments),
        str(BOUNDED),
        str(files.log),
    ]
    limited = subprocess.run(
        ["sh", "-c", f'ulimit -f {-(-most // 512)}; exec "$@"', "sh", *command],
        capture_output=True,
        text=True,
        check=False,
    )
    assert limited.returncode == 2 and "HN0805" in limited.stdout
    assert "file too large" in limited.stdout and "Traceback" not in limited.stderr
    for file in (files.output, files.quarantine):
        assert not file.exists() or file.read_bytes()[-1:] in (b"", b"\n")
    assert not files.checkpoint.with_name("kept.new").exists()
    assert honnin("watch", *files.arguments, BOUNDED, files.log).status == 1
    whole = Files(files.log.parent / "whole")
    honnin("watch", *whole.arguments, BOUNDED, files.log)
    assert files.told() == whole.told()


def test_a_device_that_takes_nothing(honnin: Run, files: Files) -> None:
    files.log.write_bytes(bounded_log(20, 3))
    ran = honnin("watch", "--output", "/dev/full", "--format", "json", BOUNDED, files.log)
    assert "no space left" in refused(ran, "HN0805")
    ran = honnin("watch", "--checkpoint", files.checkpoint, "--output", "/dev/full", BOUNDED, files.log)
    assert ran.status == 2 and "must be a file" in ran.err


def test_what_is_found_may_go_into_a_pipe(files: Files) -> None:
    files.log.write_bytes(bounded_log(120, 3))
    os.mkfifo(files.output)
    command = [sys.executable, "-m", "honnin", "watch", "--output", str(files.output)]
    running = subprocess.Popen([*command, str(BOUNDED), str(files.log)], stdout=subprocess.PIPE)
    with files.output.open("rb") as pipe:
        told = pipe.read()
    printed = running.communicate(timeout=60)[0]
    assert running.returncode == 1 and b"violated" in told and told.endswith(printed)


def test_a_violation_told_in_text_is_whole_or_not_there(files: Files) -> None:
    files.log.write_bytes(bounded_log(400, 3))
    command = [
        sys.executable,
        "-m",
        "honnin",
        "watch",
        "--output",
        str(files.output),
        str(BOUNDED),
        str(files.log),
    ]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    whole = files.output.read_text()
    for blocks_of_512 in (1, 2, 3, 5):
        files.output.unlink()
        limited = ["sh", "-c", f'ulimit -f {blocks_of_512}; exec "$@"', "sh", *command]
        assert subprocess.run(limited, capture_output=True, check=False).returncode == 2
        told = files.output.read_text()
        assert whole.startswith(told) and not whole.removeprefix(told).startswith(" ")


def test_a_checkpoint_of_a_service_is_none_of_a_log(honnin: Run, files: Files) -> None:
    files.log.write_bytes(b"")
    serve = ("serve", *KEY, "--checkpoint", files.checkpoint, "--port", "0", "--check", BOUNDED)
    assert honnin(*serve).status == 0
    kept = files.checkpoint.read_bytes()
    for wish in ("--checkpoint", "--begin-with"):
        ran = honnin("watch", *KEY, wish, files.checkpoint, "--format", "json", BOUNDED, files.log)
        assert "made by `honnin serve`" in refused(ran, "HN0692")
    assert files.checkpoint.read_bytes() == kept


def test_causes_are_counted_with_their_violations(honnin: Run, files: Files) -> None:
    """A run that begins with what an earlier one knew tells of its own violations only."""
    begun(honnin, files)
    more: tuple[str | Path, ...] = (*FACTS, *KEY, "--format", "json", "--begin-with", files.checkpoint)
    again = files.log.with_name("again")
    again.write_bytes(files.log.read_bytes())
    ran = honnin("watch", *more, CERTIFICATES, again)
    told = json.loads(ran.out.splitlines()[-1])["summary"]
    assert told["violations"] == sum(group["violations"] for group in told["causes"]) > 0


def test_a_closed_pipe_does_not_spoil_the_checkpoint(files: Files) -> None:
    files.log.write_bytes(bounded_log(20_000, 3))
    kept = ["--checkpoint", str(files.checkpoint), "--every", "0s"]
    command = [sys.executable, "-m", "honnin", "watch", *kept, str(BOUNDED), str(files.log)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdout is not None
    running.stdout.readline()
    running.stdout.close()
    assert running.wait(60) == 141
    assert subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 1


def test_standard_input_has_no_place_to_go_back_to(honnin: Run, files: Files) -> None:
    ran = honnin("watch", "--checkpoint", files.checkpoint, BOUNDED)
    assert ran.status == 2 and "needs a log that is a file" in ran.err
    ran = honnin("watch", "--output", files.log, BOUNDED, files.log)
    assert not files.log.exists() and ran.status == 2
    files.log.write_bytes(b"")
    ran = honnin("watch", "--output", files.log, BOUNDED, files.log)
    assert ran.status == 2 and "is also" in ran.err


def test_an_audit_goes_on_with_the_next_log(honnin: Run, files: Files) -> None:
    lines = bounded_log(100, 5).splitlines(keepends=True)
    second = files.log.with_name("second")
    files.log.write_bytes(b"".join(lines[:50]))
    second.write_bytes(b"".join(lines[50:80]))
    honnin("audit", *files.arguments, BOUNDED, files.log)
    honnin("audit", *files.arguments, BOUNDED, files.log, second)
    with second.open("ab") as log:
        log.writelines(lines[80:])
    honnin("audit", *files.arguments, BOUNDED, files.log, second)
    whole = Files(files.log.parent / "whole")
    honnin("audit", *whole.arguments, BOUNDED, files.log, second)
    assert files.told() == whole.told()
    ran = honnin("audit", *files.arguments, BOUNDED, files.log)
    assert "2 logs had been read" in refused(ran, "HN0693")


def test_it_is_not_written_again_while_nothing_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[object] = []

    def write(file: Path, body: object) -> None:
        file.touch()
        written.append(body)

    monkeypatch.setattr(checkpoint, "write", write)
    oracle = load(BOUNDED).oracle("collect", reveal=True)
    run = Watching(Session("json", write=lambda _: None), load(BOUNDED), oracle)
    marks: list[Any] = [{"offset": 0}]
    keeper = Keeper(tmp_path / "kept", Rhythm(0.0), {}, {}, reached=lambda: list(marks))
    counts = []
    for change in (None, None, lambda: marks.append({"offset": 9}), None, lambda: oracle.tick(5), None):
        if change is not None:
            change()
        keeper.if_due(run)
        counts.append(len(written))
    assert counts == [1, 1, 2, 2, 3, 3]
    os.utime(keeper.file, (0, 0))
    keeper.if_due(run)
    assert keeper.file.stat().st_mtime > 0 and len(written) == 3
    keeper.file.unlink()
    keeper.if_due(run)
    assert keeper.file.exists() and len(written) == 4
