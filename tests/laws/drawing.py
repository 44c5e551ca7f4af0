"""Random small specifications of core nodes, with traces that are likely to break them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Literal, TypeAlias

from honnin.compiler.formulas import statement_expressions
from honnin.spec.core import (
    BOOL,
    INT,
    After,
    And,
    Assign,
    Atom,
    Binder,
    BoolT,
    Claim,
    Compare,
    CountPast,
    Earlier,
    EntityT,
    EnumT,
    Event,
    Eventually,
    Exists,
    Expr,
    Field,
    For,
    Forall,
    Given,
    GivenRead,
    Historically,
    If,
    IfStatement,
    Implies,
    IntT,
    Lit,
    Occurrence,
    Old,
    Once,
    OptionalT,
    Or,
    Pattern,
    Present,
    Previously,
    Since,
    Specification,
    State,
    Statement,
    StateRead,
    Type,
    Value,
    Var,
    finite_values,
    rewrite,
    walk,
)
from honnin.spec.facts import FactTable
from honnin.spec.monitorable import prove_only

from .drawing_formulas import KEYS, KIND, PERSON, ROOM, SECOND, SMALL, TRUE, VALUES, Formulas, NoTerm, plain

_Kind: TypeAlias = Literal["invariant", "assume", "cover"]
_PAST = (Once, Earlier, Historically, Previously, Since)
_FIELDS: tuple[Type, ...] = (PERSON, ROOM, KIND, INT, BOOL, SMALL, PERSON, ROOM, OptionalT(PERSON))


class Drawing(Formulas):
    """Draws one specification."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.events = tuple(self._event(name) for name in ("a", "b", "c", "d")[: self.random.randint(2, 4)])
        self.givens = tuple(
            Given(name, self._types(KEYS, 0, 2), self.random.choice((BOOL, INT)))
            for name in ("g", "h")[: self.random.randint(0, 2)]
        )
        self.states = tuple(self._state(name) for name in ("m", "n", "s", "t")[: self.random.randint(1, 4)])

    # ------------------------------------------------------------ declarations

    def _types(self, types: Sequence[Type], low: int, high: int) -> tuple[Type, ...]:
        return tuple(self.random.choice(types) for _ in range(self.random.randint(low, high)))

    def _event(self, name: str) -> Event:
        types = self._types(_FIELDS, 0, 3)
        fields = tuple(Field(f"f{i}", type, False, f"f{i}") for i, type in enumerate(types))
        return Event(name, "both", fields)

    def _state(self, name: str) -> State:
        value = self.random.choice(VALUES)
        return State(name, self._types(KEYS, 0, 2), value, self._default(value))

    def _default(self, type: Type) -> Expr:
        given = [g for g in self.givens if not g.keys and g.value == type]
        if given and self.random.random() < 0.3:
            return GivenRead(given[0].name, (), type)
        match type:
            case OptionalT():
                return Lit(None, type)
            case BoolT():
                return Lit(self.random.random() < 0.15, type)
            case EnumT(members=members):
                return Lit(self.random.choice(members), type)
            case _:
                return Lit(self.random.choice((0, 0, 1)), type)

    def pattern(self, event: Event) -> tuple[Pattern, tuple[Binder, ...]]:
        arguments: list[Binder | Lit | None] = []
        for parameter in event.fields:
            draw = self.random.random()
            values = finite_values(parameter.type)
            if draw < 0.7:
                arguments.append(self.binder(parameter.type))
            elif draw < 0.85 and values is not None:
                arguments.append(Lit(self.random.choice(values), plain(parameter.type)))
            else:
                arguments.append(None)
        return Pattern(event.name, tuple(arguments)), tuple(a for a in arguments if isinstance(a, Binder))

    def alternatives(self, pattern: Pattern) -> tuple[Pattern, ...]:
        """The pattern, and sometimes another with the same names: of two that match, the first counts."""
        literals = [i for i, argument in enumerate(pattern.arguments) if isinstance(argument, Lit)]
        if not literals or self.random.random() < 0.5:
            return (pattern,)
        arguments = list(pattern.arguments)
        arguments[self.random.choice(literals)] = None
        other = Pattern(pattern.event, tuple(arguments))
        return (pattern, other) if self.random.random() < 0.7 else (other, pattern)

    # ------------------------------------------------------------ updates and claims

    def update(self) -> After:
        self.temporal = False
        pattern, scope = self.pattern(self.random.choice(self.events))
        when = self.formula(scope, 1) if self.random.random() < 0.3 else TRUE
        body = tuple(self.statement(scope, 2) for _ in range(self.random.randint(1, 2)))
        self.temporal = True
        return After(self.alternatives(pattern), when, tuple(s for s in body if s is not None))

    def statement(self, scope: tuple[Binder, ...], depth: int) -> Statement | None:
        draw = self.random.random()
        try:
            if draw < 0.2 and depth > 0:
                inner = [self.statement(scope, depth - 1) for _ in range(2)]
                then = tuple(s for s in inner[:1] if s is not None)
                otherwise = tuple(s for s in inner[1:] if s is not None)
                return IfStatement(self.formula(scope, 1), then, otherwise)
            if draw < 0.35 and depth > 0:
                return self._for(scope)
            return self._assign(self.random.choice(self.states), scope)
        except NoTerm:
            return None

    def _assign(self, state: State, scope: tuple[Binder, ...]) -> Assign:
        keys = self.keys(state.keys, scope, 1)
        if state.value == INT and self.random.random() < 0.4:
            return Assign(state.name, keys, self.random.choice(("+=", "-=")), self.term(INT, scope, 1))
        return Assign(state.name, keys, ":=", self.term(plain(state.value), scope, 2))

    def _for(self, scope: tuple[Binder, ...]) -> Statement | None:
        """Sets present keys anew, or all keys to the default: a fresh value stays as it is."""
        states = [s for s in self.states if len(s.keys) == 1 and isinstance(s.default, Lit)]
        if not states:
            return None
        state = self.random.choice(states)
        binder = self.binder(state.keys[0])
        read = StateRead(state.name, (Var(binder, plain(binder.type)),), plain(state.value))
        if self.random.random() < 0.4:
            return For((binder,), TRUE, (Assign(state.name, read.keys, ":=", state.default),))
        where = Compare("!=", read, state.default)
        extra = self.formula((*scope, binder), 1)
        value = self.term(plain(state.value), (*scope, binder), 1)
        return For((binder,), And((where, extra)), (Assign(state.name, read.keys, ":=", value),))

    def claim(self, name: str) -> Claim:
        kinds: tuple[_Kind, ...] = ("invariant", "invariant", "invariant", "assume", "cover")
        kind = self.random.choice(kinds)
        depth = self.random.randint(1, 4)
        if self.random.random() < 0.5:
            event = self.random.choice(self.events)
            pattern, scope = self.pattern(event)
            patterns = self.alternatives(pattern)
            when = self.formula(scope, 1) if self.random.random() < 0.2 else TRUE
            body = self.formula(scope, depth)
            if kind == "invariant" and self.random.random() < 0.35:
                body = self._awaiting(scope, 2)
            return Claim(name, kind, "on", patterns, when, body, needs_time=True)
        if kind != "cover" and self.givens and self.random.random() < 0.2:
            return replace(self._premise(), name=name, kind=kind)
        body = self.formula((), depth)
        if self.random.random() < 0.3 and not any(isinstance(node, Present) for node in walk(body)):
            body = self._with_old(body)
        form: Literal["always", "sometime"] = "sometime" if kind == "cover" else "always"
        return Claim(name, kind, form, (), TRUE, body, needs_time=True)

    def _premise(self) -> Claim:
        """A claim about the facts alone."""
        states, self.states, self.temporal = self.states, (), False
        binder = self.binder(PERSON)
        body: Expr = Forall(binder, self.formula((binder,), 2))
        self.states, self.temporal = states, True
        nodes = list(walk(body))
        there = {key for given in self.givens for key in given.keys}
        quantified = {node.binder.type for node in nodes if isinstance(node, Forall | Exists)}
        given = any(isinstance(node, GivenRead) for node in nodes)
        given = given and all(type in there for type in quantified if isinstance(type, EntityT))
        return Claim("", "invariant", "always", (), TRUE, body, given_only=given)

    def _awaiting(self, scope: tuple[Binder, ...], depth: int) -> Expr:
        match self.random.randint(0, 7) if depth else 9:
            case 0:
                return And((self._awaiting(scope, depth - 1), self._awaiting(scope, depth - 1)))
            case 1:
                return Or((self.formula(scope, 1), self._awaiting(scope, depth - 1)))
            case 2 | 3:
                return Implies(self.formula(scope, 1), self._awaiting(scope, depth - 1))
            case 4:
                condition = self.formula(scope, 1)
                return If(condition, self._awaiting(scope, depth - 1), self._awaiting(scope, depth - 1), BOOL)
            case 5:
                binder = self.binder(self.random.choice(KEYS))
                inner = (*scope, binder)
                return Forall(binder, Implies(self.formula(inner, 1), self._awaiting(inner, depth - 1)))
            case 6:
                return Or((self._awaiting(scope, depth - 1), self._awaiting(scope, depth - 1)))
            case _:
                body = self.formula(scope, 1) if self.random.random() < 0.3 else self.atom(scope)
                return Eventually(self.random.randint(0, 3) * SECOND, body)

    def _with_old(self, expr: Expr) -> Expr:
        """Some reads of the formula as they were before the event."""
        if isinstance(expr, StateRead) and self.random.random() < 0.6:
            present = any(isinstance(node, (Atom, CountPast, *_PAST)) for node in walk(expr))
            return expr if present else Old(expr, expr.type)
        if isinstance(expr, Eventually | Old):
            return expr
        return rewrite(expr, self._with_old)

    def specification(self) -> Specification:
        """The specification, with the claims that can be monitored."""
        made = Specification(
            "drawn", None, (PERSON, ROOM), (KIND,), self.givens, self.events, self.states, (), ()
        )
        updates = [self.update() for _ in range(self.random.randint(1, 4))]
        made = replace(made, updates=tuple(update for update in updates if _decided(update, made)))
        claims: list[Claim] = []
        for number in range(40):
            claim = self.claim(f"C{number}")
            if claim.given_only or prove_only(claim, made) is None:
                claims.append(claim)
            if len(claims) == 6:
                break
        return replace(made, claims=tuple(claims))

    # ------------------------------------------------------------ traces

    def trace(self) -> list[Occurrence]:
        now = 0
        found = []
        for _ in range(self.random.randint(0, 14)):
            now += self.random.choice((0, 0, 1, 1, 2, 5)) * SECOND
            event = self.random.choice(self.events)
            values = tuple(self.value(parameter.type) for parameter in event.fields)
            found.append(Occurrence(event.name, values, now))
        return found

    def value(self, type: Type) -> Value:
        match type:
            case OptionalT(inner=inner):
                return None if self.random.random() < 0.3 else self.value(inner)
            case EntityT(name=name):
                return self.random.choice((f"{name}1", f"{name}2", 1))
            case IntT():
                return self.random.randint(0, 3)
            case _:
                values = finite_values(type)
                assert values is not None
                return self.random.choice(values)

    def facts(self) -> dict[str, FactTable]:
        tables = {}
        for given in self.givens:
            rows = {
                tuple(self.value(key) for key in given.keys): self.value(given.value)
                for _ in range(self.random.randint(1, 3))
            }
            if not given.keys:
                rows = {(): self.value(given.value)}
            tables[given.name] = FactTable(rows, False if given.value == BOOL else 0)
        return tables


def _decided(after: After, specification: Specification) -> bool:
    """Whether no quantifier of the update asks for a value never seen."""
    parts = (after.when, *statement_expressions(after.body))
    body = And((TRUE, *(Compare("==", part, part) for part in parts)))
    return prove_only(Claim("u", "invariant", "on", after.patterns, TRUE, body), specification) is None
