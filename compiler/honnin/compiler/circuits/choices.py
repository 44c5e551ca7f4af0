"""Values of which there are finitely many, a bit each."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from honnin.compiler.circuits.gates import Circuit, Wire


class OneOf:
    """A value that is just one of several. `ways`: when it is which."""

    __slots__ = ("circuit", "ways")

    def __init__(self, circuit: Circuit, ways: Mapping[Hashable, Wire]) -> None:
        self.circuit = circuit
        self.ways = ways

    def __repr__(self) -> str:
        return f"OneOf({', '.join(map(str, self.ways))})"


def ways_of(value: Hashable) -> Mapping[Hashable, Wire]:
    """When the value is which."""
    return value.ways if isinstance(value, OneOf) else {value: True}


def choice(circuit: Circuit, ways: Mapping[Hashable, Wire]) -> Hashable:
    """The value that is what it is in each of the ways, just one of which holds."""
    possible = {value: wire for value, wire in ways.items() if wire is not False}
    known = next((value for value, wire in possible.items() if wire is True), None)
    return OneOf(circuit, possible) if known is None else known


def equal(circuit: Circuit, left: Hashable, right: Hashable) -> Wire:
    """`left == right`."""
    ways, others = ways_of(left), ways_of(right)
    return circuit.any(circuit.all((wire, others[value])) for value, wire in ways.items() if value in others)


def choose(circuit: Circuit, condition: Wire, then: Hashable, otherwise: Hashable) -> Hashable:
    """`then` where the condition is true, else `otherwise`."""
    ways, others = ways_of(then), ways_of(otherwise)
    values = dict.fromkeys((*ways, *others))
    return choice(
        circuit,
        {
            value: circuit.choose(condition, ways.get(value, False), others.get(value, False))
            for value in values
        },
    )
