"""Values that are not chosen yet: those of `= any` and of picks, until something depends on which they are.

Formulas are evaluated by the reference meaning. An unknown of an entity goes through it like a value; where the meaning compares it,
looks it up, or would need an unknown of another type at all, `Unchosen` is raised and says which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias, cast

from honnin.compiler.conformance.store import Store
from honnin.spec.core import EntityT, OptionalT, Type, Value
from honnin.spec.evaluation import Place, Term
from honnin.spec.records import dataclass


@dataclass(frozen=True, slots=True)
class Symbol:
    """The name of an unknown, as it is stored: the place of an `= any`, the number of a pick, or what an optional one holds."""

    origin: tuple[object, ...]
    type: Type


class Unchosen(Exception):
    """What is asked depends on the value of an unknown."""

    def __init__(self, symbol: Symbol) -> None:
        super().__init__(symbol)
        self.symbol = symbol


class Unknown:
    """A symbol of an entity among the values that formulas see: one of the entity's, and never none."""

    __slots__ = ("symbol",)

    def __init__(self, symbol: Symbol) -> None:
        self.symbol = symbol

    def __eq__(self, other: object) -> bool:
        if other is None:
            return False
        if isinstance(other, Unknown) and other.symbol == self.symbol:
            return True
        raise Unchosen(self.symbol)

    def __hash__(self) -> int:
        raise Unchosen(self.symbol)


Cell: TypeAlias = Value | Symbol
Known: TypeAlias = Mapping[Symbol, Cell]
Variables: TypeAlias = Store[Place, Cell]


def resolved(cell: Cell, known: Known) -> Term:
    """The value, or the Unknown, that a stored cell stands for."""
    while isinstance(cell, Symbol):
        if cell not in known:
            if not isinstance(cell.type, EntityT):
                raise Unchosen(cell)
            return cast(Term, Unknown(cell))
        cell = known[cell]
    return cell


def stored(term: Term) -> Cell:
    """The cell for a value that formulas saw."""
    return cast(object, term).symbol if isinstance(cast(object, term), Unknown) else cast(Value, term)  # type: ignore[attr-defined]


def unknown(term: Term) -> Symbol | None:
    """The symbol of an unknown; None for a value."""
    cell = stored(term)
    return cell if isinstance(cell, Symbol) else None


def inner(symbol: Symbol) -> Symbol:
    """What an optional unknown holds if it is not none."""
    assert isinstance(symbol.type, OptionalT)
    return Symbol(("some", symbol), symbol.type.inner)


class Seen(Mapping[Place, Term]):
    """The variables as formulas read them. `any`: the types of the `= any` variables, which have an unknown at each place."""

    __slots__ = ("_any", "_known", "_variables")

    def __init__(self, variables: Variables, known: Known, any: Mapping[str, Type]) -> None:
        self._variables = variables
        self._known = known
        self._any = any

    def __contains__(self, place: object) -> bool:
        return place in self._variables or cast(Place, place)[0] in self._any

    def __getitem__(self, place: Place) -> Term:
        if place in self._variables:
            return resolved(self._variables[place], self._known)
        return resolved(Symbol(place, self._any[place[0]]), self._known)

    def __iter__(self) -> Iterator[Place]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)
