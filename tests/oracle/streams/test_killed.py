"""Stored logs, read in every way that can be wished for, by a run that is killed and begun again: everything is told once."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from honnin.oracle.streams import blocks
from tests.oracle.test_checkpoints import BOUNDED, KEY, Files, Killed, dying

Run = Callable[..., Any]
REORDER, IDS, MERGE, MIDWAY = ("--reorder", "2s"), ("--id", "id"), ("--merge",), ("--begins-midway",)
WAYS: dict[str, tuple[tuple[str, ...], int, float, bool]] = {
    "reorder": (REORDER, 1, 1.5, False),
    "too late": (("--reorder", "500ms"), 1, 1.5, False),
    "ids": (IDS, 1, 0, False),
    "merge": (MERGE, 2, 0, False),
    "one after another": (REORDER, 2, 1.5, False),
    "everything": ((*MERGE, *REORDER, *IDS), 3, 1.5, False),
    "midway": ((*MIDWAY, *REORDER), 1, 1.5, False),
    "packed": ((*MERGE, *REORDER), 2, 1.5, True),
}
"""For each its wishes, how many logs there are, how late events come (seconds), and whether the logs are packed."""


def _log(seed: int, lines: int, begins: float, late: float) -> bytes:
    """Questions and answers, some lines broken, some twice."""
    random = Random(seed)
    told = []
    for number in range(lines):
        at = max(0.0, round(begins + number / 4 + random.uniform(-late, late), 3))
        name, id = f"r{number - random.randint(1, 30)}", f"{seed}-{number}"
        line = '{"event": "answer", ' + json.dumps({"at": at, "id": id, "request": name})[1:]
        if random.random() < 0.5:
            line = json.dumps({"event": "ask", "at": at, "id": id, "request": f"r{number}", "delay": 0})
        told += [line] * random.choice([1, 1, 1, 1, 2]) if random.random() > 0.05 else ["{"]
    return "".join(line + "\n" for line in told).encode()


@pytest.mark.parametrize("way", WAYS)
def test_killed_whatever_is_wished(
    honnin: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 512)
    monkeypatch.setattr("honnin.oracle.streams.inputs.BLOCK", 512)
    monkeypatch.setattr("os.fsync", lambda file: None)
    wishes, count, late, packed = WAYS[way]
    logs = [tmp_path / f"log{number}" for number in range(count)]
    for number, log in enumerate(logs):
        begins = 0 if "--merge" in wishes else number * 6
        data = _log(number + 1, 40 // count, begins, late)
        log.write_bytes(gzip.compress(data) if packed else data)

    def run(files: Files) -> int:
        ran = honnin("audit", *files.arguments, *KEY, *wishes, BOUNDED, *logs)
        return int(ran.status)

    whole = Files(tmp_path / "whole")
    status = run(whole)
    calls, ended = Random(way).randint(1, 13), False
    while not ended:
        files = Files(tmp_path / str(calls))
        with pytest.MonkeyPatch.context() as patch:
            next(dying(calls, patch))
            try:
                run(files)
                ended = True
            except Killed:
                pass
        assert ended or run(files) == status, calls
        assert files.told() == whole.told(), calls
        calls += 13
    assert calls > 60
