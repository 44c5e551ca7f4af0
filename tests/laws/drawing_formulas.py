"""Random terms and formulas of core nodes over the declarations of a drawn specification."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Literal, TypeAlias

from honnin.spec.core import (
    BOOL,
    DURATION,
    INT,
    TEXT,
    TIME,
    And,
    Arithmetic,
    Atom,
    Binder,
    BoolT,
    Compare,
    Count,
    CountPast,
    DurationT,
    Earlier,
    EntityT,
    EnumT,
    Event,
    Exists,
    Expr,
    Forall,
    Given,
    GivenRead,
    Historically,
    If,
    Iff,
    Implies,
    Interval,
    Lift,
    Lit,
    Minus,
    Not,
    Now,
    Once,
    OptionalT,
    Or,
    Present,
    Previously,
    RangeT,
    Since,
    State,
    StateRead,
    Sum,
    TextT,
    TimeT,
    Type,
    Var,
    type_of,
)

PERSON, ROOM = EntityT("Person"), EntityT("Room")
KIND = EnumT("Kind", ("red", "green"))
SMALL = RangeT(0, 2)
TRUE = Lit(True, BOOL)
SECOND = 1_000_000
PERSON_OR_NONE = OptionalT(PERSON)
KEYS: tuple[Type, ...] = (PERSON, ROOM, KIND, BOOL, SMALL, PERSON, ROOM)
VALUES: tuple[Type, ...] = (
    *(BOOL, INT, OptionalT(PERSON), OptionalT(ROOM), BOOL, KIND, OptionalT(TIME)),
    *(SMALL, PERSON_OR_NONE, TEXT, DURATION),
)
Sign: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]


def plain(type: Type) -> Type:
    return INT if isinstance(type, RangeT) else type


class NoTerm(Exception):
    """There is nothing of the type to be had here."""


class Formulas:
    """Draws expressions; `scope` is what is bound where one is drawn."""

    random: Random
    uid = 0
    temporal = True
    events: tuple[Event, ...]
    givens: tuple[Given, ...]
    states: tuple[State, ...]

    def binder(self, type: Type, name: str = "x") -> Binder:
        self.uid += 1
        return Binder(f"{name}{self.uid}", self.uid, type)

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
                raise NoTerm
            case BoolT():
                return self.formula(scope, depth)
            case EnumT(members=members):
                return Lit(self.random.choice(members), type)
            case TimeT():
                return Now()
            case TextT():
                return Lit(self.random.choice(("", "x")), TEXT)
            case DurationT():
                return self._duration(scope, depth)
            case _:
                return self._number(scope, depth)

    def _duration(self, scope: tuple[Binder, ...], depth: int) -> Expr:
        length = Lit(self.random.randint(0, 4) * SECOND, DURATION)
        if depth <= 0:
            return length
        match self.random.randint(0, 4):
            case 0:
                return Arithmetic("*", self.term(INT, scope, depth - 1), length, DURATION)
            case 1:
                return Arithmetic("+", self.term(DURATION, scope, depth - 1), length, DURATION)
            case 2:
                return Minus(self.term(DURATION, scope, depth - 1), DURATION)
            case _:
                return length

    def _maybe(self, type: Type, scope: tuple[Binder, ...], depth: int) -> Expr | None:
        try:
            return self.term(type, scope, depth)
        except NoTerm:
            return None

    def _number(self, scope: tuple[Binder, ...], depth: int) -> Expr:
        if depth > 0:
            match self.random.randint(0, 6):
                case 0:
                    left, right = self.term(INT, scope, depth - 1), self.term(INT, scope, depth - 1)
                    return Arithmetic(self.random.choice(("+", "-", "*")), left, right, INT)
                case 1:
                    binder = self.binder(self.random.choice(KEYS))
                    return Count((binder,), self.formula((*scope, binder), depth - 1))
                case 2:
                    binder = self.binder(self.random.choice(KEYS))
                    inner = (*scope, binder)
                    return Sum(
                        self.term(INT, inner, depth - 1), (binder,), self.formula(inner, depth - 1), INT
                    )
                case 3 if self.temporal:
                    return CountPast(self.random.randint(0, 4) * SECOND, self.formula(scope, depth - 1))
                case 4:
                    condition = self.formula(scope, depth - 1)
                    return If(condition, self.term(INT, scope, 0), self.term(INT, scope, 0), INT)
                case 5:
                    return Minus(self.term(INT, scope, depth - 1), INT)
                case _:
                    pass
        return Lit(self.random.randint(0, 3), INT)

    def read(self, state: State, scope: tuple[Binder, ...], depth: int) -> StateRead:
        return StateRead(state.name, self.keys(state.keys, scope, depth - 1), plain(state.value))

    def keys(self, types: tuple[Type, ...], scope: tuple[Binder, ...], depth: int) -> tuple[Expr, ...]:
        return tuple(self._key(type, scope, min(depth, 1) if plain(type) != BOOL else 0) for type in types)

    def _key(self, type: Type, scope: tuple[Binder, ...], depth: int) -> Expr:
        key = self.term(plain(type), scope, depth)
        if isinstance(type, RangeT) and isinstance(key, Lit) and isinstance(key.value, int):
            return Lit(key.value % (type.high + 1), INT)
        return key

    # ------------------------------------------------------------ formulas

    def formula(self, scope: tuple[Binder, ...], depth: int) -> Expr:
        for _ in range(20):
            try:
                return self._formula(scope, depth)
            except NoTerm:
                continue
        if self.temporal:
            return self.atom(scope)
        return Lit(self.random.random() < 0.5, BOOL)

    def _formula(self, scope: tuple[Binder, ...], depth: int) -> Expr:
        if depth <= 0:
            return self._literal(scope, 0)
        match self.random.randint(0, 15):
            case 14:
                branches = self.formula(scope, depth - 1), self.formula(scope, depth - 1)
                return If(self.formula(scope, depth - 1), *branches, BOOL)
            case 15:
                return self._number_test(scope, depth)
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
                binder = self.binder(self.random.choice(KEYS))
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
            raise NoTerm
        state = self.random.choice(states)
        read = self.read(state, scope, 0)
        assert isinstance(state.value, OptionalT)
        there = Compare("!=", read, Lit(None, state.value))
        inner = state.value.inner
        if inner == TIME:
            age = Arithmetic("-", Now(), Present(read, TIME), DURATION)
            operator: Literal["<", ">="] = self.random.choice(("<", ">="))
            young = Compare(operator, age, Lit(self.random.randint(0, 5) * SECOND, DURATION))
            return And((there, young)) if self.random.random() < 0.5 else Implies(there, young)
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
            raise NoTerm
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

    def _number_test(self, scope: tuple[Binder, ...], depth: int) -> Expr:
        """Something counted, summed up or given, compared with a small number."""
        number = self._number(scope, depth)
        operator: Literal["==", "<", ">="] = self.random.choice(("==", "<", ">="))
        return Compare(operator, number, Lit(self.random.randint(0, 3), INT))

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
        match self.random.randint(0, 7):
            case 0 | 1 | 2 if self.temporal:
                return self.atom(scope)
            case 3 | 4 | 5 | 6:
                return self._comparison(scope, depth)
            case _:
                flags = [s for s in self.states if isinstance(s.value, BoolT)]
                if not flags:
                    raise NoTerm
                return self.read(self.random.choice(flags), scope, depth)

    def _comparison(self, scope: tuple[Binder, ...], depth: int) -> Expr:
        """Something that varies, compared with something of its type."""
        varying: list[Binder | State | Given] = [*scope, *self.states, *self.states, *self.givens]
        if not varying:
            raise NoTerm
        left = self._what(self.random.choice(varying), scope, depth)
        type = type_of(left)
        optional = [s for s in self.states if s.value == OptionalT(type)]
        if optional and self.random.random() < 0.5:
            left, type = Lift(left, OptionalT(type)), OptionalT(type)
            right: Expr = self.read(self.random.choice(optional), scope, depth)
        else:
            right = self.term(type, scope, depth - 1)
        if left == right:
            raise NoTerm
        operators: tuple[Sign, ...] = ("==", "!=")
        if type in (INT, DURATION, TIME) and self.random.random() < 0.6:
            operators = ("<", "<=", ">", ">=")
        return Compare(self.random.choice(operators), left, right)

    def _what(self, chosen: Binder | State | Given, scope: tuple[Binder, ...], depth: int) -> Expr:
        match chosen:
            case Binder():
                return Var(chosen, plain(chosen.type))
            case State():
                return self.read(chosen, scope, depth)
            case Given(name=name, keys=keys, value=value):
                return GivenRead(name, self.keys(keys, scope, depth - 1), plain(value))

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
