"""A log that begins in mid-stream, of identities that are released: what is said of the end of a trace is so in the whole of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from types import ModuleType

import pytest

from honnin.compiler.midway.formulas import KNOWN, Bounds, Scope
from honnin.compiler.midway.specification import midway
from honnin.compiler.simplify import disjunction
from honnin.oracle.doubts import Doubts
from honnin.spec.core import BOOL, Expr, Occurrence, StateRead
from honnin.spec.meaning import evaluate
from tests.compiler.harness import load, oracle_module

SECOND = 1_000_000
SPEC = """spec codes
entity User, Client
entity Code retain 5s
event open()
event close()
event give(k: Code, u: User)
event mark(k: Code)
event take(c: Client, k: Code, j: Code)
state is_open: Bool
state owner: Code -> User?
state marks: Code -> Int
state marked: Code -> Bool
after open() { is_open := true }
after close() { is_open := false }
after give(k, u) { owner[k] := u  marked[k] := false }
after mark(k) { marks[k] += 1 }
after mark(k) when is_open { marked[k] := true }
after take(_, k, j) { marks[j] := 0  if marked[k] { owner[k] := none } }
invariant owned "a state": on take(_, k, _): owner[k] != none
invariant few "added up": on mark(k): marks[k] < 2
invariant unmarked "written in doubt": on take(_, k, j): not marked[k] and not marked[j]
invariant once_only "never before": on give(k, _): not earlier give(k, _)
invariant taken_once "of two": on take(_, k, j): not earlier take(_, k, j) and (k != j implies not earlier give(j, _))
invariant ever "always": on take(_, k, _): historically not mark(k)
invariant since_given "since": on take(_, k, _): not mark(k) since give(k, _)
"""


def traces(count: int, seed: int) -> Iterator[tuple[list[Occurrence], int]]:
    """Traces, and where each is cut: the log is what comes after."""
    random = Random(seed)
    for _ in range(count):
        now, trace, often = 0, [], random.choice((0.1, 0.5))
        steps = random.choice([(0, 1), (0, 1, 2, 5), (1, 4, 6), (0, 3, 20)])
        for _ in range(random.choice((4, 10, 25))):
            now += random.choice(steps) * SECOND
            k, j = (f"k{random.randrange(3)}" for _ in range(2))
            made: list[tuple[str, tuple[str, ...]]] = [("open", ()), ("close", ())]
            made += [("give", (k, "u")), ("mark", (k,)), ("take", ("c", k, j))]
            (one,) = random.choices(made, (often, often / 4, 1, 1, 1))
            trace.append(Occurrence(*one, now))
        yield trace, random.randrange(len(trace))


def said(module: ModuleType, cut: int, log: list[Occurrence]) -> tuple[set[object], set[object]]:
    """The claims and positions of the whole that are surely violated, and those that may be."""
    oracle, doubts = module.Oracle("collect", reveal=True), Doubts(frozenset())
    numbers = {event.name: number for number, event in enumerate(module.EVENTS)}
    sure: set[object] = set()
    doubted: set[object] = set()
    for one in log:
        oracle.observe_values(numbers[one.event], one.values, one.at)
        found, _, open_ = doubts.split(oracle.violations, oracle.broken)
        sure |= {(violation.invariant, violation.trigger + cut) for violation in found}
        doubted |= {(violation.invariant, violation.trigger + cut) for violation in open_}
        oracle.violations.clear()
    return sure, doubted


def disagreements(counts: Counter[str], tried: int = 400, seed: int = 7) -> Iterator[str]:
    specification = load(SPEC).main
    module = oracle_module(midway(specification))
    for trace, cut in traces(tried, seed):
        report = evaluate(specification, trace, {})
        violated = {(one.claim, one.trigger) for one in report.violated if (one.trigger or 0) > cut}
        sure, doubted = said(module, cut, trace[cut:])
        counts.update(sure=len(sure), doubted=len(doubted), violated=len(violated))
        if sure - violated:
            yield f"not violated: {sure - violated} behind {cut} in {trace}"
        if violated - sure - doubted:
            yield f"not told: {violated - sure - doubted} behind {cut} in {trace}"


def test_what_is_said_is_so_in_the_whole_trace() -> None:
    counts: Counter[str] = Counter()
    assert list(disagreements(counts)) == []
    print(dict(counts))
    assert counts["sure"] > 0.5 * counts["violated"]


def test_a_fault_is_noticed_in_the_horizon(monkeypatch: pytest.MonkeyPatch) -> None:
    """An identity that is taken for new too soon."""
    made = Bounds.late

    def too_soon(self: Bounds, entity: str) -> Expr:
        self.horizons = dict.fromkeys(self.horizons, SECOND)
        return made(self, entity)

    monkeypatch.setattr(Bounds, "late", too_soon)
    assert next(disagreements(Counter()))


def test_a_fault_is_noticed_in_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that stays known though it may have been written."""
    made = Bounds.known

    def never_lost(self: Bounds, expr: Expr, scope: Scope) -> Expr:
        if isinstance(expr, StateRead) and expr.state in self.lasting:
            return disjunction((StateRead(expr.state + KNOWN, expr.keys, BOOL), self.new(expr.keys[0])))
        return made(self, expr, scope)

    monkeypatch.setattr(Bounds, "known", never_lost)
    assert next(disagreements(Counter()))
