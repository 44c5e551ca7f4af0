"""The steps of a design, and what is known of each before it is taken: what it may show, read and write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from honnin.spec import core
from honnin.spec.core import Binder, EntityT, Expr, Statement, System, Value
from honnin.spec.design import DONE
from honnin.spec.records import dataclass

KeyPattern: TypeAlias = "tuple[int, None] | tuple[None, Value] | None"
"""A key: the parameter of that index, a literal, or anything."""


@dataclass(frozen=True, slots=True)
class Access:
    """A place that a step may read or write."""

    name: str
    keys: tuple[KeyPattern, ...]
    writes: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """An action, or a step of a process (then `process` and the label that `follows`).

    `symbolic`: the binders of picks that only conditions and emitted arguments read. `may_hide`: a way leads through it that emits
    nothing observable.
    """

    name: str
    parameters: tuple[Binder, ...]
    body: tuple[Statement, ...]
    process: str | None
    label: str
    follows: str
    emits: tuple[core.Emit, ...]
    symbolic: frozenset[int]
    accesses: tuple[Access, ...]
    may_hide: bool

    def hints(self, event: str) -> dict[int, frozenset[int]]:
        """The binders that every `emit event` of the step has as arguments, each with the arguments' indexes."""
        found = [_plain_arguments(emit) for emit in self.emits if emit.event == event]
        binders = set.intersection(*(set(one) for one in found)) if found else set()
        return {uid: frozenset.intersection(*(one[uid] for one in found)) for uid in binders}


def kinds_of(system: System, shown: frozenset[str]) -> tuple[Kind, ...]:
    """Every action and step of the system; `shown`: the events that can be observed."""
    always = tuple(
        access
        for stated in system.properties
        if stated.kind == "assume"
        for access in _reads(stated.condition, ())
    )
    kinds = [_kind(a.name, a.parameters, a.body, None, "", "", shown) for a in system.actions]
    for process in system.processes:
        labels = [step.label for step in process.steps]
        for step, follows in zip(process.steps, [*labels[1:], DONE], strict=True):
            name = f"{process.name}.{step.label}"
            kinds.append(_kind(name, process.parameters, step.body, process.name, step.label, follows, shown))
    return tuple(_with_accesses(kind, always) for kind in kinds)


def _kind(
    name: str,
    parameters: tuple[Binder, ...],
    body: tuple[Statement, ...],
    process: str | None,
    label: str,
    follows: str,
    shown: frozenset[str],
) -> Kind:
    statements = tuple(flat(body))
    emits = tuple(s for s in statements if isinstance(s, core.Emit))
    hides = _may_hide(body, shown)
    return Kind(name, parameters, body, process, label, follows, emits, _symbolic(statements), (), hides)


def flat(body: Iterable[Statement]) -> Iterator[Statement]:
    """The statements and all in their blocks."""
    for statement in body:
        yield statement
        match statement:
            case core.IfStatement(then=then, otherwise=otherwise):
                yield from flat((*then, *otherwise))
            case core.Either(branches=branches):
                yield from flat(inner for branch in branches for inner in branch)
            case core.For(body=inside):
                yield from flat(inside)
            case _:
                pass


def expressions(statement: Statement) -> tuple[Expr, ...]:
    """The expressions of a statement, without those of its blocks."""
    match statement:
        case core.Assign(keys=keys, value=value):
            return (*keys, value)
        case core.IfStatement(condition=condition) | core.When(condition=condition):
            return (condition,)
        case core.For(where=where) | core.Pick(where=where):
            return (where,)
        case core.Emit(arguments=arguments):
            return arguments
        case core.Either() | core.Goto() | core.Stop():
            return ()


def _may_hide(body: Sequence[Statement], shown: frozenset[str]) -> bool:
    """Whether a way leads through the statements that shows nothing."""
    for statement in body:
        match statement:
            case core.Emit(event=event) if event in shown:
                return False
            case core.Goto() | core.Stop():
                return True
            case core.IfStatement(then=then, otherwise=otherwise):
                if not (_may_hide(then, shown) or _may_hide(otherwise, shown)):
                    return False
            case core.Either(branches=branches):
                if not any(_may_hide(branch, shown) for branch in branches):
                    return False
            case _:
                pass
    return True


def _symbolic(statements: Sequence[Statement]) -> frozenset[int]:
    picked = {
        s.binder.uid for s in statements if isinstance(s, core.Pick) and isinstance(s.binder.type, EntityT)
    }
    for statement in statements:
        if isinstance(statement, core.Assign | core.For):
            used = {
                v.binder.uid for e in expressions(statement) for v in core.walk(e) if isinstance(v, core.Var)
            }
            picked -= used
    return frozenset(picked)


def _plain_arguments(emit: core.Emit) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for index, argument in enumerate(emit.arguments):
        inner = argument.body if isinstance(argument, core.Lift) else argument
        if isinstance(inner, core.Var):
            found.setdefault(inner.binder.uid, set()).add(index)
    return {uid: frozenset(indexes) for uid, indexes in found.items()}


# ---------------------------------------------------------------- what a step reads and writes

LABELS, SPECIFICATION = "@", "#"
"""Before the name of a process: where its instances wait. For itself: what the specifications have seen."""


def _with_accesses(kind: Kind, always: tuple[Access, ...]) -> Kind:
    found = list(always)
    for statement in flat(kind.body):
        for expr in expressions(statement):
            found += _reads(expr, kind.parameters)
        if isinstance(statement, core.Assign):
            found.append(Access(statement.place, _patterns(statement.keys, kind.parameters), True))
        if isinstance(statement, core.Emit):
            found.append(Access(SPECIFICATION, (), True))
    if kind.process is not None:
        own = tuple((index, None) for index in range(len(kind.parameters)))
        found.append(Access(LABELS + kind.process, own, True))
    return Kind(
        kind.name,
        kind.parameters,
        kind.body,
        kind.process,
        kind.label,
        kind.follows,
        kind.emits,
        kind.symbolic,
        tuple(dict.fromkeys(found)),
        kind.may_hide,
    )


def _reads(expr: Expr, parameters: tuple[Binder, ...]) -> Iterator[Access]:
    for part in core.walk(expr):
        match part:
            case core.VarRead(variable=name, keys=keys):
                yield Access(name, _patterns(keys, parameters), False)
            case core.AtLabel(process=process, keys=keys):
                yield Access(LABELS + process, _patterns(keys, parameters), False)
            case core.StateRead():
                yield Access(SPECIFICATION, (), False)
            case _:
                pass


def _patterns(keys: tuple[Expr, ...], parameters: tuple[Binder, ...]) -> tuple[KeyPattern, ...]:
    return tuple(_pattern(key, parameters) for key in keys)


def _pattern(key: Expr, parameters: tuple[Binder, ...]) -> KeyPattern:
    match key:
        case core.Var(binder=binder) if binder in parameters:
            return parameters.index(binder), None
        case core.Lit(value=value):
            return None, value
        case _:
            return None
