"""By which field a log can be split so that each part alone gives the verdicts of the whole on a claim.

A claim is sliced by an entity when, at every event that matters to it, one field of that entity says whose affair it is: everything that
the event writes, and everything that is read at it, is kept under that field's value. Then events with different values have nothing to
do with each other. The condition is decided by syntax, so a claim may be sliceable without its being told here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product

from honnin.compiler.cost.needs import behind, needed
from honnin.compiler.formulas import writes
from honnin.compiler.generator.program import OPEN, Program, entity_of
from honnin.compiler.generator.specialise import at_event, field_variable, triggered, with_bindings
from honnin.compiler.machine import Check
from honnin.compiler.simplify import is_false, is_true, negation, normal
from honnin.spec.core import (
    And,
    Assign,
    Atom,
    Binder,
    Compare,
    Count,
    EntityT,
    Event,
    Exists,
    Expr,
    Forall,
    IfStatement,
    Or,
    Statement,
    StateRead,
    Sum,
    Var,
    walk,
)
from honnin.spec.records import dataclass

_MOST = 2_000
"""So many ways to choose fields and keys are tried for one entity."""


@dataclass(frozen=True, slots=True)
class Slice:
    """`fields`: for each event that matters, its field of the entity `entity` that says whose affair it is."""

    entity: str
    fields: tuple[tuple[str, str], ...]


def slices(made: Program, check: Check) -> tuple[Slice, ...]:
    """Every entity that slices the claim; none for one that speaks of all values, of the event before, or of a place that has one value."""
    if check.claim.form != "on":
        return ()
    places = needed(made, check)
    if any(
        place.startswith("#") and made.machine.register(place).operator == "previously" for place in places
    ):
        return ()
    events = tuple(event for event in made.specification.events if _matters(made, check, places, event))
    found = []
    for entity in made.specification.entities:
        if not _sees_all_names(made, places, events, entity):
            continue
        chosen = next(_ways(made, check, places, events, entity), None)
        if chosen is not None:
            named = ((event.name, event.fields[chosen[event.name]].name) for event in events)
            found.append(Slice(entity.name, tuple(named)))
    return tuple(found)


def _sees_all_names(
    made: Program, places: tuple[str, ...], events: tuple[Event, ...], entity: EntityT
) -> bool:
    """Whether a slice by the entity has every event that names an identity which is released and under which something is kept."""
    held = {entity_of(key) for place in places for key in made.place(place).keys}
    for retained in made.specification.retained:
        for event in made.specification.events:
            named = [field for field in event.fields if entity_of(field.type) == retained.entity]
            if retained.entity in held and named:
                alone = entity.name == retained.entity and named[1:] == [] and event in events
                if not alone:
                    return False
    return True


def _matters(made: Program, check: Check, places: tuple[str, ...], event: Event) -> bool:
    """Whether the event is judged, or changes something that the claim rests on."""
    if any(pattern.event == event.name for pattern in check.claim.patterns):
        return True
    formulas = [expr for place in places for expr in behind(made, place)]
    if any(isinstance(node, Atom) and node.event == event.name for expr in formulas for node in walk(expr)):
        return True
    return any(
        writes(after.body, places)
        for after in made.specification.updates
        if any(pattern.event == event.name for pattern in after.patterns)
    )


def _ways(
    made: Program, check: Check, places: tuple[str, ...], events: tuple[Event, ...], entity: EntityT
) -> Iterator[dict[str, int]]:
    """The choices of a field for each event under which all is kept apart."""
    fields = [[i for i, field in enumerate(event.fields) if field.type == entity] for event in events]
    keys = [[i for i, key in enumerate(made.place(place).keys) if key == entity] for place in places]
    for choice in islice(product(product(*fields), product(*keys)), _MOST):
        chosen = dict(zip((event.name for event in events), choice[0], strict=True))
        held = dict(zip(places, choice[1], strict=True))
        way = _Way(made, check, chosen, held)
        if all(way.keeps_apart(event) for event in events):
            yield chosen


@dataclass(frozen=True, slots=True)
class _Way:
    """`fields`: which field of an event says whose affair it is; `keys`: at which key of a place that is."""

    made: Program
    check: Check
    fields: Mapping[str, int]
    keys: Mapping[str, int]

    def keeps_apart(self, event: Event) -> bool:
        """Whether all that is read and written at the event is under its own field's value."""
        place = self.fields[event.name]
        own = field_variable(place, event.fields[place])
        return self._judged(event, own) and self._updated(event, own) and self._remembered(event, own)

    def _judged(self, event: Event, own: Var) -> bool:
        formulas = (self.check.when, self.check.body)
        return all(
            self._reads_own(at_event(with_bindings(formula, bound), event), own)
            for _, bound in triggered(self.check.claim.patterns, event)
            for formula in formulas
        )

    def _reads_own(self, formula: Expr, own: Var) -> bool:
        for node in walk(formula):
            match node:
                case Forall() | Exists() | Count() | Sum():
                    return False
                case StateRead(state=state, keys=keys) if not _is(keys[self.keys[state]], own):
                    return False
                case _:
                    pass
        return True

    def _updated(self, event: Event, own: Var) -> bool:
        for after in self.made.specification.updates:
            if not writes(after.body, self.keys):
                continue
            for _, bound in triggered(after.patterns, event):
                if not self._reads_own(at_event(with_bindings(after.when, bound), event), own):
                    return False
                if not all(self._statement(s, event, own, bound) for s in after.body):
                    return False
        return True

    def _statement(self, statement: Statement, event: Event, own: Var, bound: dict[int, Expr]) -> bool:
        def here(expr: Expr) -> Expr:
            return at_event(with_bindings(expr, bound), event)

        match statement:
            case _ if not writes((statement,), self.keys):
                return True
            case Assign(place=place, keys=keys, value=value):
                if not _is(here(keys[self.keys[place]]), own):
                    return False
                return all(self._reads_own(here(part), own) for part in (*keys, value))
            case IfStatement(condition=condition, then=then, otherwise=otherwise):
                return self._reads_own(here(condition), own) and all(
                    self._statement(inner, event, own, bound) for inner in (*then, *otherwise)
                )
            case _:
                return False

    def _remembered(self, event: Event, own: Var) -> bool:
        """Whether registers and goals change at the event only under its own value."""
        for place, key in self.keys.items():
            if place.startswith(OPEN):
                goal = self.made.goals[place]
                if not self._only_under(goal.keys[key].binder, at_event(goal.body, event), own):
                    return False
            elif place.startswith("#"):
                register = self.made.machine.register(place)
                binder = register.keys[key]
                changes = (register.set, negation(register.hold))
                if not all(self._only_under(binder, at_event(change, event), own) for change in changes):
                    return False
        return True

    def _only_under(self, key: Binder, formula: Expr, own: Var) -> bool:
        """Whether the formula is false for every key that is not the event's own, and reads under the key alone."""
        formula = normal(formula)
        if is_false(formula):
            return True
        if is_true(formula):
            return False
        if isinstance(formula, Or):
            return all(self._only_under(key, part, own) for part in formula.items)
        parts = formula.items if isinstance(formula, And) else (formula,)
        here = any(
            isinstance(part, Compare)
            and part.operator == "=="
            and {_uid(part.left), _uid(part.right)} == {key.uid, own.binder.uid}
            for part in parts
        )
        return here and all(self._under(key, part, own) for part in parts)

    def _under(self, key: Binder, formula: Expr, own: Var) -> bool:
        """Whether every read in the formula is under the key, or under the event's own value, which it is equal to."""
        for node in walk(formula):
            if isinstance(node, Forall | Exists | Count | Sum):
                return False
            if isinstance(node, StateRead) and _uid(node.keys[self.keys[node.state]]) not in (
                key.uid,
                own.binder.uid,
            ):
                return False
        return True


def _is(key: Expr, own: Var) -> bool:
    return _uid(key) == own.binder.uid


def _uid(expr: Expr) -> int | None:
    return expr.binder.uid if isinstance(expr, Var) else None
