"""The two databases of the tests: SQLite in a file, and a PostgreSQL server that the test session starts."""

from __future__ import annotations

import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.errors

NEVER_ROOT = ("postgres", "nobody")
"""PostgreSQL refuses to run as root: users as whom it may run instead."""


@dataclass(frozen=True)
class SQLite:
    """A database in a file."""

    file: Path
    parameter: str = "?"

    def connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.file, isolation_level=None, timeout=0)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    def take_spool(self, connection: sqlite3.Connection) -> bool:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True


@dataclass(frozen=True)
class PostgreSQL:
    """A database of the server whose socket is in the folder."""

    folder: Path
    parameter: str = "%s"

    def connect(self) -> Any:
        connection = psycopg2.connect(host=str(self.folder), dbname="postgres", user="tests")
        connection.autocommit = True
        return connection

    def take_spool(self, connection: Any) -> bool:
        cursor = connection.cursor()
        cursor.execute("BEGIN")
        try:
            cursor.execute("SELECT 1 FROM spool WHERE request = 'every request' FOR UPDATE NOWAIT")
        except psycopg2.errors.LockNotAvailable:
            cursor.execute("ROLLBACK")
            return False
        return True


def programs() -> Path | None:
    """The folder of the programs of a PostgreSQL server, if one is installed. Debian has it on nobody's PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return None if on_path is None else Path(on_path).resolve().parent


@contextmanager
def server(programs: Path) -> Iterator[PostgreSQL]:
    """A server of our own on a socket in a temporary folder, which nobody can reach over a network."""
    user = next(name for name in NEVER_ROOT if _is_user(name)) if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="honnin-pg-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        data = folder / "data"
        make: list[str | Path] = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "tests",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(make, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        serve: list[str | Path] = [
            programs / "postgres",
            "-D",
            data,
            "-k",
            folder,
            "-c",
            "listen_addresses=",
            "-c",
            "fsync=off",
            "-c",
            "log_min_messages=log",  # refused locks would fill a pipe that nobody reads any more
        ]
        with subprocess.Popen(serve, user=user, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
            try:
                _wait_until_ready(process)
                yield PostgreSQL(folder)
            finally:
                process.terminate()
                process.communicate()
    finally:
        shutil.rmtree(folder)


def _is_user(name: str) -> bool:
    return any(entry.pw_name == name for entry in pwd.getpwall())


def _wait_until_ready(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if "ready to accept connections" in line:
            return
    raise RuntimeError("the server ended: " + "".join(said))
