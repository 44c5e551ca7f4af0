"""The published protocols of tests/protocols on the prover: `python benchmarks/protocols.py [--wall SECONDS] [--jobs N] [--first] [PROTOCOL...]`.

Each check of each file is answered in a process of its own: CPU seconds (user and system) and the largest resident memory of that
process and its children, start and imports included. What takes more than LIMIT seconds of CPU does not count. `--wall` is the time
limit that the prover is given; on a machine that does other work too it is larger than LIMIT. `--first`: only the published property,
which is the first one, with its bug. Without names the table
tests/protocols/TABLE.md is written; with names the rows are printed only.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

from honnin.compiler.answers import Proved, Reached, Refuted
from honnin.compiler.prove import prove
from honnin.spec.load import check_file

FOLDER = Path(__file__).parents[1] / "tests" / "protocols"
TABLE = FOLDER / "TABLE.md"
LIMIT = 30.0
"""Seconds of CPU for a check."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A check and its answer. `size`: clauses of the invariant that proves it, or steps of the run that was found."""

    subject: str
    relation: str
    target: str
    verdict: str
    size: int
    cpu: float
    mebibytes: int

    @property
    def expected(self) -> bool:
        wanted = {"satisfies": "proved", "violates": "refuted", "reaches": "reached"}
        return self.verdict == wanted[self.relation] and self.cpu <= LIMIT

    @property
    def wrong(self) -> bool:
        """Not undecided, but the opposite of what is so."""
        return self.verdict not in ("unknown", "no answer") and not self.expected and self.cpu <= LIMIT


def answer(file: Path, number: int, wall: float) -> dict[str, object]:
    """The answer to check number `number` of `file`, as JSON: what the process of a check prints."""
    module = check_file(file).module
    assert module is not None
    verdict = prove(module, module.checks[number], timeout=wall).verdict
    match verdict:
        case Proved(invariant=clauses):
            size = len(clauses)
        case Refuted(counterexample=run) | Reached(witness=run):
            size = len(run.steps)
        case _:
            size = 0
    return {"verdict": type(verdict).__name__.lower(), "size": size}


def measure(file: Path, wall: float, *, first: bool) -> Iterator[Measured]:
    """Each check of a file. A process that does not keep its time limit is ended, and has no answer."""
    module = check_file(file).module
    assert module is not None
    for number, check in enumerate(module.checks):
        if first and check.target != module.checks[0].target:
            continue
        command = [sys.executable, __file__, "--one", str(number), "--wall", str(wall), str(file)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
        alarm = Timer(2 * wall + 10, os.killpg, (process.pid, signal.SIGKILL))
        alarm.start()
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        alarm.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        result = json.loads(said) if process.returncode == 0 else {"verdict": "no answer", "size": 0}
        cpu = used.ru_utime + used.ru_stime
        yield Measured(
            check.subject, check.relation, check.target, **result, cpu=cpu, mebibytes=used.ru_maxrss // 1024
        )


def form(file: Path) -> str:
    """The form of the property, which the comment at the head of the file tells."""
    words = re.search(r"Form: ([a-z -]+)", file.read_text(encoding="utf-8").replace("\n#", ""))
    assert words is not None, file
    return words[1].removesuffix(" with the quorum of the leader kept").strip()


def rows(name: str, checks: Sequence[Measured]) -> Iterator[str]:
    """One row for each property that the good design must have, the seeded bug beside it."""
    for good in checks:
        if good.relation != "satisfies":
            continue
        bug = next((c for c in checks if c.relation == "violates" and c.target == good.target), None)
        found = "" if bug is None else f"{bug.verdict} in {bug.size} steps" if bug.size else bug.verdict
        spent = "" if bug is None else f"{bug.cpu:.1f}"
        clauses = str(good.size) if good.verdict == "proved" else ""
        late = ", after the limit" if good.cpu > LIMIT and good.verdict == "proved" else ""
        shown = f"[{name}]({name}.honnin) | {good.target} | {form(FOLDER / f'{name}.honnin')}"
        yield (
            f"| {shown} | {good.verdict}{late} | {clauses} | {good.cpu:.1f} | {good.mebibytes} | {found} | {spent} |"
        )


def tally(measured: dict[str, list[Measured]]) -> Iterator[str]:
    """How many protocols, and how many checks, have the answer that they should have."""
    files = measured.values()
    published = sum(next(c for c in checks if c.relation == "satisfies").expected for checks in files)
    whole = sum(all(c.expected for c in checks if c.relation == "satisfies") for checks in files)
    refuted = sum(all(c.expected for c in checks if c.relation == "violates") for checks in files)
    reached = [c for checks in files for c in checks if c.relation == "reaches"]
    wrong = sum(c.wrong for checks in files for c in checks)
    memory = max(c.mebibytes for checks in files for c in checks)
    yield f"- **Proved for any number, the property of the first row: {published} of {len(measured)} protocols**; every property: {whole}."
    yield f"- Seeded bugs refuted in every property: {refuted} of {len(measured)}."
    if reached:
        yield f"- Covers reached: {sum(c.expected for c in reached)} of {len(reached)}."
    yield f"- Wrong answers: {wrong}. Most memory: {memory} MiB."


def page(measured: dict[str, list[Measured]], wall: float, *, first: bool) -> str:
    only = " --first" if first else ""
    lines = [
        "# The protocols on the prover",
        "",
        f"Made by `python benchmarks/protocols.py --wall {wall:g}{only}`; do not edit. CPU seconds and memory of the process of one check, start",
        f"and imports included; what takes more than {LIMIT:g} s of CPU does not count. *clauses*: of the invariant that proves it.",
        "The last columns: the same question about the design with the seeded bug. `unknown` on a busy machine: the limit is wall time, and the CPU",
        "column tells how much of it the check had.",
        "",
        "| protocol | property | form | verdict | clauses | CPU s | MiB | bug | CPU s |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *(row for name, checks in measured.items() for row in rows(name, checks)),
        "",
        *tally(measured),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--wall", type=float, default=LIMIT)
    options.add_argument("--jobs", type=int, default=1, help="files measured at a time")
    options.add_argument("--first", action="store_true", help="the published property of each only")
    options.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options.add_argument("names", nargs="*")
    chosen = options.parse_args()
    if chosen.one is not None:
        print(json.dumps(answer(Path(chosen.names[0]), chosen.one, chosen.wall)))
        return
    names = chosen.names or sorted(file.stem for file in FOLDER.glob("*.honnin"))
    measured: dict[str, list[Measured]] = {}
    with ThreadPoolExecutor(chosen.jobs) as pool:
        answers = pool.map(
            lambda name: list(measure(FOLDER / f"{name}.honnin", chosen.wall, first=chosen.first)), names
        )
        for name, checks in zip(names, answers, strict=True):
            measured[name] = checks
            print("\n".join(rows(name, checks)), flush=True)
            for check in checks:
                if not check.expected:
                    said = f"{check.verdict} {check.cpu:.1f} s"
                    print(f"  {check.subject} {check.relation} {check.target}: {said}", flush=True)
    print("\n".join(tally(measured)))
    if not chosen.names:
        TABLE.write_text(page(measured, chosen.wall, first=chosen.first), encoding="utf-8")


if __name__ == "__main__":
    main()
