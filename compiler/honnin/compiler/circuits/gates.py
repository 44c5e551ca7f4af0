"""Boolean circuits, written as clauses while they grow (Tseitin, 1968).

A variable is a positive number, its negation the negative one (DIMACS). A gate that was made before is not made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

MOST_VARIABLES: Final = 2_000_000
"""Beyond these a circuit takes more than half a gigabyte."""


class TooLarge(Exception):
    """The circuit, or a number in it, would become too large."""


class Bit:
    """A literal of a circuit. There is one object for each."""

    __slots__ = ("circuit", "literal")

    def __init__(self, circuit: Circuit, literal: int) -> None:
        self.circuit = circuit
        self.literal = literal

    def __repr__(self) -> str:
        return f"Bit({self.literal})"

    def __invert__(self) -> Bit:
        return self.circuit.bit(-self.literal)


Wire: TypeAlias = bool | Bit
"""A bit, or its value where that is known."""


def invert(wire: Wire) -> Wire:
    return not wire if isinstance(wire, bool) else ~wire


class Circuit:
    """`size` variables; `clauses` are those that nobody has taken yet."""

    def __init__(self) -> None:
        self.size = 0
        self.clauses: list[Sequence[int]] = []
        self._bits: dict[int, Bit] = {}
        self._gates: dict[tuple[object, ...], Bit] = {}

    def bit(self, literal: int) -> Bit:
        """The object of a literal."""
        found = self._bits.get(literal)
        if found is None:
            found = self._bits[literal] = Bit(self, literal)
        return found

    def variable(self) -> Bit:
        """A new bit. TooLarge when there are very many."""
        if self.size >= MOST_VARIABLES:
            raise TooLarge("formulas this large")
        self.size += 1
        return self.bit(self.size)

    def take(self) -> list[Sequence[int]]:
        """The clauses made since the last time."""
        taken, self.clauses = self.clauses, []
        return taken

    def require(self, wires: Iterable[Wire]) -> None:
        """One of the wires is true."""
        literals: list[int] = []
        for wire in wires:
            if wire is True:
                return
            if wire is not False:
                literals.append(wire.literal)
        self.clauses.append(literals)

    # ------------------------------------------------------------ gates

    def all(self, wires: Iterable[Wire]) -> Wire:
        """All of the wires are true."""
        literals: set[int] = set()
        for wire in wires:
            if wire is False or (wire is not True and -wire.literal in literals):
                return False
            if wire is not True:
                literals.add(wire.literal)
        if len(literals) < 2:
            return self.bit(literals.pop()) if literals else True
        inputs = sorted(literals)
        key = ("all", *inputs)
        gate = self._gates.get(key)
        if gate is None:
            gate = self._gates[key] = self.variable()
            out = gate.literal
            self.clauses += [(-out, one) for one in inputs]
            self.clauses.append([out, *(-one for one in inputs)])
        return gate

    def any(self, wires: Iterable[Wire]) -> Wire:
        """One of the wires is true."""
        return invert(self.all(map(invert, wires)))

    def differ(self, left: Wire, right: Wire) -> Wire:
        """One of the two is true, the other is not."""
        if isinstance(left, bool):
            return invert(right) if left else right
        if isinstance(right, bool):
            return ~left if right else left
        if left.literal in (right.literal, -right.literal):
            return left.literal != right.literal
        one, other = sorted((abs(left.literal), abs(right.literal)))
        gate = self._differ(one, other)
        return gate if (left.literal < 0) == (right.literal < 0) else ~gate

    def _differ(self, one: int, other: int) -> Bit:
        key = ("differ", one, other)
        gate = self._gates.get(key)
        if gate is None:
            gate = self._gates[key] = self.variable()
            out = gate.literal
            self.clauses += [
                (-out, one, other),
                (-out, -one, -other),
                (out, -one, other),
                (out, one, -other),
            ]
        return gate

    def choose(self, condition: Wire, then: Wire, otherwise: Wire) -> Wire:
        """`then` where the condition is true, else `otherwise`."""
        if isinstance(condition, bool):
            return then if condition else otherwise
        if then is otherwise:
            return then
        if isinstance(then, bool):
            return self.any((condition, otherwise)) if then else self.all((~condition, otherwise))
        if isinstance(otherwise, bool):
            return self.any((~condition, then)) if otherwise else self.all((condition, then))
        if then.literal == -otherwise.literal:
            return invert(self.differ(condition, then))
        if condition.literal < 0:
            condition, then, otherwise = ~condition, otherwise, then
        return self._choose(condition.literal, then.literal, otherwise.literal)

    def _choose(self, condition: int, then: int, otherwise: int) -> Bit:
        key = ("choose", condition, then, otherwise)
        gate = self._gates.get(key)
        if gate is None:
            gate = self._gates[key] = self.variable()
            out = gate.literal
            self.clauses += [
                (-condition, -then, out),
                (-condition, then, -out),
                (condition, -otherwise, out),
                (condition, otherwise, -out),
                (-then, -otherwise, out),
                (then, otherwise, -out),
            ]
        return gate

    def most(self, one: Wire, two: Wire, three: Wire) -> Wire:
        """At least two of the three are true."""
        return self.choose(self.differ(one, two), three, one)

    def exactly_one(self, count: int) -> list[Wire]:
        """So many wires of which just one is true."""
        if count == 1:
            return [True]
        if count > _PAIRWISE:
            return self._by_number(count)
        wires: list[Wire] = [self.variable() for _ in range(count)]
        self.require(wires)
        for index, one in enumerate(wires):
            for other in wires[:index]:
                self.require((invert(one), invert(other)))
        return wires

    def _by_number(self, count: int) -> list[Wire]:
        digits = [self.variable() for _ in range((count - 1).bit_length())]
        wires = [
            self.all(digit if number >> place & 1 else ~digit for place, digit in enumerate(digits))
            for number in range(1 << len(digits))
        ]
        for wire in wires[count:]:
            self.require((invert(wire),))
        return wires[:count]


_PAIRWISE: Final = 6
"""So many wires, at most, are told apart pair by pair: more are numbered."""
