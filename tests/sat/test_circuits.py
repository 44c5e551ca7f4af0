"""Circuits compute what Python computes: words over every pair of values, choices, and exactly one of several."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import product

import pytest

from honnin.compiler.circuits import choices, words
from honnin.compiler.circuits.gates import Bit, Circuit, TooLarge, Wire
from honnin.compiler.circuits.words import Integer, Word
from honnin.compiler.sat.solvers import SOLVERS, Solver
from honnin.compiler.smt.proof import Deadline

LOW, HIGH = -3, 4

EXPRESSIONS: dict[str, Callable[[Integer, Integer], Integer]] = {
    "sum": lambda x, y: x + y,
    "sums": lambda x, y: 7 + x + y + x,
    "difference": lambda x, y: x - y,
    "from a number": lambda x, y: 5 - x - y,
    "negation": lambda x, y: -x,
    "product": lambda x, y: x * y,
    "powers": lambda x, y: x * x * y,
    "multiple": lambda x, y: x * 13 - 6 * y,
    "negative multiple": lambda x, y: x * -5,
}


def deadline() -> Deadline:
    return Deadline(time.monotonic() + 20)


def value(solver: Solver, wires: tuple[Wire, ...]) -> int:
    is_true = solver.assignment()
    return words.number([is_true(w.literal) if isinstance(w, Bit) else w for w in wires])


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
@pytest.mark.parametrize("compute", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_words_are_integers(compute: Callable[[Integer, Integer], Integer], solver: type[Solver]) -> None:
    circuit, solving = Circuit(), solver()
    x, y = (words.arbitrary(circuit, LOW, HIGH) for _ in range(2))
    found = compute(x, y)
    assert isinstance(found, Word)
    for a, b in product(range(LOW, HIGH + 1), repeat=2):
        here = circuit.all((words.equal(circuit, x, a), words.equal(circuit, y, b)))
        assert isinstance(here, Bit)
        solving.add(circuit.take())
        assert solving.solve([here.literal], deadline())
        expected = compute(a, b)
        assert value(solving, found.wires) == expected
        assert found.low <= expected <= found.high


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
def test_words_are_compared_and_chosen(solver: type[Solver]) -> None:
    circuit, solving = Circuit(), solver()
    x, y = words.arbitrary(circuit, -4, 3), words.arbitrary(circuit, -1, 9)
    assert isinstance(x, Word)
    assert isinstance(y, Word)
    least = words.choose(circuit, x <= y, x, y)
    wires = (x <= y, y <= x, x <= 1, x >= 1, words.equal(circuit, x, y))
    assert isinstance(least, Word)
    for a, b in product(range(-4, 4), range(-1, 10)):
        here = circuit.all((words.equal(circuit, x, a), words.equal(circuit, y, b)))
        assert isinstance(here, Bit)
        solving.add(circuit.take())
        assert solving.solve([here.literal], deadline())
        is_true = solving.assignment()
        said = [is_true(wire.literal) if isinstance(wire, Bit) else wire for wire in wires]
        assert said == [a <= b, b <= a, a <= 1, a >= 1, a == b]
        assert value(solving, least.wires) == min(a, b)


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
@pytest.mark.parametrize(("low", "high"), [(0, 5), (-3, -1), (-2, 6), (7, 7), (-8, 7)])
def test_an_arbitrary_integer_has_every_value_of_its_range(low: int, high: int, solver: type[Solver]) -> None:
    circuit, solving = Circuit(), solver()
    x = words.arbitrary(circuit, low, high)
    met = set()
    for candidate in range(low - 9, high + 10):
        is_it = words.equal(circuit, x, candidate)
        solving.add(circuit.take())
        if is_it is True or (isinstance(is_it, Bit) and solving.solve([is_it.literal], deadline())):
            met.add(candidate)
    assert met == set(range(low, high + 1))


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
@pytest.mark.parametrize("size", [1, 2, 5, 6, 7, 11])
def test_exactly_one_holds(size: int, solver: type[Solver]) -> None:
    circuit, solving = Circuit(), solver()
    wires = circuit.exactly_one(size)
    one = choices.choice(circuit, dict(zip(range(size), wires, strict=True)))
    for number in range(size):
        is_it = choices.equal(circuit, one, number)
        solving.add(circuit.take())
        if isinstance(is_it, Bit):
            assert solving.solve([is_it.literal], deadline())
            is_true = solving.assignment()
            assert [isinstance(w, Bit) and is_true(w.literal) for w in wires].count(True) == 1


def test_numbers_that_grow_without_end_are_refused() -> None:
    circuit = Circuit()
    x = words.arbitrary(circuit, 0, 1000)
    with pytest.raises(TooLarge, match="numbers this large"):
        for _ in range(10):
            x = x * x


def test_a_gate_is_made_once() -> None:
    circuit = Circuit()
    a, b, c = (circuit.variable() for _ in range(3))
    assert circuit.all((a, b)) is circuit.all((b, a, True))
    assert circuit.all((a, ~a)) is False
    assert circuit.differ(a, ~b) is circuit.differ(~a, b)
    assert circuit.choose(~a, b, c) is circuit.choose(a, c, b)
    assert circuit.choose(a, b, b) is b
