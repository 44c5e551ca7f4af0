"""Random specifications of an entity that is released: tickets, which are keys and fields, and of which nobody speaks otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from random import Random
from typing import Literal

from honnin.spec.core import (
    INT,
    And,
    Binder,
    Claim,
    Compare,
    CountPast,
    Earlier,
    EntityT,
    Event,
    Expr,
    Field,
    Implies,
    Lit,
    Not,
    Once,
    OptionalT,
    Or,
    Pattern,
    Previously,
    RangeT,
    Retained,
    Since,
    Specification,
    State,
    Statement,
)
from honnin.spec.elaborate.retained import misused

from .drawing import Drawing
from .drawing_formulas import PERSON, ROOM, SECOND, TRUE, NoTerm, plain
from .pairs import Pair, drawn_by

TICKET = EntityT("Ticket")


class Releasing(Drawing):
    """Most events name a ticket, and most states have tickets among their keys."""

    entities = (PERSON, ROOM, TICKET)

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        horizon = Random(f"horizon {seed}").randint(0, 3) * SECOND
        self.retained = (Retained(TICKET.name, horizon),)

    def _event(self, name: str) -> Event:
        made = super()._event(name)
        fields = list(made.fields)
        for number in range(self.random.choice((0, 1, 1, 1, 1, 2))):
            type = OptionalT(TICKET) if self.random.random() < 0.15 else TICKET
            field = Field(f"t{number}", type, False, f"t{number}")
            fields.insert(self.random.randint(0, len(fields)), field)
        return Event(name, "both", tuple(fields))

    def _state(self, name: str) -> State:
        made = super()._state(name)
        if isinstance(made.value, RangeT) or self.random.random() < 0.2:
            return made
        place = self.random.randint(0, min(len(made.keys), 1))
        keys = (*made.keys[:place], TICKET, *made.keys[place:])[:2]
        return State(name, keys if TICKET in keys else (TICKET,), made.value, made.default)

    def _pointwise(self) -> Expr:
        with_tickets, self.states = self.states, tuple(s for s in self.states if TICKET not in s.keys)
        try:
            return super()._pointwise()
        finally:
            self.states = with_tickets

    def _for(self, scope: tuple[Binder, ...]) -> Statement | None:
        with_tickets, self.states = self.states, tuple(s for s in self.states if TICKET not in s.keys)
        try:
            return super()._for(scope)
        finally:
            self.states = with_tickets

    def pattern(self, event: Event) -> tuple[Pattern, tuple[Binder, ...]]:
        """Tickets always have a name."""
        drawn, _ = super().pattern(event)
        arguments = tuple(
            self.binder(field.type) if field.type == TICKET and not isinstance(argument, Binder) else argument
            for field, argument in zip(event.fields, drawn.arguments, strict=True)
        )
        made = Pattern(event.name, arguments)
        return made, tuple(a for a in arguments if isinstance(a, Binder))

    def claim(self, name: str) -> Claim:
        """Most claims are about what happened to the ticket that an event names."""
        events = [event for event in self.events if any(field.type == TICKET for field in event.fields)]
        if not events or self.random.random() < 0.2:
            return super().claim(name)
        pattern, scope = self.pattern(self.random.choice(events))
        body = self._memory(scope, self.random.randint(0, 2))
        if self.random.random() < 0.3:
            return Claim(name, "invariant", "on", (pattern,), TRUE, Implies(body, self._awaiting(scope, 1)))
        kind: Literal["invariant", "assume"] = "assume" if self.random.random() < 0.1 else "invariant"
        return Claim(name, kind, "on", (pattern,), TRUE, body)

    def _memory(self, scope: tuple[Binder, ...], depth: int) -> Expr:
        """What is kept under the tickets in scope."""
        if depth:
            one, other = self._memory(scope, depth - 1), self._memory(scope, depth - 1)
            return self.random.choice((And((one, other)), Or((one, other)), Implies(one, other), Not(one)))
        states = [state for state in self.states if TICKET in state.keys]
        try:
            return (
                self._past(scope) if not states or self.random.random() < 0.6 else self._kept(states, scope)
            )
        except NoTerm:
            return self.atom(scope)

    def _past(self, scope: tuple[Binder, ...]) -> Expr:
        match self.random.randint(0, 5):
            case 0 | 1:
                return Once(self._interval(), self.atom(scope))
            case 2:
                return Earlier(self._interval(), self._either(scope))
            case 3:
                return Since(self._interval(), Not(self.atom(scope)), self._either(scope))
            case 4:
                number = CountPast(self.random.randint(0, 4) * SECOND, self._either(scope))
                return Compare("<", number, Lit(self.random.randint(1, 2), INT))
            case _:
                return Previously(self._interval(), Once(self._interval(), self.atom(scope)))

    def _kept(self, states: Sequence[State], scope: tuple[Binder, ...]) -> Expr:
        state = self.random.choice(states)
        operator: Literal["==", "!="] = self.random.choice(("==", "!="))
        return Compare(operator, self.read(state, scope, 1), self.term(plain(state.value), scope, 1))

    def _either(self, scope: tuple[Binder, ...]) -> Expr:
        """An event, or one that happened at all, at a moment when any may happen."""
        if self.random.random() < 0.7:
            return self.atom(scope)
        return And((Once(self._interval(), self.atom(scope)), self.atom(())))

    def specification(self) -> Specification:
        """Without what asks more of tickets than may be asked."""
        made = super().specification()
        alone = replace(made, claims=(), updates=())
        claims = (c for c in made.claims if not any(misused(replace(alone, claims=(c,)))))
        return replace(made, claims=tuple(claims))


@lru_cache(maxsize=256)
def releasing(seed: int) -> tuple[Specification, list[Pair]]:
    """A specification with tickets, and its pairs."""
    return drawn_by(Releasing(seed), seed)
