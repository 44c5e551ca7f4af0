"""The file of a checkpoint: a line that says what it is, and one of JSON. It is replaced as a whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from honnin.oracle.checkpoints.lock import unwritable
from honnin.oracle.files import Refused, about

KIND = "honnin checkpoint"
VERSION = 1


def write(file: Path, body: dict[str, Any]) -> None:
    """Refused where that cannot be done, and then the file is as it was."""
    text = json.dumps(body, separators=(",", ":")).encode()
    head = {"format": KIND, "version": VERSION, "sha256": hashlib.sha256(text).hexdigest()}
    new = file.with_name(file.name + ".new")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(json.dumps(head).encode() + b"\n" + text + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(new, file)
        _settle(file.parent)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise unwritable(file, error) from error


def renew(file: Path) -> bool:
    """The file is as if written now; False where it is not there to be."""
    try:
        os.utime(file)
    except OSError:
        return False
    return True


def _settle(folder: Path) -> None:
    """The new name of a file survives a loss of power too, where folders can be synchronised."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read(file: Path) -> dict[str, Any] | None:
    """What was written last; None where nothing was. Refused where it is no checkpoint, or not all of one."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise Refused([about(file, "HN0803", f"`{file}` cannot be read: {reason}")]) from error
    first, _, text = data.partition(b"\n")
    try:
        head = json.loads(first)
    except ValueError:
        head = None
    if not isinstance(head, dict) or head.get("format") != KIND:
        raise _damaged(file, f"`{file}` is no checkpoint")
    if head.get("version") != VERSION:
        raise _damaged(file, f"`{file}` is a checkpoint of another version of honnin")
    if hashlib.sha256(text.removesuffix(b"\n")).hexdigest() != head.get("sha256"):
        raise _damaged(file, f"`{file}` is damaged: it is not what was written")
    body: dict[str, Any] = json.loads(text)
    return body


def _damaged(file: Path, message: str) -> Refused:
    return Refused([about(file, "HN0691", message, "name another file, or remove it to begin anew")])
