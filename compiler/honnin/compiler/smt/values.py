"""Symbolic values, and constructors that fold what is known.

A **term** is the value of an expression: a Python value where it is known (`bool`, `int`, and `str` or `Unseen` for entities,
enum members and texts), where it is not a z3 expression or something made of bits (circuits), a `Maybe` for a `T?`, `Times` for
a register that counts. A **formula** is a Bool term. Every constructor gives the simplest term that it can see: over known values
everything is known. z3 expressions and bits are never mixed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeAlias

import z3

from honnin.compiler.circuits.choices import OneOf
from honnin.compiler.circuits.gates import Bit, invert
from honnin.compiler.circuits.words import Word
from honnin.compiler.circuits.words import choose as choose_word
from honnin.compiler.smt import made
from honnin.spec.core import Value
from honnin.spec.records import dataclass

Formula: TypeAlias = bool | z3.BoolRef | Bit
Number: TypeAlias = int | z3.ArithRef | Word


@dataclass(frozen=True, slots=True)
class Unseen:
    """The one value of an entity that is in no trace and no facts."""

    entity: str


@dataclass(frozen=True, slots=True)
class Maybe:
    """A `T?`. `value` means nothing (and may be None) where `some` is false."""

    some: Formula
    value: Term


@dataclass(frozen=True, slots=True)
class Times:
    """The times at which something held, each under a condition."""

    entries: tuple[tuple[Formula, Term], ...] = ()


Term: TypeAlias = bool | int | str | Unseen | Maybe | Times | z3.ExprRef | Bit | Word | OneOf | None

NONE = Maybe(False, None)


def is_known(term: Term) -> bool:
    """Whether nothing of the term is open."""
    if isinstance(term, Maybe):
        return term.some is False or (term.some is True and is_known(term.value))
    return not isinstance(term, z3.ExprRef | Times | Bit | Word | OneOf)


def known_value(term: Term) -> Value:
    """A known term as a value of the language."""
    if isinstance(term, Maybe):
        return known_value(term.value) if term.some is True else None
    assert term is None or isinstance(term, bool | int | str)
    return term


def identity(term: Term) -> Hashable:
    """Equal for terms that are written the same."""
    match term:
        case z3.ExprRef():
            return ("z3", made.address(term))
        case Bit(literal=literal):
            return ("bit", literal)
        case Word(wires=wires):
            return ("word", *map(identity, wires))
        case OneOf(ways=ways):
            return ("one", *((value, identity(wire)) for value, wire in ways.items()))
        case Maybe():
            return ("maybe", identity(term.some), identity(term.value) if term.some is not False else None)
        case Times():
            return ("times", tuple((identity(c), identity(t)) for c, t in term.entries))
        case _:
            return (type(term), term)


def same(one: Term, other: Term) -> bool:
    """Whether the two are written the same."""
    return one is other or identity(one) == identity(other)


def conj(items: Iterable[Formula]) -> Formula:
    """All of `items`."""
    return _joined(items, True)


def disj(items: Iterable[Formula]) -> Formula:
    """One of `items`."""
    return _joined(items, False)


def _joined(items: Iterable[Formula], all_of: bool) -> Formula:
    kept: list[z3.BoolRef | Bit] = []
    for item in items:
        if item is (not all_of):
            return not all_of
        if item is not all_of:
            kept.append(item)
    if len(kept) < 2:
        return kept[0] if kept else all_of
    if isinstance(kept[0], Bit):
        circuit = kept[0].circuit
        return circuit.all(kept) if all_of else circuit.any(kept)
    apart = {made.address(item): item for item in kept if not isinstance(item, Bit)}
    if len(apart) == 1:
        return kept[0]
    return (made.conjunction if all_of else made.disjunction)(tuple(apart.values()))


def neg(formula: Formula) -> Formula:
    if isinstance(formula, bool | Bit):
        return invert(formula)
    return made.negation(formula)


def implies(left: Formula, right: Formula) -> Formula:
    return disj((neg(left), right))


def iff(left: Formula, right: Formula) -> Formula:
    for one, other in ((left, right), (right, left)):
        if one is True:
            return other
        if one is False:
            return neg(other)
    if isinstance(left, Bit):
        return invert(left.circuit.differ(left, right))
    assert isinstance(left, z3.BoolRef) and isinstance(right, z3.BoolRef)
    return True if same(left, right) else made.equation(left, right)


def choose(condition: Formula, then: Formula, otherwise: Formula) -> Formula:
    """`then` where the condition holds, else `otherwise`."""
    if isinstance(condition, Bit):
        return condition.circuit.choose(condition, then, otherwise)
    if condition is True or same(then, otherwise):
        return then
    if condition is False:
        return otherwise
    if then is True:
        return disj((condition, otherwise))
    if then is False:
        return conj((neg(condition), otherwise))
    if otherwise is True:
        return implies(condition, then)
    if otherwise is False:
        return conj((condition, then))
    assert isinstance(then, z3.BoolRef) and isinstance(otherwise, z3.BoolRef)
    return made.choice(condition, then, otherwise)


def formula(term: Term) -> Formula:
    """The term, which is a Bool."""
    assert isinstance(term, bool | z3.BoolRef | Bit)
    return term


def number(term: Term) -> Number:
    """The term, which is an integer."""
    assert isinstance(term, int | z3.ArithRef | Word)
    return term


def maybe(term: Term) -> Maybe:
    """The term, which is optional."""
    assert isinstance(term, Maybe)
    return term


def add(left: Term, right: Term) -> Number:
    if is_known(left) and left == 0:
        return number(right)
    if is_known(right) and right == 0:
        return number(left)
    return number(left) + number(right)


def times_at(times: Times, low: Term, now: Term) -> Number:
    """How many of the times are in `low..now`."""
    total: Number = 0
    for condition, moment in times.entries:
        inside = conj((condition, at_most(low, moment), at_most(moment, now)))
        total = add(total, counted(inside, 1))
    return total


def counted(condition: Formula, value: Number) -> Number:
    """The value where the condition holds, else 0."""
    if isinstance(condition, bool):
        return value if condition else 0
    if isinstance(condition, Bit):
        return choose_word(condition.circuit, condition, value, 0)
    return z3.If(condition, value, 0)


def at_most(left: Term, right: Term) -> Formula:
    """`left <= right`, both integers."""
    if same(left, right):
        return True
    return number(left) <= number(right)
