"""The story of the vendor, as whole processes: `python benchmarks/measures.py [--runs N] [NAME...]`.

CPU seconds (user and system, of the process and its children) from process start to its end, the least and the median of N runs after
one that does not count and compiles the modules, as pip does when it installs them. Every incident's designs (examples/, and the first page of the language reference), each asked alone: the wrong
ones are refuted with the trace printed, the right ones proved for any number of everything. NAME limits it to rows whose name begins so.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT = Path(__file__).parents[1]
HONNIN = [sys.executable, "-m", "honnin"]
INCIDENTS = sorted(path for path in (ROOT / "examples").glob("*/*.honnin"))
SPOOL = ROOT / "examples" / "overwritten_spool" / "overwritten_spool.honnin"
REFUTED: Final = 0.3
PROVED: Final = {"open_session": 2.0}
PROVED_OTHERWISE: Final = 1.0


def first_page() -> str:
    """The specification of the first page of the language reference."""
    text = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    return text.split("```honnin\n", 1)[1].split("```", 1)[0]


def cpu_seconds(command: list[str], bytecode: Path) -> float:
    """CPU of one run, with compiled modules kept in a folder. CalledProcessError when the answer is not the expected one."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(bytecode)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def asked_alone(incident: str, text: str, folder: Path) -> Iterator[tuple[str, float, list[str]]]:
    """A measure for each `violates` and `satisfies` of a text, which stands in a file with that check alone."""
    lines = text.splitlines(keepends=True)
    designs = "".join(line for line in lines if not line.startswith("check "))
    for line in lines:
        match line.split():
            case ["check", design, "violates" | "satisfies" as relation, claim, *_]:
                file = folder / f"{incident}-{design}-{claim}.honnin"
                file.write_text(f"{designs}\n{line}", encoding="utf-8")
                limit = REFUTED if relation == "violates" else PROVED.get(incident, PROVED_OTHERWISE)
                yield f"{incident}: {design} {relation} {claim}", limit, [*HONNIN, "prove", str(file)]
            case _:
                pass


def measures(folder: Path) -> Iterator[tuple[str, float, list[str]]]:
    """What is measured, the most that it may take, and the command."""
    yield "check overwritten_spool", 0.5, [*HONNIN, "check", str(SPOOL)]
    yield from asked_alone("language", first_page(), folder)
    for file in INCIDENTS:
        yield from asked_alone(file.stem, file.read_text(encoding="utf-8"), folder)
    yield "demo", 60.0, [*HONNIN, "demo"]


def main(runs: int, names: list[str]) -> None:
    """Prints a table."""
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}, {runs} runs\n"
    )
    print("| what | wanted | least | median |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for title, limit, command in measures(folder):
            if names and not title.startswith(tuple(names)):
                continue
            taken = [cpu_seconds(command, folder / "bytecode") for _ in range(1 + runs)][1:]
            least, median = min(taken), statistics.median(taken)
            print(f"| {title} | {limit:.1f} | {least:.2f} | {median:.2f} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    main(options.runs, options.names)
