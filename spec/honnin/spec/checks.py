"""The `check` statements of a file, with their names, relations and bounds validated (language.md section 6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

from honnin.spec import core
from honnin.spec.core import (
    Check,
    EntityT,
    Event,
    Exists,
    Expr,
    Forall,
    Specification,
    Statement,
    System,
    Type,
    base_type,
    walk,
)
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.elaborate.types import a_type, countable
from honnin.spec.lints import specification_formulas, statements, system_formulas
from honnin.spec.near import did_you_mean
from honnin.spec.records import dataclass
from honnin.spec.syntax import Bound, CheckDecl, Name

TargetKind: TypeAlias = Literal["specification", "invariant", "assume", "cover", "lemma"]

MOST_VALUES = 100
MOST_STEPS = 10_000
"""A bound says at most so many values of an entity, and so many steps."""
_SUITABLE: Mapping[str, frozenset[TargetKind]] = {
    "satisfies": frozenset({"specification", "invariant", "lemma"}),
    "violates": frozenset({"specification", "invariant", "lemma"}),
    "reaches": frozenset({"cover"}),
    "implies": frozenset({"invariant", "assume"}),
}
_EXPECTED: Mapping[str, str] = {
    "satisfies": "a specification that the system implements, or an invariant of one or of its own",
    "violates": "a specification that the system implements, or an invariant of one or of its own",
    "reaches": "a cover of a specification that the system implements",
    "implies": "an invariant or an assumption of the specification",
}


@dataclass(frozen=True, slots=True)
class Subjects:
    """What checks may be about. `broken`: systems and claims that have errors of their own: checks of them are passed over."""

    systems: Mapping[str, System]
    specifications: Mapping[str, Specification]
    broken: frozenset[str] = frozenset()


def build_checks(
    declarations: Sequence[CheckDecl], subjects: Subjects
) -> tuple[tuple[Check, ...], tuple[Diagnostic, ...]]:
    """The checks without a fault, in order, and what is wrong with the others."""
    checks: list[Check] = []
    diagnostics: list[Diagnostic] = []
    for declaration in declarations:
        if not subjects.broken.isdisjoint((declaration.subject.text, declaration.target.text)):
            continue
        found = list(_faults(declaration, subjects))
        diagnostics.extend(found)
        if not found:
            checks.append(_check(declaration))
    return tuple(checks), tuple(diagnostics)


def _check(declaration: CheckDecl) -> Check:
    return Check(
        declaration.subject.text,
        declaration.relation,
        declaration.target.text,
        bool(declaration.within),
        tuple((bound.name.text, bound.limit) for bound in declaration.within if bound.name is not None),
        next((bound.limit for bound in declaration.within if bound.name is None), None),
        span=declaration.span,
    )


def _faults(declaration: CheckDecl, subjects: Subjects) -> Iterator[Diagnostic]:
    name = declaration.subject
    follows = declaration.relation == "implies"
    if name.text in (subjects.systems if follows else subjects.specifications):
        yield _wrong_subject(declaration)
        return
    known = subjects.specifications if follows else subjects.systems
    if name.text not in known:
        kind = "specification" if follows else "system"
        yield Diagnostic(
            "HN0430", f"there is no {kind} `{name.text}`", name.span, hint=did_you_mean(name.text, known)
        )
        return
    if follows:
        specification = subjects.specifications[name.text]
        targets = _claims(specification)
        used = _entities_of_specification(specification, frozenset(e.name for e in specification.events))
        entities = frozenset(entity.name for entity in specification.entities)
    else:
        system = subjects.systems[name.text]
        implemented = tuple(subjects.specifications[spec] for spec in system.implements)
        targets = _targets(system, implemented)
        used = entities_used(system, implemented)
        entities = used.union(entity.name for spec in implemented for entity in spec.entities)
    yield from _target_faults(declaration, targets)
    if not follows:
        yield from _endless_lemma(declaration, subjects.systems[name.text])
    yield from _bound_faults(declaration, used, entities)


def _wrong_subject(declaration: CheckDecl) -> Diagnostic:
    name = declaration.subject
    if declaration.relation == "implies":
        return Diagnostic(
            "HN0432",
            f"`implies` is about a specification, and `{name.text}` is a system",
            name.span,
            hint=f"check {name.text} satisfies {declaration.target.text}",
        )
    return Diagnostic(
        "HN0432",
        f"`{declaration.relation}` is about a system, and `{name.text}` is a specification",
        name.span,
        hint=f"check {name.text} implies {declaration.target.text}",
    )


# ---------------------------------------------------------------- what is asked for


def _claims(specification: Specification) -> dict[str, TargetKind]:
    return {claim.name: claim.kind for claim in specification.claims}


def _targets(system: System, implemented: Iterable[Specification]) -> dict[str, TargetKind]:
    targets: dict[str, TargetKind] = {}
    for specification in implemented:
        targets[specification.name] = "specification"
        targets.update(_claims(specification))
    targets.update((known.name, known.kind) for known in system.properties)
    return targets


def _target_faults(declaration: CheckDecl, targets: Mapping[str, TargetKind]) -> Iterator[Diagnostic]:
    name, relation = declaration.target.text, declaration.relation
    kind = targets.get(name)
    if kind is None:
        yield Diagnostic(
            "HN0431",
            f"`{declaration.subject.text}` has no claim `{name}`",
            declaration.target.span,
            expected=_EXPECTED[relation],
            hint=did_you_mean(name, targets),
        )
    elif kind not in _SUITABLE[relation]:
        article = "an" if kind in ("assume", "invariant") else "a"
        word = "assumption" if kind == "assume" else kind
        reaches = f"check {declaration.subject.text} reaches {name}" if kind == "cover" else None
        yield Diagnostic(
            "HN0432",
            f"`{name}` is {article} {word}: `{relation}` does not ask for that",
            declaration.target.span,
            expected=_EXPECTED[relation],
            hint=reaches if relation != "implies" else None,
        )


def _endless_lemma(declaration: CheckDecl, system: System) -> Iterator[Diagnostic]:
    """A lemma about all values of an endless type can be proved, but no run could be shown to break it."""
    for stated in system.properties:
        quantified = (node for node in walk(stated.condition) if isinstance(node, Forall | Exists))
        endless = [node.binder.type for node in quantified if not countable(node.binder.type)]
        if stated.name == declaration.target.text and endless:
            yield Diagnostic(
                "HN0532",
                f"`{stated.name}` goes through the values of {a_type(endless[0])}: no check can ask for it",
                declaration.target.span,
                hint="it serves the proofs of other checks; ask for one of these",
            )


# ---------------------------------------------------------------- bounds


def _bound_faults(
    declaration: CheckDecl, used: frozenset[str], entities: frozenset[str]
) -> Iterator[Diagnostic]:
    if not declaration.within:
        return
    seen: set[str] = set()
    for bound in declaration.within:
        yield from _one_bound(bound, seen, entities)
        seen.add(_bound_name(bound))
    missing = sorted(used - seen)
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        yield Diagnostic(
            "HN0433",
            f"`{declaration.subject.text}` uses {names} without a bound",
            declaration.span,
            hint="add " + ", ".join(f"{name}: 2" for name in missing),
        )


def _bound_name(bound: Bound) -> str:
    return "steps" if bound.name is None else bound.name.text


def _one_bound(bound: Bound, seen: set[str], entities: frozenset[str]) -> Iterator[Diagnostic]:
    name = _bound_name(bound)
    if name in seen:
        yield Diagnostic("HN0435", f"`{name}` is bounded twice", bound.span)
    if bound.limit < 1:
        yield Diagnostic(
            "HN0436", f"the bound of `{name}` is {bound.limit}", bound.span, expected="at least 1"
        )
    most = MOST_STEPS if bound.name is None else MOST_VALUES
    if bound.limit > most:
        hint = "leave `within` out to ask for any number"
        message = f"the bound of `{name}` is more than can be searched"
        yield Diagnostic("HN0437", message, bound.span, expected=f"at most {most}", hint=hint)
    if isinstance(bound.name, Name) and name not in entities:
        yield Diagnostic(
            "HN0434",
            f"there is no entity `{name}`",
            bound.name.span,
            hint=did_you_mean(name, (*entities, "steps")),
        )


def entities_used(system: System, implemented: Iterable[Specification]) -> frozenset[str]:
    """The entities that matter to a run of the system: its own, and those of its specifications that its events bring in."""
    bodies = [action.body for action in system.actions]
    bodies += [step.body for process in system.processes for step in process.steps]
    inside = [statement for body in bodies for statement in statements(body)]
    emitted = frozenset(statement.event for statement in inside if isinstance(statement, core.Emit))
    binders = [binder for action in system.actions for binder in action.parameters]
    binders += [binder for process in system.processes for binder in process.parameters]
    types = [type for variable in system.variables for type in (*variable.keys, variable.value)]
    own = frozenset(
        _entities(
            (
                *types,
                *(binder.type for binder in binders),
                *_bound_types(inside),
                *_types_in(system_formulas(system)),
            )
        )
    )
    return own.union(*(_entities_of_specification(each, emitted) for each in implemented))


def _bound_types(body: Iterable[Statement]) -> Iterator[Type]:
    for statement in body:
        match statement:
            case core.Pick(binder=binder):
                yield binder.type
            case core.For(binders=binders):
                yield from (binder.type for binder in binders)
            case _:
                pass


def _entities_of_specification(specification: Specification, happening: frozenset[str]) -> frozenset[str]:
    """The entities in the fields of the events that happen, and in the claims."""
    events: list[Event] = [event for event in specification.events if event.name in happening]
    fields = (field.type for event in events for field in event.fields)
    return frozenset(_entities((*fields, *_types_in(specification_formulas(specification)))))


def _types_in(formulas: Iterable[Expr]) -> Iterator[Type]:
    for formula in formulas:
        for node in core.walk(formula):
            yield core.type_of(node)
            match node:
                case core.Forall(binder=binder) | core.Exists(binder=binder):
                    yield binder.type
                case core.Count(binders=binders) | core.Sum(binders=binders):
                    yield from (binder.type for binder in binders)
                case _:
                    pass


def _entities(types: Iterable[Type]) -> Iterator[str]:
    for type in types:
        inner = base_type(type)
        if isinstance(inner, EntityT):
            yield inner.name
