"""What a checkpoint costs where much is kept: `python benchmarks/checkpoints.py [EVENTS]`.

The log and the properties of oracle_certificates.py, of which an oracle keeps something of every event. Written and read as `honnin watch
--checkpoint` does; beside it the same knowledge by Python's own `pickle`, which a file that others may have written must not be read with.
CPU seconds of this process, the best of three.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from oracle_certificates import FACTS, generated, log

from honnin.compiler.garbage import paused
from honnin.oracle.checkpoints import file as checkpoint

ROUNDS = 3


def best(work: Callable[[], object]) -> float:
    """The least CPU seconds of three times."""
    found = []
    for _ in range(ROUNDS):
        started = time.process_time()
        with paused():
            work()
        found.append(time.process_time() - started)
    return min(found)


def pickled(oracle: Any, file: Path) -> None:
    """The attributes of the oracle, on the disk."""
    data = pickle.dumps({name: getattr(oracle, name) for name in oracle._KEPT})
    with file.open("wb") as stream:
        stream.write(hashlib.sha256(data).digest() + data)
        stream.flush()
        os.fsync(stream.fileno())


def main() -> None:
    """Prints a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400_000
    made, _ = generated()
    oracle, other = (made.Oracle("collect", FACTS, shared=False, reveal=True) for _ in range(2))
    for event in log(count):
        getattr(oracle, event[0])(*event[1:])
    with tempfile.TemporaryDirectory() as folder:
        file, peer = Path(folder) / "kept", Path(folder) / "pickle"

        def read() -> None:
            body = checkpoint.read(file)
            assert body is not None
            other.restore(body["oracle"])

        written = best(lambda: checkpoint.write(file, {"oracle": oracle.snapshot()}))
        rows = {
            "written": (written, best(lambda: pickled(oracle, peer))),
            "read": (best(read), best(lambda: pickle.loads(peer.read_bytes()[32:]))),
        }
        assert other.snapshot() == oracle.snapshot()
        print(
            f"{count:,} events, {file.stat().st_size / 1e6:.0f} MB (pickle: {peer.stat().st_size / 1e6:.0f} MB)"
        )
    for name, (ours, theirs) in rows.items():
        print(f"{name:<8} {ours:6.2f} s  {ours / count * 1e6:5.2f} us an event   pickle {theirs:6.2f} s")


if __name__ == "__main__":
    main()
