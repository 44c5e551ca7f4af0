"""Ten times the events take ten times the work, whatever an oracle has seen: operations are counted, not seconds."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from types import FrameType, ModuleType
from typing import Any

import pytest

from honnin.spec.core import (
    BoolT,
    EntityT,
    EnumT,
    OptionalT,
    RangeT,
    Specification,
    Type,
    Value,
)
from honnin.spec.facts import FactTable, Missing
from honnin.spec.load import check_file

from .harness import closed, load, oracle_module, raw_facts

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(ROOT.glob("examples/*/*.honnin"))
FEW, MANY = 400, 4_000
DEADLINES = """
spec deadlines
entity R, P
event ask(r: R, p: P)
event answer(r: R, p: P)
invariant soon "": on ask(r, p): eventually[<= 60s] answer(r, _)
invariant both "": on ask(r, p): eventually[<= 60s] answer(r, p) and eventually[<= 90s] answer(_, p)
invariant seldom "": on ask(_, p): count[<= 60s](ask(_, p)) < 50
invariant lately "": on answer(r, p): once[<= 300s] ask(r, _)
"""
SESSIONS = """
spec sessions
entity T, P
event login(t: T, p: P)
event logout(t: T)
invariant alone "": on login(t, p): not (exists q: P. q != p and ((not logout(t)) since login(t, q)))
invariant lately "": on login(t, p): not (exists q: P. q != p and earlier[<= 30d] login(t, q))
invariant nobody "": on logout(t): forall q: P. earlier[<= 30d] login(t, q) implies earlier login(t, q)
"""


def drawn(type: Type, draw: Random, events: int) -> Value:
    """A value; there are more identities the more events there are."""
    match type:
        case OptionalT(inner=inner):
            return None if draw.randrange(4) == 0 else drawn(inner, draw, events)
        case EntityT(name=name):
            return f"{name}{draw.randrange(events // 4)}"
        case EnumT(members=members):
            return draw.choice(members)
        case BoolT():
            return draw.random() < 0.5
        case RangeT(low=low, high=high):
            return draw.randint(low, high)
        case _:
            return draw.randint(1, 3)


def trace(specification: Specification, events: int) -> list[tuple[int, tuple[Value, ...], int]]:
    draw = Random(7)
    found = []
    for position in range(events):
        number = draw.randrange(len(specification.events))
        values = tuple(drawn(f.type, draw, events) for f in specification.events[number].fields)
        found.append((number, values, position * 1_000_000))
    return found


def operations(module: ModuleType, specification: Specification, events: int) -> int:
    """How many instructions of Python are executed for the second half of so many events, when maps have filled.

    The accounts of failures are left out: each takes the same work, and how many there are is a matter of the trace.
    """
    tables = {given.name: FactTable({}, Missing()) for given in specification.givens}
    facts = raw_facts(specification, closed(specification, tables))
    oracle = module.Oracle("collect", facts)
    for name in dir(oracle):
        if name.startswith("_account_"):
            setattr(oracle, name, lambda *_: ({}, {}, (), {}))
    oracle._judge = lambda failures: None
    told = trace(specification, events)
    for number, values, at in told[: events // 2]:
        oracle.observe_values(number, values, at)
    count = 0

    def step(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        for number, values, at in told[events // 2 :]:
            oracle.observe_values(number, values, at)
    finally:
        sys.settrace(before)
    assert oracle.position == events
    return count


def growth(specification: Specification) -> float:
    module = oracle_module(specification)
    return operations(module, specification, MANY) / operations(module, specification, FEW)


@pytest.mark.parametrize("file", EXAMPLES, ids=[file.stem for file in EXAMPLES])
def test_the_work_of_the_examples_grows_with_their_events(file: Path) -> None:
    module = check_file(file).module
    assert module is not None
    assert growth(module.main) <= 11


def test_the_work_of_deadlines_and_windows_grows_with_their_events() -> None:
    assert growth(load(DEADLINES).main) <= 11


def test_the_work_of_who_else_was_there_grows_with_the_events() -> None:
    """Within a window too, of which nothing has been forgotten yet."""
    assert growth(load(SESSIONS).main) <= 11


def test_a_claim_that_looks_at_every_value_would_be_noticed() -> None:
    text = """
    spec every
    entity R
    event ask(r: R, n: Int)
    state m: R -> Int
    after ask(r, n) { m[r] := n }
    invariant few "": on ask(_, n): count(r: R where m[r] == n and m[r] != 0) >= 0
    """
    assert growth(load(text).main) > 30
