"""One process at a time for each checkpoint. The lock ends with its process, however that ends."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from honnin.oracle.files import Refused, about


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Nobody else has the checkpoint meanwhile; Refused where somebody has it now, or it is a folder."""
    if file.is_dir():
        raise unwritable(file, IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)))
    beside = file.with_name(file.name + ".lock")
    try:
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise unwritable(beside, error) from error
    try:
        _lock(descriptor)
    except OSError as error:
        os.close(descriptor)
        hint = "end it first, or name another checkpoint"
        raise Refused([about(file, "HN0694", f"another process is using `{file}`", hint)]) from error
    try:
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def unwritable(file: Path, error: OSError) -> Refused:
    """That a file cannot be written, and why."""
    reason = (error.strerror or "unknown reason").lower()
    return Refused([about(file, "HN0805", f"`{file}` cannot be written: {reason}")])
