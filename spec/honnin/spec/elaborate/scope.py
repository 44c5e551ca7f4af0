"""Names in scope: what each one is, near-miss hints, and the rule against shadowing.

A `Scope` is a chain: declarations at the bottom, bound names above. It is never changed by binding: `bind` gives a new one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Container, Iterable, Mapping
from typing import TypeAlias

from honnin.spec import core, syntax
from honnin.spec.diagnostics import Diagnostic, Label
from honnin.spec.records import dataclass, field, replace
from honnin.spec.source import Span


@dataclass(frozen=True, slots=True)
class Members:
    """An enum member; several enums may have it."""

    enums: tuple[core.EnumT, ...]


@dataclass(frozen=True, slots=True)
class Define:
    """A define, typed once. Its body is copied at every call."""

    parameters: tuple[core.Binder, ...]
    body: core.Expr


@dataclass(frozen=True, slots=True)
class Broken:
    """Something declared wrongly: its uses are not reported again."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a system. `core_name` is `process.v` for a process's own, whose first keys are then `instance`."""

    core_name: str
    keys: tuple[core.Type, ...]
    value: core.Type
    instance: tuple[core.Binder, ...] = ()


Meaning: TypeAlias = (
    core.State | core.Given | core.Lit | core.Event | core.Binder | Members | Define | Variable | Broken
)


def described(meaning: Meaning | None) -> str:
    """What a name stands for, in a message."""
    match meaning:
        case core.State():
            return "a state"
        case core.Given():
            return "a given"
        case core.Lit():
            return "a constant"
        case core.Event():
            return "an event"
        case core.Binder():
            return "a bound name"
        case Members():
            return "an enum member"
        case Define():
            return "a define"
        case Variable():
            return "a variable"
        case Broken() | None:
            return "not known"


@dataclass(frozen=True, slots=True)
class ProcessNames:
    """What `p[x].v` and `p[x] at l` may name."""

    parameters: tuple[core.Type, ...]
    labels: tuple[str, ...]
    variables: Mapping[str, Variable]


@dataclass(frozen=True, slots=True)
class Scope:
    """`values`: the one name space of events, states, variables, constants, givens, defines, members and bound names.

    `types`: entities and enums. `processes`: of the system around. `places`: where each name was declared, those too that
    are not in `values` yet. `lost`: names whose declarations may have been lost to errors that have been reported: that they are
    not there is no mistake of its own.
    """

    values: Mapping[str, Meaning]
    types: Mapping[str, core.Type]
    processes: Mapping[str, ProcessNames] = field(default_factory=dict)
    places: Mapping[str, Span] = field(default_factory=dict)
    lost: Container[str] = frozenset()

    def bind(self, binders: Iterable[core.Binder]) -> Scope:
        """This scope with bound names added."""
        added = tuple(binders)
        return replace(
            self,
            values={**self.values, **{b.name: b for b in added}},
            places={**self.places, **{b.name: b.span for b in added}},
        )


Report: TypeAlias = Callable[[Diagnostic], None]


class Binders:
    """Makes binders, each with a number of its own within one module."""

    def __init__(self) -> None:
        self._next = 0

    def make(self, name: str, type: core.Type, span: Span) -> core.Binder:
        """A binder that is equal to no other."""
        self._next += 1
        return core.Binder(name, self._next, type, span=span)


def nfkc(name: str) -> str:
    """The form in which two names may not be equal."""
    return unicodedata.normalize("NFKC", name)


class Declared:
    """One name space while it is filled: refuses a name that is there already, or equal to one under NFKC."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._forms: dict[str, syntax.Name] = {}

    def add(self, name: syntax.Name) -> bool:
        """Whether the name is new; else a diagnostic has been given."""
        form = nfkc(name.text)
        first = self._forms.setdefault(form, name)
        if first is name:
            return True
        if first.text == name.text:
            message = f"`{name.text}` is declared twice"
            code = "HN0101"
        else:
            message = f"`{name.text}` and `{first.text}` are the same name under NFKC"
            code = "HN0102"
        self._report(Diagnostic(code, message, name.span, labels=(Label(first.span, "declared here first"),)))
        return False


def unshadowed(name: syntax.Name, scope: Scope, report: Report) -> bool:
    """Whether a name may be bound here; else a diagnostic has been given."""
    taken = _taken(name.text, scope.values) or _taken(name.text, scope.places)
    if taken is None:
        return True
    labels = (Label(scope.places[taken], f"`{taken}` is this"),) if taken in scope.places else ()
    report(
        Diagnostic(
            "HN0103",
            f"the bound name `{name.text}` hides another of that name",
            name.span,
            hint="choose another name: there is no shadowing",
            labels=labels,
        )
    )
    return False


def _taken(name: str, known: Mapping[str, object]) -> str | None:
    """The known name that is `name` or equal to it under NFKC."""
    form = nfkc(name)
    if form in known:
        return form
    return next((other for other in known if not other.isascii() and nfkc(other) == form), None)
