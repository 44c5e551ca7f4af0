"""From the parser's tree to the syntax of mappings and of the lines of logs in examples: a part of `Build`."""

from __future__ import annotations

from typing import Any, Literal, cast

from honnin.spec import syntax as s
from honnin.spec.source import Span
from honnin.spec.tree import Place, Token

# The place of a rule; None when it has no words.
Meta = Place | None


class BuildLogs:
    """The methods for the rules about logs."""

    _file: str

    def _at(self, meta: Meta) -> Span:
        return Span(self._file, *(meta or (1, 1, 1, 1)))

    # ------------------------------------------------------------ lines in examples

    def line(
        self,
        meta: Meta,
        at: s.DurationLiteral | None,
        log: s.TextLiteral | None,
        record: s.JsonObject,
        expected: tuple[s.OccurrenceDecl, ...] | s.SetAside | None,
    ) -> s.LineDecl:
        return s.LineDecl(at, log, record, expected, span=self._at(meta))

    def expected_event(
        self, meta: Meta, event: s.Name, arguments: tuple[s.OccurrenceArgument, ...]
    ) -> s.OccurrenceDecl:
        return s.OccurrenceDecl(None, event, arguments, span=self._at(meta))

    def json_object(self, meta: Meta, *members: s.JsonMember) -> s.JsonObject:
        return s.JsonObject(members, span=self._at(meta))

    def json_member(self, meta: Meta, key: s.TextLiteral, value: s.Json) -> s.JsonMember:
        return s.JsonMember(key, value, span=self._at(meta))

    def json_array(self, meta: Meta, *items: s.Json) -> s.JsonArray:
        return s.JsonArray(items, span=self._at(meta))

    def json_number(self, meta: Meta, *parts: Any) -> s.JsonNumber:
        number = parts[-1]
        text = str(number.value) if isinstance(number, s.IntLiteral) else str(number)
        return s.JsonNumber("-" + text if len(parts) == 2 else text, span=self._at(meta))

    def json_null(self, meta: Meta) -> s.JsonNull:
        return s.JsonNull(span=self._at(meta))

    # ------------------------------------------------------------ mappings

    def log(
        self,
        meta: Meta,
        name: s.TextLiteral,
        title: s.TextLiteral | None,
        at: s.LogValue | None,
        rules: tuple[s.LogRule, ...],
        otherwise: s.LogRest | None,
    ) -> s.LogDecl:
        return s.LogDecl(name, title, at, rules, otherwise, span=self._at(meta))

    def log_time(self, meta: Meta, value: s.LogValue) -> s.LogValue:
        return value

    def log_rule(
        self, meta: Meta, condition: s.LogCondition, outcome: tuple[s.LogEvent, ...] | s.SetAside
    ) -> s.LogRule:
        return s.LogRule(condition, outcome, span=self._at(meta))

    def log_rest(self, meta: Meta, word: s.SetAside) -> s.LogRest:
        return s.LogRest(word, span=self._at(meta))

    def set_aside(self, meta: Meta, word: Token) -> s.SetAside:
        return cast(s.SetAside, str(word))

    def log_event(self, meta: Meta, event: s.Name, arguments: tuple[s.LogArgument, ...]) -> s.LogEvent:
        return s.LogEvent(event, arguments, span=self._at(meta))

    def log_arg(self, meta: Meta, *parts: Any) -> s.LogArgument:
        name = parts[0] if len(parts) == 2 else None
        return s.LogArgument(name, parts[-1], span=self._at(meta))

    def log_converted(
        self, meta: Meta, path: s.LogPath, conversion: s.Name | s.LogUnit | tuple[s.Translation, ...]
    ) -> s.LogConverted:
        return s.LogConverted(path, conversion, span=self._at(meta))

    def log_type(self, meta: Meta, name: s.Name) -> s.Name:
        return name

    def log_unit(self, meta: Meta, word: Token) -> s.LogUnit:
        return cast(s.LogUnit, str(word))

    def translation(
        self, meta: Meta, key: s.LiteralExpr | s.Wildcard, value: s.ExampleValue
    ) -> s.Translation:
        return s.Translation(key, value, span=self._at(meta))

    def log_path(self, meta: Meta, *keys: Any) -> s.LogPath:
        plain = tuple(key.text if isinstance(key, s.Name) else key.value for key in keys if key != ".")
        return s.LogPath(plain, span=self._at(meta))

    def log_or(self, meta: Meta, *items: s.LogCondition) -> s.LogOr:
        return s.LogOr(items, span=self._at(meta))

    def log_and(self, meta: Meta, *items: s.LogCondition) -> s.LogAnd:
        return s.LogAnd(items, span=self._at(meta))

    def log_negation(self, meta: Meta, body: s.LogCondition) -> s.LogNot:
        return s.LogNot(body, span=self._at(meta))

    def log_compare(
        self, meta: Meta, left: s.LogPath | s.ExampleValue, operator: Token, right: s.LogPath | s.ExampleValue
    ) -> s.LogCompare:
        sign = cast(Literal["==", "!="], str(operator))
        return s.LogCompare(sign, left, right, span=self._at(meta))
