"""A relation of which there is one value for all other keys is kept as a function, and says what the relation says."""

from __future__ import annotations

from functools import lru_cache

import pytest

from honnin.compiler.generator import functions
from honnin.compiler.generator.functions import with_functions
from honnin.compiler.lower import lower
from honnin.compiler.machine import Register
from honnin.spec.core import (
    And,
    Atom,
    Binder,
    Claim,
    Event,
    Exists,
    Expr,
    Field,
    Forall,
    Implies,
    Not,
    Or,
    Since,
    Specification,
)

from .drawing import Drawing
from .drawing_formulas import PERSON, ROOM, TRUE
from .pairs import Pair, disagreements_on, drawn_by
from .test_snapshots import checked

SEEDS = range(40)
LONG_SEEDS = range(1_000, 1_300)


class Latest(Drawing):
    """Most claims are about what the last event of a kind said."""

    def _event(self, name: str) -> Event:
        fields = tuple(Field(f"k{n}", type, False, f"k{n}") for n, type in enumerate((PERSON, ROOM)))
        return Event(name, "both", (*fields, *super()._event(name).fields[: self.random.randint(0, 2)]))

    def claim(self, name: str) -> Claim:
        if self.random.random() < 0.2:
            return super().claim(name)
        pattern, scope = self.pattern(self.random.choice(self.events))
        body = self._latest(scope, self.random.randint(0, 2))
        if self.random.random() < 0.2:
            body = Implies(body, self._awaiting(scope, 1))
        return Claim(name, "invariant", "on", (pattern,), TRUE, body)

    def _latest(self, scope: tuple[Binder, ...], depth: int) -> Expr:
        if depth:
            one, other = self._latest(scope, depth - 1), self._latest(scope, depth - 1)
            return self.random.choice((And((one, other)), Or((one, other)), Implies(one, other), Not(one)))
        if self.random.random() < 0.3:
            binder = self.binder(self.random.choice((PERSON, ROOM)))
            kind = self.random.choice((Exists, Forall))
            inner = self._since((*scope, binder))
            return kind(binder, Not(inner) if kind is Forall else inner)
        return self._since(scope)

    def _since(self, scope: tuple[Binder, ...]) -> Expr:
        """`(not e(k, _)) since e(k, v)`, or nearly so."""
        begin = self.atom(scope)
        assert isinstance(begin, Atom)
        kept = [n for n, one in enumerate(begin.arguments) if one is not None]
        lost = self.random.choice(kept) if kept else -1
        ends: Expr = Atom(begin.event, tuple(None if n == lost else a for n, a in enumerate(begin.arguments)))
        if self.random.random() < 0.3:
            ends = Or((ends, self.atom(scope)))
        if self.random.random() < 0.2:
            return Since(None, Not(ends), And((begin, self.formula(scope, 0))))
        return Since(None, Not(ends), begin)


@lru_cache(maxsize=256)
def latest(seed: int) -> tuple[Specification, list[Pair]]:
    return drawn_by(Latest(seed), seed)


def functional(specification: Specification) -> list[Register]:
    machine = with_functions(lower(specification, specification.claims))
    return [register for register in machine.registers if register.value is not None]


@pytest.mark.parametrize("seed", SEEDS)
def test_on_drawn_pairs(seed: int) -> None:
    specification, found = latest(seed)
    assert list(disagreements_on(specification, found, lambda report: None)) == []
    for pair in found[:2]:
        checked(specification, pair, reveal=True)


@pytest.mark.long
def test_on_many_drawn_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    found = [one for seed in LONG_SEEDS for one in disagreements_on(*latest(seed), lambda report: None)]
    with capsys.disabled():
        print(f"\n{len(found)} disagreements")
    assert found == []


def test_many_are_functions() -> None:
    assert sum(bool(functional(latest(seed)[0])) for seed in SEEDS) > len(SEEDS) / 2


def test_a_fault_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that takes every relation for a function."""
    monkeypatch.setattr(functions, "_is_function", lambda register, position, event: True)
    found = (one for seed in SEEDS for one in disagreements_on(*latest(seed), lambda report: None))
    assert next(found).endswith("the oracle")
