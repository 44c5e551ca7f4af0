"""A file that only whole records are added to, and that can be cut back to what a checkpoint says was there."""

from __future__ import annotations

import os
import stat
import zlib
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from honnin.oracle.checkpoints.lock import unwritable
from honnin.oracle.files import Refused, about

_SAMPLE = 1024


class Ledger:
    """An open file. `length`: its bytes, all of whole records. A pipe or a device is written to, and has no place to be cut back to."""

    def __init__(self, file: Path) -> None:
        """Refused where the file cannot be opened for writing."""
        self.file = file
        self.length = 0
        try:
            kind = os.O_RDWR | os.O_CREAT if file.is_file() or not file.exists() else os.O_WRONLY
            self._descriptor = os.open(file, kind | getattr(os, "O_BINARY", 0), 0o666)
        except OSError as error:
            raise unwritable(file, error) from error
        self._regular = stat.S_ISREG(os.fstat(self._descriptor).st_mode)
        if self._regular:
            self.length = os.lseek(self._descriptor, 0, os.SEEK_END)

    def write(self, record: bytes) -> None:
        """Adds a record, or nothing: Refused where there is no room for all of it."""
        left = memoryview(record)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError as error:
            if self._regular and os.fstat(self._descriptor).st_size > self.length:
                os.ftruncate(self._descriptor, self.length)
            raise unwritable(self.file, error) from error
        self.length += len(record)

    def mark(self) -> dict[str, Any]:
        """What a checkpoint says of the file, once everything in it is on the disk."""
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            raise unwritable(self.file, error) from error
        return {"file": str(self.file), "length": self.length, "tail": self._tail(self.length)}

    def cut(self, mark: dict[str, Any]) -> None:
        """What was added after the mark is taken away. Refused where what was there before is not there."""
        length: int = mark["length"]
        if self.length < length or self._tail(length) != mark["tail"]:
            message = (
                f"`{self.file}` is not as the checkpoint left it: it was changed since, or is another file"
            )
            hint = "bring the file back, or begin anew without the checkpoint"
            raise Refused([about(self.file, "HN0695", message, hint)])
        try:
            os.ftruncate(self._descriptor, length)
        except OSError as error:
            raise unwritable(self.file, error) from error
        self.length = os.lseek(self._descriptor, 0, os.SEEK_END)

    def _tail(self, length: int) -> int:
        """What tells the bytes before `length` from others; of records that have nothing in clear, or that the user asked for."""
        size = min(_SAMPLE, length)
        os.lseek(self._descriptor, length - size, os.SEEK_SET)
        data = os.read(self._descriptor, size)
        os.lseek(self._descriptor, 0, os.SEEK_END)
        return zlib.crc32(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)
