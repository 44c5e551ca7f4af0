"""Instructions of the processor for one event, by hand and by the oracle: `python benchmarks/oracle_instructions.py` (needs valgrind).

The specification, the log and the class by hand are those of oracle_certificates.py; Python's search for cycles of garbage is off, and what
the process would release at its end is not counted. Each figure is the difference of two runs, of 25,000 events and of 5,000. Unlike times,
these figures do not depend on what else the machine does.
"""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

MODES = {
    "by hand, values checked": None,
    "oracle, one thread, no causes": {"shared": False, "explain": False},
    "oracle, one thread": {"shared": False},
    "oracle, as it comes": {},
}
FEW, MANY = 5_000, 25_000


def work(mode: str, events: int) -> None:
    """The events, after the same preparation whatever their number; ends the process."""
    import oracle_certificates as here

    options = MODES[mode]
    made, _ = here.generated()
    monitor = here.Careful() if options is None else made.Oracle("collect", here.FACTS, **options)
    log = list(here.log(MANY))[:events]
    gc.disable()
    gc.freeze()  # `direct` collects garbage first: looking through the log is no part of an event
    here.direct(monitor, log)
    os._exit(0)


def instructions(script: str, mode: str, events: int) -> int:
    """Of the whole process that does the work of a mode."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told"
        command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", f"--log-file={told}"]
        command += [f"--cachegrind-out-file={folder}/out", sys.executable, script, mode, str(events)]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "0"})
        found = re.search(r"I +refs: +([0-9,]+)", told.read_text())
    assert found is not None
    return int(found[1].replace(",", ""))


def compare(script: str, modes: Iterable[str], few: int, many: int, of: str) -> None:
    """Prints a table of the modes of a script: what one more takes (`of` says of what), beside the first."""
    by_hand = 0.0
    for mode in modes:
        each = (instructions(script, mode, many) - instructions(script, mode, few)) / (many - few)
        by_hand = by_hand or each
        print(f"{mode:<34} {each:>8,.0f} instructions {of}  {each / by_hand:4.2f} of by hand")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        work(sys.argv[1], int(sys.argv[2]))
    else:
        compare(__file__, MODES, FEW, MANY, "an event")
