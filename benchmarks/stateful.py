"""How soon a stateful test finds the overwritten spool's fault, beside plain random driving: `python benchmarks/stateful.py`.

CPU milliseconds of this process to the failure that is reported, for seven seeds. The server has one file for every request and prints
with the next input; the specification is examples/overwritten_spool. `as_state_machine` is Hypothesis with rules made from the input
events, and shrinks what it finds; the peer draws inputs and values with equal chances, up to fifty in a run, and stops at the first
failing run.
"""

from __future__ import annotations

import platform
import random
import re
import statistics
import time
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from honnin.oracle import InvariantViolated, Spec, load
from honnin.oracle.hypothesis import as_state_machine

SPOOL = Path(__file__).parents[1] / "examples" / "overwritten_spool" / "overwritten_spool.honnin"
FACTS = {"entitled": {"table": [], "default": True}}
SEEDS = 7
LONGEST = 50
SHRINKING = (Phase.generate, Phase.shrink)


class OneFile:
    """The fault. A paper is printed with the next input, from the file that all requests share."""

    def __init__(self, oracle: Any) -> None:
        self.oracle = oracle
        self.file = ""
        self.known: set[str] = set()
        self.waiting: list[str] = []
        self.served: set[str] = set()

    def auth(self, request: str, holder: str) -> None:
        self.print()
        self.known.add(request)

    def apply(self, request: str, kind: str, wanted: str) -> None:
        if request in self.known and request not in self.served:
            self.served.add(request)
            self.waiting.append(request)
            self.file = wanted
        self.print()

    def print(self) -> None:
        """Prints the oldest paper, once another is waiting."""
        if len(self.waiting) > 1:
            self.oracle.deliver(request=self.waiting.pop(0), subject=self.file, page=1, pages=1)


def by_hypothesis(spec: Spec, number: int, phases: tuple[Phase, ...]) -> tuple[float, int]:
    """CPU milliseconds, and the inputs of the run that is told."""
    machine = as_state_machine(spec, OneFile, facts=FACTS)
    chosen = settings(
        database=None, deadline=None, max_examples=1000, phases=phases, suppress_health_check=[*HealthCheck]
    )
    began = time.process_time()
    try:
        run_state_machine_as_test(seed(number)(machine), settings=chosen)
    except InvariantViolated as violated:
        took = (time.process_time() - began) * 1000
        told = "\n".join(violated.__notes__)
        return took, len(re.findall(r"state\.(?:auth|apply)\(", told))
    raise AssertionError("the fault was not found")


def by_chance(spec: Spec, number: int) -> tuple[float, int, int]:
    """CPU milliseconds, the inputs of the failing run, and how many runs there were."""
    drawn = random.Random(number)
    began = time.process_time()
    for runs in range(1, 10_000):
        oracle = spec.oracle("raise", facts=FACTS)
        driver = OneFile(oracle)
        try:
            inputs = 0
            while inputs < LONGEST:
                inputs += 1
                _input(drawn, oracle, driver)
        except InvariantViolated:
            return (time.process_time() - began) * 1000, inputs, runs
    raise AssertionError("the fault was not found")


def _input(drawn: random.Random, oracle: Any, driver: OneFile) -> None:
    request = f"r{drawn.randint(1, 3)}"
    person = f"p{drawn.randint(1, 3)}"
    if drawn.random() < 0.5:
        oracle.auth(request=request, holder=person)
        driver.auth(request, person)
    else:
        kind = drawn.choice(("residence_record", "family_register", "seal_registration"))
        oracle.apply(request=request, kind=kind, wanted=person)
        driver.apply(request, kind, person)


def show(what: str, times: list[float], inputs: list[int]) -> None:
    print(
        f"{what:52} {min(times):8.1f} {statistics.median(times):8.1f} {max(times):8.1f}   "
        f"{min(inputs)} to {max(inputs)} inputs, median {statistics.median(inputs):g}",
        flush=True,
    )


def main() -> None:
    """Prints a table."""
    spec = load(SPOOL)
    print(f"{platform.python_implementation()} {platform.python_version()}, {SEEDS} seeds")
    print(f"{'what':52} {'min':>8} {'median':>8} {'max':>8}   CPU ms")
    for what, phases in (("as_state_machine, found", (Phase.generate,)), ("found and shrunk", SHRINKING)):
        found = [by_hypothesis(spec, number, phases) for number in range(SEEDS)]
        show(what, [ms for ms, _ in found], [inputs for _, inputs in found])
    drawn = [by_chance(spec, number) for number in range(SEEDS)]
    show("plain random driving", [ms for ms, _, _ in drawn], [inputs for _, inputs, _ in drawn])


if __name__ == "__main__":
    main()
