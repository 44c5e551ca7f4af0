"""Instructions of the processor for one line of JSON, by hand and by `honnin watch`: `python benchmarks/streams_instructions.py` (needs valgrind).

The log, the specification and the class by hand are those of streams.py. Each figure is the difference of two runs, of 75,000 lines and of
25,000, so that what is made once is not counted; what the process would release at its end is not either. Unlike times, these figures do
not depend on what else the machine does, and say nothing of memory that is touched for the first time.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from oracle_instructions import compare

MODES = ("by hand, values checked", "honnin watch, msgspec", "honnin watch, msgspec, no causes")
FEW, MANY = 25_000, 75_000


def work(mode: str, events: int) -> None:
    """The lines, after the same preparation whatever their number; ends the process."""
    import streams
    from oracle_certificates import Careful

    file = Path(os.environ["LOGS"]) / f"{events}.jsonl"
    if mode == MODES[0]:
        streams.by_hand(file, events, Careful())
    else:
        streams.ours(file, events, fast=True, explain=mode == MODES[1])
    os._exit(0)


def main() -> None:
    """Prints a table."""
    import streams
    from oracle_certificates import log

    with tempfile.TemporaryDirectory() as folder:
        os.environ["LOGS"] = folder
        for count in (FEW, MANY):
            streams.write(Path(folder) / f"{count}.jsonl", list(log(count)))
        compare(__file__, MODES, FEW, MANY, "a line")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        work(sys.argv[1], int(sys.argv[2]))
    else:
        main()
