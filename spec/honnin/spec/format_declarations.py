"""Declarations and statements without a block as documents: what the formatter prints as one unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, assert_never

from honnin.spec import syntax as s
from honnin.spec.format_formulas import (
    argument,
    brackets,
    call,
    event_pattern,
    formula,
    literal,
    map_type,
    parameter_list,
    string,
    type_text,
    where_part,
)
from honnin.spec.layout import LINE, Doc, Group, Nest, commas

Simple: TypeAlias = s.Assign | s.Emit | s.When | s.Pick | s.Goto | s.Stop
OneUnit: TypeAlias = (
    s.Use
    | s.EntityDecl
    | s.EnumDecl
    | s.ConstDecl
    | s.GivenDecl
    | s.EventDecl
    | s.StateDecl
    | s.DefineDecl
    | s.ClaimDecl
    | s.CheckDecl
    | s.VarDecl
    | s.InitDecl
    | s.PropertyDecl
)


def simple(statement: Simple) -> Doc:
    """A statement that has no block."""
    match statement:
        case s.Assign(target, index, operator, value):
            return Group((target.text, brackets(index), f" {operator} ", Nest(formula(value))))
        case s.Emit(event, arguments):
            return ("emit ", call(event.text, [argument(part.name, part.value) for part in arguments]))
        case s.When(condition):
            return ("when ", Nest(formula(condition)))
        case s.Pick(name, type_, where):
            return Group((f"pick {name.text}: {type_text(type_)}", Nest(where_part(where))))
        case s.Goto(label):
            return f"goto {label.text}"
        case s.Stop():
            return "stop"
        case _:
            assert_never(statement)


def one_unit(item: OneUnit) -> Doc:
    """A declaration that has no block."""
    match item:
        case s.Use():
            return _use(item)
        case s.EntityDecl(listed, retain):
            horizon: Doc = () if retain is None else f" retain {retain.text}"
            return Group(("entity ", Nest((commas(name.text for name in listed), horizon))))
        case s.EnumDecl(name, members):
            inside = commas(member.text for member in members)
            return Group((f"enum {name.text} {{", Nest((LINE, inside)), LINE, "}"))
        case s.ConstDecl(name, type_, value):
            return (f"const {name.text}: {type_text(type_)} = ", Nest(formula(value)))
        case s.GivenDecl(name, type_, text):
            return Group((f"given {name.text}: {map_type(type_)}", title(text)))
        case s.EventDecl(direction, name, fields, text):
            word = f"{direction} event" if direction else "event"
            return Group((call(f"{word} {name.text}", [_field(part) for part in fields]), title(text)))
        case s.StateDecl(name, type_, default, text):
            return _place("state", name, type_, default, text)
        case s.VarDecl(name, type_, default, any_, text):
            return _place("var", name, type_, "any" if any_ else default, text)
        case s.DefineDecl(name, parameters, type_, body):
            result = "" if type_ is None else f": {type_text(type_)}"
            head = with_parameters(f"define {name.text}", parameters)
            return Group((head, f"{result} =", Nest((LINE, formula(body)))))
        case s.ClaimDecl(kind, name, text, claim):
            return Group((_named(kind, name, text), Nest((LINE, _claim(claim)))))
        case s.PropertyDecl(kind, name, text, condition):
            return Group((_named(kind, name, text), Nest((LINE, formula(condition)))))
        case s.InitDecl(condition):
            return Group(("init:", Nest((LINE, formula(condition)))))
        case s.CheckDecl(subject, relation, target, within):
            bounds = [f"{bound.name.text if bound.name else 'steps'}: {bound.limit}" for bound in within]
            scope = Nest((LINE, "within ", commas(bounds))) if bounds else ()
            return Group((f"check {subject.text} {relation} {target.text}", scope))
        case _:
            assert_never(item)


def title(text: s.TextLiteral | None) -> Doc:
    """The title after a declaration, on a line of its own where it does not fit."""
    return () if text is None else Nest((LINE, string(text.value)))


def patterns(listed: Sequence[s.EventPattern], when: s.Expr | None) -> Doc:
    """`e(x) or f(x) when c`."""
    alternatives = [(LINE, "or ", event_pattern(pattern)) for pattern in listed[1:]]
    guard: Doc = () if when is None else (LINE, "when ", formula(when))
    return Group((event_pattern(listed[0]), Nest((tuple(alternatives), guard))))


def with_parameters(head: str, parameters: Sequence[s.Parameter]) -> Doc:
    return Group((f"{head}(", Nest(parameter_list(parameters)), ")"))


def formal(item: s.Formal) -> Doc:
    match item:
        case s.FormalEntity(name):
            return f"entity {name.text}"
        case s.FormalEvent(name, fields):
            return call(f"event {name.text}", [_field(part) for part in fields])
        case s.FormalConst(name, type_):
            return f"const {name.text}: {type_text(type_)}"
        case _:
            assert_never(item)


def _use(item: s.Use) -> Doc:
    if item.path is not None:
        return f"use {string(item.path.value)}"
    alias = f" as {item.alias.text}" if item.alias is not None else ""
    head = f"use {item.pattern.text if item.pattern is not None else ''}{alias}"
    if not item.mappings:
        return head
    return Group((f"{head} with", Nest((LINE, commas(_mapping(part) for part in item.mappings)))))


def _mapping(mapping: s.Mapping) -> Doc:
    match mapping:
        case s.MapName(name, actual):
            return f"{name.text} = {literal(actual)}"
        case s.MapEvent(pattern, actual):
            return (event_pattern(pattern), " = ", event_pattern(actual))
        case _:
            assert_never(mapping)


def _field(part: s.FieldDecl) -> Doc:
    personal = "personal " if part.personal else ""
    log_name = "" if part.log_name is None else f" {string(part.log_name.value)}"
    return f"{personal}{part.name.text}{log_name}: {type_text(part.type)}"


def _place(
    word: str, name: s.Name, type_: s.MapType, default: s.Expr | str | None, text: s.TextLiteral | None
) -> Doc:
    """A state or a variable."""
    start: Doc = () if default is None else (" = ", default if isinstance(default, str) else formula(default))
    return Group((f"{word} {name.text}: {map_type(type_)}", Nest(start), title(text)))


def _named(kind: str, name: s.Name, text: s.TextLiteral | None) -> str:
    return f"{kind} {name.text}:" if text is None else f"{kind} {name.text} {string(text.value)}:"


def _claim(claim: s.OnClaim | s.AlwaysClaim | s.SometimeClaim) -> Doc:
    match claim:
        case s.OnClaim(listed, when, body):
            return Group(("on ", patterns(listed, when), ":", Nest((LINE, formula(body)))))
        case s.AlwaysClaim(body):
            return Group(("always:", Nest((LINE, formula(body)))))
        case s.SometimeClaim(body):
            return Group(("sometime:", Nest((LINE, formula(body)))))
        case _:
            assert_never(claim)
