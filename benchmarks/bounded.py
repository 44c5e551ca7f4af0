"""Bounded searches by each engine: `python benchmarks/bounded.py [SECONDS]`.

The faulty and the right designs of tests/sat/designs and of some published protocols, in one scope, to a depth. CPU seconds of each engine
in a process of its own, start and imports left out, and the largest resident memory: bits with python-sat, bits with z3's SAT
solver, z3 over its own terms, and the explicit search of the same scope. An engine that has no answer in SECONDS of wall time (60) is told as `-`.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from honnin.compiler.explicit.applicable import NotApplicable
from honnin.compiler.explicit.search import Search, TooLarge
from honnin.compiler.explicit.space import compile_product
from honnin.compiler.limit import Expired, OutOfTime, limited
from honnin.compiler.proving.question import Question, question
from honnin.compiler.sat import solvers
from honnin.spec.load import check_file

ROOT = Path(__file__).parents[1] / "tests"
CASES: Final = (
    ("sat/designs/forgotten_vote", "forgets", 3, 8),
    ("sat/designs/forgotten_promise", "forgets_promise", 2, 8),
    ("sat/designs/drifting_lease", "drifting", 2, 17),
    ("sat/designs/moved_money", "bank", 3, 5),
    ("protocols/consensus_epr", "votes_again", 2, 10),
    ("protocols/consensus_epr", "elected_leader", 3, 9),
    ("protocols/paxos", "late_votes", 2, 8),
    ("protocols/paxos", "single_decree", 3, 8),
    ("protocols/lock_server_async", "delivered_twice", 2, 12),
    ("protocols/lock_server_async", "by_messages", 3, 20),
    ("protocols/ring_leader_election", "pass_all", 3, 6),
)


def asked(file: str, design: str) -> Question:
    """What the first check of the design in the file asks."""
    module = check_file(ROOT / f"{file}.honnin").module
    assert module is not None
    return question(module, next(c for c in module.checks if c.subject == design), lemmas=False)


def unrolled(what: Question, scope: Mapping[str, int], steps: int, until: float, *, exact: bool) -> str:
    from honnin.compiler.smt.bounded import Unrolling
    from honnin.compiler.smt.proof import Deadline

    search = Unrolling(what.product, what.properties, scope, exact=exact)
    found = search.deepen(steps, Deadline(until))
    if found.stopped:
        return "-"
    return f"{found.depth} steps" if found.counterexample else "none"


def python_sat(what: Question, scope: Mapping[str, int], steps: int, until: float) -> str:
    return unrolled(what, scope, steps, until, exact=False)


def z3_sat(what: Question, scope: Mapping[str, int], steps: int, until: float) -> str:
    solvers.is_installed = lambda: False
    return unrolled(what, scope, steps, until, exact=False)


def z3_terms(what: Question, scope: Mapping[str, int], steps: int, until: float) -> str:
    return unrolled(what, scope, steps, until, exact=True)


def explicit(what: Question, scope: Mapping[str, int], steps: int, until: float) -> str:
    compiled = compile_product(what.product, what.properties)
    search = Search(compiled, tuple(scope[name] for name in compiled.vocabulary.entities))
    found = search.advance_to(steps, (1 << len(compiled.watch.watched)) - 1, until, 2_000_000)
    return "none" if found is None else f"{len(found.steps)} steps"


ENGINES: Final[Mapping[str, Callable[[Question, Mapping[str, int], int, float], str]]] = {
    "bits, python-sat": python_sat,
    "bits, z3": z3_sat,
    "z3's terms": z3_terms,
    "explicit": explicit,
}


def measure(case: tuple[str, str, int, int], engine: str, seconds: float) -> tuple[str, float, int]:
    """The answer, CPU seconds and MiB of one engine on one case."""
    file, design, size, steps = case
    what = asked(file, design)
    scope = dict.fromkeys(what.product.entities, size)
    began, until = time.process_time(), time.monotonic() + seconds
    try:
        said = limited(until, lambda: ENGINES[engine](what, scope, steps, until))
    except (OutOfTime, Expired, TooLarge, NotApplicable):
        said = "-"
    used = time.process_time() - began
    return said, used, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    print("| design | values | steps | answer | " + " | ".join(ENGINES) + " | MiB, bits |")
    print("|" + " --- |" * (5 + len(ENGINES)))
    context = multiprocessing.get_context("spawn")
    for case in CASES:
        cells, answers, room = [], set(), 0
        for engine in ENGINES:
            with context.Pool(1, maxtasksperchild=1) as pool:
                said, used, memory = pool.apply(measure, (case, engine, seconds))
            cells.append("-" if said == "-" else f"{used:.2f}")
            answers |= {said} - {"-"}
            room = room or memory
        _, design, size, steps = case
        print(
            f"| {design} | {size} | {steps} | {' / '.join(sorted(answers))} | {' | '.join(cells)} | {room} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
