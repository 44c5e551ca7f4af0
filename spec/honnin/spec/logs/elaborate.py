"""Mappings typed against the events of their specification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from honnin.spec import core, syntax
from honnin.spec.core import EntityT, RangeT, Type, base_type
from honnin.spec.diagnostics import Diagnostic, Label
from honnin.spec.elaborate.literals import Literals, NoValue
from honnin.spec.elaborate.references import arguments_of
from honnin.spec.elaborate.scope import Broken
from honnin.spec.elaborate.types import a_type
from honnin.spec.logs.model import (
    And,
    Condition,
    Constant,
    Conversion,
    Is,
    MappedEvent,
    Mapping,
    Not,
    Or,
    Read,
    Rule,
    Scalar,
    Source,
    Translated,
    Truth,
    same,
)
from honnin.spec.records import dataclass
from honnin.spec.source import Span

_T = TypeVar("_T")
_TEXT_HINT = 'a path begins with `.`, and text stands between `"`'


@dataclass(frozen=True, slots=True)
class LogBuilder:
    """Types the mappings of one specification."""

    literals: Literals

    def mappings(self, written: Iterable[syntax.LogDecl]) -> tuple[Mapping, ...]:
        """Those that are sound; what is wrong with the others has been reported."""
        made: dict[str, tuple[Mapping | None, Span]] = {}
        for log in written:
            name = log.name.value
            if not name.strip():
                self._fail("HN0229", "a mapping has a name", log.name.span)
            elif name in made:
                labels = (Label(made[name][1], "the first"),)
                message = f"there are two mappings `{name}`"
                self.literals.report(Diagnostic("HN0229", message, log.name.span, labels=labels))
            else:
                made[name] = self._mapping(log), log.name.span
        return tuple(mapping for mapping, _ in made.values() if mapping is not None)

    def _mapping(self, written: syntax.LogDecl) -> Mapping | None:
        at = None if written.at is None else self._time(written.at)
        rules = [self._rule(rule) for rule in written.rules]
        self._unreachable(written.rules)
        if not rules:
            message = "the mapping has no rule, so it tells no event"
            self._fail("HN0229", message, written.span, "write `when CONDITION => EVENT(...)`")
        sound = tuple(rule for rule in rules if rule is not None)
        if not rules or len(sound) < len(rules) or (at is None and written.at is not None):
            return None
        return Mapping(
            written.name.value,
            None if written.title is None else written.title.value,
            at,
            sound,
            "reject" if written.otherwise is None else written.otherwise.word,
            span=written.span,
        )

    def _unreachable(self, rules: tuple[syntax.LogRule, ...]) -> None:
        before: list[syntax.LogCondition] = []
        for rule in rules:
            if syntax.BoolLiteral(True) in before or rule.condition in before:
                message = "no line gets as far as this rule: an earlier one takes them all"
                self._fail("HN0423", message, rule.span, "the first rule whose condition holds counts")
            before.append(rule.condition)

    def _fail(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self.literals.fail(code, message, span, hint)

    # ------------------------------------------------------------ conditions

    def _condition(self, written: syntax.LogCondition) -> Condition | None:
        span = written.span
        match written:
            case syntax.LogOr(items=items) | syntax.LogAnd(items=items):
                parts: tuple[Condition, ...] | None = _whole([self._condition(item) for item in items])
                make = Or if isinstance(written, syntax.LogOr) else And
                return None if parts is None else make(parts, span=span)
            case syntax.LogNot(body=body):
                inner = self._condition(body)
                return None if inner is None else Not(inner, span=span)
            case syntax.LogCompare():
                return self._comparison(written)
            case syntax.BoolLiteral(value=value):
                return Truth(value, span=span)
            case syntax.LogPath():
                hint = "write `== true`, or `!= none` for whether it is there"
                self._fail("HN0226", "a path alone is no condition", span, hint)
            case _:
                hint = 'compare a path with a value: `.level == "INFO"`'
                self._fail("HN0226", "a value alone is no condition", span, hint)
        return None

    def _comparison(self, written: syntax.LogCompare) -> Condition | None:
        paths = [side for side in (written.left, written.right) if isinstance(side, syntax.LogPath)]
        if len(paths) != 1:
            what = "two paths" if paths else "two values"
            name = written.left.text if isinstance(written.left, syntax.Name) else None
            hint = "compare a path with a value" if name is None else f"a path begins with a dot: `.{name}`"
            self._fail("HN0226", f"{what} are compared", written.span, hint)
            return None
        other = written.right if paths[0] is written.left else written.left
        assert not isinstance(other, syntax.LogPath)
        scalar = self._scalar(other)
        if isinstance(scalar, NoValue):
            return None
        test = Is(paths[0].keys, scalar, span=written.span)
        return test if written.operator == "==" else Not(test, span=written.span)

    def _scalar(self, written: syntax.ExampleValue | syntax.Wildcard) -> Scalar | NoValue:
        """What a value of a log is compared with."""
        match written:
            case syntax.TextLiteral(value=text):
                return text
            case syntax.IntLiteral(value=number):
                return number
            case syntax.BoolLiteral(value=truth):
                return truth
            case syntax.NoneLiteral():
                return None
            case syntax.Name(text=text):
                return self._constant(text, written.span)
            case _:
                message = "no value of a log is compared with this"
                self._fail("HN0226", message, written.span, "text, an integer, `true`, `false` or `none`")
                return NoValue()

    def _constant(self, name: str, span: Span) -> Scalar | NoValue:
        found = self.literals.scope.values.get(name)
        if isinstance(found, core.Lit) and found.type in (core.TEXT, core.INT, core.BOOL):
            return found.value
        if not isinstance(found, Broken):
            hint = f'write `"{name}"`' if found is None else "a log has text, not members or names"
            self._fail("HN0226", f"`{name}` is no constant that a log can be compared with", span, hint)
        return NoValue()

    # ------------------------------------------------------------ events

    def _rule(self, written: syntax.LogRule) -> Rule | None:
        condition = self._condition(written.condition)
        if isinstance(written.outcome, str):
            return None if condition is None else Rule(condition, written.outcome, span=written.span)
        events = _whole([self._event(event) for event in written.outcome])
        if condition is None or events is None:
            return None
        return Rule(condition, events, span=written.span)

    def _event(self, written: syntax.LogEvent) -> MappedEvent | None:
        event = self.literals.named_as(core.Event, written.event, "HN0107", "event")
        if event is None:
            return None
        if event.direction == "hidden":
            message = f"`{event.name}` is hidden: no log tells it"
            self._fail("HN0424", message, written.event.span, "declare it without `hidden`")
            return None
        arguments = arguments_of(written.arguments, event, written.span, self.literals.report)
        if arguments is None:
            return None
        missing = [f.name for a, f in zip(arguments, event.fields, strict=True) if a is None]
        if missing:
            said = f"the mapping does not say what {' and '.join(f'`{name}`' for name in missing)} is"
            self._fail("HN0313", said, written.span)
            return None
        sources: tuple[Source, ...] | None = _whole(
            [
                self._source(argument, field.type, f"the field `{field.name}`")
                for argument, field in zip(arguments, event.fields, strict=True)
            ]
        )
        return None if sources is None else MappedEvent(event.name, sources, span=written.span)

    def _time(self, written: syntax.LogValue) -> Read | None:
        source = self._source(written, core.TIME, "`at`")
        if isinstance(source, Translated):
            self._fail("HN0223", "the time of a line is not translated", written.span)
            return None
        return source if isinstance(source, Read) else None

    def _source(self, written: syntax.LogValue, type: Type, what: str) -> Source | None:
        match written:
            case syntax.LogPath(keys=keys):
                return Read(keys, span=written.span)
            case syntax.LogConverted(path=path, conversion=conversion):
                if isinstance(conversion, tuple):
                    return self._translated(path, conversion, type, what, written.span)
                word = conversion.text if isinstance(conversion, syntax.Name) else conversion
                return self._converted(path, word, type, what, written.span)
            case _:
                value = self._literal(written, type, what)
                return None if isinstance(value, NoValue) else Constant(value, span=written.span)

    def _literal(self, written: syntax.ExampleValue, type: Type, what: str) -> core.Value | NoValue:
        inner = base_type(type)
        if isinstance(inner, EntityT) and isinstance(written, syntax.Name):
            name = written.text
            message = f"`{name}` is neither a path into the line nor text"
            self._fail("HN0225", message, written.span, f'write `.{name}` or `"{name}"`')
            return NoValue()
        if inner == core.TIME and not isinstance(written, syntax.NoneLiteral):
            self._fail("HN0225", f"{what} is a time, which has no literal", written.span, _TEXT_HINT)
            return NoValue()
        return self.literals.value(written, type, what)

    def _converted(self, path: syntax.LogPath, word: str, type: Type, what: str, span: Span) -> Read | None:
        inner = base_type(type)
        known = _suiting(inner)
        if word not in known:
            choices = " or ".join(f"`as {one}`" for one in known)
            hint = f"for it there is {choices}" if known else "a path alone reads it"
            message = f"{what} is {a_type(type)}, and `as {word}` makes none"
            self._fail("HN0223", message, span, hint)
            return None
        return Read(path.keys, known[word], span=span)

    def _translated(
        self,
        path: syntax.LogPath,
        written: tuple[syntax.Translation, ...],
        type: Type,
        what: str,
        span: Span,
    ) -> Translated | None:
        entries: list[tuple[Scalar, core.Value]] = []
        rest: Constant | None = None
        sound = True
        for entry in written:
            if rest is not None:
                self._fail("HN0224", "what follows `_` is never reached", entry.span, "`_` stands last")
                return None
            value = self._literal(entry.value, type, what)
            if isinstance(value, NoValue):
                sound = False
            elif isinstance(entry.key, syntax.Wildcard):
                rest = Constant(value, span=entry.span)
            else:
                sound = self._add(entries, entry, value) and sound
        return Translated(path.keys, tuple(entries), rest, span=span) if sound else None

    def _add(
        self, entries: list[tuple[Scalar, core.Value]], entry: syntax.Translation, value: core.Value
    ) -> bool:
        key = self._scalar(entry.key)
        if isinstance(key, NoValue):
            return False
        if any(same(key, other) for other, _ in entries):
            self._fail("HN0224", "this value is translated twice", entry.key.span)
            return False
        entries.append((key, value))
        return True


def _suiting(inner: Type) -> dict[str, Conversion]:
    """The conversions that make values of the type."""
    match inner:
        case core.TimeT() | core.DurationT():
            return {
                "seconds": "seconds",
                "milliseconds": "milliseconds",
                "microseconds": "microseconds",
                "nanoseconds": "nanoseconds",
            }
        case EntityT():
            return {"Text": "Text", "Int": "Int"}
        case core.TextT():
            return {"Text": "Text"}
        case core.IntT() | RangeT():
            return {"Int": "Int"}
        case _:
            return {}


def _whole(parts: Sequence[_T | None]) -> tuple[_T, ...] | None:
    """All the parts, or None when one is missing."""
    sound = tuple(part for part in parts if part is not None)
    return sound if len(sound) == len(parts) else None


def untimed(specification: core.Specification) -> Iterator[Diagnostic]:
    """A warning for every mapping that gives no time where a claim needs it."""
    needing = [c.name for c in specification.claims if c.needs_time and c.prove_only is None]
    needing += [f"{retained.entity} retain" for retained in specification.retained]
    for mapping in specification.mappings if needing else ():
        if mapping.at is None and any(isinstance(rule.outcome, tuple) for rule in mapping.rules):
            message = f'the mapping "{mapping.name}" gives no time, and `{needing[0]}` needs it'
            hint = "say where it stands: `at .time`"
            yield Diagnostic("HN0428", message, mapping.span, hint=hint)
