"""The smallest affine space through given points, exactly, and the linear equations that describe it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import TypeAlias

from honnin.spec.records import dataclass, field

Point: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Equation:
    """`sum(c * x for each coefficient and coordinate) == constant`; integers without a common divisor."""

    coefficients: tuple[int, ...]
    constant: int

    def holds(self, point: Sequence[int]) -> bool:
        return sum(c * x for c, x in zip(self.coefficients, point, strict=True)) == self.constant


@dataclass(slots=True)
class Hull:
    """The affine hull of the points added so far. `rows`: a reduced basis of its directions, by the column of their leading 1."""

    origin: Point | None = None
    rows: dict[int, list[Fraction]] = field(default_factory=dict)

    def add(self, point: Point) -> bool:
        """Whether the point was outside; it is inside from now on."""
        if self.origin is None:
            self.origin = point
            return True
        rest = self._reduced([Fraction(x - o) for x, o in zip(point, self.origin, strict=True)])
        pivot = next((index for index, value in enumerate(rest) if value), None)
        if pivot is None:
            return False
        row = [value / rest[pivot] for value in rest]
        for column, other in self.rows.items():
            self.rows[column] = [a - other[pivot] * b for a, b in zip(other, row, strict=True)]
        self.rows[pivot] = row
        return True

    def _reduced(self, vector: list[Fraction]) -> list[Fraction]:
        for column, row in self.rows.items():
            factor = vector[column]
            if factor:
                vector = [a - factor * b for a, b in zip(vector, row, strict=True)]
        return vector

    def equations(self) -> list[Equation]:
        """Equations that hold of exactly the hull's points: one for each coordinate that is not free."""
        if self.origin is None:
            return []
        size = len(self.origin)
        return [self._equation(column) for column in range(size) if column not in self.rows]

    def _equation(self, column: int) -> Equation:
        """The coordinate as a function of the leading ones."""
        assert self.origin is not None
        exact = [Fraction(0)] * len(self.origin)
        exact[column] = Fraction(1)
        for pivot, row in self.rows.items():
            exact[pivot] = -row[column]
        scale = lcm(*(value.denominator for value in exact))
        whole = [int(value * scale) for value in exact]
        divisor = gcd(*whole)
        coefficients = tuple(value // divisor for value in whole)
        return Equation(coefficients, sum(c * x for c, x in zip(coefficients, self.origin, strict=True)))
