"""The measures of the certificate server's story, as whole processes: `python benchmarks/measures.py [RUNS]`.

CPU seconds (user and system, of the process and its children) from process start to its end, the median of RUNS runs after one
that does not count. The designs are those of the first page of the language reference and of examples/overwritten_spool.
"""

from __future__ import annotations

import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SPOOL = ROOT / "examples" / "overwritten_spool" / "overwritten_spool.honnin"
HONNIN = [sys.executable, "-m", "honnin"]


def first_page() -> str:
    """The specification of the first page of the language reference, without its checks."""
    text = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    specification = text.split("```honnin\n", 1)[1].split("```", 1)[0]
    return specification[: specification.index("check ")]


def cpu_seconds(command: list[str]) -> float:
    """CPU of one run. CalledProcessError when the answer is not the expected one."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measures(folder: Path) -> Iterator[tuple[str, float, list[str]]]:
    """What is measured, the most that it may take, and the command."""
    yield "check, overwritten_spool", 0.5, [*HONNIN, "check", str(SPOOL)]
    first = first_page()
    for title, limit, statement in (
        ("shared_buffer refuted", 1.0, "check shared_buffer violates right_person"),
        ("keyed_buffer proved", 5.0, "check keyed_buffer satisfies certificate_issuance"),
    ):
        file = folder / f"{statement.split()[1]}.honnin"
        file.write_text(f"{first}\n{statement}\n", encoding="utf-8")
        yield title, limit, [*HONNIN, "prove", str(file)]
    designs = SPOOL.read_text(encoding="utf-8")
    designs = designs[: designs.index("\ncheck ")]
    for title, limit, statement in (
        ("one_file refuted", 1.0, "check one_file violates right_person"),
        ("request_name proved", 5.0, "check request_name satisfies overwritten_spool"),
        ("exclusive_create proved", 5.0, "check exclusive_create satisfies overwritten_spool"),
    ):
        file = folder / f"{statement.split()[1]}.honnin"
        file.write_text(f"{designs}\n{statement}\n", encoding="utf-8")
        yield title, limit, [*HONNIN, "prove", str(file)]
    yield "demo", 60.0, [*HONNIN, "demo"]


def main(runs: int) -> None:
    """Prints a table."""
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}, {runs} runs"
    )
    print(f"{'what':28} {'limit':>6} {'min':>6} {'median':>6} {'max':>6}   CPU s")
    with tempfile.TemporaryDirectory() as folder:
        for title, limit, command in measures(Path(folder)):
            cpu_seconds(command)
            taken = [cpu_seconds(command) for _ in range(runs)]
            figures = min(taken), statistics.median(taken), max(taken)
            print(f"{title:28} {limit:6.1f} " + " ".join(f"{figure:6.2f}" for figure in figures))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
