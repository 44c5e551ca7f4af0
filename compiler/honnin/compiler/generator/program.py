"""What the generated class keeps, and under which names: one dictionary (or one attribute) for each place."""

from __future__ import annotations

from collections.abc import Callable

from honnin.compiler.formulas import assignments, reads_now, statement_expressions
from honnin.compiler.fresh import register_default, state_default
from honnin.compiler.generator.aggregates import Aggregate, aggregate
from honnin.compiler.generator.functions import with_functions
from honnin.compiler.generator.names import Names, annotation, key_annotation
from honnin.compiler.generator.specialise import OLD
from honnin.compiler.machine import Check, Machine, Register
from honnin.compiler.simplify import FALSE, free, literal_of, simplify
from honnin.spec.core import (
    BOOL,
    Assign,
    Binder,
    BoolT,
    EntityT,
    Event,
    Eventually,
    Expr,
    Implies,
    Lit,
    OptionalT,
    Specification,
    StateRead,
    TextT,
    Type,
    Value,
    Var,
    base_type,
    rewrite,
    walk,
)
from honnin.spec.records import dataclass, field, replace

OPEN = "?"
"""Before the number of an `eventually`: the keys for which its formula is awaited."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the values of a state, a register or an `eventually` are kept.

    A place without keys is one attribute. Any other is a dictionary of the keys whose value is not the default; a `flag` is a Bool
    of which only the presence of the key counts. `default` is None where the default is computed at the start. Of a `traced` place the
    events that wrote it last are kept too: in its own dictionary if it is a flag, else in `source`; in `replaced` those before them. One that
    only `grows` is never again at its default. Of a `folded` one that event alone is kept, which has the value at that index.
    """

    name: str
    attribute: str
    keys: tuple[Type, ...]
    value: Type
    default: Lit | None
    flag: bool
    indexable: bool = True
    boxed: bool = False
    traced: bool = False
    overwritten: bool = True
    grows: bool = False
    folded: int | None = None

    @property
    def scalar(self) -> bool:
        """Kept in an attribute of its own, not in a dictionary (as a `boxed` one always is)."""
        return not self.keys and not self.boxed

    @property
    def marks(self) -> bool:
        """Whether its dictionary has, for each key, the event that set it."""
        return self.traced and self.flag and not self.scalar

    @property
    def replaces(self) -> bool:
        """Whether what it has at a key may stand where the value of another event stood, and that event is kept too."""
        return self.traced and not self.marks and not self.scalar and self.overwritten

    @property
    def source(self) -> str:
        return (
            self.attribute if self.folded is not None else self.attribute.replace("self._", "self._from_", 1)
        )

    @property
    def replaced(self) -> str:
        return self.source.replace("self._from_", "self._over_", 1)

    @property
    def unwritten(self) -> str:
        """The module's constant that stands for the event that wrote a folded place where none did."""
        return self.attribute.replace("self._from", "_UNWRITTEN", 1)

    @property
    def default_attribute(self) -> str:
        return self.attribute.replace("self._", "self._default_of_", 1)

    @property
    def stored(self) -> str:
        """The annotation of a stored value."""
        if self.marks or self.folded is not None:
            return "Here"
        if self.default is not None and self.default.value is None and isinstance(self.value, OptionalT):
            return annotation(self.value.inner)
        return annotation(self.value)

    @property
    def declared(self) -> str:
        """The annotation of the attribute."""
        if self.scalar:
            return annotation(self.value)
        return f"dict[{key_annotation(self.keys)}, {self.stored}]"


@dataclass(frozen=True, slots=True)
class Goal:
    """An `eventually`: its place has the values of `keys`, its free variables, for which it is awaited."""

    place: str
    keys: tuple[Var, ...]
    bound: int
    body: Expr

    @property
    def awaited(self) -> StateRead:
        """That it is awaited for these values."""
        return StateRead(self.place, self.keys, BOOL)


@dataclass(slots=True)
class Program:
    """A machine without the claims that cannot be monitored, and the names of its parts.

    `traced`: the places that a failure's account reads; `counters`: the states that are only added to. `alone`: for an `eventually` that is all of a claim's formula, that claim. Filled while it is printed: `indexes` and `seen`;
    `counted`, for a claim the events at each of which it is exercised or reached;
    `appended`, for each event the writes of which the value is appended to its values where it is kept; `repeated`, for each event what its method asks for, see `Once`; `raised`, for an `eventually` that is all of a claim the events that raise it, each with the fields that are its key and the names bound.
    """

    machine: Machine
    checks: tuple[Check, ...]
    registers: tuple[Register, ...]
    names: Names = field(default_factory=Names)
    places: dict[str, Place] = field(default_factory=dict)
    goals: dict[str, Goal] = field(default_factory=dict)
    indexes: dict[str, dict[tuple[int, ...], str]] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    givens: dict[str, str] = field(default_factory=dict)
    aggregates: dict[Expr, Aggregate] = field(default_factory=dict)
    counted: dict[int, dict[int, None]] = field(default_factory=dict)
    traced: frozenset[str] = frozenset()
    counters: frozenset[str] = frozenset()
    alone: dict[str, int] = field(default_factory=dict)
    raised: dict[str, dict[int, tuple[tuple[int, ...], tuple[tuple[str, int], ...]]]] = field(
        default_factory=dict
    )
    repeated: dict[int, dict[tuple[str, str, int], int]] = field(default_factory=dict)
    appended: dict[int, list[Assign]] = field(default_factory=dict)

    @property
    def specification(self) -> Specification:
        return self.machine.specification

    def place(self, name: str) -> Place:
        return self.places[name.removeprefix(OLD)]

    def default(self, read: StateRead) -> Expr:
        """What the read gives where the key is not present; the read itself where syntax does not tell."""
        name = read.state.removeprefix(OLD)
        if name.startswith(OPEN):
            return FALSE
        if name.startswith("#"):
            return register_default(self.machine.register(name), read)
        return state_default(self.specification, replace(read, state=name))

    def index(self, place: Place, positions: tuple[int, ...]) -> str:
        """The attribute that has the present keys of the place by their parts at `positions`."""
        known = self.indexes.setdefault(place.name, {})
        if positions not in known:
            parts = "_".join(map(str, positions))
            known[positions] = place.attribute.replace("self._", f"self._by_{parts}_", 1)
        return known[positions]

    def seen_values(self, entity: str) -> str:
        """The attribute that has the values of the entity seen so far."""
        if entity not in self.seen:
            self.seen[entity] = "self." + self.names.private(f"_seen_{self.names.inner().new(entity)}")
        return self.seen[entity]

    def given_default(self, given: str) -> str:
        """The attribute that has what a given is at the keys that the facts do not list."""
        return self.givens[given].replace("self._", "self._default_of_", 1)

    @property
    def needs_time(self) -> bool:
        """Whether an event must have a time."""
        updates = (expr for after in self.specification.updates for expr in statement_expressions(after.body))
        return (
            any(check.claim.needs_time for check in self.checks)
            or any(register.stores != "whether" for register in self.registers)
            or bool(self.goals)
            or any(reads_now(expr) for expr in updates)
            or bool(self.specification.retained)
        )

    @property
    def uncounted(self) -> frozenset[int]:
        """The events that need no counter: those that no claim's count depends on; if there is none, the last is told by the positions."""
        everything = set(range(len(self.specification.events)))
        depended_on = {event for events in self.counted.values() for event in events}
        return frozenset(everything - depended_on or {max(everything, default=0)})

    def is_sum(self, place: Place) -> bool:
        """Whether what the place has at a key is the sum of what several events added."""
        counted = place.name.startswith("#") and self.machine.register(place.name).stores == "times"
        return counted or place.name in self.counters

    def horizon(self, place: Place) -> int | None:
        """How long the entries of a place stay at least, where some are released; None where none is."""
        entities = {entity_of(key) for key in place.keys}
        return min((r.horizon for r in self.specification.retained if r.entity in entities), default=None)

    def personal(self, type: Type, place: str | None = None) -> bool:
        """Whether values of the type, kept at `place`, are personal."""
        inner = base_type(type)
        if isinstance(inner, EntityT):
            return inner.name in self.specification.personal_entities
        return isinstance(inner, TextT) and place in self.specification.personal_places


def program(machine: Machine, *, explains: bool = True) -> Program:
    """The program of the claims that can be monitored: only the registers that they read, and a name for everything kept.

    Unless it `explains`, no place is traced.
    """
    machine = with_functions(machine)
    checks = tuple(check for check in machine.checks if check.claim.prove_only is None)
    needed: set[str] = set()

    def need(expr: Expr) -> None:
        for node in walk(expr):
            if isinstance(node, StateRead) and node.state.startswith("#") and node.state not in needed:
                needed.add(node.state)
                register = machine.register(node.state)
                need(register.set)
                need(register.hold)

    for check in checks:
        for expr in (check.when, check.body):
            need(expr)
    registers = tuple(register for register in machine.registers if register.name in needed)
    made = Program(machine, checks, registers)
    read = (lowered for check in checks for _, lowered in check.reads)
    read_places = {node.state for part in read for node in walk(part) if isinstance(node, StateRead)}
    made.traced = frozenset(read_places if explains else ())
    made.counters = _counters(machine.specification)
    made.givens = {
        given.name: f"self._given_{made.names.new(given.name)}" for given in machine.specification.givens
    }
    _states(made)
    _registers(made)
    made.checks = tuple(replace(check, body=_with_goals(made, check.body)) for check in checks)
    made.alone = {
        goal: number for number, check in enumerate(made.checks) if (goal := _alone(check)) is not None
    }
    _aggregates(made)
    return made


def _aggregates(made: Program) -> None:
    judged = [
        part for check in made.checks if not check.claim.given_only for part in (check.when, check.body)
    ]
    remembered = [part for register in made.registers for part in (register.set, register.hold)]
    for formula in (*judged, *remembered):
        for node in walk(simplify(formula)):
            found = aggregate(node, made.specification, f"self._total_{len(made.aggregates) + 1}")
            if found is not None:
                made.aggregates.setdefault(node, found)


def _states(made: Program) -> None:
    growing = _growing(made.specification)
    for state in made.specification.states:
        attribute = "self._state_" + made.names.new(state.name)
        keys = tuple(Var(Binder(str(i), i, key), key) for i, key in enumerate(state.keys))
        default = state_default(made.specification, StateRead(state.name, keys, state.value))
        literal = literal_of(default)
        flag = isinstance(state.value, BoolT) and literal is not None
        made.places[state.name] = Place(
            state.name,
            attribute,
            state.keys,
            state.value,
            literal,
            flag,
            traced=state.name in made.traced,
            overwritten=state.name not in made.counters,
            grows=literal is not None and state.name in growing,
        )


def _registers(made: Program) -> None:
    for register in made.registers:
        attribute = f"self._past_{register.name.removeprefix('#')}"
        keys = tuple(key.type for key in register.keys)
        flag = register.stores == "whether" and register.value is None
        empty: Value = False if flag else 0 if register.stores == "times" else None
        literal = Lit(empty, register.type)
        made.places[register.name] = Place(
            register.name,
            attribute,
            keys,
            register.type,
            literal,
            flag,
            indexable=register.operator == "since",
            boxed=register.stores == "times",
            traced=register.name in made.traced and not register.fresh,
            overwritten=register.value is not None,
        )


def _counters(specification: Specification) -> frozenset[str]:
    """The states that are only added to: what they are comes from all the events that did."""
    return _always(specification, lambda assign: assign.operator != ":=")


def _growing(specification: Specification) -> frozenset[str]:
    """The states to which only more than nothing is added."""
    return _always(specification, lambda assign: assign.operator == "+=" and _is_positive(assign.value))


def _is_positive(expr: Expr) -> bool:
    return isinstance(expr, Lit) and isinstance(expr.value, int) and expr.value > 0


def _always(specification: Specification, holds: Callable[[Assign], bool]) -> frozenset[str]:
    """The states that are written, always in such a way."""
    found: dict[str, bool] = {}
    for after in specification.updates:
        for assign in assignments(after.body):
            found[assign.place] = found.get(assign.place, True) and holds(assign)
    return frozenset(place for place, always in found.items() if always)


def _with_goals(made: Program, expr: Expr) -> Expr:
    """The expression with a read of a goal's place for each `eventually`."""
    if not isinstance(expr, Eventually):
        return rewrite(expr, lambda part: _with_goals(made, part))
    number = len(made.goals) + 1
    goal = Goal(f"{OPEN}{number}", variables_of(expr.body), expr.bound, expr.body)
    types = tuple(key.binder.type for key in goal.keys)
    made.goals[goal.place] = goal
    made.places[goal.place] = Place(
        goal.place,
        f"self._awaited_{number}",
        types,
        BOOL,
        Lit(False, BOOL),
        True,
        indexable=False,
        boxed=True,
    )
    return goal.awaited


def _alone(check: Check) -> str | None:
    """The `eventually` that is all of the claim's formula, or all on the right of its `implies`; no event raises it in two ways."""
    events = [pattern.event for pattern in check.claim.patterns]
    if len(set(events)) < len(events):
        return None
    body = check.body
    if isinstance(check.claim.body, Implies) and isinstance(body, Implies):
        body = body.right
    return body.state if isinstance(body, StateRead) and body.state.startswith(OPEN) else None


def entity_of(type: Type) -> str | None:
    """The entity of which a value of the type is an identity, if it is one."""
    inner = base_type(type)
    return inner.name if isinstance(inner, EntityT) else None


def awaits(expr: Expr) -> bool:
    """Whether an `eventually` (now a read of its place) is left in the expression."""
    return any(isinstance(node, StateRead) and node.state.startswith(OPEN) for node in walk(expr))


def variables_of(expr: Expr) -> tuple[Var, ...]:
    """The free variables, in order of appearance."""
    uids = free(expr)
    found: dict[int, Var] = {}
    for node in walk(expr):
        if isinstance(node, Var) and node.binder.uid in uids:
            found.setdefault(node.binder.uid, node)
    return tuple(found.values())


def changed_by(specification: Specification, event: Event) -> tuple[str, ...]:
    """The states that some `after` block writes at the event, in order."""
    found: dict[str, None] = {}
    for after in specification.updates:
        if any(pattern.event == event.name for pattern in after.patterns):
            found.update({assign.place: None for assign in assignments(after.body)})
    return tuple(found)
