"""CPU seconds of certificates: `python benchmarks/recheck.py FILE...`, beside a second check of the same scripts by z3.

For each proof of a file (each check is asked for SECONDS at most): how many obligations, and the CPU seconds to write them, to check
them with cvc5 (in its own process, its start not counted), and to check them with z3, each script parsed anew.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import z3

from honnin.compiler.answers import Proved, Unreachable
from honnin.compiler.certificate.solver import Solver
from honnin.compiler.certificate.writing import certificate
from honnin.compiler.prove import prove
from honnin.spec.core import Module
from honnin.spec.load import check_file

SECONDS = 120
"""For each proof, of wall time."""
EACH = 20.0
"""Seconds for each obligation, of either solver."""


def in_z3(script: str) -> str:
    solver = z3.SimpleSolver()
    solver.set("timeout", int(EACH * 1000))
    solver.from_string(script)
    return str(solver.check())


def cpu(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def measured(module: Module, name: str) -> None:
    for check in module.checks:
        if check.relation != "satisfies":
            continue
        answer = prove(module, check, timeout=SECONDS)
        title = f"{name} {check.subject} {check.target}"
        if not isinstance(answer.verdict, Proved | Unreachable):
            print(f"{title}: not proved in {SECONDS} s", flush=True)
            continue
        began = time.process_time()
        manifest, files = certificate(module, name, [(answer, "proved")], 120)
        written = time.process_time() - began
        if not files:
            print(f"{title}: {manifest.checks[0].why}", flush=True)
            continue
        began = time.process_time()
        by_z3 = [in_z3(text) for text in files.values()]
        z3_seconds = time.process_time() - began
        children = cpu(resource.RUSAGE_CHILDREN)
        with Solver() as solver:
            solver.ask("(set-logic ALL)(check-sat)", EACH)
            by_cvc5 = [solver.ask(text, EACH).answer for text in files.values()]
        cvc5_seconds = cpu(resource.RUSAGE_CHILDREN) - children
        met = by_cvc5.count("unsat"), by_z3.count("unsat")
        print(
            f"{title}: {len(files)} obligations, prove {answer.seconds:.2f}, write {written:.2f}, "
            f"cvc5 {cvc5_seconds:.2f} ({met[0]} met), z3 {z3_seconds:.2f} ({met[1]} met)",
            flush=True,
        )


def main(files: list[str]) -> None:
    for file in files:
        module = check_file(Path(file)).module
        assert module is not None
        measured(module, Path(file).stem)


if __name__ == "__main__":
    main(sys.argv[1:])
