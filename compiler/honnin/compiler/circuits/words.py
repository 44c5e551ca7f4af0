"""Integers made of bits: two's complement, each as wide as its least and greatest value need. So nothing ever overflows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from honnin.compiler.circuits.gates import Bit, Circuit, TooLarge, Wire, invert

MOST_BITS: Final = 128


class Word:
    """An integer from `low` to `high`. `wires`: the lowest first, the last is the sign."""

    __slots__ = ("circuit", "high", "low", "wires")

    def __init__(self, circuit: Circuit, wires: Sequence[Wire], low: int, high: int) -> None:
        self.circuit = circuit
        self.wires = tuple(wires)
        self.low = low
        self.high = high

    def __repr__(self) -> str:
        return f"Word({self.low}..{self.high})"

    def __add__(self, other: Integer) -> Integer:
        low, high = self.low + lowest(other), self.high + highest(other)
        return _sum(self.circuit, self, other, False, low, high)

    def __radd__(self, other: int) -> Integer:
        return self + other

    def __sub__(self, other: Integer) -> Integer:
        low, high = self.low - highest(other), self.high - lowest(other)
        return _sum(self.circuit, self, other, True, low, high)

    def __rsub__(self, other: int) -> Integer:
        return _sum(self.circuit, other, self, True, other - self.high, other - self.low)

    def __neg__(self) -> Integer:
        return 0 - self

    def __mul__(self, other: Integer) -> Integer:
        if isinstance(other, int):
            return -_times(self, -other) if other < 0 else _times(self, other)
        return _product(self, other)

    def __rmul__(self, other: int) -> Integer:
        return self * other

    def __le__(self, other: Integer) -> Wire:
        return _at_most(self.circuit, self, other)

    def __ge__(self, other: Integer) -> Wire:
        return _at_most(self.circuit, other, self)


Integer: TypeAlias = int | Word


def lowest(value: Integer) -> int:
    return value if isinstance(value, int) else value.low


def highest(value: Integer) -> int:
    return value if isinstance(value, int) else value.high


def width(low: int, high: int) -> int:
    """Bits of two's complement that hold every integer from `low` to `high`. TooLarge when they are very many."""
    bits = 1 + max((end if end >= 0 else ~end).bit_length() for end in (low, high))
    if bits > MOST_BITS:
        raise TooLarge("numbers this large")
    return bits


def word(circuit: Circuit, wires: Sequence[Wire], low: int, high: int) -> Integer:
    """The integer of these wires, known to be from `low` to `high`."""
    if low == high:
        return low
    kept = wires[: width(low, high)]
    if not any(isinstance(wire, Bit) for wire in kept):
        return number(kept)
    return Word(circuit, kept, low, high)


def number(wires: Sequence[object]) -> int:
    """The integer of wires that are known."""
    total = sum(1 << place for place, wire in enumerate(wires) if wire)
    return total - (1 << len(wires)) if wires[-1] else total


def arbitrary(circuit: Circuit, low: int, high: int) -> Integer:
    """Any integer from `low` to `high`."""
    if low == high:
        return low
    bits = width(low, high)
    digits: list[Wire] = [circuit.variable() for _ in range(bits - 1)]
    sign: Wire = low < 0 if (low < 0) == (high < 0) else circuit.variable()
    found = Word(circuit, (*digits, sign), low, high)
    least, greatest = (-(1 << bits - 1) if low < 0 else 0), ((1 << bits - 1) - 1 if high >= 0 else -1)
    free = Word(circuit, found.wires, least, greatest)
    for bounded in (_at_most(circuit, low, free), _at_most(circuit, free, high)):
        circuit.require((bounded,))
    return found


def wires_of(value: Integer, bits: int) -> list[Wire]:
    """So many wires of the integer, which is no wider."""
    if isinstance(value, int):
        return [bool(value >> place & 1) for place in range(bits)]
    return [*value.wires, *(value.wires[-1:] * (bits - len(value.wires)))][:bits]


def equal(circuit: Circuit, left: Integer, right: Integer) -> Wire:
    """`left == right`."""
    low, high = min(lowest(left), lowest(right)), max(highest(left), highest(right))
    if highest(left) < lowest(right) or highest(right) < lowest(left):
        return False
    bits = width(low, high)
    pairs = zip(wires_of(left, bits), wires_of(right, bits), strict=True)
    return circuit.all(invert(circuit.differ(one, other)) for one, other in pairs)


def choose(circuit: Circuit, condition: Wire, then: Integer, otherwise: Integer) -> Integer:
    """`then` where the condition is true, else `otherwise`."""
    low, high = min(lowest(then), lowest(otherwise)), max(highest(then), highest(otherwise))
    bits = width(low, high)
    pairs = zip(wires_of(then, bits), wires_of(otherwise, bits), strict=True)
    return word(circuit, [circuit.choose(condition, one, other) for one, other in pairs], low, high)


def _at_most(circuit: Circuit, left: Integer, right: Integer) -> Wire:
    if highest(left) <= lowest(right):
        return True
    if lowest(left) > highest(right):
        return False
    bits = width(min(lowest(left), lowest(right)), max(highest(left), highest(right)))
    so_far: Wire = True
    *digits, signs = zip(wires_of(left, bits), wires_of(right, bits), strict=True)
    for one, other in digits:
        so_far = circuit.choose(circuit.differ(one, other), other, so_far)
    return circuit.choose(circuit.differ(*signs), signs[0], so_far)


def _sum(circuit: Circuit, left: Integer, right: Integer, minus: bool, low: int, high: int) -> Integer:
    """`left + right`, or (`minus`) `left - right`, which is from `low` to `high`."""
    ends = (low, high, lowest(left), highest(left), lowest(right), highest(right))
    bits = width(min(ends), max(ends))
    others = wires_of(right, bits)
    added = [invert(wire) for wire in others] if minus else others
    return word(circuit, _added(circuit, wires_of(left, bits), added, minus), low, high)


def _times(value: Word, factor: int) -> Integer:
    """The value so many times; the factor is not negative."""
    total: Integer = 0
    for place in range(factor.bit_length()):
        if factor >> place & 1:
            shifted = word(
                value.circuit,
                (*([False] * place), *value.wires),
                value.low << place,
                value.high << place,
            )
            total = shifted + total
    return total


def _product(left: Word, right: Word) -> Integer:
    circuit = left.circuit
    ends = [one * other for one in (left.low, left.high) for other in (right.low, right.high)]
    low, high = min(ends), max(ends)
    bits = width(min(low, left.low, right.low), max(high, left.high, right.high))
    ones, others = wires_of(left, bits), wires_of(right, bits)
    total: list[Wire] = [False] * bits
    for place, digit in enumerate(others):
        row = [False] * place + [circuit.all((digit, one)) for one in ones[: bits - place]]
        total = _added(circuit, total, row, False)
    return word(circuit, total, low, high)


def _added(circuit: Circuit, left: Sequence[Wire], right: Sequence[Wire], carry: Wire) -> list[Wire]:
    """The wires of the sum, without the carry of the last."""
    found: list[Wire] = []
    for one, other in zip(left, right, strict=True):
        half = circuit.differ(one, other)
        found.append(circuit.differ(half, carry))
        carry = circuit.choose(half, carry, one)
    return found
