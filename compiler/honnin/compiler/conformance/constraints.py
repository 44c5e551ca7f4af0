"""Conditions on unknowns that wait until these are chosen, and whether they can all be met.

Each was true for some choice when it was put down; the last such choice is kept (the witness). When an unknown is bound or a condition
comes new, only conditions that depend on what changed are looked at again, and values are changed outwards from them. So what two
conditions do not share is never gone through together.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeAlias, cast

from honnin.compiler.conformance.state import Frame, Moment
from honnin.compiler.conformance.unknowns import Cell, Known, Symbol, Unchosen, resolved, stored, unknown
from honnin.spec import core
from honnin.spec.core import Expr, Value
from honnin.spec.evaluation import Environment, Impossible
from honnin.spec.records import dataclass, field


@dataclass(frozen=True, slots=True)
class Condition:
    """A formula that must have the value `holds`, at a moment, with these names bound."""

    expr: Expr
    holds: bool
    moment: Moment
    environment: Environment

    def key(self, frame: Frame, picks: Mapping[Symbol, int]) -> Hashable:
        """Equal for conditions that mean the same; `picks`: numbers for the unknowns of one step."""
        parts = list(core.walk(self.expr))
        read = {part.variable for part in parts if isinstance(part, core.VarRead)}
        labels = any(isinstance(part, core.AtLabel) for part in parts)
        states = any(isinstance(part, core.StateRead) for part in parts)
        used = {part.binder.uid for part in parts if isinstance(part, core.Var)}
        bound = []
        for uid, term in sorted(self.environment.items()):
            if uid in used:
                symbol = unknown(term)
                bound.append((uid, stored(term) if symbol is None else picks.get(symbol, symbol)))
        return (
            id(self.expr),
            self.holds,
            tuple(bound),
            frozenset(item for item in self.moment.variables.items() if item[0][0] in read),
            self.moment.labels if labels else None,
            self.moment.states if states else None,
            self.moment.now if any(isinstance(part, core.Now) for part in parts) else None,
        )


@dataclass(frozen=True, slots=True)
class Constraint:
    """What one step requires of unknowns; its picks stand in no other. Compared by what it means."""

    conditions: tuple[Condition, ...] = field(compare=False)
    key: Hashable

    def met(self, frame: Frame, known: Known) -> bool:
        """Whether the choices meet it; Unchosen where they are not enough to say."""
        return all(_met(condition, frame, known) for condition in self.conditions)


def constraint_of(conditions: tuple[Condition, ...], frame: Frame) -> Constraint:
    picks: dict[Symbol, int] = {}
    for condition in conditions:
        for term in condition.environment.values():
            symbol = unknown(term)
            if symbol is not None and symbol.origin[0] == "pick":
                picks.setdefault(symbol, len(picks))
    return Constraint(conditions, tuple(condition.key(frame, picks) for condition in conditions))


def _met(condition: Condition, frame: Frame, known: Known) -> bool:
    environment = {
        uid: term if (symbol := unknown(term)) is None else resolved(symbol, known)
        for uid, term in condition.environment.items()
    }
    try:
        found = frame.value(condition.expr, condition.moment, known, environment)
    except Impossible:
        return False
    return (found is True) is condition.holds


class _Noting(Mapping[Symbol, Cell]):
    """What is known, and which symbols were asked for."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self.asked: set[Symbol] = set()

    def __contains__(self, symbol: object) -> bool:
        if isinstance(symbol, Symbol):
            self.asked.add(symbol)
        return symbol in self._known

    def __getitem__(self, symbol: Symbol) -> Cell:
        return self._known[symbol]

    def __iter__(self) -> Iterator[Symbol]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


Waiting: TypeAlias = Mapping[Constraint, frozenset[Symbol]]
"""The constraints that are not decided, each with the symbols on which it depends under the witness."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What is bound for good, what waits for the rest, and a choice of the rest that meets all."""

    bound: Mapping[Symbol, Cell]
    waiting: Waiting
    witness: Mapping[Symbol, Value]

    def settled(
        self,
        frame: Frame,
        bound: Mapping[Symbol, Cell],
        new: Iterable[Constraint],
        changed: frozenset[Symbol],
    ) -> Choices | None:
        """With more that is bound (the `changed`) and new constraints; None where nothing meets them all."""
        fresh = [constraint for constraint in new if constraint not in self.waiting]
        woken = [constraint for constraint, on in self.waiting.items() if on & changed]
        if not fresh and not woken:
            return Choices(bound, self.waiting, self.witness) if changed else self
        repair = _Repair(
            frame, bound, {**self.waiting, **{one: frozenset[Symbol]() for one in fresh}}, self.witness
        )
        chosen = repair.choose([*fresh, *woken], {})
        if chosen is None:
            return None
        witness = {**self.witness, **chosen}
        waiting = dict(self.waiting)
        for constraint in {*fresh, *woken, *repair.looked_at}:
            on = _depends_on(constraint, frame, _over(bound, witness)) - bound.keys()
            waiting.pop(constraint, None)
            if on:
                waiting[constraint] = on
        return Choices(bound, waiting, witness)


def _depends_on(constraint: Constraint, frame: Frame, known: Known) -> frozenset[Symbol]:
    noting = _Noting(known)
    assert constraint.met(frame, noting), "the witness meets every constraint"
    return frozenset(noting.asked)


@dataclass(slots=True)
class _Repair:
    frame: Frame
    bound: Mapping[Symbol, Cell]
    waiting: Waiting
    witness: Mapping[Symbol, Value]
    looked_at: set[Constraint] = field(default_factory=set)

    def choose(self, todo: list[Constraint], chosen: dict[Symbol, Value]) -> dict[Symbol, Value] | None:
        """Values with which all of `todo` is met, and what else depends on them."""
        if not todo:
            return chosen
        first, *rest = todo
        self.looked_at.add(first)
        try:
            met = first.met(self.frame, _over(chosen, self.bound))
        except Unchosen as unchosen:
            return self._try(unchosen.symbol, todo, chosen)
        return self.choose(rest, chosen) if met else None

    def _try(
        self, symbol: Symbol, todo: list[Constraint], chosen: dict[Symbol, Value]
    ) -> dict[Symbol, Value] | None:
        kept = self.witness.get(symbol, _NOTHING)
        values = [stored(term) for term in self.frame.domain(symbol.type)]
        values.sort(key=lambda value: value != kept)
        for value in values:
            assert not isinstance(value, Symbol)
            woken = []
            if value != kept:
                woken = [c for c, on in self.waiting.items() if symbol in on and c not in todo]
            found = self.choose([*todo, *woken], {**chosen, symbol: value})
            if found is not None:
                return found
        return None


def _over(first: Known, then: Known) -> Known:
    return ChainMap(cast(dict[Symbol, Cell], first), cast(dict[Symbol, Cell], then))


_NOTHING = object()
