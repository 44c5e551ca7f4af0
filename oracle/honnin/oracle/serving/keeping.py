"""What a service keeps on the disk: a checkpoint now and then, and a journal of what was accepted since.

An acknowledged record is in one of the two: after any end, also `kill -9`, the next run knows it, and the violations that it found.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from honnin.compiler.garbage import paused
from honnin.compiler.runtime.snapshot import SnapshotRefused
from honnin.oracle.checkpoints import file as checkpoint
from honnin.oracle.checkpoints.rhythm import Rhythm
from honnin.oracle.files import Refused, about
from honnin.oracle.serving.journal import Journal
from honnin.spec.records import dataclass, field

if TYPE_CHECKING:
    from honnin.oracle.serving.service import Service

MOST_RECORDS = 100_000
"""How long a journal gets before there is a checkpoint in any case."""


@dataclass(slots=True)
class Keeping:
    """Writes the checkpoint `file` by the `rhythm`, and its journal beside it."""

    file: Path
    rhythm: Rhythm
    journal: Journal = field(init=False)
    saved: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.journal = Journal(self.file.with_name(self.file.name + ".journal"))

    def resume(self, service: Service) -> int:
        """Brings the service to where the last run was; how many records the journal had. Refused where that cannot be done."""
        try:
            with paused():
                if (body := checkpoint.read(self.file)) is not None:
                    service.restore(body["service"])
            for record in self.journal.read():
                service.replay(record)
        except (SnapshotRefused, KeyError) as refused:
            what = str(refused) if isinstance(refused, SnapshotRefused) else "it is not one of `honnin serve`"
            hint = "go on with what it was made with, or begin anew with another file"
            message = f"`{self.file}` is not a checkpoint of this service: {what}"
            raise Refused([about(self.file, "HN0712", message, hint)]) from refused
        replayed = self.journal.count
        self.journal.open()
        self.save(service)
        return replayed

    def add(self, record: dict[str, Any]) -> None:
        """The record will be in the journal with the next `commit`."""
        self.journal.add(record)

    def commit(self) -> None:
        """What was added is on the disk. Raises OSError."""
        self.journal.commit()

    def is_due(self) -> bool:
        """Whether it is time for a checkpoint, and there is something new."""
        if self.journal.count == 0:
            return False
        return self.rhythm.is_due() or self.journal.count >= MOST_RECORDS

    def save(self, service: Service) -> None:
        """A checkpoint of everything; the journal begins anew. Refused, or raises OSError, where that cannot be done."""
        with self.rhythm.writing():
            checkpoint.write(self.file, {"service": service.kept()})
            self.journal.begin_anew()
        self.saved = time.monotonic()

    @property
    def age(self) -> float:
        """Seconds since the last checkpoint."""
        return time.monotonic() - self.saved
