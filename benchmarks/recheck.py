"""Every proof checked again, as whole processes: `python benchmarks/recheck.py [--wall SECONDS] [FILE...]`.

For each file (without FILE: every example and every protocol) `honnin prove --certificate DIR` and then `honnin recheck DIR`, each in a
process of its own: CPU seconds (user and system, start and imports included) and the largest resident memory of that process or of
one that it started. The peer: z3 asked again, in a process of its own too, each script parsed anew. Printed as the rows of a table;
status 1 if a proof of any file has an obligation that cvc5 does not meet, or none at all. `--wall`: the time limit of each check.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).parents[1]
FILES = sorted([*ROOT.glob("examples/*/*.honnin"), *ROOT.glob("tests/protocols/*.honnin")])
HONNIN: Final = [sys.executable, "-m", "honnin"]
EACH: Final = 20.0
"""Seconds for each obligation, of either solver."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A process that has ended: the JSON lines that it printed, its CPU seconds and its largest resident memory."""

    lines: list[dict[str, Any]]
    cpu: float
    mebibytes: int

    def named(self, name: str) -> Iterator[dict[str, Any]]:
        return (line[name] for line in self.lines if name in line)


def run(command: list[str]) -> Ran:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = [json.loads(line) for line in process.stdout]
    process.stdout.close()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1, 3), (command, process.returncode)
    return Ran(lines, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024)


@dataclass(slots=True)
class Row:
    """What became of the checks of a file, or of all. `unknown`, `proofs`: checks; `met`, `by_z3`: of the obligations."""

    unknown: int = 0
    proofs: int = 0
    again: int = 0
    obligations: int = 0
    met: int = 0
    by_z3: int = 0
    cpu: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    mebibytes: list[int] = field(default_factory=lambda: [0, 0, 0])

    def add(self, other: Row) -> None:
        for name in ("unknown", "proofs", "again", "obligations", "met", "by_z3"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.cpu = [a + b for a, b in zip(self.cpu, other.cpu, strict=True)]
        self.mebibytes = list(map(max, self.mebibytes, other.mebibytes))

    def cells(self, name: str) -> str:
        counts = (self.unknown or "", self.proofs, self.again, self.obligations, self.met, self.by_z3)
        spent = (f"{cpu:.1f} | {most}" for cpu, most in zip(self.cpu, self.mebibytes, strict=True))
        return f"| {name} | {' | '.join(map(str, counts))} | {' | '.join(spent)} |"


HEAD = """\
| file | unknown | proofs | checked again | obligations | met by cvc5 | by z3 | prove: CPU s | MiB | recheck: CPU s | MiB | z3 again: CPU s | MiB |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"""


def measured(file: Path, folder: Path, wall: float) -> Row:
    prove = [*HONNIN, "prove", str(file), "--certificate", str(folder), "--timeout", str(wall)]
    proved = run([*prove, "--format", "json"])
    again = run([*HONNIN, "recheck", str(folder), "--timeout", str(EACH), "--format", "json"])
    peer = run([sys.executable, __file__, "--z3", str(folder)])
    answers = [check["answer"] for check in proved.named("check")]
    rechecked = list(again.named("recheck"))
    return Row(
        answers.count("unknown"),
        sum(answer in ("proved", "unreachable") for answer in answers),
        sum(one["verdict"] == "proved again" for one in rechecked),
        sum(one["obligations"] for one in rechecked),
        sum(one["met"] for one in rechecked),
        sum(one["z3"] == "unsat" for one in peer.lines),
        [proved.cpu, again.cpu, peer.cpu],
        [proved.mebibytes, again.mebibytes, peer.mebibytes],
    )


def in_z3(folder: Path) -> None:
    """What z3 says of each script of a certificate: what the process of the peer prints."""
    import z3

    for script in sorted(folder.glob("*/*.smt2")):
        solver = z3.SimpleSolver()
        solver.set("timeout", int(EACH * 1000))
        solver.from_string(script.read_text(encoding="utf-8"))
        print(json.dumps({"file": script.name, "z3": str(solver.check())}))


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("files", nargs="*", type=Path, metavar="FILE")
    options.add_argument("--wall", type=float, default=120.0, metavar="SECONDS")
    options.add_argument("--z3", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.z3 is not None:
        in_z3(given.z3)
        return 0
    whole = Row()
    print(HEAD)
    for file in given.files or FILES:
        with tempfile.TemporaryDirectory() as folder:
            row = measured(file, Path(folder), given.wall)
        whole.add(row)
        print(row.cells(file.stem), flush=True)
    print(whole.cells("**all**"))
    return int(whole.again < whole.proofs or whole.met < whole.obligations)


if __name__ == "__main__":
    sys.exit(main())
