"""Random small designs as text: types first, then whatever fits them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

FINITE = ("A", "A", "B", "K", "Bool", "0..1")
FIELDS = (*FINITE, "Int")
KEYS = (*FINITE, "Int")
VALUES = ("Bool", "Int", "A?", "B?", "K", "Bool", "A?")
LITERALS = {
    "K": ("k1", "k2"),
    "Bool": ("true", "false"),
    "Int": ("0", "1", "2"),
    "A?": ("none",),
    "B?": ("none",),
}
DEFAULTS = {"K": " = k1"}


class Nothing(Exception):
    """There is nothing of the type to be had here."""


@dataclass(frozen=True, slots=True)
class Place:
    """A state, variable or given."""

    name: str
    keys: tuple[str, ...]
    value: str


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a formula may read. `bang`: `x!` may stand unguarded; `past`: operators of the past and atoms may stand."""

    names: tuple[tuple[str, str], ...]
    places: tuple[Place, ...]
    bang: bool = False
    past: bool = False

    def plus(self, *names: tuple[str, str]) -> Scope:
        return Scope((*self.names, *names), self.places, self.bang, self.past)


def plain(type: str) -> str:
    return "Int" if ".." in type else type


@dataclass(slots=True)
class Draw:
    """Draws one specification with one system `d`."""

    random: Random
    made: int = 0
    within: bool = False  # a term that is made of others
    events: list[Event] = field(default_factory=list)
    states: list[Place] = field(default_factory=list)
    givens: list[Place] = field(default_factory=list)
    variables: list[Place] = field(default_factory=list)

    def name(self, letter: str = "x") -> str:
        self.made += 1
        return f"{letter}{self.made}"

    def likely(self, chance: float) -> bool:
        return self.random.random() < chance

    # ------------------------------------------------------------ terms and formulas

    def term(self, type: str, scope: Scope, depth: int = 1) -> str:
        """Something of the type (never a range)."""
        choices = [name for name, of in scope.names if plain(of) == type]
        if choices and self.likely(0.5):
            return self.random.choice(choices)
        if depth > 0 and not self.within and self.likely(0.25):
            self.within = True
            try:
                return self._made_of(type, scope)
            except Nothing:
                pass
            finally:
                self.within = False
        for place in self.random.sample(scope.places, len(scope.places)):
            wanted = place.value == type or (scope.bang and place.value == f"{type}?" and self.likely(0.5))
            if depth > 0 and wanted and self.likely(0.6):
                try:
                    return self.read(place, scope, depth - 1) + ("!" if place.value != type else "")
                except Nothing:
                    continue
        choices += LITERALS.get(type, ())
        if type.endswith("?"):
            choices += [name for name, of in scope.names if f"{of}?" == type]
        if not choices:
            raise Nothing
        return self.random.choice(choices)

    def _made_of(self, type: str, scope: Scope) -> str:
        """A sum, a difference, a number of values, or one of two things."""
        match self.random.randint(0, 3):
            case 0:
                condition = self.formula(Scope(scope.names, scope.places), 0)
                return f"(if {condition} then {self.term(type, scope, 0)} else {self.term(type, scope, 0)})"
            case 1 if type == "Int":
                name, of = self.name(), self.random.choice(FINITE)
                inner = Scope((*scope.names, (name, of)), scope.places)
                return f"count({name}: {of} where {self.formula(inner, 0)})"
            case _ if type == "Int":
                left, right = self.term(type, scope, 0), self.term(type, scope, 0)
                return f"({left} {self.random.choice('++-')} {right})"
            case _:
                raise Nothing

    def read(self, place: Place, scope: Scope, depth: int = 1) -> str:
        keys = [self.argument(key, scope, depth) for key in place.keys]
        return f"{place.name}[{', '.join(keys)}]" if keys else place.name

    def formula(self, scope: Scope, depth: int) -> str:
        for _ in range(12):
            try:
                return self._formula(scope, depth)
            except Nothing:
                continue
        raise Nothing

    def _formula(self, scope: Scope, depth: int) -> str:
        if depth <= 0:
            return self._test(scope)
        match self.random.randint(0, 11):
            case 0 | 1:
                return f"not ({self.formula(scope, depth - 1)})"
            case 2 | 3 | 4:
                word = self.random.choice(("and", "or", "implies", "iff"))
                return f"({self.formula(scope, depth - 1)}) {word} ({self.formula(scope, depth - 1)})"
            case 5 | 6:
                return self._quantified(scope, depth)
            case 7:
                return self._guarded(scope)
            case 8 | 9 if scope.past:
                return self._past(scope, depth)
            case _:
                return self._test(scope)

    def _quantified(self, scope: Scope, depth: int) -> str:
        name, type = self.name(), self.random.choice(FINITE)
        body = self.formula(Scope((*scope.names, (name, type)), scope.places, False, scope.past), depth - 1)
        if self.likely(0.3):
            return f"count({name}: {type} where {body}) {self.random.choice(('<', '==', '>'))} 1"
        return f"({self.random.choice(('forall', 'exists'))} {name}: {type}. {body})"

    def _guarded(self, scope: Scope) -> str:
        places = [place for place in scope.places if place.value.endswith("?")]
        if not places:
            raise Nothing
        read = self.read(self.random.choice(places), Scope(scope.names, scope.places))
        type = next(place.value for place in places if read.startswith(place.name))[:-1]
        other = self.term(type, Scope(scope.names, scope.places))
        return f"({read} != none {self.random.choice(('and', 'implies'))} {read}! == {other})"

    def _past(self, scope: Scope, depth: int) -> str:
        word = self.random.choice(("once", "earlier", "previously", "historically", "since"))
        body = self.atom(scope) if self.likely(0.6) else f"({self.formula(scope, depth - 1)})"
        if word == "since":
            return f"(not {self.atom(scope)}) since {body}"
        return f"{word} {body}"

    def atom(self, scope: Scope) -> str:
        event = self.random.choice(self.events)
        arguments = []
        for type in event.fields:
            fitting = [name for name, of in scope.names if plain(of) == plain(type)]
            arguments.append(self.random.choice(fitting) if fitting and self.likely(0.7) else "_")
        return f"{event.name}({', '.join(arguments)})"

    def _test(self, scope: Scope) -> str:
        places = [*scope.places]
        if places and self.likely(0.8):
            place = self.random.choice(places)
            left, type = self.read(place, scope), plain(place.value)
        elif scope.names:
            left, type = self.random.choice(scope.names)
            type = plain(type)
        else:
            raise Nothing
        if type == "Bool":
            return left if self.likely(0.5) else f"not {left}"
        right = self.term(type, scope)
        if right == left:
            raise Nothing
        signs = ("==", "!=", "<", "<=", ">") if type == "Int" else ("==", "!=")
        return f"{left} {self.random.choice(signs)} {right}"

    # ------------------------------------------------------------ the specification

    def pattern(self, event: Event) -> tuple[str, tuple[tuple[str, str], ...]]:
        arguments, bound = [], []
        for type in event.fields:
            if self.likely(0.85):
                bound.append((self.name(), type))
                arguments.append(bound[-1][0])
            else:
                arguments.append("_")
        return f"{event.name}({', '.join(arguments)})", tuple(bound)

    def after(self, state: Place) -> str:
        """An `after` block that writes the state with what its event brings."""
        for event in self.random.sample(self.events, len(self.events)):
            pattern, bound = self.pattern(event)
            scope = Scope(bound, ())
            try:
                place = self.read(state, scope)
                value = f":= {self.term(state.value, scope)}"
                if value in (":= none", ":= false", ":= k1") and self.likely(0.8):
                    value = {":= false": ":= true", ":= k1": ":= k2"}.get(value, "")
                if not value:
                    continue
            except Nothing:
                continue
            if state.value == "Int" and self.likely(0.5):
                value = "+= 1"
            whole = Scope(bound, tuple(self.states))
            try:
                when = f" when {self.formula(whole, 0)}" if self.likely(0.25) else ""
            except Nothing:
                when = ""
            return f"after {pattern}{when} {{ {place} {value} }}"
        return ""

    def claim(self, kind: str, name: str) -> str:
        """A claim with a formula that reads the state, the events of the past, or a given."""
        while True:
            try:
                return self._claim(kind, name)
            except Nothing:
                continue

    def _claim(self, kind: str, name: str) -> str:
        past = self.likely(0.5)
        places = (*self.states, *self.states, *self.givens)
        if self.likely(0.6):
            pattern, bound = self.pattern(self.random.choice(self.events))
            when = f" when {self.formula(Scope(bound, places), 0)}" if self.likely(0.2) else ""
            moment, scope = f"on {pattern}{when}", Scope(bound, places, past=past)
        else:
            moment = "sometime" if kind == "cover" else "always"
            scope = Scope((), places, past=past)
        return f'{kind} {name} "": {moment}: {self.formula(scope, self.random.choice((0, 1, 1, 2)))}'

    def place(self, letter: str, keys: Sequence[str] = FINITE, value: Sequence[str] = VALUES) -> Place:
        many = self.random.choice((0, 0, 1, 1, 2))
        return Place(
            self.name(letter),
            tuple(self.random.choice(keys) for _ in range(many)),
            self.random.choice(value),
        )

    def given(self) -> Place:
        return Place(self.name("g"), ("A",) if self.likely(0.7) else (), self.random.choice(("Bool", "B")))

    # ------------------------------------------------------------ the system

    def step(self, scope: Scope, labels: Sequence[str]) -> str:
        """The body of a step; `labels`: where it may go."""
        guards, scope = self.guards(scope)
        body = [guards]
        if self.likely(0.2):
            branches = " or ".join(f"{{ {' '.join(self.straight(scope))} }}" for _ in range(2))
            body.append(f"either {branches}")
        body += self.straight(scope) or self.straight(scope)
        if labels and self.likely(0.25):
            body.append(self.random.choice((f"goto {self.random.choice(labels)}", "stop")))
        return " ".join(body)

    def guards(self, scope: Scope) -> tuple[str, Scope]:
        said = []
        if self.likely(0.35):
            with suppress(Nothing):
                said.append(f"when {self.formula(self.looking(scope), 1)}")
        if self.likely(0.35):
            name, type = self.name("y"), self.random.choice(FINITE)
            scope = scope.plus((name, type))
            where = ""
            with suppress(Nothing):
                where = f" where {self.formula(scope, 0)}" if self.likely(0.4) else ""
            said.append(f"pick {name}: {type}{where}")
        return " ".join(said), scope

    def looking(self, scope: Scope) -> Scope:
        """Sometimes a guard reads what the specification remembers."""
        more = tuple(self.states) if self.likely(0.1) else ()
        return Scope(scope.names, (*scope.places, *more), scope.bang)

    def straight(self, scope: Scope) -> list[str]:
        found = []
        for _ in range(self.random.choice((1, 1, 2))):
            with suppress(Nothing):
                found.append(self.statement(scope, 1))
        return found

    def statement(self, scope: Scope, depth: int) -> str:
        match self.random.randint(0, 9):
            case 0 | 1 | 2 | 3 | 4:
                event = self.random.choice(self.events)
                arguments = [self.argument(type, scope) for type in event.fields]
                return f"emit {event.name}({', '.join(arguments)})"
            case 5 if depth > 0:
                inner = [self.statement(scope, 0) for _ in range(2)]
                return f"if {self.formula(self.looking(scope), 0)} {{ {inner[0]} }} else {{ {inner[1]} }}"
            case 6:
                return self._for(scope)
            case _:
                return self.assign(self.random.choice(self.variables), scope)

    def argument(self, type: str, scope: Scope, depth: int = 1) -> str:
        """Something that is in the type for sure, if it is a range."""
        if type == "0..1":
            fitting = [name for name, of in scope.names if of == type]
            return self.random.choice((*fitting, "0", "1"))
        return self.term(type, scope, depth)

    def assign(self, place: Place, scope: Scope) -> str:
        target = self.read(place, scope)
        if place.value == "Int" and self.likely(0.5):
            return f"{target} {self.random.choice(('+=', '+=', '-='))} 1"
        value = self.term(place.value, scope)
        if value == target:
            raise Nothing
        return f"{target} := {value}"

    def _for(self, scope: Scope) -> str:
        maps = [place for place in self.variables if len(place.keys) == 1]
        if not maps:
            raise Nothing
        place, name = self.random.choice(maps), self.name("z")
        inner = Scope((*scope.names, (name, place.keys[0])), scope.places)
        where = f" where {self.formula(inner, 0)}" if self.likely(0.6) else ""
        value = self.term(place.value, inner)
        return f"for {name}: {place.keys[0]}{where} {{ {place.name}[{name}] := {value} }}"

    def system(self) -> list[str]:
        lines = ["system d implements s {"]
        for place in self.variables:
            any_value = place.value != "Int" and self.likely(0.25)
            lines.append(
                f"  var {_declared(place)}{' = any' if any_value else DEFAULTS.get(place.value, '')}"
            )
        scope = Scope((), (*self.variables, *self.givens), bang=True)
        if self.likely(0.75):
            lines += self.process(scope)
        for _ in range(self.random.choice((0, 1, 1, 2)) or "process" not in " ".join(lines)):
            names = tuple(
                (self.name("a"), self.random.choice(FINITE)) for _ in range(self.random.randint(0, 2))
            )
            over = ", ".join(f"{name}: {type}" for name, type in names)
            lines.append(f"  action {self.name('act')}({over}) {{ {self.step(scope.plus(*names), ())} }}")
        quiet = Scope((), (*self.variables, *self.givens))
        for kind, chance in (
            ("invariant own", 0.5),
            ("assume calm", 0.1),
            ("init", 0.1),
            ("lemma help", 0.1),
        ):
            if self.likely(chance):
                with suppress(Nothing):
                    lines.append(f"  {kind}: {self.formula(quiet, 1)}")
        return [*lines, "}"]

    def process(self, scope: Scope) -> list[str]:
        name, parameter = self.name("p"), (self.name("r"), "A")
        labels = [f"l{number}" for number in range(1, self.random.randint(2, 4) + 1)]
        lines = [f"  process {name}({parameter[0]}: A) {{"]
        inner = scope.plus(parameter)
        if self.likely(0.7):
            type = self.random.choice(("A", "B", "B", "Bool", "K"))
            lines.append(f"    var own{name}: {type} = any")
            inner = Scope(inner.names, (*inner.places, Place(f"own{name}", (), type)), bang=True)
        lines += [f"    {label}: {{ {self.step(inner, labels)} }}" for label in labels]
        return [*lines, "  }"]


def _declared(place: Place) -> str:
    keys = ", ".join(place.keys)
    return f"{place.name}: {keys} -> {place.value}" if keys else f"{place.name}: {place.value}"


def drawn_design(seed: int) -> str:
    """The text of a specification `s` with invariants i1 and i2, a cover v, and a system `d`."""
    draw = Draw(Random(seed))
    for _ in range(draw.random.randint(2, 3)):
        fields = tuple(draw.random.choice(FIELDS) for _ in range(draw.random.randint(0, 2)))
        draw.events.append(Event(draw.name("e"), fields))
    draw.givens = [draw.given() for _ in range(draw.random.choice((0, 0, 1)))]
    draw.states = [draw.place("m", KEYS) for _ in range(draw.random.randint(1, 2))]
    lines = ["spec s", "entity A, B", "enum K { k1, k2 }"]
    lines += [f"given {_declared(given)}" for given in draw.givens]
    for event in draw.events:
        fields_ = ", ".join(f"f{number}: {type}" for number, type in enumerate(event.fields))
        lines.append(f"input event {event.name}({fields_})")
    lines += [f"state {_declared(state)}{DEFAULTS.get(state.value, '')}" for state in draw.states]
    lines += [block for state in draw.states for _ in range(2) if (block := draw.after(state))]
    lines += [draw.claim("invariant", "i1"), draw.claim("invariant", "i2"), draw.claim("cover", "v")]
    if draw.likely(0.1):
        lines.append(draw.claim("assume", "w"))
    draw.variables = [draw.place("u") for _ in range(draw.random.randint(1, 3))]
    return "\n".join((*lines, *draw.system())) + "\n"
