"""A specification from the items of its files: declarations first, then what reads them."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

from honnin.spec import core, syntax
from honnin.spec.core import EntityT, EnumT, OptionalT, Type, base_type
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.elaborate.claims import Builder, range_claim
from honnin.spec.elaborate.conflicts import conflicts
from honnin.spec.elaborate.defaults import default_value
from honnin.spec.elaborate.expressions import Context, Typer
from honnin.spec.elaborate.folding import fold
from honnin.spec.elaborate.guards import Guards
from honnin.spec.elaborate.literals import Literals
from honnin.spec.elaborate.retained import misused
from honnin.spec.elaborate.scope import (
    Binders,
    Broken,
    Declared,
    Define,
    Meaning,
    Members,
    Report,
    Scope,
    unshadowed,
)
from honnin.spec.elaborate.types import a_type, inside, key_types, place_type, read_type
from honnin.spec.elaborate.whole import completed
from honnin.spec.logs.elaborate import LogBuilder
from honnin.spec.monitorable import constant_defaults
from honnin.spec.nodes import walk
from honnin.spec.records import dataclass, replace
from honnin.spec.source import Node, Span

CONST = Context("a constant", now=False, state=False, givens=False)
DEFINE = Context("a define", old=True)

ORACLE_NAMES = frozenset(
    {
        *("observe", "observe_line", "observe_values", "read_line", "tick", "finish", "verdict"),
        *("violations", "broken", "unjudged", "pending", "exercised", "reached", "faults", "position"),
    }
)
"""Public names of the generated oracle, which no event may have."""

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Elaborated:
    """A specification, and the scope that its systems and examples see."""

    specification: core.Specification
    scope: Scope


class Declarations:
    """Fills the name spaces of one specification, in passes, and builds it."""

    def __init__(
        self, items: Sequence[syntax.Item], binders: Binders, report: Report, lost: Container[str]
    ) -> None:
        self._items = items
        self._binders = binders
        self._report = report
        self._values: dict[str, Meaning] = {}
        self._types: dict[str, Type] = {}
        self._places: dict[str, Span] = {}
        self._lost = lost
        self._new: set[int] = set()

    def elaborate(self, name: syntax.Name, title: syntax.TextLiteral | None) -> Elaborated:
        """The specification of all sound items; what is wrong with the others has been reported."""
        self._names()
        self._type_names()
        self._members()
        for constant in self._of(syntax.ConstDecl):
            self._add(constant.name, self._constant(constant))
        for given in self._of(syntax.GivenDecl):
            self._add(given.name, self._given(given) or Broken())
        for event in self._of(syntax.EventDecl):
            self._add(event.name, self._event(event) or Broken())
        for state in self._of(syntax.StateDecl):
            self._add(state.name, self._state(state) or Broken())
        self._defines()
        for known in self._places:
            self._values.setdefault(known, Broken())
        return self._whole(name, title)

    def _of(self, kind: type[_Item]) -> Iterator[_Item]:
        return (item for item in self._items if isinstance(item, kind))

    def _scope(self) -> Scope:
        return Scope(self._values, self._types, places=self._places, lost=self._lost)

    def _typer(self, context: Context) -> Typer:
        return Typer(self._scope(), context, self._binders, self._report)

    def _add(self, name: syntax.Name, meaning: Meaning) -> None:
        """Says what the name means, unless another declaration has taken it."""
        if id(name) in self._new:
            self._values[name.text] = meaning

    # ------------------------------------------------------------ names, types, members, constants

    def _names(self) -> None:
        """Takes the names of all values, in the order of the files. An enum may have a member that another has."""
        declared = Declared(self._report)
        members: set[str] = set()
        for item in self._items:
            for name in _value_names(item):
                again = isinstance(item, syntax.EnumDecl) and name.text in members
                if again or declared.add(name):
                    self._new.add(id(name))
                    self._places.setdefault(name.text, name.span)
                    if isinstance(item, syntax.EnumDecl):
                        members.add(name.text)

    def _type_names(self) -> None:
        declared = Declared(self._report)
        for item in self._items:
            match item:
                case syntax.EntityDecl(names=names):
                    for name in names:
                        if declared.add(name):
                            self._types[name.text] = EntityT(name.text)
                case syntax.EnumDecl(name=name, members=members):
                    once = Declared(self._report)
                    sound = tuple(member.text for member in members if once.add(member))
                    if declared.add(name):
                        self._types[name.text] = EnumT(name.text, sound)
                case _:
                    pass

    def _members(self) -> None:
        for enum in self._of(syntax.EnumDecl):
            type = self._types.get(enum.name.text)
            for member in enum.members:
                known = self._values.get(member.text)
                if not isinstance(type, EnumT) or member.text not in type.members:
                    continue
                if not isinstance(known, Members):
                    self._add(member, Members((type,)))
                elif type not in known.enums:
                    self._add(member, Members((*known.enums, type)))

    def _constant(self, written: syntax.ConstDecl) -> Meaning:
        type = place_type(written.type, self._scope(), self._report)
        if type is None:
            return Broken()
        if isinstance(type, EntityT) or (isinstance(type, OptionalT) and isinstance(type.inner, EntityT)):
            message = f"a constant cannot be {a_type(type)}: entities have no literals"
            self._report(Diagnostic("HN0218", message, written.type.span))
            return Broken()
        typed = self._typer(CONST).value(written.value, type, f"`{written.name.text}`")
        if typed is None:
            return Broken()
        folded = fold(typed)
        if folded is None:
            message = (
                "a constant is made of literals and earlier constants, and is no larger than 1000 digits"
            )
            self._report(Diagnostic("HN0219", message, written.value.span))
            return Broken()
        if not inside(folded, type, self._report, written.value.span, f"`{written.name.text}`"):
            return Broken()
        return replace(folded, type=read_type(type), name=written.name.text)

    # ------------------------------------------------------------ givens, events, states

    def _given(self, written: syntax.GivenDecl) -> core.Given | None:
        keys = key_types(written.type.keys, self._scope(), self._report)
        value = place_type(written.type.value, self._scope(), self._report)
        if keys is None or value is None:
            return None
        return core.Given(written.name.text, keys, value, _text(written.title), span=written.name.span)

    def _event(self, written: syntax.EventDecl) -> core.Event | None:
        declared = Declared(self._report)
        made = [self._field(field) for field in written.fields if declared.add(field.name)]
        if written.name.text in ORACLE_NAMES:
            message = f"an event cannot be called `{written.name.text}`: the oracle has that name"
            self._report(Diagnostic("HN0111", message, written.name.span, hint="choose another name"))
        sound = tuple(field for field in made if field is not None)
        self._log_names(sound)
        if len(sound) < len(written.fields):
            return None
        direction = written.direction or "both"
        return core.Event(written.name.text, direction, sound, _text(written.title), span=written.name.span)

    def _field(self, written: syntax.FieldDecl) -> core.Field | None:
        name = written.name.text
        type = place_type(written.type, self._scope(), self._report)
        if type is None:
            return None
        inner = base_type(type)
        if written.personal and not isinstance(inner, EntityT | core.TextT):
            message = f"only an entity or Text can be personal, and this is {a_type(type)}"
            self._report(Diagnostic("HN0220", message, written.type.span))
        log_name = name if written.log_name is None else written.log_name.value
        return core.Field(name, type, written.personal, log_name, span=written.name.span)

    def _log_names(self, made: tuple[core.Field, ...]) -> None:
        """No two fields of an event share a name in logs, and none takes `event` or `at`."""
        seen: set[str] = set()
        for field in made:
            if field.log_name in ("event", "at") and field.log_name != field.name:
                message = f"the name `{field.log_name}` is taken in every line of a log"
                self._report(Diagnostic("HN0113", message, field.span, hint="choose another name for logs"))
            elif field.log_name in seen:
                message = f"another field of this event has the name `{field.log_name}` in logs"
                self._report(Diagnostic("HN0113", message, field.span))
            seen.add(field.log_name)

    def _state(self, written: syntax.StateDecl) -> core.State | None:
        keys = key_types(written.type.keys, self._scope(), self._report)
        value = place_type(written.type.value, self._scope(), self._report)
        if keys is None or value is None:
            return None
        default = default_value(written.default, value, written.name, self._typer(CONST))
        if default is None:
            return None
        return core.State(
            written.name.text, keys, value, default, _text(written.title), span=written.name.span
        )

    # ------------------------------------------------------------ defines

    def _defines(self) -> None:
        """Types each define after those that it calls."""
        written = {d.name.text: d for d in self._of(syntax.DefineDecl) if id(d.name) in self._new}
        calls = {name: set(called_names(define.body)) & written.keys() for name, define in written.items()}
        while True:
            try:
                order = tuple(TopologicalSorter(calls).static_order())
                break
            except CycleError as cycle:
                self._recursive(cycle.args[1], written)
                for name in cycle.args[1]:
                    calls[name] = set()
                    written.pop(name, None)
        for name in order:
            if name in written:
                define = written[name]
                self._add(define.name, typed_define(define, self._typer(DEFINE)) or Broken())

    def _recursive(self, cycle: Sequence[str], written: Mapping[str, syntax.DefineDecl]) -> None:
        first = min((written[name] for name in cycle), key=lambda define: define.span)
        others = [name for name in reversed(cycle[:-1]) if name != first.name.text]
        message = f"a define is not recursive, and `{first.name.text}` calls itself"
        if others:
            message += " by way of " + " and ".join(f"`{name}`" for name in others)
        self._report(Diagnostic("HN0329", message, first.name.span))
        for name in cycle[1:]:
            self._add(written[name].name, Broken())

    # ------------------------------------------------------------ the whole

    def _whole(self, name: syntax.Name, title: syntax.TextLiteral | None) -> Elaborated:
        found = self._values.values()
        events = tuple(meaning for meaning in found if isinstance(meaning, core.Event))
        states = tuple(meaning for meaning in found if isinstance(meaning, core.State))
        typer = self._typer(Context("a specification"))
        builder = Builder(
            typer, {event.name: event for event in events}, constant_defaults(states), self._report
        )
        updates = tuple(filter(None, map(builder.after, self._of(syntax.AfterDecl))))
        ranges = (range_claim(state, self._binders, self._report) for state in states)
        claims = tuple(filter(None, (*map(builder.claim, self._of(syntax.ClaimDecl)), *ranges)))
        specification = core.Specification(
            name.text,
            _text(title),
            tuple(type for type in self._types.values() if isinstance(type, EntityT)),
            tuple(type for type in self._types.values() if isinstance(type, EnumT)),
            tuple(meaning for meaning in found if isinstance(meaning, core.Given)),
            events,
            states,
            updates,
            claims,
            retained=tuple(self._retained()),
            mappings=LogBuilder(Literals(self._scope(), self._report)).mappings(self._of(syntax.LogDecl)),
            span=name.span,
        )
        for diagnostic in (*conflicts(specification), *misused(specification)):
            self._report(diagnostic)
        return Elaborated(completed(specification), self._scope())

    def _retained(self) -> Iterator[core.Retained]:
        """The entities that are released, each with its horizon."""
        typer = self._typer(CONST)
        for item in self._of(syntax.EntityDecl):
            horizon = None if item.retain is None else typer.length(item.retain)
            if horizon is not None:
                yield from (core.Retained(name.text, horizon, span=name.span) for name in item.names)


def typed_define(written: syntax.DefineDecl, typer: Typer) -> Define | None:
    """A define of a specification or a system, typed and guarded in its own place; None after a diagnostic."""
    scope = typer.scope
    binders: list[core.Binder] = []
    for parameter in written.parameters:
        type = place_type(parameter.type, scope, typer.report)
        for name in parameter.names:
            if type is None or not unshadowed(name, scope.bind(binders), typer.report):
                return None
            binders.append(typer.binders.make(name.text, type, name.span))
    inner = typer.binding(tuple(binders))
    if written.type is None:
        body = inner.expression(written.body)
    else:
        wanted = place_type(written.type, scope, typer.report)
        body = None if wanted is None else inner.value(written.body, wanted, f"`{written.name.text}`")
    if body is None:
        return None
    unguarded: list[Diagnostic] = []
    Guards(unguarded.append).check(body)
    for diagnostic in unguarded:
        typer.report(diagnostic)
    return None if any(d.is_error for d in unguarded) else Define(tuple(binders), body)


def _value_names(item: syntax.Item) -> tuple[syntax.Name, ...]:
    """The names that an item declares in the name space of values."""
    match item:
        case syntax.EnumDecl(members=members):
            return members
        case (
            syntax.ConstDecl(name=name)
            | syntax.GivenDecl(name=name)
            | syntax.EventDecl(name=name)
            | syntax.StateDecl(name=name)
            | syntax.DefineDecl(name=name)
        ):
            return (name,)
        case _:
            return ()


def called_names(node: Node) -> Iterator[str]:
    """The names that are called anywhere in a piece of syntax."""
    return (below.name.text for below in walk(node) if isinstance(below, syntax.Call))


def _text(written: syntax.TextLiteral | None) -> str | None:
    return None if written is None else written.value
