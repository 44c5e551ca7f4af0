"""A specification from the items of its files: declarations first, then what reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TypeVar

from honnin.spec import core, syntax
from honnin.spec.core import BOOL, EntityT, EnumT, Lit, OptionalT, Type
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.elaborate.claims import Builder, range_claim
from honnin.spec.elaborate.conflicts import conflicts
from honnin.spec.elaborate.expressions import Context, Typer
from honnin.spec.elaborate.guards import Guards
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
from honnin.spec.elaborate.types import default_of, key_types, place_type, read_type
from honnin.spec.elaborate.whole import completed
from honnin.spec.monitorable import constant_defaults
from honnin.spec.source import Span
from honnin.spec.words import type_name

CONST = Context("a constant", now=False, state=False, givens=False)
DEFAULT = Context("a default", now=False, state=False)
DEFINE = Context("a define", old=True)

ORACLE_NAMES = frozenset(
    "observe observe_line observe_values read_line tick finish verdict violations broken unjudged pending exercised "
    "reached faults position".split()
)
"""Public names of the generated oracle, which no event may have."""

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Elaborated:
    """A specification, and the scope that its systems and examples see."""

    specification: core.Specification
    scope: Scope

    @property
    def constants(self) -> dict[str, Lit]:
        """The constants by name."""
        return {name: found for name, found in self.scope.values.items() if isinstance(found, Lit)}


class Declarations:
    """Fills the name spaces of one specification, in passes, and builds it."""

    def __init__(self, items: Sequence[syntax.Item], binders: Binders, report: Report) -> None:
        self._items = items
        self._binders = binders
        self._report = report
        self._values: dict[str, Meaning] = {}
        self._types: dict[str, Type] = {}
        self._places: dict[str, Span] = {}
        self._declared = Declared(report)

    def elaborate(self, name: syntax.Name, title: syntax.TextLiteral | None) -> Elaborated:
        """The specification of all sound items; what is wrong with the others has been reported."""
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
        return self._whole(name, title)

    def _of(self, kind: type[_Item]) -> Iterator[_Item]:
        return (item for item in self._items if isinstance(item, kind))

    def _scope(self) -> Scope:
        return Scope(self._values, self._types, places=self._places)

    def _typer(self, context: Context) -> Typer:
        return Typer(self._scope(), context, self._binders, self._report)

    def _add(self, name: syntax.Name, meaning: Meaning) -> None:
        if self._declared.add(name):
            self._values[name.text] = meaning
            self._places[name.text] = name.span

    # ------------------------------------------------------------ types, members, constants

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
                if isinstance(known, Members):
                    if type not in known.enums:
                        self._values[member.text] = Members((*known.enums, type))
                else:
                    self._add(member, Members((type,)))

    def _constant(self, written: syntax.ConstDecl) -> Meaning:
        type = place_type(written.type, self._scope(), self._report)
        if type is None:
            return Broken()
        if isinstance(type, EntityT) or (isinstance(type, OptionalT) and isinstance(type.inner, EntityT)):
            message = f"a constant cannot be a `{type_name(type)}`: entities have no literals"
            self._report(Diagnostic("HN0218", message, written.type.span))
            return Broken()
        typed = self._typer(CONST).value(written.value, type, f"`{written.name.text}`")
        folded = None if typed is None else fold(typed)
        if typed is None:
            return Broken()
        if folded is None:
            message = "a constant is made of literals and earlier constants"
            self._report(Diagnostic("HN0219", message, written.value.span))
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
        if name in ("event", "at"):
            message = f"a field cannot be called `{name}`: a trace has that name already"
            hint = f'rename it, and give its name in logs: `other "{name}"` is not possible either'
            self._report(Diagnostic("HN0112", message, written.name.span, hint=hint.split(",")[0]))
            return None
        type = place_type(written.type, self._scope(), self._report)
        if type is None:
            return None
        inner = type.inner if isinstance(type, OptionalT) else type
        if written.personal and not isinstance(inner, EntityT | core.TextT):
            message = f"only an entity or Text can be personal, and this is a `{type_name(type)}`"
            self._report(Diagnostic("HN0220", message, written.type.span))
        log_name = name if written.log_name is None else written.log_name.value
        return core.Field(name, type, written.personal, log_name, span=written.name.span)

    def _log_names(self, made: tuple[core.Field, ...]) -> None:
        """No two fields of an event share a name in logs, and none takes `event` or `at`."""
        seen = {"event", "at"}
        for field in made:
            if field.log_name in seen:
                message = f"the name `{field.log_name}` stands twice in the logs of this event"
                self._report(Diagnostic("HN0113", message, field.span))
            seen.add(field.log_name)

    def _state(self, written: syntax.StateDecl) -> core.State | None:
        keys = key_types(written.type.keys, self._scope(), self._report)
        value = place_type(written.type.value, self._scope(), self._report)
        if keys is None or value is None:
            return None
        default = self._default(written.default, value, written)
        if default is None:
            return None
        return core.State(
            written.name.text, keys, value, default, _text(written.title), span=written.name.span
        )

    def _default(self, written: syntax.Expr | None, value: Type, state: syntax.StateDecl) -> core.Expr | None:
        if written is not None:
            typed = self._typer(DEFAULT).value(written, value, f"`{state.name.text}`")
            return None if typed is None else fold(typed) or typed
        default = default_of(value)
        if default is None:
            message = (
                f"a `{type_name(value)}` has no default: say with which value `{state.name.text}` begins"
            )
            hint = f"write `= ...`, or make it a `{type_name(value)}?`"
            self._report(Diagnostic("HN0221", message, state.name.span, hint=hint))
        return default

    # ------------------------------------------------------------ defines

    def _defines(self) -> None:
        written = {define.name.text: define for define in self._of(syntax.DefineDecl)}
        done: set[str] = set()
        for name in written:
            self._define(name, written, done, ())

    def _define(
        self, name: str, written: Mapping[str, syntax.DefineDecl], done: set[str], above: tuple[str, ...]
    ) -> None:
        """Types a define after those that it calls."""
        if name in above:
            chain = " calls ".join(f"`{other}`" for other in (*above[above.index(name) :], name))
            self._report(Diagnostic("HN0329", f"a define is not recursive: {chain}", written[name].name.span))
            return
        if name in done:
            return
        for called in called_names(written[name].body):
            if called in written:
                self._define(called, written, done, (*above, name))
        if name not in done:
            done.add(name)
            self._add(written[name].name, typed_define(written[name], self._typer(DEFINE)) or Broken())

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
            span=name.span,
        )
        for diagnostic in conflicts(specification):
            self._report(diagnostic)
        return Elaborated(completed(specification), self._scope())


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
    Guards(typer.report).check(body)
    return Define(tuple(binders), body)


def fold(expr: core.Expr) -> Lit | None:
    """The value of an expression over literals alone; None when it reads anything else."""
    match expr:
        case Lit():
            return expr
        case core.Lift(body=body, type=type):
            inner = fold(body)
            return None if inner is None else replace(inner, type=type)
        case core.Minus(body=body):
            inner = fold(body)
            return None if inner is None or inner.value is None else replace(inner, value=-int(inner.value))
        case core.Arithmetic(operator=operator, left=left, right=right, type=type):
            one, other = fold(left), fold(right)
            if one is None or other is None:
                return None
            a, b = int(one.value or 0), int(other.value or 0)
            value = a + b if operator == "+" else a - b if operator == "-" else a * b
            return Lit(value, type, span=expr.span)
        case core.Not(body=body):
            inner = fold(body)
            return None if inner is None else Lit(not inner.value, BOOL, span=expr.span)
        case _:
            return None


def called_names(node: object) -> Iterator[str]:
    """The names that are called anywhere in a piece of syntax."""
    if isinstance(node, syntax.Call):
        yield node.name.text
    if isinstance(node, tuple):
        for part in node:
            yield from called_names(part)
    elif is_dataclass(node):
        for field in fields(node):
            if field.name != "span":
                yield from called_names(getattr(node, field.name))


def _text(written: syntax.TextLiteral | None) -> str | None:
    return None if written is None else written.value
