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
    Arithmetic,
    Assign,
    Atom,
    Binder,
    BoolT,
    Claim,
    Compare,
    Count,
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
    Iff,
    IfStatement,
    Implies,
    Interval,
    IntT,
    Lift,
    Lit,
    Not,
    Occurrence,
    Old,
    Once,
    OptionalT,
    Or,
    Pattern,
    Present,
    Previously,
    RangeT,
    Since,
    Specification,
    State,
    Statement,
    StateRead,
    Sum,
    Type,
    Value,
    Var,
    finite_values,
    rewrite,
    walk,
)
from honnin.spec.facts import FactTable
from honnin.spec.monitorable import prove_only

PERSON, ROOM = EntityT("Person"), EntityT("Room")
KIND = EnumT("Kind", ("red", "green"))
SMALL = RangeT(0, 2)
TRUE = Lit(True, BOOL)
SECOND = 1_000_000
_Kind: TypeAlias = Literal["invariant", "assume", "cover"]
_PAST = (Once, Earlier, Historically, Previously, Since)
_KEYS: tuple[Type, ...] = (PERSON, ROOM, KIND, BOOL, SMALL, PERSON, ROOM)
_VALUES: tuple[Type, ...] = (BOOL, INT, OptionalT(PERSON), OptionalT(ROOM), BOOL, KIND)
_FIELDS: tuple[Type, ...] = (PERSON, ROOM, KIND, INT, BOOL, SMALL, PERSON, ROOM, OptionalT(PERSON))


def plain(type: Type) -> Type:
    return INT if isinstance(type, RangeT) else type


class Drawing:
    """Draws one specification; `scope` is what is bound where an expression is drawn."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.uid = 0
        self.temporal = True
        self.events = tuple(self._event(name) for name in ("a", "b", "c", "d")[: self.random.randint(2, 4)])
        self.givens = tuple(
            Given(name, self._types(_KEYS, 0, 2), self.random.choice((BOOL, INT)))
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
        value = self.random.choice(_VALUES)
        return State(name, self._types(_KEYS, 0, 2), value, self._default(value))

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

    def binder(self, type: Type, name: str = "x") -> Binder:
        self.uid += 1
        return Binder(f"{name}{self.uid}", self.uid, type)

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

    # ------------------------------------------------------------ terms

    def term(self, type: Type, scope: tuple[Binder, ...], depth: int) -> Expr:
        """An expression of the type."""
        choices: list[Expr] = [Var(b, plain(b.type)) for b in scope if plain(b.type) == type]
        if type == BOOL and depth <= 0:
            choices.append(Lit(self.random.random() < 0.5, BOOL))
            return self.random.choice(choices)
        if choices and self.random.random() < 0.6:
            return self.random.choice(choices)
        reads = [s for s in self.states if plain(s.value) == type]
        if reads and depth > 0 and self.random.random() < 0.6:
            return self.read(self.random.choice(reads), scope, depth - 1)
        givens = [g for g in self.givens if plain(g.value) == type]
        if givens and depth > 0 and self.random.random() < 0.5:
            given = self.random.choice(givens)
            return GivenRead(given.name, self.keys(given.keys, scope, depth - 1), type)
        return self._other(type, scope, depth, choices)

    def _other(self, type: Type, scope: tuple[Binder, ...], depth: int, choices: Sequence[Expr]) -> Expr:
        match type:
            case OptionalT(inner=inner):
                if self.random.random() < 0.6 and (found := self._maybe(inner, scope, depth)) is not None:
                    return Lift(found, type)
                return Lit(None, type)
            case EntityT():
                if choices:
                    return self.random.choice(choices)
                raise _NoTerm
            case BoolT():
                return self.formula(scope, depth)
            case EnumT(members=members):
                return Lit(self.random.choice(members), type)
            case _:
                return self._number(scope, depth)

    def _maybe(self, type: Type, scope: tuple[Binder, ...], depth: int) -> Expr | None:
        try:
            return self.term(type, scope, depth)
        except _NoTerm:
            return None

    def _number(self, scope: tuple[Binder, ...], depth: int) -> Expr:
        if depth > 0:
            match self.random.randint(0, 5):
                case 0:
                    left, right = self.term(INT, scope, depth - 1), self.term(INT, scope, depth - 1)
                    return Arithmetic(self.random.choice(("+", "-", "*")), left, right, INT)
                case 1:
                    binder = self.binder(self.random.choice(_KEYS))
                    return Count((binder,), self.formula((*scope, binder), depth - 1))
                case 2:
                    binder = self.binder(self.random.choice(_KEYS))
                    inner = (*scope, binder)
                    return Sum(
                        self.term(INT, inner, depth - 1), (binder,), self.formula(inner, depth - 1), INT
                    )
                case 3 if self.temporal:
                    return CountPast(self.random.randint(0, 4) * SECOND, self.formula(scope, depth - 1))
                case 4:
                    condition = self.formula(scope, depth - 1)
                    return If(condition, self.term(INT, scope, 0), self.term(INT, scope, 0), INT)
                case _:
                    pass
        return Lit(self.random.randint(0, 3), INT)

    def read(self, state: State, scope: tuple[Binder, ...], depth: int) -> StateRead:
        return StateRead(state.name, self.keys(state.keys, scope, depth - 1), plain(state.value))

    def keys(self, types: tuple[Type, ...], scope: tuple[Binder, ...], depth: int) -> tuple[Expr, ...]:
        return tuple(
            self.term(plain(type), scope, min(depth, 1) if plain(type) != BOOL else 0) for type in types
        )

    # ------------------------------------------------------------ formulas

    def formula(self, scope: tuple[Binder, ...], depth: int) -> Expr:
        for _ in range(20):
            try:
                return self._formula(scope, depth)
            except _NoTerm:
                continue
        return Lit(self.random.random() < 0.5, BOOL)

    def _formula(self, scope: tuple[Binder, ...], depth: int) -> Expr:
        if depth <= 0:
            return self._literal(scope, 0)
        match self.random.randint(0, 13):
            case 0 | 1:
                return Not(self.formula(scope, depth - 1))
            case 2 | 3:
                return And(tuple(self.formula(scope, depth - 1) for _ in range(self.random.randint(2, 3))))
            case 4:
                return Or(tuple(self.formula(scope, depth - 1) for _ in range(self.random.randint(2, 3))))
            case 5:
                return Implies(self.formula(scope, depth - 1), self.formula(scope, depth - 1))
            case 6:
                return Iff(self.formula(scope, depth - 1), self.formula(scope, depth - 1))
            case 7 | 8:
                binder = self.binder(self.random.choice(_KEYS))
                kind = self.random.choice((Forall, Exists))
                return kind(binder, self.formula((*scope, binder), depth - 1))
            case 9:
                return self._guarded(scope, depth) if self.random.random() < 0.5 else self._pointwise()
            case 10 | 11 | 12 if self.temporal:
                return self._temporal(scope, depth)
            case _:
                return self._literal(scope, depth)

    def _guarded(self, scope: tuple[Binder, ...], depth: int) -> Expr:
        states = [s for s in self.states if isinstance(s.value, OptionalT)]
        if not states:
            raise _NoTerm
        state = self.random.choice(states)
        read = self.read(state, scope, 0)
        assert isinstance(state.value, OptionalT)
        there = Compare("!=", read, Lit(None, state.value))
        inner = state.value.inner
        uses = [s for s in self.states if s.keys == (inner,) and s.value == BOOL]
        use: Expr
        if uses:
            use = StateRead(uses[0].name, (Present(read, inner),), BOOL)
        else:
            use = Compare("==", Present(read, inner), self.term(inner, scope, depth - 1))
        return And((there, use)) if self.random.random() < 0.5 else Implies(there, use)

    def _pointwise(self) -> Expr:
        """Something about every key of a map, or of maps with the same keys."""
        maps = [s for s in self.states if s.keys and isinstance(s.default, Lit)]
        if not maps:
            raise _NoTerm
        first = self.random.choice(maps)
        binders = tuple(self.binder(key) for key in first.keys)
        keys = tuple(Var(binder, plain(binder.type)) for binder in binders)
        tests: list[Expr] = []
        numbers: list[Expr] = []
        for state in maps:
            if state.keys == first.keys:
                read = StateRead(state.name, keys, plain(state.value))
                tests.append(Compare("!=", read, state.default))
                if state.value == INT:
                    numbers.append(read)
                    tests.append(Compare("<", Lit(self.random.randint(0, 3), INT), read))
        test = self.random.choice(tests)
        if self.random.random() < 0.3:
            test = And((test, self.random.choice(tests)))
        draw = self.random.randint(0, 3)
        if draw == 0 or (draw == 1 and not numbers):
            return Compare("<", Count(binders, test), Lit(self.random.randint(1, 3), INT))
        if draw == 1:
            term = self.random.choice(numbers)
            return Compare("!=", Sum(term, binders, test, INT), Lit(self.random.randint(1, 4), INT))
        formula: Expr = Not(test) if draw == 2 else test
        for binder in reversed(binders):
            formula = Forall(binder, formula) if draw == 2 else Exists(binder, formula)
        return formula

    def _interval(self) -> Interval | None:
        if self.random.random() < 0.4:
            return None
        return Interval(self.random.choice(("<=", "<", ">=", ">")), self.random.randint(0, 4) * SECOND)

    def _temporal(self, scope: tuple[Binder, ...], depth: int) -> Expr:
        body = self.formula(scope, depth - 1)
        match self.random.randint(0, 5):
            case 0:
                return Once(self._interval(), body)
            case 1:
                return Earlier(self._interval(), body)
            case 2:
                return Historically(self._interval(), body)
            case 3:
                return Previously(self._interval(), body)
            case _:
                return Since(self._interval(), self.formula(scope, depth - 1), body)

    def _literal(self, scope: tuple[Binder, ...], depth: int) -> Expr:
        match self.random.randint(0, 6):
            case 0 | 1 | 2 if self.temporal:
                return self.atom(scope)
            case 3 | 4:
                type = self.random.choice(_VALUES)
                left, right = self.term(type, scope, depth - 1), self.term(type, scope, depth - 1)
                return Compare(self.random.choice(("==", "!=")), left, right)
            case 5:
                left, right = self.term(INT, scope, depth - 1), self.term(INT, scope, depth - 1)
                return Compare(self.random.choice(("<", "<=", ">", ">=")), left, right)
            case _:
                flags = [s for s in self.states if isinstance(s.value, BoolT)]
                if not flags:
                    raise _NoTerm
                return self.read(self.random.choice(flags), scope, depth)

    def atom(self, scope: tuple[Binder, ...]) -> Expr:
        event = self.random.choice(self.events)
        arguments: list[Expr | None] = []
        for parameter in event.fields:
            chosen = [Var(b, plain(b.type)) for b in scope if plain(b.type) == plain(parameter.type)]
            if chosen and self.random.random() < 0.8:
                arguments.append(self.random.choice(chosen))
            elif isinstance(parameter.type, EnumT | BoolT) and self.random.random() < 0.4:
                arguments.append(self.term(parameter.type, (), 0))
            else:
                arguments.append(None)
        return Atom(event.name, tuple(arguments))

    # ------------------------------------------------------------ updates and claims

    def update(self) -> After:
        self.temporal = False
        pattern, scope = self.pattern(self.random.choice(self.events))
        when = self.formula(scope, 1) if self.random.random() < 0.3 else TRUE
        body = tuple(self.statement(scope, 2) for _ in range(self.random.randint(1, 2)))
        self.temporal = True
        return After((pattern,), when, tuple(s for s in body if s is not None))

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
        except _NoTerm:
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
            patterns = (pattern,)
            when = self.formula(scope, 1) if self.random.random() < 0.2 else TRUE
            body = self.formula(scope, depth)
            if kind == "invariant" and self.random.random() < 0.35:
                body = self._awaiting(scope, 2)
            return Claim(name, kind, "on", patterns, when, body, needs_time=True)
        body = self.formula((), depth)
        if self.random.random() < 0.3:
            body = self._with_old(body)
        form: Literal["always", "sometime"] = "sometime" if kind == "cover" else "always"
        return Claim(name, kind, form, (), TRUE, body, needs_time=True)

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
                binder = self.binder(self.random.choice(_KEYS))
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
            if prove_only(claim, made) is None:
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


class _NoTerm(Exception):
    """There is nothing of the type to be had here."""
