"""honnin where nothing is installed but what it needs: each part that wants more says what, in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXTRAS = "cvc5 frontrun google hypothesis msgspec opentelemetry psycopg2 pysat pytest sqlalchemy starlette uvicorn zstandard"
BLOCKED = f"""
import sys
for name in {EXTRAS.split()!r}:
    sys.modules[name] = None
"""
NEEDS_NOTHING = (
    "honnin.oracle.attach",
    "honnin.oracle.attach.asgi",
    "honnin.oracle.attach.logs",
    "honnin.oracle.interleave",
    "honnin.oracle.interleave.unmodified",
    "honnin.oracle.serving",
    "honnin.oracle.telemetry",
    "honnin.oracle.testing",
)
SPECIFICATION = 'spec s\nevent e()\ninvariant never "No e": on e(): false\n'


def run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BLOCKED + program],
        capture_output=True,
        text=True,
        env=os.environ,
        cwd=folder,
        check=False,
    )


def test_most_needs_none(tmp_path: Path) -> None:
    (tmp_path / "s.honnin").write_text(SPECIFICATION)
    program = f"""
import importlib
for name in {NEEDS_NOTHING!r}:
    importlib.import_module(name)
from honnin.oracle.interleave import explore
print(explore(lambda run: run.thread("a", run.check, int), oracle="s.honnin"))
"""
    done = run(program, tmp_path)
    assert done.stdout == "every schedule: 2 schedules, 2 steps; no claim was exercised\n"
    assert "HN0681" in done.stderr


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import honnin.oracle.attach.sql", "SQLAlchemy is not installed: pip install 'honnin[sql]'"),
        (
            "import honnin.oracle.attach.otel",
            "The SDK of OpenTelemetry is not installed: pip install 'honnin[otel]'",
        ),
        ("import honnin.oracle.hypothesis", "Hypothesis is not installed: pip install 'honnin[test]'"),
        (
            "from honnin.oracle.interleave.unmodified import explore_unmodified\nexplore_unmodified(id, [])",
            "frontrun is not installed: pip install 'honnin[interleave]'",
        ),
    ],
)
def test_a_module_says_what_to_install(tmp_path: Path, program: str, said: str) -> None:
    done = run(program, tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 1
    assert done.stderr.splitlines()[-1] == f"honnin.oracle.extras.NotInstalled: {said}"


@pytest.mark.parametrize(
    ("arguments", "what", "extra"),
    [
        (["serve", "s.honnin"], "what `honnin serve` listens with", "serve"),
        (["watch", "s.honnin", "log.jsonl.zst"], "the library that reads zstd files", "fast"),
    ],
)
def test_a_command_says_what_to_install(tmp_path: Path, arguments: list[str], what: str, extra: str) -> None:
    (tmp_path / "s.honnin").write_text(SPECIFICATION)
    (tmp_path / "log.jsonl.zst").write_bytes(bytes.fromhex("28b52ffd"))
    command = "from honnin.__main__ import main\n"
    done = run(f"{command}sys.argv = ['honnin', *{arguments!r}]\nmain()", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip().splitlines() == [
        f"error[HN0534]: {what} is not installed",
        f"  = hint: pip install 'honnin[{extra}]'",
    ]
