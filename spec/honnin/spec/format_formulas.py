"""Formulas, types and event patterns as documents, with no more parentheses than the grammar needs.

`(not a) since b` keeps its parentheses: read quickly, `not a since b` says something else.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from typing import assert_never, cast

from honnin.spec import syntax as s
from honnin.spec.layout import LINE, Doc, Group, Nest, commas, joined
from honnin.spec.precedence import Level
from honnin.spec.render import INVISIBLE
from honnin.spec.source import Node


def formula(expr: s.Expr, at_least: Level = Level.IFF, *, last: bool = True) -> Doc:
    """The formula where one that binds at least so tightly may stand. `last`: nothing follows that a quantifier would take in."""
    level = _level(expr)
    if level < at_least or (not last and _ends_open(expr)):
        return Group(("(", Nest(_bare(expr, last=True)), ")"))
    return _bare(expr, last=last)


def _level(expr: s.Expr) -> Level:
    match expr:
        case s.Iff():
            return Level.IFF
        case s.Implies():
            return Level.IMPLIES
        case s.Or():
            return Level.OR
        case s.And():
            return Level.AND
        case s.Since():
            return Level.SINCE
        case s.Not() | s.Temporal() | s.Quantified():
            return Level.NOT
        case s.Compare():
            return Level.COMPARE
        case s.Arithmetic(operator="*"):
            return Level.PRODUCT
        case s.Arithmetic():
            return Level.SUM
        case s.Minus():
            return Level.UNARY
        case s.IntLiteral(value) if value < 0:
            return Level.UNARY
        case s.Present():
            return Level.POSTFIX
        case _:
            return Level.ATOM


def _ends_open(expr: s.Expr) -> bool:
    """Whether the formula as printed ends in a quantifier's body, which would take in what follows."""
    match expr:
        case s.Quantified():
            return True
        case s.Not(body) | s.Temporal(body=body):
            return _level(body) >= Level.NOT and _ends_open(body)
        case s.Since(right=right):
            return _level(right) >= Level.NOT and _ends_open(right)
        case s.And(items):
            return _level(items[-1]) >= Level.SINCE and _ends_open(items[-1])
        case s.Or(items):
            return _level(items[-1]) >= Level.AND and _ends_open(items[-1])
        case s.Implies(right=right) | s.Iff(right=right):
            return _level(right) >= Level.IMPLIES and _ends_open(right)
        case _:
            return False


def _bare(expr: s.Expr, *, last: bool) -> Doc:
    match expr:
        case s.Iff(left, right):
            return _infix(left, "iff", right, Level.IMPLIES, Level.IMPLIES, last=last)
        case s.Implies(left, right):
            return _infix(left, "implies", right, Level.OR, Level.IMPLIES, last=last)
        case s.Or(items):
            return _chain(items, "or", Level.AND, last=last)
        case s.And(items):
            return _chain(items, "and", Level.SINCE, last=last)
        case s.Since(interval, left, right):
            at_least = Level.COMPARE if isinstance(left, s.Not) else Level.NOT
            return _infix(left, f"since{_interval(interval)}", right, at_least, Level.NOT, last=last)
        case s.Not(body):
            return ("not ", formula(body, Level.NOT, last=last))
        case s.Temporal(operator, interval, body):
            return (f"{operator}{_interval(interval)} ", formula(body, Level.NOT, last=last))
        case s.Quantified(kind, parameters, body):
            return Group((f"{kind} ", parameter_list(parameters), ".", Nest((LINE, formula(body)))))
        case s.Compare(operator, left, right):
            return (
                formula(left, Level.SUM, last=False),
                f" {operator} ",
                formula(right, Level.SUM, last=False),
            )
        case s.Arithmetic(operator, left, right):
            low, high = (Level.PRODUCT, Level.UNARY) if operator == "*" else (Level.SUM, Level.PRODUCT)
            return (formula(left, low, last=False), f" {operator} ", formula(right, high, last=False))
        case s.Minus(body):
            return ("-", formula(body, Level.UNARY, last=False))
        case s.Present(body):
            return (formula(body, Level.POSTFIX, last=False), "!")
        case _:
            return _atom(expr)


def _infix(
    left: s.Expr, word: str, right: s.Expr, left_level: Level, right_level: Level, *, last: bool
) -> Doc:
    sides = (formula(left, left_level, last=False), formula(right, right_level, last=last))
    return joined(sides, word)


def _chain(items: tuple[s.Expr, ...], word: str, level: Level, *, last: bool) -> Doc:
    final = len(items) - 1
    parts = [formula(item, level, last=last and index == final) for index, item in enumerate(items)]
    return joined(parts, word)


def _atom(expr: s.Expr) -> Doc:
    """A formula that binds tightest, or has its own parentheses."""
    match expr:
        case s.Reference(name, index):
            return (name.text, brackets(index))
        case s.Member(base, base_index, name, index):
            return (base.text, brackets(base_index), ".", name.text, brackets(index))
        case s.AtLabel(process, index, label):
            return (process.text, brackets(index), f" at {label.text}")
        case s.Call(name, arguments):
            return call(name.text, [argument(item.name, item.value) for item in arguments])
        case s.Conditional(condition, then, otherwise):
            parts = (("if ", condition), ("then ", then), ("else ", otherwise))
            return Group(("(", Nest(_lines([(word, formula(part)) for word, part in parts])), ")"))
        case s.Old(body):
            return Group(("old(", Nest(formula(body)), ")"))
        case s.Count(parameters, where):
            return Group(("count(", Nest((parameter_list(parameters), where_part(where))), ")"))
        case s.CountPast(interval, body):
            return Group((f"count{_interval(interval)}(", Nest(formula(body)), ")"))
        case s.Sum(body, parameters, where):
            inside = (formula(body), LINE, "for ", parameter_list(parameters), where_part(where))
            return Group(("sum(", Nest(inside), ")"))
        case _:
            return literal(expr)


def literal(value: Node) -> str:
    """A word that stands for one value: a literal, a name or `_`."""
    match value:
        case s.IntLiteral(number):
            return str(number)
        case s.TextLiteral(text):
            return string(text)
        case s.DurationLiteral(text):
            return text
        case s.BoolLiteral(truth):
            return "true" if truth else "false"
        case s.NoneLiteral():
            return "none"
        case s.NowLiteral():
            return "now"
        case s.Wildcard():
            return "_"
        case s.Name(text):
            return text
        case _:
            raise TypeError(f"no word: {type(value).__name__}")


def string(text: str) -> str:
    """The string literal; what cannot be seen is written as an escape."""
    quoted = json.dumps(text, ensure_ascii=False)
    if quoted.isprintable():
        return quoted
    return "".join(_escape(char) if unicodedata.category(char) in INVISIBLE else char for char in quoted)


def _escape(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else json.dumps(char)[1:-1]


def where_part(where: s.Expr | None) -> Doc:
    return () if where is None else (LINE, "where ", formula(where))


def brackets(index: Sequence[Node] | None) -> Doc:
    """`[k, l]`, of formulas or of single words; nothing where there are no brackets."""
    return () if index is None else Group(("[", Nest(commas(value(part) for part in index)), "]"))


def value(node: Node) -> Doc:
    """A formula, or a word that stands for one value."""
    return literal(node) if isinstance(node, (s.Name, s.Wildcard)) else formula(cast(s.Expr, node))


def call(name: str, arguments: Sequence[Doc]) -> Doc:
    return Group((f"{name}(", Nest(commas(arguments)), ")"))


def argument(name: s.Name | None, given: Node) -> Doc:
    """An argument by position, or by field name."""
    return value(given) if name is None else (f"{name.text}: ", value(given))


def event_pattern(pattern: s.EventPattern) -> Doc:
    return call(pattern.event.text, [argument(item.name, item.value) for item in pattern.arguments])


def parameter_list(parameters: Sequence[s.Parameter]) -> Doc:
    return commas(f"{names(parameter.names)}: {type_text(parameter.type)}" for parameter in parameters)


def names(listed: Sequence[s.Name]) -> str:
    return ", ".join(name.text for name in listed)


def type_text(type_: s.TypeExpr) -> str:
    optional = "?" if type_.optional else ""
    match type_:
        case s.NamedType(name):
            return f"{name.text}{optional}"
        case s.RangeType(low, high):
            return f"{low}..{high}{optional}"
        case _:
            assert_never(type_)


def map_type(type_: s.MapType) -> str:
    keys = ", ".join(type_text(key) for key in type_.keys)
    return f"{keys} -> {type_text(type_.value)}" if keys else type_text(type_.value)


def _interval(interval: s.Interval | None) -> str:
    return "" if interval is None else f"[{interval.operator} {interval.bound.text}]"


def _lines(parts: Sequence[Doc]) -> Doc:
    return tuple((LINE, part) if index else part for index, part in enumerate(parts))
