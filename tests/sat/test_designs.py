"""Faulty designs whose states are too many to visit: votes and promises that are forgotten, clocks that drift. Each is refuted."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from honnin.compiler.answers import Bounded, Refuted
from honnin.compiler.circuits import choices, words
from honnin.compiler.circuits.gates import Circuit
from honnin.compiler.circuits.words import Integer
from honnin.compiler.prove import prove
from honnin.compiler.proving.question import question
from honnin.compiler.sat.universe import Bits
from honnin.compiler.smt.bounded import Unrolling
from honnin.compiler.smt.proof import Deadline
from honnin.compiler.smt.values import Term
from honnin.spec.core import Check, EntityT, Module, Type
from honnin.spec.load import check_file

FOLDER = Path(__file__).parent / "designs"
TIMEOUT = 60.0
FEWEST = {
    "drifting_lease": 17,
    "forgotten_promise": 8,
    "forgotten_vote": 7,
    "half_quorum": 4,
    "lost_no": 7,
    "one_too_many": 6,
}
"""Steps of the shortest run that goes wrong."""
VALUES = {
    "drifting_lease": (2,),
    "forgotten_promise": (2, 3),
    "forgotten_vote": (3,),
    "half_quorum": (2,),
    "lost_no": (2,),
    "one_too_many": (6,),
}
"""Values of each entity with which it takes no more."""


def module(name: str) -> Module:
    found = check_file(FOLDER / f"{name}.honnin")
    assert found.module is not None, found.diagnostics
    return found.module


def faulty(made: Module) -> Check:
    return next(check for check in made.checks if check.relation == "violates")


@pytest.mark.parametrize("name", FEWEST)
def test_the_faulty_design_is_refuted_and_the_right_one_is_not(name: str) -> None:
    made = module(name)
    for check in made.checks:
        verdict = prove(made, check, timeout=TIMEOUT).verdict
        if check.relation == "violates":
            assert isinstance(verdict, Refuted), verdict
            assert len(verdict.counterexample.steps) >= FEWEST[name]
        elif check.within:
            assert isinstance(verdict, Bounded), verdict
        else:
            assert not isinstance(verdict, Refuted)


def in_bits(name: str, size: int) -> int | None:
    """Steps of the shortest faulty run of at most as many steps as it takes; None when there is none."""
    made = module(name)
    asked = question(made, faulty(made), lemmas=False)
    scope = dict.fromkeys(asked.product.entities, size)
    limit = Deadline(time.monotonic() + TIMEOUT)
    found = Unrolling(asked.product, asked.properties, scope).deepen(FEWEST[name], limit)
    return None if found.counterexample is None else found.depth


@pytest.mark.parametrize("name", FEWEST)
def test_the_fewest_steps(name: str) -> None:
    assert {in_bits(name, size) for size in VALUES[name]} == {FEWEST[name]}


def _always_the_first(universe: Bits, type: Type, term: Term) -> None:
    """A mistake in the order of values that are alike: no second one is ever chosen."""
    if isinstance(type, EntityT) and universe.domains is not None:
        first = universe.domains[type.name][0]
        universe.circuit.require((choices.ways_of(term).get(first, False),))


def test_a_mistake_in_the_order_of_values_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bits, "introduce", _always_the_first)
    assert in_bits("forgotten_vote", 3) is None


def test_a_mistake_in_the_sums_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_added(circuit: Circuit, left: Integer, *_: object) -> Integer:
        return left

    monkeypatch.setattr(words, "_sum", nothing_added)
    assert in_bits("one_too_many", 6) is None


@pytest.mark.parametrize("name", FEWEST)
def test_without_an_order_of_values_it_takes_as_many_steps(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bits, "introduce", lambda universe, type, term: None)
    assert {in_bits(name, size) for size in VALUES[name]} == {FEWEST[name]}


def test_ranges_too_long_for_an_explicit_search_hold_within_bounds() -> None:
    made = module("moved_money")
    for check in made.checks:
        if check.relation == "violates":
            continue
        verdict = prove(made, check, timeout=TIMEOUT).verdict
        assert isinstance(verdict, Bounded), verdict
        assert verdict.steps == check.steps


def test_and_what_does_not_hold_there_is_refuted() -> None:
    made = module("moved_money")
    verdict = prove(made, faulty(made), timeout=TIMEOUT).verdict
    assert isinstance(verdict, Refuted)
    assert len(verdict.counterexample.steps) == 5


def test_many_values_of_one_entity_and_few_of_the_others() -> None:
    """What goes wrong with six nodes only is found, where six of everything are too many."""
    made = module("three_votes")
    verdict = prove(made, faulty(made), timeout=2 * TIMEOUT).verdict
    assert isinstance(verdict, Refuted), verdict
    assert verdict.counterexample.scope["Node"] == ("n1", "n2", "n3", "n4", "n5", "n6")
    assert len(verdict.counterexample.scope["Candidate"]) == 2
