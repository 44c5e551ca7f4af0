"""CPU seconds of every check of the examples, in one process: `python benchmarks/prove_incidents.py [EXAMPLE...]`."""

from __future__ import annotations

import sys
from pathlib import Path

from honnin.compiler.answers import Reached, Refuted
from honnin.compiler.prove import prove
from honnin.spec.load import check_file

EXAMPLES = Path(__file__).parents[1] / "examples"
SECONDS = 60


def main(names: list[str]) -> None:
    """One line for each check: its CPU seconds, the answer, and how many steps a run has."""
    for name in names or sorted(folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()):
        module = check_file(EXAMPLES / name / f"{name}.honnin").module
        assert module is not None
        for check in module.checks:
            answer = prove(module, check, timeout=SECONDS)
            verdict = answer.verdict
            word = type(verdict).__name__.lower()
            match verdict:
                case Refuted(counterexample=run) | Reached(witness=run):
                    word += f" in {len(run.steps)}"
                case _:
                    pass
            mark = "" if answer.expected else "  NOT EXPECTED"
            print(
                f"{answer.seconds:6.2f}  {word:14} {check.subject} {check.relation} {check.target}{mark}",
                flush=True,
            )


if __name__ == "__main__":
    main(sys.argv[1:])
