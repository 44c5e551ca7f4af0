"""Random small specifications of core nodes, with traces that are likely to break them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Literal, TypeAlias

from honnin.spec.core import (
    BOOL,
    DURATION,
    INT,
    TEMPORAL,
    TEXT,
    TIME,
    After,
    And,
    Assign,
    Atom,
    Binder,
    BoolT,
    Claim,
    Compare,
    DurationT,
    EntityT,
    EnumT,
    Event,
    Eventually,
    Expr,
    Field,
    For,
    Forall,
    Given,
    GivenRead,
    If,
    IfStatement,
    Implies,
    IntT,
    Lit,
    Now,
    Occurrence,
    Old,
    OptionalT,
    Or,
    Pattern,
    Present,
    RangeT,
    Retained,
    Specification,
    State,
    Statement,
    StateRead,
    TextT,
    TimeT,
    Type,
    Value,
    Var,
    finite_values,
    rewrite,
    type_of,
    walk,
)
from honnin.spec.elaborate.unseen import unseen
from honnin.spec.elaborate.whole import completed
from honnin.spec.facts import Facts, FactTable
from honnin.spec.meaning import evaluate
from honnin.spec.monitorable import constant_defaults

from .drawing_formulas import KEYS, KIND, PERSON, ROOM, SECOND, SMALL, TRUE, VALUES, Formulas, NoTerm, plain

_Kind: TypeAlias = Literal["invariant", "assume", "cover"]
_NOT_UNDER_OLD = (*TEMPORAL, Atom, Now, Old, Present)
_FIELDS: tuple[Type, ...] = (
    *(PERSON, ROOM, KIND, INT, BOOL, SMALL, PERSON, ROOM, OptionalT(PERSON)),
    *(TEXT, DURATION, TIME),
)


class Drawing(Formulas):
    """Draws one specification, and traces for it."""

    entities: tuple[EntityT, ...] = (PERSON, ROOM)
    retained: tuple[Retained, ...] = ()

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
            case TextT():
                return Lit("", type)
            case DurationT():
                return Lit(self.random.choice((0, SECOND)), type)
            case _:
                return Lit(self.random.choice((0, 0, 1)), plain(type))

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
        other = self._other_event(pattern) if self.random.random() < 0.3 else self._less_said(pattern)
        if other is None or self.random.random() < 0.5:
            return (pattern,)
        return (pattern, other) if self.random.random() < 0.7 else (other, pattern)

    def _less_said(self, pattern: Pattern) -> Pattern | None:
        """The pattern with one literal less."""
        literals = [i for i, argument in enumerate(pattern.arguments) if isinstance(argument, Lit)]
        if not literals:
            return None
        arguments = list(pattern.arguments)
        arguments[self.random.choice(literals)] = None
        return Pattern(pattern.event, tuple(arguments))

    def _other_event(self, pattern: Pattern) -> Pattern | None:
        """Another event that has fields for the names of the pattern."""
        binders = [argument for argument in pattern.arguments if isinstance(argument, Binder)]
        event = self.random.choice(self.events)
        arguments: list[Binder | None] = [None] * len(event.fields)
        for binder in binders:
            free = [i for i, f in enumerate(event.fields) if f.type == binder.type and arguments[i] is None]
            if not free:
                return None
            arguments[self.random.choice(free)] = binder
        return Pattern(event.name, tuple(arguments))

    # ------------------------------------------------------------ updates and claims

    def update(self) -> After:
        self.temporal = False
        pattern, scope = self.pattern(self.random.choice(self.events))
        when = self.formula(scope, 1) if self.random.random() < 0.3 else TRUE
        body: list[Statement] = []
        for _ in range(10):
            if (statement := self.statement(scope, 2)) is not None:
                body.append(statement)
            if len(body) == 2 or (body and self.random.random() < 0.5):
                break
        self.temporal = True
        return After(self.alternatives(pattern), when, tuple(body))

    def statement(self, scope: tuple[Binder, ...], depth: int) -> Statement | None:
        for _ in range(6):
            try:
                if (found := self._statement(scope, depth)) is not None:
                    return found
            except NoTerm:
                continue
        return None

    def _statement(self, scope: tuple[Binder, ...], depth: int) -> Statement | None:
        draw = self.random.random()
        if draw < 0.2 and depth > 0:
            inner = [self.statement(scope, depth - 1) for _ in range(2)]
            then = tuple(s for s in inner[:1] if s is not None)
            otherwise = tuple(s for s in inner[1:] if s is not None and self.random.random() < 0.6)
            return IfStatement(self.formula(scope, 1), then, otherwise) if then else None
        if draw < 0.35 and depth > 0:
            return self._for(scope)
        return self._assign(self.random.choice(self.states), scope)

    def _assign(self, state: State, scope: tuple[Binder, ...]) -> Assign:
        keys = self.keys(state.keys, scope, 1)
        if state.value == INT and self.random.random() < 0.4:
            return Assign(state.name, keys, self.random.choice(("+=", "-=")), self.term(INT, scope, 1))
        value = self.term(plain(state.value), scope, 2)
        if value == StateRead(state.name, keys, plain(state.value)):
            raise NoTerm
        return Assign(state.name, keys, ":=", value)

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
            return Claim(name, kind, "on", patterns, when, body)
        if kind != "cover" and self.givens and self.random.random() < 0.2:
            return replace(self._premise(), name=name, kind=kind)
        body = self.formula((), depth)
        if self.random.random() < 0.3 and not any(isinstance(node, Present) for node in walk(body)):
            body = self._with_old(body)
        form: Literal["always", "sometime"] = "sometime" if kind == "cover" else "always"
        return Claim(name, kind, form, (), TRUE, body)

    def _premise(self) -> Claim:
        """A claim about the facts alone."""
        states, self.states, self.temporal = self.states, (), False
        binder = self.binder(PERSON)
        body: Expr = Forall(binder, self.formula((binder,), 2))
        self.states, self.temporal = states, True
        return Claim("", "invariant", "always", (), TRUE, body)

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
        """Some parts of the formula as they were before the event."""
        if isinstance(expr, Eventually | Old):
            return expr
        likely = 0.6 if isinstance(expr, StateRead) else 0.1
        if self.random.random() < likely and _may_be_old(expr):
            return Old(expr, type_of(expr))
        return rewrite(expr, self._with_old)

    def specification(self) -> Specification:
        """The specification: most of its claims can be monitored, and most hold here and fail there on the traces that are drawn."""
        made = Specification(
            *("drawn", None, self.entities, (KIND,), self.givens, self.events, self.states, (), ()),
            retained=self.retained,
        )
        updates = [self.update() for _ in range(self.random.randint(2, 6))]
        updates = [update for update in updates if _decided(update, made)]
        made = replace(made, updates=tuple(self._mostly_without_conflict(updates)))
        trials = [(self.trace(), self.facts()) for _ in range(3)]
        claims = [self._within(state) for state in self.states if isinstance(state.value, RangeT)]
        for number in range(80):
            alone = completed(replace(made, claims=(self.claim(f"C{number}"),)))
            likely = _interest(alone, trials) if alone.claims[0].prove_only is None else 0.1
            if self.random.random() < likely:
                claims.append(alone.claims[0])
            if len(claims) >= 6:
                break
        return replace(made, claims=tuple(claims))

    def _mostly_without_conflict(self, updates: list[After]) -> Iterator[After]:
        """Of the blocks that write one place at one event mostly the first alone."""
        written: set[tuple[str, str]] = set()
        for update in updates:
            places = {(update.patterns[0].event, place) for place in _places(update.body)}
            if not places & written or self.random.random() < 0.2:
                written |= places
                yield update

    def _within(self, state: State) -> Claim:
        """The implicit invariant of a state that holds a range."""
        assert isinstance(state.value, RangeT)
        binders = tuple(self.binder(key, "key") for key in state.keys)
        read = StateRead(state.name, tuple(Var(binder, plain(binder.type)) for binder in binders), INT)
        low, high = Lit(state.value.low, INT), Lit(state.value.high, INT)
        body: Expr = And((Compare("<=", low, read), Compare("<=", read, high)))
        for binder in reversed(binders):
            body = Forall(binder, body)
        return Claim(f"{state.name}.range", "invariant", "always", (), TRUE, body, implicit=True)

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
            case TextT():
                return self.random.choice(("", "x", "y"))
            case DurationT() | TimeT():
                return self.random.randint(0, 4) * SECOND
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


def _places(body: Sequence[Statement]) -> Iterator[str]:
    for statement in body:
        match statement:
            case Assign(place=place):
                yield place
            case IfStatement(then=then, otherwise=otherwise):
                yield from _places((*then, *otherwise))
            case For(body=inner):
                yield from _places(inner)
            case _:
                raise TypeError(f"{type(statement).__name__} stands only in steps")


def _may_be_old(expr: Expr) -> bool:
    nodes = list(walk(expr))
    reads = any(isinstance(node, StateRead) for node in nodes)
    return reads and not any(isinstance(node, _NOT_UNDER_OLD) for node in nodes)


def _interest(specification: Specification, trials: Sequence[tuple[Sequence[Occurrence], Facts]]) -> float:
    """How much a claim is worth that holds at some positions of the trials and fails at others: its chance to be kept."""
    claim = specification.claims[0]
    reports = [evaluate(specification, trace, facts) for trace, facts in trials]
    failures = [len(report.violated) + len(report.broken) for report in reports]
    chances = sum(
        report.reached.get(claim.name, 0) + report.exercised.get(claim.name, 0) for report in reports
    )
    if claim.kind == "assume":
        return 0.5 if sum(map(bool, failures)) == 1 else 0.05
    if any(report.pending for report in reports) or 0 < sum(failures) < chances:
        return 1.0
    return 0.2 if chances else 0.05


def _decided(after: After, specification: Specification) -> bool:
    """Whether the front end takes the block: no value never seen matters to it."""
    return not list(unseen(after, constant_defaults(specification.states)))
