"""Mappings and the lines of logs in examples as documents, for the formatter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from honnin.spec import syntax as s
from honnin.spec.format_formulas import argument, call, literal, string
from honnin.spec.layout import LINE, SOFT, Doc, Group, Nest, commas, joined
from honnin.spec.logs.model import is_word


def log_rule(rule: s.LogRule) -> Doc:
    """`when CONDITION => EVENTS`."""
    return Group(("when ", Nest(_condition(rule.condition)), Nest((LINE, "=> ", _outcome(rule.outcome)))))


def log_value(value: s.LogValue) -> Doc:
    """A path, perhaps converted, or a literal."""
    match value:
        case s.LogPath():
            return _path(value)
        case s.LogConverted(path, tuple() as translations):
            inside = commas(f"{literal(entry.key)}: {literal(entry.value)}" for entry in translations)
            return Group((f"{_path(path)} as {{", Nest((LINE, inside)), LINE, "}"))
        case s.LogConverted(path, conversion):
            word = conversion.text if isinstance(conversion, s.Name) else conversion
            return f"{_path(path)} as {word}"
        case _:
            return literal(value)


def line(item: s.LineDecl) -> Doc:
    """`line "audit" {...} => EVENTS` in an example."""
    moment = "" if item.at is None else f"at {item.at.text} "
    name = "" if item.log is None else f"{string(item.log.value)} "
    head = (f"{moment}line {name}", Nest(_json(item.record)))
    if item.expected is None:
        return Group(head)
    return Group((head, Nest((LINE, "=> ", _expected(item.expected)))))


def _outcome(outcome: tuple[s.LogEvent, ...] | s.SetAside) -> Doc:
    if isinstance(outcome, str):
        return outcome
    return Nest(
        commas(call(event.event.text, [_argument(part) for part in event.arguments]) for event in outcome)
    )


def _expected(expected: tuple[s.OccurrenceDecl, ...] | s.SetAside) -> Doc:
    if isinstance(expected, str):
        return expected
    return Nest(commas(occurrence(event) for event in expected))


def occurrence(item: s.OccurrenceDecl) -> Doc:
    """`at 5s issue(r1, bob)` in an example."""
    moment = "" if item.at is None else f"at {item.at.text} "
    arguments = [argument(part.name, part.value) for part in item.arguments]
    return call(f"{moment}{item.event.text}", arguments)


def _argument(part: s.LogArgument) -> Doc:
    value = log_value(part.value)
    return value if part.name is None else (f"{part.name.text}: ", value)


def _path(path: s.LogPath) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{_key(key)}" for key in path.keys)


def _key(key: str) -> str:
    return key if is_word(key) else string(key)


def _condition(condition: s.LogCondition, around: type[s.LogOr | s.LogAnd | s.LogNot] | None = None) -> Doc:
    """`around`: the operator that the condition is an operand of."""
    match condition:
        case s.LogOr(items):
            parts = joined([_condition(item, s.LogOr) for item in items], "or")
            return parts if around is None else Group(("(", Nest(parts), ")"))
        case s.LogAnd(items):
            parts = joined([_condition(item, s.LogAnd) for item in items], "and")
            return parts if around in (None, s.LogOr) else Group(("(", Nest(parts), ")"))
        case s.LogNot(body):
            return ("not ", _condition(body, s.LogNot))
        case s.LogCompare(operator, left, right):
            return (log_value(left), f" {operator} ", log_value(right))
        case _:
            return log_value(condition)


def _json(value: s.Json) -> Doc:
    match value:
        case s.JsonObject(members):
            inside = [(f"{string(member.key.value)}: ", _json(member.value)) for member in members]
            return _between("{", inside, "}")
        case s.JsonArray(items):
            return _between("[", [_json(item) for item in items], "]")
        case s.JsonNumber(text):
            return text
        case s.JsonNull():
            return "null"
        case s.TextLiteral() | s.BoolLiteral():
            return literal(value)
        case _:
            assert_never(value)


def _between(opening: str, parts: Sequence[Doc], closing: str) -> Doc:
    return Group((opening, Nest((SOFT, commas(parts))), SOFT, closing)) if parts else opening + closing
