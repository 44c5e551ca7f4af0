"""Examples: their facts and events as values."""

from __future__ import annotations

from dataclasses import dataclass

from honnin.spec import core, syntax
from honnin.spec.core import EntityT, EnumT, OptionalT, RangeT, Specification, Type, Value
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.elaborate.references import arguments_of
from honnin.spec.elaborate.scope import Report
from honnin.spec.near import did_you_mean
from honnin.spec.source import Span
from honnin.spec.words import type_name


@dataclass(frozen=True, slots=True)
class NoValue:
    """What a value with a mistake becomes; the mistake has been reported."""


@dataclass(frozen=True, slots=True)
class ExampleBuilder:
    """Types the examples of one specification."""

    specification: Specification
    constants: dict[str, core.Lit]
    report: Report

    def example(self, written: syntax.ExampleDecl) -> core.Example | None:
        """The example; None after a diagnostic."""
        rejected = None if written.rejected_by is None else written.rejected_by.text
        known = [c.name for c in self.specification.claims if c.kind != "cover"]
        sound = True
        if written.rejected_by is not None and rejected not in known:
            hint = did_you_mean(written.rejected_by.text, known)
            message = f"there is no invariant or assumption `{rejected}`"
            self.report(Diagnostic("HN0109", message, written.rejected_by.span, hint=hint))
            sound = False
        facts = [self._fact(fact) for fact in written.facts]
        occurrences = self._occurrences(written.occurrences)
        if not sound or occurrences is None or any(fact is None for fact in facts):
            return None
        return core.Example(
            written.name.text,
            None if written.title is None else written.title.value,
            rejected,
            tuple(fact for fact in facts if fact is not None),
            occurrences,
            span=written.span,
        )

    def _fact(self, written: syntax.FactDecl) -> core.Fact | None:
        givens = {given.name: given for given in self.specification.givens}
        given = givens.get(written.given.text)
        if given is None:
            hint = did_you_mean(written.given.text, givens)
            message = f"there is no given `{written.given.text}`"
            self.report(Diagnostic("HN0110", message, written.given.span, hint=hint))
            return None
        index = written.index or ()
        if len(index) != len(given.keys):
            message = f"`{given.name}` takes {len(given.keys)} keys, and {len(index)} are given"
            self.report(Diagnostic("HN0213", message, written.span))
            return None
        keys = [self._value(key, type, "this key") for key, type in zip(index, given.keys, strict=True)]
        value = self._value(written.value, given.value, f"`{given.name}`")
        if isinstance(value, NoValue) or any(isinstance(key, NoValue) for key in keys):
            return None
        return core.Fact(
            given.name, tuple(k for k in keys if not isinstance(k, NoValue)), value, span=written.span
        )

    def _occurrences(self, written: tuple[syntax.OccurrenceDecl, ...]) -> tuple[core.Occurrence, ...] | None:
        made: list[core.Occurrence] = []
        sound, at = True, 0
        for occurrence in written:
            if occurrence.at is not None:
                if occurrence.at.microseconds < at:
                    message = "the time goes back"
                    hint = "`at` is the time since the start, not since the event before"
                    self.report(Diagnostic("HN0328", message, occurrence.at.span, hint=hint))
                    sound = False
                at = max(at, occurrence.at.microseconds)
            values = self._values(occurrence)
            if values is None:
                sound = False
            else:
                made.append(core.Occurrence(occurrence.event.text, values, at, span=occurrence.span))
        return tuple(made) if sound else None

    def _values(self, written: syntax.OccurrenceDecl) -> tuple[Value, ...] | None:
        events = {event.name: event for event in self.specification.events}
        event = events.get(written.event.text)
        if event is None:
            hint = did_you_mean(written.event.text, events)
            message = f"there is no event `{written.event.text}`"
            self.report(Diagnostic("HN0107", message, written.event.span, hint=hint))
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
            value = self._value(argument, field.type, f"the field `{field.name}`")
            if isinstance(value, NoValue):
                sound = False
            else:
                values.append(value)
        return tuple(values) if sound else None

    def _value(self, written: syntax.ExampleValue, type: Type, what: str) -> Value | NoValue:
        inner = type.inner if isinstance(type, OptionalT) else type
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
                message = f"{what} is a `{low}..{high}`, and this is {number}"
                self.report(Diagnostic("HN0216", message, span))
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
            message = f"`{text}` is no member of `{inner.name}`"
            self.report(Diagnostic("HN0320", message, span, hint=hint))
            return NoValue()
        constant = self.constants.get(text)
        if constant is not None and constant.type == (core.INT if isinstance(inner, RangeT) else inner):
            return constant.value
        return self._wrong(inner, span, what)

    def _wrong(self, inner: Type, span: Span, what: str) -> NoValue:
        self.report(
            Diagnostic("HN0217", f"{what} does not take this value", span, expected=f"a `{type_name(inner)}`")
        )
        return NoValue()
