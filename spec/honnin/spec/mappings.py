"""What a `use` of a pattern says about each formal of the pattern, checked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar, assert_never

from honnin.spec import syntax as s
from honnin.spec.diagnostics import Diagnostic, Label
from honnin.spec.near import did_you_mean
from honnin.spec.records import dataclass, field
from honnin.spec.source import Node, Span

_A = TypeVar("_A")


@dataclass(frozen=True, slots=True)
class EventMap:
    """One event of the file for an event formal: `fields` gives for each name of the actual pattern the formal's field it is."""

    actual: s.EventPattern
    fields: dict[str, str]


@dataclass(slots=True)
class Mappings:
    """Actuals by the formal's name; an event formal may have several."""

    entities: dict[str, s.Name] = field(default_factory=dict)
    constants: dict[str, s.Name | s.LiteralExpr] = field(default_factory=dict)
    events: dict[str, list[EventMap]] = field(default_factory=dict)


def read_mappings(
    use: s.Use, pattern: s.PatternDecl, members: Collection[str]
) -> tuple[Mappings, tuple[Diagnostic, ...]]:
    """The mappings of a use, and what is wrong with them. `members` are the enum members that an actual pattern may name."""
    reader = _Reader(pattern, members)
    for mapping in use.mappings:
        reader.read(mapping)
    reader.unmapped(use)
    return reader.mappings, tuple(reader.diagnostics)


def by_field(
    arguments: Sequence[s.PatternArgument | s.Argument], fields: Sequence[str], span: Span
) -> dict[str, Node] | Diagnostic:
    """The value given for each field, by position or by name; fields may be missing only by name."""
    named = [argument for argument in arguments if argument.name is not None]
    if not named:
        if len(arguments) != len(fields):
            message = f"{_counted(len(arguments), 'argument')} for {_counted(len(fields), 'field')}"
            return Diagnostic("HN0084", message, span, f"`({', '.join(fields)})`")
        return {name: argument.value for name, argument in zip(fields, arguments, strict=True)}
    if len(named) != len(arguments):
        return Diagnostic("HN0084", "arguments by position and by name are mixed", span)
    found: dict[str, Node] = {}
    for argument in named:
        assert argument.name is not None
        name = argument.name.text
        if name not in fields or name in found:
            message = f"field `{name}` is given twice" if name in found else f"there is no field `{name}`"
            return Diagnostic("HN0084", message, argument.span, hint=did_you_mean(name, fields))
        found[name] = argument.value
    return found


class _Reader:
    def __init__(self, pattern: s.PatternDecl, members: Collection[str]) -> None:
        self.mappings = Mappings()
        self.diagnostics: list[Diagnostic] = []
        self._pattern = pattern
        self._formals = {formal.name.text: formal for formal in pattern.formals}
        self._members = members

    def read(self, mapping: s.Mapping) -> None:
        name = _formal_name(mapping)
        formal = self._formals.get(name.text)
        match formal, mapping:
            case None, _:
                message = f"pattern `{self._pattern.name.text}` has no formal `{name.text}`"
                self._report("HN0081", message, name.span, hint=did_you_mean(name.text, self._formals))
            case s.FormalEntity(), s.MapName(actual=s.Name() as actual):
                self._once(self.mappings.entities, name.text, actual, mapping.span)
            case s.FormalConst(), s.MapName(actual=actual):
                self._once(self.mappings.constants, name.text, actual, mapping.span)
            case s.FormalEvent(), s.MapEvent():
                found = self._event(formal, mapping)
                if found is not None:
                    self.mappings.events.setdefault(name.text, []).append(found)
            case formal, _:
                self._report(
                    "HN0083", f"this gives `{name.text}` what it is not", mapping.span, _wanted(formal)
                )

    def unmapped(self, use: s.Use) -> None:
        """Reports the formals that no mapping names, all in one."""
        mapped = {_formal_name(mapping).text for mapping in use.mappings}
        missing = [formal for name, formal in self._formals.items() if name not in mapped]
        if not missing:
            return
        listed = ", ".join(f"`{formal.name.text}`" for formal in missing)
        labels = tuple(Label(formal.span, "declared here") for formal in missing)
        expected = ", ".join(_wanted(formal) for formal in missing)
        self.diagnostics.append(
            Diagnostic("HN0082", f"nothing is given for {listed}", use.span, expected, labels=labels)
        )

    def _once(self, found: dict[str, _A], name: str, actual: _A, span: Span) -> None:
        if name in found:
            self._report(
                "HN0088", f"`{name}` is given twice", span, hint="only an event may be given several times"
            )
        found.setdefault(name, actual)

    def _event(self, formal: s.FormalEvent, mapping: s.MapEvent) -> EventMap | None:
        fields = [part.name.text for part in formal.fields]
        values = by_field(mapping.formal.arguments, fields, mapping.formal.span)
        if isinstance(values, Diagnostic):
            self.diagnostics.append(values)
            return None
        before = len(self.diagnostics)
        variables = self._variables(values)
        for missing in (name for name in fields if name not in values):
            self._report(
                "HN0086", f"field `{missing}` of `{formal.name.text}` gets no name", mapping.formal.span
            )
        self._check_actual(mapping, variables)
        return EventMap(mapping.actual, variables) if len(self.diagnostics) == before else None

    def _variables(self, values: dict[str, Node]) -> dict[str, str]:
        """The formal's field by the name that stands for it."""
        variables: dict[str, str] = {}
        for name, value in values.items():
            if not isinstance(value, s.Name) or value.text in variables:
                message = f"field `{name}` of the formal needs a name of its own"
                self._report("HN0089", message, value.span, "a name that the event on the right gives")
            else:
                variables[value.text] = name
        return variables

    def _check_actual(self, mapping: s.MapEvent, variables: dict[str, str]) -> None:
        """Each name of the formal stands once on the right; another name there is an enum member."""
        given = [part.value for part in mapping.actual.arguments if isinstance(part.value, s.Name)]
        seen: set[str] = set()
        for name in given:
            if name.text in seen and name.text in variables:
                self._report("HN0085", f"`{name.text}` stands twice on the right", name.span)
            if name.text not in variables and name.text not in self._members:
                message = (
                    f"`{name.text}` is neither a name of `{mapping.formal.event.text}` nor an enum member"
                )
                known = [*variables, *self._members]
                hint = did_you_mean(name.text, known) or "write `_` for what the pattern does not need"
                self._report("HN0085", message, name.span, hint=hint)
            seen.add(name.text)
        for text, formal_field in variables.items():
            if text not in seen:
                message = f"`{text}`, the field `{formal_field}` of the formal, does not stand on the right"
                self._report("HN0086", message, mapping.actual.span)

    def _report(
        self, code: str, message: str, span: Span, expected: str | None = None, hint: str | None = None
    ) -> None:
        self.diagnostics.append(Diagnostic(code, message, span, expected, hint))


def _formal_name(mapping: s.Mapping) -> s.Name | s.Dotted:
    return mapping.formal if isinstance(mapping, s.MapName) else mapping.formal.event


def _wanted(formal: s.Formal) -> str:
    """How a formal is mapped."""
    name = formal.name.text
    match formal:
        case s.FormalEntity():
            return f"`{name} = ENTITY`"
        case s.FormalConst():
            return f"`{name} = CONSTANT` or a literal"
        case s.FormalEvent(fields=fields):
            listed = ", ".join(part.name.text for part in fields)
            return f"`{name}({listed}) = EVENT(...)`"
        case _:
            assert_never(formal)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
