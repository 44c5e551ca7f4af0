"""What was accepted since the last checkpoint, on the disk before it is acknowledged.

A line for each record: a checksum, and JSON. A line that is not whole at the end was never acknowledged, for its writing never ended;
one elsewhere is damage. The journal begins anew at each checkpoint.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from honnin.oracle.files import Refused, about
from honnin.spec.records import dataclass, field


@dataclass(slots=True)
class Journal:
    """Adds to `file`. `count`: the records in it."""

    file: Path
    count: int = 0
    _waiting: list[bytes] = field(default_factory=list)
    _descriptor: int = -1

    def read(self) -> Iterator[Any]:
        """The records that were written last time; what is not whole at the end is cut off. Refused where the file is damaged."""
        try:
            data = self.file.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise Refused([about(self.file, "HN0803", f"`{self.file}` cannot be read: {reason}")]) from error
        whole = 0
        lines = data.splitlines(keepends=True)
        for number, line in enumerate(lines, 1):
            record = _record(line)
            if record is None and number < len(lines):
                hint = "begin anew without the checkpoint and its journal, or bring them back from elsewhere"
                message = f"`{self.file}` is damaged at line {number}"
                raise Refused([about(self.file, "HN0711", message, hint)])
            if record is not None:
                whole += len(line)
                self.count += 1
                yield record
        if whole < len(data):
            os.truncate(self.file, whole)

    def open(self) -> None:
        """From here on records can be added. Raises OSError."""
        self._descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def add(self, record: Any) -> None:
        """The record will be written by the next `commit`."""
        text = json.dumps(record, separators=(",", ":"), ensure_ascii=True).encode()
        self._waiting.append(b"%08x %s\n" % (zlib.crc32(text), text))

    def commit(self) -> None:
        """What was added is on the disk. Raises OSError, and then nobody knows what is."""
        if not self._waiting:
            return
        left = memoryview(b"".join(self._waiting))
        while left:
            left = left[os.write(self._descriptor, left) :]
        os.fsync(self._descriptor)
        self.count += len(self._waiting)
        self._waiting.clear()

    def begin_anew(self) -> None:
        """A checkpoint has everything. Raises OSError."""
        os.ftruncate(self._descriptor, 0)
        os.fsync(self._descriptor)
        self.count = 0

    def close(self) -> None:
        """No more records."""
        os.close(self._descriptor)


def _record(line: bytes) -> Any:
    """What a whole line says; None for any other."""
    checksum, _, text = line.removesuffix(b"\n").partition(b" ")
    if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(text):
        return None
    return json.loads(text)
