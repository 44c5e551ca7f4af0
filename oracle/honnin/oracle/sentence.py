"""What a run comes to in one sentence, in the specification's own nouns: whose value went where.

It is built from the event at which the claim fails, and from the earlier events that carry its values. Which of those count is
read off the claim: those that set the state that it reads, and those that it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from honnin.oracle.story import place
from honnin.spec import core
from honnin.spec.core import Claim, EntityT, EnumT, Event, Module, Specification, Type, Value
from honnin.spec.records import dataclass, replace
from honnin.spec.words import literal

if TYPE_CHECKING:
    from honnin.compiler.answers import Counterexample
    from honnin.spec.verdicts import Report


@dataclass(frozen=True, slots=True)
class _Seen:
    """An event of the run, and the number of the step that emitted it."""

    step: int
    event: Event
    values: tuple[Value, ...]

    def __str__(self) -> str:
        return f"{self.event.name} (step {self.step})"

    def things(self) -> Iterator[tuple[int, Type, Value]]:
        """The fields that hold a value of an entity or an enum: the number of the field, the type, the value."""
        for index, field in enumerate(self.event.fields):
            type = _thing(field.type)
            if type is not None and self.values[index] is not None:
                yield index, type, self.values[index]

    def has(self, type: Type, value: Value) -> bool:
        return any((one, held) == (type, value) for _, one, held in self.things())

    def field(self, index: int) -> str:
        return self.event.fields[index].name


def _thing(type: Type) -> Type | None:
    inner = core.base_type(type)
    return inner if isinstance(inner, EntityT | EnumT) else None


def sentence(run: Counterexample, module: Module) -> str | None:
    """The sentence; None for a run that reaches a cover, and where no event of a specification is at fault."""
    if run.specification is None:
        return None
    specification = module.specification(run.specification)
    seen = list(_events(run, specification))
    report = _judged(run, specification, seen)
    if report.faults:
        return _conflict(report, seen)
    failures = [failure for failure in report.violated if failure.claim == run.claim]
    if not failures or not failures[-1].position:
        return None
    failure = failures[-1]
    assert failure.position is not None
    if failure.trigger and failure.trigger < failure.position:
        raised, late = seen[failure.trigger - 1], seen[failure.position - 1]
        return f"{raised} has {_fields(raised)}; what it calls for had not happened when {late} came."
    claim = specification.claim(run.claim)
    return _tell(seen[failure.position - 1], seen[: failure.position - 1], _relevant(claim, specification))


def _events(run: Counterexample, specification: Specification) -> Iterator[_Seen]:
    declared = {event.name: event for event in specification.events}
    for number, step in enumerate(run.steps, 1):
        for event in step.events:
            if event.event in declared:
                yield _Seen(number, declared[event.event], event.values)


def _judged(run: Counterexample, specification: Specification, seen: Sequence[_Seen]) -> Report:
    from honnin.compiler.replay import facts_of, run_of
    from honnin.spec.meaning import evaluate

    names = {event.name for event in specification.events}
    events = [event for step in run.steps for event in step.events if event.event in names]
    # Where the run does not depend on time, all of it may happen at one moment.
    trace = [replace(event, at=0) if event.at is None else event for event in events]
    return evaluate(specification, trace, facts_of(specification.givens, run_of(run)), scope=run.scope)


def _conflict(report: Report, seen: Sequence[_Seen]) -> str:
    fault = report.faults[-1]
    first, second = fault.writes
    written = place(fault.place, fault.keys)
    return f"{seen[fault.position - 1]} writes {written} twice: {first} and {second}."


# ---------------------------------------------------------------- what the claim is about


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of an event that the claim is about: those that say which thing it is, and those that say what of it."""

    keys: frozenset[int] = frozenset()
    values: frozenset[int] = frozenset()

    def __or__(self, other: _Fields) -> _Fields:
        return _Fields(self.keys | other.keys, self.values | other.values)


_Relevant: TypeAlias = Mapping[str, _Fields]


def _relevant(claim: Claim, specification: Specification) -> _Relevant:
    """The events that set the state that the claim reads, and those that it names (with all their fields)."""
    formulas = [node for formula in (claim.when, claim.body) for node in core.walk(formula)]
    states = {node.state for node in formulas if isinstance(node, core.StateRead)}
    named = {node.event for node in formulas if isinstance(node, core.Atom)}
    found: dict[str, _Fields] = {}
    for event in specification.events:
        if event.name in named:
            every = frozenset(range(len(event.fields)))
            found[event.name] = _Fields(every, every)
    for update in specification.updates:
        assigns = [assign for assign in _assignments(update.body) if assign.place in states]
        for pattern in update.patterns if assigns else ():
            found[pattern.event] = found.get(pattern.event, _Fields()) | _feeding(pattern, assigns)
    return found


def _feeding(pattern: core.Pattern, assigns: Sequence[core.Assign]) -> _Fields:
    """The fields of the event that choose the places that are set, and those that go into them."""
    numbers = {a.uid: n for n, a in enumerate(pattern.arguments) if isinstance(a, core.Binder)}

    def used(exprs: Iterable[core.Expr]) -> frozenset[int]:
        nodes = (node for expr in exprs for node in core.walk(expr) if isinstance(node, core.Var))
        return frozenset(numbers[node.binder.uid] for node in nodes if node.binder.uid in numbers)

    return _Fields(used(k for a in assigns for k in a.keys), used(a.value for a in assigns))


def _assignments(body: Sequence[core.Statement]) -> Iterator[core.Assign]:
    for statement in body:
        match statement:
            case core.Assign():
                yield statement
            case core.IfStatement():
                yield from _assignments((*statement.then, *statement.otherwise))
            case core.For():
                yield from _assignments(statement.body)
            case _:
                pass


# ---------------------------------------------------------------- the wording


def _tell(last: _Seen, earlier: Sequence[_Seen], relevant: _Relevant) -> str:
    told = [seen for seen in earlier if seen.event.name in relevant]
    return (
        _mixed_up(last, earlier, told, relevant)
        or _two_of_a_kind(last, earlier)
        or _follows(last, told)
        or f"{last} has {_fields(last)}{_missing(told, relevant)}."
    )


def _missing(told: Sequence[_Seen], relevant: _Relevant) -> str:
    """That nothing came before which the claim is about, where that is so."""
    return "" if told or not relevant else f"; no {' and no '.join(relevant)} had come before"


def _mixed_up(
    last: _Seen, earlier: Sequence[_Seen], told: Sequence[_Seen], relevant: _Relevant
) -> str | None:
    """An earlier event about the same thing said another value of a kind than the last one says."""
    for before in reversed(told):
        fields = relevant[before.event.name]
        about = [
            (kind, owner) for n, kind, owner in before.things() if n in fields.keys and last.has(kind, owner)
        ]
        said = [thing for thing in before.things() if thing[0] in fields.values and not last.has(*thing[1:])]
        for kind, owner in about:
            for index, type, expected in said:
                for number, held, value in last.things():
                    if held == type != kind:
                        return (
                            f"{_noun(kind, owner)}: {before} has {before.field(index)} = {_noun(type, expected)}, "
                            f"but {last} has {last.field(number)} = {_noun(type, value)}"
                            f"{_origin(type, value, kind, owner, before, index, earlier)}."
                        )
    return None


def _origin(
    type: Type, value: Value, kind: Type, owner: Value, like: _Seen, field: int, earlier: Sequence[_Seen]
) -> str:
    """Where the value comes from: best, the same field of the same event about another thing."""
    carriers = [
        (seen, index)
        for seen in earlier
        for index, held, one in seen.things()
        if (held, one) == (type, value)
    ]

    def others(seen: _Seen) -> list[Value]:
        return [one for _, held, one in seen.things() if held == kind and one != owner]

    best = sorted(
        carriers, key=lambda c: (not others(c[0]), (c[0].event.name, c[1]) != (like.event.name, field))
    )
    if not best:
        return ", named in no earlier event"
    seen, index = best[0]
    of = f" of {_noun(kind, others(seen)[0])}" if others(seen) else ""
    return f", the {seen.field(index)}{of} in {seen}"


def _two_of_a_kind(last: _Seen, earlier: Sequence[_Seen]) -> str | None:
    """The event brings together two values of one entity that came from different events."""
    entities = [(index, type, value) for index, type, value in last.things() if isinstance(type, EntityT)]
    for index, type, value in entities:
        for second, held, other in entities:
            if index < second and held == type and other != value:
                origins = _latest(type, value, earlier), _latest(type, other, earlier)
                if origins[0] is not None and origins[1] is not None and origins[0][0] is origins[1][0]:
                    continue
                return (
                    f"{last} has {last.field(index)} = {_noun(type, value)}{_from(origins[0])}, "
                    f"but {last.field(second)} = {_noun(type, other)}{_from(origins[1])}."
                )
    return None


def _latest(type: Type, value: Value, earlier: Sequence[_Seen]) -> tuple[_Seen, int] | None:
    """The last event that names the value, and the field that does."""
    for seen in reversed(earlier):
        for index, held, one in seen.things():
            if (held, one) == (type, value):
                return seen, index
    return None


def _from(origin: tuple[_Seen, int] | None) -> str:
    return (
        ", named in no earlier event"
        if origin is None
        else f", the {origin[0].field(origin[1])} in {origin[0]}"
    )


def _follows(last: _Seen, told: Sequence[_Seen]) -> str | None:
    """The last event comes after one that the claim is about, with the same thing."""
    for before in reversed(told):
        shared = [
            (index, other, type, value)
            for index, type, value in last.things()
            for other, held, one in before.things()
            if (held, one) == (type, value)
        ]
        if not shared:
            continue
        if before.event == last.event:
            same = [n for n in range(len(last.values)) if last.values[n] == before.values[n]]
            return f"{last} again has {_fields(last, same)}, as {before} had."
        index, other, type, value = shared[0]
        return (
            f"{last} has {last.field(index)} = {_noun(type, value)}, the {before.field(other)} in {before}."
        )
    return None


def _fields(seen: _Seen, only: Sequence[int] | None = None) -> str:
    parts = [
        f"{field.name} = {_noun(field.type, seen.values[index])}"
        for index, field in enumerate(seen.event.fields)
        if only is None or index in only
    ]
    return ", ".join(parts) or "no fields"


def _noun(type: Type, value: Value) -> str:
    """`Person p1`; a value that is of no entity, or that begins with its entity's name, as it is."""
    thing, shown = _thing(type), literal(value, type)
    if not isinstance(thing, EntityT) or value is None or shown.startswith(thing.name):
        return shown
    return f"{thing.name} {shown}"
