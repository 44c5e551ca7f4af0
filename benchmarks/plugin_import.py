"""What the pytest plugin costs a test run that does not use it: `python benchmarks/plugin_import.py`.

Milliseconds, by `python -X importtime`, of `honnin.oracle.pytest_plugin` after pytest; the least and the median of 15 processes.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

RUNS = 15
PROGRAM = "import pytest; import honnin.oracle.pytest_plugin"


def milliseconds() -> float:
    """One process: the cumulative import time of the plugin."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    line = next(line for line in done.stderr.splitlines() if line.endswith("honnin.oracle.pytest_plugin"))
    return int(line.split("|")[1]) / 1000


def main() -> None:
    """Prints the figures."""
    figures = sorted(milliseconds() for _ in range(RUNS))
    print(
        f"plugin import: least {figures[0]:.1f} ms, median {statistics.median(figures):.1f} ms (wanted: 20)"
    )


if __name__ == "__main__":
    main()
