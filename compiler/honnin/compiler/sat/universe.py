"""What the values of each type are in bits. Entities, enums and texts have a bit for each value; integers are words."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from math import gcd
from typing import Final

from honnin.compiler.circuits import choices, words
from honnin.compiler.circuits.choices import OneOf
from honnin.compiler.circuits.gates import Bit, Circuit
from honnin.compiler.circuits.words import Word
from honnin.compiler.explicit.layout import expressions
from honnin.compiler.product import Product
from honnin.compiler.smt.universe import Reading, Universe, Unsupported
from honnin.compiler.smt.values import (
    Formula,
    Maybe,
    Term,
    conj,
    disj,
    iff,
    implies,
    is_known,
    neg,
    number,
    same,
)
from honnin.spec.core import (
    BoolT,
    DurationT,
    EntityT,
    EnumT,
    Eventually,
    IntT,
    Lit,
    OptionalT,
    RangeT,
    TextT,
    TimeT,
    Type,
    Value,
    base_type,
    walk,
)
from honnin.spec.records import dataclass

MOST_CASES: Final = 64
"""A key that is an integer of at most so many values is taken apart by them."""
SOME_TEXTS: Final = 2
"""Texts that may occur beside those that the design names."""
TICKS: Final = 64
"""Times are tried at so many moments."""


@dataclass(frozen=True, slots=True)
class Samples:
    """The values tried of types without end: integers from `low` to `high`, multiples of `tick` microseconds, these texts."""

    low: int
    high: int
    tick: int
    texts: tuple[str, ...]


class Bits(Universe):
    """A universe of bits. `guessed`: of some type without end only samples were tried."""

    def __init__(self, domains: Mapping[str, tuple[Value, ...]], samples: Samples) -> None:
        super().__init__(domains)
        self.circuit = Circuit()
        self.samples = samples
        self.guessed = False
        self._seen: dict[Type, list[Formula]] = {}

    # ------------------------------------------------------------ operations that need types

    def equal(self, type: Type, left: Term, right: Term) -> Formula:
        match type:
            case OptionalT(inner=inner):
                return self._equal_maybe(inner, left, right)
            case BoolT():
                return iff(left, right)
            case _ if is_known(left) and is_known(right):
                return same(left, right)
            case EntityT() | EnumT() | TextT():
                return choices.equal(self.circuit, left, right)
            case _:
                return words.equal(self.circuit, number(left), number(right))

    def ite(self, type: Type, condition: Formula, then: Term, otherwise: Term) -> Term:
        if isinstance(type, OptionalT | BoolT) or isinstance(condition, bool):
            return super().ite(type, condition, then, otherwise)
        if isinstance(type, EntityT | EnumT | TextT):
            return choices.choose(self.circuit, condition, then, otherwise)
        return words.choose(self.circuit, condition, number(then), number(otherwise))

    def allowed(self, term: Term, type: Type) -> Formula:
        return True if isinstance(type, EntityT | EnumT) else super().allowed(term, type)

    def _cases(self, term: Term, key: Type) -> tuple[Term, ...] | None:
        match term:
            case OneOf(ways=ways):
                return tuple(ways)
            case Word(low=low, high=high) if high - low < MOST_CASES:
                return tuple(range(low, high + 1))
            case Bit():
                return (False, True)
            case Maybe(value=value):
                inner = (value,) if is_known(value) else self._cases(value, key)
                return None if inner is None else (Maybe(False, None), *(Maybe(True, one) for one in inner))
            case _:
                return None

    # ------------------------------------------------------------ arbitrary values

    def fresh(self, type: Type) -> Term:
        match type:
            case BoolT():
                return self.circuit.variable()
            case OptionalT(inner=inner):
                return Maybe(self.circuit.variable(), self.fresh(inner))
            case EntityT() | EnumT():
                return self._one_of(self._choices(type))
            case RangeT(low=low, high=high):
                return words.arbitrary(self.circuit, low, high)
            case _:
                self.guessed = True
                return self._sample(type)

    def _sample(self, type: Type) -> Term:
        match type:
            case TextT():
                return self._one_of(self.samples.texts)
            case TimeT() | DurationT():
                low = -TICKS if isinstance(type, DurationT) else 0
                return words.arbitrary(self.circuit, low, TICKS) * self.samples.tick
            case _:
                return words.arbitrary(self.circuit, self.samples.low, self.samples.high)

    def _one_of(self, values: Sequence[Hashable]) -> Term:
        wires = self.circuit.exactly_one(len(values))
        return choices.choice(self.circuit, dict(zip(values, wires, strict=True)))

    def anything(self, type: Type) -> Term:
        match type:
            case BoolT():
                return False
            case OptionalT():
                return Maybe(False, None)
            case EntityT() | EnumT():
                return self._choices(type)[0]
            case TextT():
                return self.samples.texts[0]
            case RangeT(low=low):
                return low
            case _:
                return 0

    def introduce(self, type: Type, term: Term) -> None:
        """The next choice of a value: of an entity one that was chosen before, or the first of the others. (They are all alike.)"""
        if not isinstance(type, EntityT):
            return
        values = self._choices(type)
        seen = self._seen.setdefault(type, [True, *(False for _ in values)])
        ways = choices.ways_of(term)
        for index, value in enumerate(values):
            here = ways.get(value, False)
            self.circuit.require((neg(here), seen[index]))
        self._seen[type] = [
            True,
            *(disj((old, ways.get(v, False))) for old, v in zip(seen[1:], values, strict=True)),
        ]

    def _uninterpreted(self, keys: tuple[Type, ...], value: Type) -> Reading:
        """A map from keys that cannot be listed: what is read at equal keys is equal."""
        known: list[tuple[tuple[Term, ...], Term]] = []

        def read(at: tuple[Term, ...]) -> Term:
            found = self.fresh(value)
            for other, there in known:
                alike = implies(self.all_equal(keys, at, other), self.equal(value, found, there))
                self.circuit.require((alike,))
            known.append((at, found))
            return found

        return self.memo(read)

    def quantify(self, every: bool, type: Type, body: Callable[[Term], Formula]) -> Formula:
        values = self.domain(type)
        if values is None:
            raise Unsupported("a quantifier over a type without end")
        self._count(len(values))
        parts = map(body, values)
        return conj(parts) if every else disj(parts)


def samples_of(product: Product) -> Samples:
    """Values of types without end near those that the design and its claims name."""
    spans = [register.window for machine in product.machines for register in machine.registers]
    numbers, texts = {1}, dict[str, None]()
    for node in (node for expr in expressions(product) for node in walk(expr)):
        match node:
            case Eventually(bound=bound):
                spans.append(bound)
            case Lit(type=DurationT(), value=int(value)):
                spans.append(value)
            case Lit(type=IntT() | RangeT(), value=int(value)):
                numbers.add(abs(value))
            case Lit(value=str(value)) if isinstance(base_type(node.type), TextT):
                texts[value] = None
    high = 2 * max(numbers) + 2
    more = (f"text {index}" for index in range(SOME_TEXTS))
    return Samples(-high, high, _tick(spans), tuple(dict.fromkeys((*texts, *more))))


def _tick(spans: Sequence[int]) -> int:
    """A tick of which the spans are few enough to have several in the time that is tried."""
    common = gcd(*spans)
    if not common:
        return 1_000_000
    return common // 2 if common % 2 == 0 and 4 * max(spans) <= TICKS * common else common
