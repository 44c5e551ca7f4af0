"""Pairs of a drawn specification and a trace, and the verdicts of every engine on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from honnin.compiler.formulas import statement_expressions
from honnin.compiler.smt.trace import report as z3_report
from honnin.spec import core
from honnin.spec.core import Expr, Occurrence, Specification
from honnin.spec.facts import Facts
from honnin.spec.meaning import evaluate
from honnin.spec.verdicts import Fault, Report
from tests.compiler.harness import oracle_module, raw_facts, run

from .drawing import Drawing
from .drawing_formulas import SECOND
from .traces import changed

TRACES = 6
"""How many traces are drawn for one specification."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A trace of a specification, with the facts and the clock at the end. `seed` draws it again."""

    seed: int
    number: int
    trace: tuple[Occurrence, ...]
    facts: Facts
    end: int | None

    def __str__(self) -> str:
        return f"pair {self.number} of seed {self.seed}"


@lru_cache(maxsize=256)
def drawn(seed: int) -> tuple[Specification, list[Pair]]:
    """A specification and its pairs."""
    return drawn_by(Drawing(seed), seed)


def drawn_by(drawing: Drawing, seed: int) -> tuple[Specification, list[Pair]]:
    """What a drawing draws: a specification and its pairs, fresh traces and small changes to them."""
    specification = drawing.specification()
    pairs: list[Pair] = []
    trace: list[Occurrence] = []
    for number in range(TRACES):
        trace = drawing.trace() if number % 2 == 0 else changed(trace, specification, drawing.random)
        late = drawing.random.randint(0, 4) * SECOND
        end = (trace[-1].at or 0) + late if trace else None
        pairs.append(Pair(seed, number, tuple(trace), drawing.facts(), end))
    return specification, pairs


# ---------------------------------------------------------------- verdicts

Judge = Callable[[Pair], Report]


def by_reference(specification: Specification) -> Judge:
    return lambda pair: evaluate(specification, pair.trace, pair.facts, end=pair.end)


def monitored_part(specification: Specification) -> Specification:
    """The specification with the claims that an oracle judges."""
    claims = tuple(claim for claim in specification.claims if claim.prove_only is None)
    return replace(specification, claims=claims)


def by_oracle(specification: Specification) -> Judge:
    module = oracle_module(specification)
    return lambda pair: run(module, pair.trace, raw_facts(specification, pair.facts), pair.end)


def by_z3(specification: Specification) -> Judge:
    """z3 tells of a fault of the specification only its position; every other pair is judged with opaque arguments."""
    return lambda pair: z3_report(
        specification, pair.trace, pair.facts, end=pair.end, opaque=pair.number % 2 == 1
    )


def positions_of_faults(report: Report) -> Report:
    """The report, of its faults the positions only."""
    positions = dict.fromkeys(fault.position for fault in report.faults)
    return replace(report, faults=tuple(Fault(position, "") for position in positions))


def disagreements(seed: int, count: Callable[[Report], None]) -> Iterator[str]:
    """Where the engines disagree about the pairs of one seed; `count` is given each reference report."""
    yield from disagreements_on(*drawn(seed), count)


def disagreements_on(
    specification: Specification, pairs: Sequence[Pair], count: Callable[[Report], None]
) -> Iterator[str]:
    """Where the engines disagree about the pairs."""
    oracle, z3 = by_oracle(specification), by_z3(specification)
    everything, monitored = by_reference(specification), by_reference(monitored_part(specification))
    for pair in pairs:
        expected = everything(pair)
        count(expected)
        if oracle(pair) != monitored(pair):
            yield f"{pair}: the oracle"
        if positions_of_faults(z3(pair)) != positions_of_faults(expected):
            yield f"{pair}: z3"


# ---------------------------------------------------------------- what was drawn


def shares(reports: Sequence[Report]) -> dict[str, float]:
    """Of how many reports each thing can be said; `near`: some claim holds at one position and fails at another."""
    counts: Counter[str] = Counter()
    for report in reports:
        counts["violated"] += bool(report.violated)
        counts["broken"] += bool(report.broken)
        counts["unjudged"] += any(report.unjudged.values())
        counts["pending"] += bool(report.pending)
        counts["fault"] += bool(report.faults)
        counts["reached"] += any(report.reached.values())
        counts["any failure or pending"] += bool(report.violated or report.broken or report.pending)
        failures = Counter(failure.claim for failure in (*report.violated, *report.broken))
        counts["near"] += any(0 < failures[claim] < count for claim, count in report.exercised.items())
    return {name: round(count / len(reports), 3) for name, count in counts.items()}


def constructs(specification: Specification) -> Iterator[str]:
    """The name of every construct in the specification, a temporal operator's with its interval's sign."""
    for expr in _expressions(specification):
        for node in core.walk(expr):
            interval = getattr(node, "interval", None)
            yield type(node).__name__ + ("" if interval is None else interval.operator)


def _expressions(specification: Specification) -> Iterator[Expr]:
    for claim in specification.claims:
        yield from (claim.when, claim.body)
    for update in specification.updates:
        yield update.when
        yield from statement_expressions(update.body)
    for state in specification.states:
        yield state.default
