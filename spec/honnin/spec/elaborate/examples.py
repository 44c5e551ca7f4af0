"""Examples: their facts and events as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from honnin.spec import core, syntax
from honnin.spec.core import EntityT, EnumT, OptionalT, RangeT, Type, Value
from honnin.spec.diagnostics import Diagnostic, Label
from honnin.spec.elaborate.references import arguments_of, as_many_keys
from honnin.spec.elaborate.scope import Broken, Report, Scope, described
from honnin.spec.elaborate.types import a_type, read_type
from honnin.spec.near import did_you_mean
from honnin.spec.source import Span

_Kind = TypeVar("_Kind", core.Given, core.Event)


@dataclass(frozen=True, slots=True)
class NoValue:
    """What a value with a mistake becomes; the mistake has been reported."""


@dataclass(frozen=True, slots=True)
class ExampleBuilder:
    """Types the examples of one specification.

    `rejecting`: whether each claim can reject; those with errors of their own are there too.
    """

    scope: Scope
    rejecting: Mapping[str, bool]
    report: Report

    def example(self, written: syntax.ExampleDecl) -> core.Example | None:
        """The example; None after a diagnostic."""
        rejected = None if written.rejected_by is None else written.rejected_by.text
        sound = written.rejected_by is None or self._can_reject(written.rejected_by)
        facts = [self._fact(fact) for fact in written.facts]
        sound = self._each_once([fact for fact in facts if fact is not None]) and sound
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

    def _can_reject(self, name: syntax.Dotted) -> bool:
        if name.text not in self.rejecting:
            known = [claim for claim, rejects in self.rejecting.items() if rejects]
            message = f"there is no invariant or assumption `{name.text}`"
            self._fail("HN0109", message, name.span, did_you_mean(name.text, known))
            return False
        if not self.rejecting[name.text]:
            message = f"`{name.text}` is a cover, which cannot reject"
            self._fail("HN0109", message, name.span, "name an invariant or an assumption")
            return False
        return True

    def _each_once(self, facts: Sequence[core.Fact]) -> bool:
        first: dict[tuple[str, tuple[tuple[type, Value], ...]], core.Fact] = {}
        for fact in facts:
            place = fact.given, tuple((type(key), key) for key in fact.keys)
            before = first.setdefault(place, fact)
            if before is not fact:
                labels = (Label(before.span, "the first"),)
                message = f"the example says the same fact of `{fact.given}` twice"
                self.report(Diagnostic("HN0332", message, fact.span, labels=labels))
                return False
        return True

    def _fact(self, written: syntax.FactDecl) -> core.Fact | None:
        given = self._named_as(core.Given, written.given, "HN0110", "given")
        if given is None:
            return None
        index = written.index or ()
        if not as_many_keys(given.name, len(given.keys), len(index), self.report, written.span):
            return None
        keys = [self._value(key, type, "the key") for key, type in zip(index, given.keys, strict=True)]
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
        event = self._named_as(core.Event, written.event, "HN0107", "event")
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
            value = self._value(argument, field.type, f"the field `{field.name}`")
            if isinstance(value, NoValue):
                sound = False
            else:
                values.append(value)
        return tuple(values) if sound else None

    def _named_as(self, kind: type[_Kind], name: syntax.Name, code: str, word: str) -> _Kind | None:
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
            self._fail(code, message, name.span, did_you_mean(name.text, known))
        return None

    def _fail(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self.report(Diagnostic(code, message, span, hint=hint))

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
                self._fail("HN0216", f"{what} is within `{low}..{high}`, and this is {number}", span)
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
            self._fail("HN0320", f"`{text}` is no member of `{inner.name}`", span, hint)
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
