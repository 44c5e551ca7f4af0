"""What a run knows, written now and then; and a run that goes on from there.

What is told goes to files that are cut back, when a run goes on, to where they were when the checkpoint was made: so whatever was told
after it is told again, once. The files come to rest on the disk before the checkpoint that speaks of them does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from honnin.compiler.garbage import paused
from honnin.compiler.runtime.snapshot import SnapshotRefused
from honnin.oracle.checkpoints import file as checkpoint
from honnin.oracle.checkpoints.ledger import Ledger
from honnin.oracle.checkpoints.rhythm import Rhythm
from honnin.oracle.files import Refused, about
from honnin.spec.records import dataclass, field

if TYPE_CHECKING:
    from honnin.oracle.streams.inputs import Mark
    from honnin.oracle.watching import Watching


@dataclass(slots=True)
class Keeper:
    """Writes the checkpoint `file` by the `rhythm`. `wishes`: what another run must be asked for too, to go on; `begun`:
    what is said at the start was said. `saved`: how far the run had come at the last checkpoint.
    """

    file: Path
    rhythm: Rhythm
    wishes: dict[str, Any]
    ledgers: dict[str, Ledger]
    reached: Callable[[], Sequence[Mark]] = field(default=list)
    begun: bool = False
    saved: object = None

    def resume(self, run: Watching, find: Callable[[Sequence[Mark]], None]) -> bool:
        """Brings the run to where the checkpoint was made, and the files to what they were. False without one.

        `find` is told where the logs were left. Refused where it is no checkpoint, or not one of this run, and nothing has changed.
        """
        with paused():
            return self._resume(run, find)

    def _resume(self, run: Watching, find: Callable[[Sequence[Mark]], None]) -> bool:
        body = checkpoint.read(self.file)
        if body is None:
            return False
        if "wishes" not in body:
            raise self._other(f"`{self.file}` was made by `honnin serve`")
        if body["wishes"] != self.wishes:
            different = [name for name in self.wishes if self.wishes[name] != body["wishes"].get(name)]
            message = f"the checkpoint was made by a run with another {' and another '.join(different)}"
            raise self._other(message)
        try:
            run.oracle.restore(body["oracle"])
        except SnapshotRefused as refused:
            raise self._other(str(refused)) from refused
        find(body["logs"])
        for name, ledger in self.ledgers.items():
            ledger.cut(body["files"][name])
        counts = body["counts"]
        run.violated, run.broken = Counter(counts["violated"]), Counter(counts["broken"])
        run.faults, run.unread, run.ignored = counts["faults"], counts["unread"], counts["ignored"]
        if run.ids is not None:
            run.ids.restore(body["ids"])
        if run.reorder is not None:
            run.reorder.latest = body["latest"]
        if run.doubts is not None:
            run.doubts.restore(body["doubts"])
        self.begun = body["begun"]
        return True

    def _other(self, message: str) -> Refused:
        hint = "go on with what the checkpoint was made with, or begin anew without it"
        return Refused([about(self.file, "HN0692", message, hint)])

    def if_due(self, run: Watching) -> None:
        """Writes the checkpoint if it is time. Where the run has come no further, the file's own time alone is new."""
        if not self.rhythm.is_due():
            return
        if self._come(run) == self.saved and checkpoint.renew(self.file):
            self.rhythm.rest()
        else:
            self.save(run)

    def _come(self, run: Watching) -> object:
        """How far the run has come: where that is the same, so is all that it knows."""
        told = [ledger.length for ledger in self.ledgers.values()]
        return run.oracle.position, run.oracle._now, run.unread, run.ignored, self.begun, self.reached(), told

    def save(self, run: Watching) -> None:
        """Writes the checkpoint. Refused where that cannot be done; the one before stays then."""
        with self.rhythm.writing():
            checkpoint.write(self.file, self._kept(run))
        self.saved = self._come(run)

    def _kept(self, run: Watching) -> dict[str, Any]:
        return {
            "wishes": self.wishes,
            "begun": self.begun,
            "oracle": run.oracle.snapshot(),
            "counts": {
                "violated": dict(run.violated),
                "broken": dict(run.broken),
                "faults": run.faults,
                "unread": run.unread,
                "ignored": run.ignored,
            },
            "ids": None if run.ids is None else run.ids.kept(),
            "latest": None if run.reorder is None else run.reorder.latest,
            "doubts": None if run.doubts is None else run.doubts.kept(),
            "logs": self.reached(),
            "files": {name: ledger.mark() for name, ledger in self.ledgers.items()},
        }
