"""Systems: from their declarations to the core tree (language.md section 6).

Every system is built from all its members, its own and inherited ones. A mistake in an inherited member is reported once, for
the system that has written it, unless it is one only in the system that inherits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from honnin.spec import core, syntax
from honnin.spec.branching import check_branching
from honnin.spec.core import Binder, Expr, Property, Specification, System
from honnin.spec.diagnostics import Diagnostic, Label
from honnin.spec.elaborate.expressions import Context, Typer
from honnin.spec.elaborate.guards import Guards
from honnin.spec.elaborate.scope import Binders, Report, Scope, unshadowed
from honnin.spec.elaborate.types import place_type
from honnin.spec.inherit import Inherited, duplicates, inherit
from honnin.spec.near import did_you_mean
from honnin.spec.order import check_order
from honnin.spec.reading import Reading, inside
from honnin.spec.records import dataclass, replace
from honnin.spec.source import Span
from honnin.spec.steps import Step
from honnin.spec.variables import Owned, declare_defines, declare_process, declare_variables, range_invariants

STEP = Context("a step", variables=True, instances=True)
_CONDITIONS: Mapping[str, Context] = {
    "init": Context("`init`", variables=True, instances=True),
    "assume": Context("an assumption of a system", variables=True, instances=True),
    "invariant": Context("an invariant of a system", past=True, variables=True, instances=True),
    "lemma": Context("a lemma", past=True, variables=True, instances=True, endless=True),
}


_Member = TypeVar("_Member")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a file declares around its systems."""

    scope: Scope
    binders: Binders
    report: Report
    specifications: Mapping[str, Specification]

    @property
    def claims(self) -> Mapping[str, Span]:
        """Where each claim is."""
        return {claim.name: claim.span for spec in self.specifications.values() for claim in spec.claims}


def build_systems(
    declarations: Sequence[syntax.SystemDecl], around: Surroundings
) -> tuple[tuple[System, ...], frozenset[str]]:
    """The systems without a fault of their own, in order, and the names of the others. Every fault has been reported."""
    whole, faults = inherit(declarations)
    for fault in faults:
        around.report(fault)
    built: list[System] = []
    reported: set[Diagnostic] = set()
    for inherited in whole:
        found: list[Diagnostic] = []
        system = _build(inherited, replace(around, report=found.append))
        if not any(diagnostic.is_error for diagnostic in found):
            built.append(system)
        for diagnostic in found:
            if diagnostic not in reported:
                reported.add(diagnostic)
                around.report(_told_apart(diagnostic, inherited.declaration))
    sound = {system.name for system in built}
    return tuple(built), frozenset(d.name.text for d in declarations if d.name.text not in sound)


def _told_apart(diagnostic: Diagnostic, system: syntax.SystemDecl) -> Diagnostic:
    """With a label that tells for which system an inherited member is wrong."""
    if inside(diagnostic.span, system.span):
        return diagnostic
    label = Label(system.name.span, f"as a member of `{system.name.text}`")
    return replace(diagnostic, labels=(*diagnostic.labels, label))


def _build(inherited: Inherited, around: Surroundings) -> System:
    """The system, as far as its members are sound."""
    declaration, members = inherited.declaration, inherited.members
    implemented = tuple(_implemented(inherited, around))
    states = frozenset(state.name for spec in implemented for state in spec.states)
    events = frozenset(event.name for spec in implemented for event in spec.events)
    typer = Typer(around.scope, STEP, around.binders, around.report)
    variables, scope = declare_variables(_of(syntax.VarDecl, members), typer)
    typer = replace(typer, scope=scope)
    owned = [declare_process(m, typer) for m in _of(syntax.ProcessDecl, members)]
    processes = {each.declaration.name.text: each.names for each in owned}
    typer = replace(typer, scope=replace(scope, processes=processes))
    typer = replace(typer, scope=declare_defines(_of(syntax.DefineDecl, members), typer))
    reading = Reading(around.report, states)
    everything = (*variables, *(variable for each in owned for variable in each.variables))
    properties = [_property(m, typer, reading, around) for m in _of(syntax.PropertyDecl, members)]
    init = [_condition(m.condition, "init", typer, reading) for m in _of(syntax.InitDecl, members)]
    actions = [_action(m, typer, reading, events) for m in _of(syntax.ActionDecl, members)]
    return System(
        declaration.name.text,
        None if declaration.title is None else declaration.title.value,
        tuple(spec.name for spec in implemented),
        everything,
        tuple(condition for condition in init if condition is not None),
        tuple(action for action in actions if action is not None),
        tuple(_process(each, typer, reading, events) for each in owned),
        (*range_invariants(everything, typer), *(known for known in properties if known is not None)),
        tuple(sorted(reading.read)),
        span=declaration.name.span,
    )


def _of(kind: type[_Member], members: Sequence[syntax.SystemMember]) -> list[_Member]:
    return [member for member in members if isinstance(member, kind)]


def _implemented(inherited: Inherited, around: Surroundings) -> Iterator[Specification]:
    yield from (
        around.specifications[name.text]
        for name in dict.fromkeys(inherited.implements)
        if name.text in around.specifications
    )
    for name in inherited.implements:
        if name.text not in around.specifications:
            around.report(
                Diagnostic(
                    "HN0401",
                    f"there is no specification `{name.text}`",
                    name.span,
                    hint=did_you_mean(name.text, around.specifications),
                )
            )


# ---------------------------------------------------------------- conditions


def _condition(written: syntax.Expr, kind: str, typer: Typer, reading: Reading) -> Expr | None:
    typed = replace(typer, context=_CONDITIONS[kind]).formula(written)
    if typed is not None:
        reading.look(typed, "condition", written.span)
        Guards(typer.report).check(typed)
    return typed


def _property(
    written: syntax.PropertyDecl, typer: Typer, reading: Reading, around: Surroundings
) -> Property | None:
    name, claims = written.name.text, around.claims
    if name in claims:
        label = Label(claims[name], f"`{name}` is this")
        around.report(Diagnostic("HN0421", f"there is another `{name}`", written.name.span, labels=(label,)))
    condition = _condition(written.condition, written.kind, typer, reading)
    if condition is None:
        return None
    title = None if written.title is None else written.title.value
    return Property(name, written.kind, condition, title, span=written.name.span)


# ---------------------------------------------------------------- steps


def _action(
    written: syntax.ActionDecl, typer: Typer, reading: Reading, events: frozenset[str]
) -> core.Action | None:
    parameters = _parameters(written.parameters, typer)
    for fault in (*check_order(written.body, None), *check_branching(written.body, written.name.span)):
        typer.report(fault)
    if parameters is None:
        return None
    body = Step(typer.binding(parameters), reading, events).block(written.body)
    return core.Action(written.name.text, parameters, body, span=written.name.span)


def _parameters(written: Sequence[syntax.Parameter], typer: Typer) -> tuple[Binder, ...] | None:
    """The parameters of an action, which may be of any type; None after a diagnostic."""
    made: list[Binder] = []
    sound = True
    for parameter in written:
        type = place_type(parameter.type, typer.scope, typer.report)
        for name in parameter.names:
            new = unshadowed(name, typer.scope.bind(made), typer.report)
            sound = sound and new and type is not None
            if type is not None:
                made.append(typer.binders.make(name.text, type, name.span))
    return tuple(made) if sound else None


def _process(owned: Owned, typer: Typer, reading: Reading, events: frozenset[str]) -> core.Process:
    written = owned.declaration
    labels = tuple(step.label.text for step in written.steps)
    for fault in duplicates((step.label.text, step.label) for step in written.steps):
        typer.report(fault)
    inner = Step(
        replace(typer, scope=owned.inside(typer.scope)), replace(reading, instance=owned.parameters), events
    )
    steps: list[core.Step] = []
    for step in written.steps:
        for fault in (*check_order(step.body, labels), *check_branching(step.body, step.label.span)):
            typer.report(fault)
        steps.append(core.Step(step.label.text, inner.block(step.body), span=step.label.span))
    return core.Process(written.name.text, owned.parameters, tuple(steps), span=written.name.span)
