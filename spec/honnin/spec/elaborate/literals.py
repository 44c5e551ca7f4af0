"""The values that are written in examples and mappings: literals, enum members, constants, and names of entity values."""

from __future__ import annotations

from typing import TypeVar

from honnin.spec import core, syntax
from honnin.spec.core import EntityT, EnumT, OptionalT, RangeT, Type, Value, base_type
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.elaborate.references import arguments_of
from honnin.spec.elaborate.scope import Broken, Report, Scope, described
from honnin.spec.elaborate.types import a_type, read_type
from honnin.spec.near import did_you_mean
from honnin.spec.records import dataclass
from honnin.spec.source import Span

_Kind = TypeVar("_Kind", core.Given, core.Event)


@dataclass(frozen=True, slots=True)
class NoValue:
    """What a value with a mistake becomes; the mistake has been reported."""


@dataclass(frozen=True, slots=True)
class Literals:
    """Types what is written in one specification."""

    scope: Scope
    report: Report

    def values(self, written: syntax.OccurrenceDecl) -> tuple[Value, ...] | None:
        """The values of an event in field order; None after a diagnostic."""
        event = self.named_as(core.Event, written.event, "HN0107", "event")
        if event is None:
            return None
        arguments = arguments_of(written.arguments, event, written.span, self.report)
        if arguments is None:
            return None
        values: list[Value] = []
        sound = True
        for argument, field in zip(arguments, event.fields, strict=True):
            if argument is None:
                message = f"`{event.name}` needs its field `{field.name}`"
                self.report(Diagnostic("HN0313", message, written.span))
                sound = False
                continue
            value = self.value(argument, field.type, f"the field `{field.name}`")
            if isinstance(value, NoValue):
                sound = False
            else:
                values.append(value)
        return tuple(values) if sound else None

    def named_as(self, kind: type[_Kind], name: syntax.Name, code: str, word: str) -> _Kind | None:
        """The given or event of that name; None after a diagnostic."""
        values = self.scope.values
        meaning = values.get(name.text)
        if isinstance(meaning, kind):
            return meaning
        if not isinstance(meaning, Broken):
            known = [other for other, found in values.items() if isinstance(found, kind)]
            message = f"`{name.text}` is {described(meaning)}, and no {word}"
            if meaning is None:
                message = f"there is no {word} `{name.text}`"
            self.fail(code, message, name.span, did_you_mean(name.text, known))
        return None

    def fail(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self.report(Diagnostic(code, message, span, hint=hint))

    def value(self, written: syntax.ExampleValue, type: Type, what: str) -> Value | NoValue:
        inner = base_type(type)
        match written:
            case syntax.NoneLiteral() if isinstance(type, OptionalT):
                return None
            case syntax.Name(text=text):
                return self._named(text, inner, written.span, what)
            case syntax.TextLiteral(value=text) if isinstance(inner, core.TextT | EntityT):
                return text
            case syntax.BoolLiteral(value=truth) if inner == core.BOOL:
                return truth
            case syntax.DurationLiteral(microseconds=us) if isinstance(inner, core.TimeT | core.DurationT):
                return us
            case syntax.IntLiteral(value=number):
                return self._number(number, inner, written.span, what)
            case _:
                return self._wrong(inner, written.span, what)

    def _number(self, number: int, inner: Type, span: Span, what: str) -> Value | NoValue:
        match inner:
            case core.IntT() | EntityT():
                return number
            case RangeT(low=low, high=high):
                if low <= number <= high:
                    return number
                self.fail("HN0216", f"{what} is within `{low}..{high}`, and this is {number}", span)
                return NoValue()
            case _:
                return self._wrong(inner, span, what)

    def _named(self, text: str, inner: Type, span: Span, what: str) -> Value | NoValue:
        """A name: an entity value, an enum member or a constant."""
        if isinstance(inner, EntityT):
            return text
        if isinstance(inner, EnumT):
            if text in inner.members:
                return text
            hint = did_you_mean(text, inner.members)
            self.fail("HN0320", f"`{text}` is no member of `{inner.name}`", span, hint)
            return NoValue()
        constant = self.scope.values.get(text)
        if isinstance(constant, Broken):
            return NoValue()
        if not isinstance(constant, core.Lit) or constant.type != read_type(inner):
            hint = f'write `"{text}"`' if inner == core.TEXT else None
            return self._wrong(inner, span, what, hint)
        if isinstance(inner, RangeT) and isinstance(constant.value, int):
            return self._number(constant.value, inner, span, what)
        return constant.value

    def _wrong(self, inner: Type, span: Span, what: str, hint: str | None = None) -> NoValue:
        expected = a_type(inner)
        if inner == core.TIME:
            expected = "a duration: a time is written as what has passed since the start"
        message = f"{what} does not take this value"
        self.report(Diagnostic("HN0217", message, span, expected=expected, hint=hint))
        return NoValue()
