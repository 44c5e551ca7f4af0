"""From the parser's tree to syntax: the one place where Lark's trees, tokens and places become ours.

The transformer works bottom-up without recursion, so nesting costs no Python stack. A method has the name of its rule in
`grammar.lark` and takes the place of what was read and its parts; an absent optional part is None.
"""

from __future__ import annotations

import json
import re
from typing import Any, Literal, TypeAlias, cast

from honnin.spec import syntax as s
from honnin.spec.lexer import UNIT_MICROSECONDS
from honnin.spec.logs.build import BuildLogs
from honnin.spec.source import Span
from honnin.spec.tree import Place, Token, Tree

# The place of a rule; None when it has no words.
Meta: TypeAlias = Place | None
# `p[x]`: what the brackets hold, or None without brackets.
Index: TypeAlias = tuple[s.Expr, ...] | None
Parameters: TypeAlias = tuple[s.Parameter, ...]
Patterns: TypeAlias = tuple[s.EventPattern, ...]
Block: TypeAlias = tuple[s.Statement, ...]
Title: TypeAlias = s.TextLiteral | None
Claim: TypeAlias = s.OnClaim | s.AlwaysClaim | s.SometimeClaim


def token_span(token: Token, file: str) -> Span:
    """The place of a token that the lexer made."""
    return Span(file, *token.place)


class Build(BuildLogs):
    """Builds the syntax of one file; the comments are the caller's to add."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._words = {"NAME": self.NAME, "TYPE": self.TYPE, "INT": self.INT, "STRING": self.STRING}
        self._words["DURATION"] = self.DURATION

    def transform(self, tree: Tree) -> s.File:
        """The syntax of the whole tree."""
        waiting: list[Any] = [tree]
        parents_first: list[Any] = []
        while waiting:
            part = waiting.pop()
            parents_first.append(part)
            if isinstance(part, Tree):
                waiting += part.children
        built: list[Any] = []
        for part in reversed(parents_first):
            built.append(self._built(part, built))
        file: s.File = built.pop()
        return file

    def _built(self, part: Any, built: list[Any]) -> Any:
        """What a part becomes; what its own parts became is taken from the end of `built`."""
        match part:
            case Tree(data=rule, children=children, place=place):
                begin = len(built) - len(children)
                inner = built[begin:]
                del built[begin:]
                return getattr(self, rule)(place, *inner)
            case Token(type=kind) if kind in self._words:
                return self._words[kind](part)
            case _:
                return part

    # ------------------------------------------------------------ rules that collect, and rules of one word

    def collect(self, meta: Meta, *children: Any) -> tuple[Any, ...]:
        return children

    mappings = names = fields = params = parameters = eventpats = patargs = formals = items = collect
    facts = values = occurrences = occurrence_args = members = variables = steps = collect
    block = index = args = bounds = collect
    expected_events = log_rules = log_events = log_args = translations = collect

    def word(self, meta: Meta, token: Token) -> str:
        return str(token)

    direction = claim_kind = property_kind = relation = quantifier = past = plus = times = word

    def present_word(self, meta: Meta, token: Token) -> bool:
        return True

    optional = personal = any = present_word

    def absent(self, meta: Meta) -> None:
        return None

    # ------------------------------------------------------------ words and values

    def NAME(self, token: Token) -> s.Name:
        return s.Name(str(token), span=token_span(token, self._file))

    TYPE = NAME

    def INT(self, token: Token) -> s.IntLiteral:
        return s.IntLiteral(int(token), span=token_span(token, self._file))

    def STRING(self, token: Token) -> s.TextLiteral:
        return s.TextLiteral(json.loads(token), span=token_span(token, self._file))

    def DURATION(self, token: Token) -> s.DurationLiteral:
        number, unit = re.split("(?<=[0-9])(?=[a-z])", token)
        microseconds = int(number) * UNIT_MICROSECONDS[unit]
        return s.DurationLiteral(str(token), microseconds, span=token_span(token, self._file))

    def negative(self, meta: Meta, number: s.IntLiteral) -> s.IntLiteral:
        return s.IntLiteral(-number.value, span=self._at(meta))

    def true(self, meta: Meta) -> s.BoolLiteral:
        return s.BoolLiteral(True, span=self._at(meta))

    def false(self, meta: Meta) -> s.BoolLiteral:
        return s.BoolLiteral(False, span=self._at(meta))

    def none(self, meta: Meta) -> s.NoneLiteral:
        return s.NoneLiteral(span=self._at(meta))

    def now(self, meta: Meta) -> s.NowLiteral:
        return s.NowLiteral(span=self._at(meta))

    def wild(self, meta: Meta) -> s.Wildcard:
        return s.Wildcard(span=self._at(meta))

    def done(self, meta: Meta, token: Token) -> s.Name:
        return s.Name(str(token), span=self._at(meta))

    def dotted(self, meta: Meta, *parts: s.Name) -> s.Dotted:
        return s.Dotted(parts, span=self._at(meta))

    def declared(self, meta: Meta, first: s.Name, second: s.Name | None) -> s.Name:
        return first if second is None else s.Name(f"{first.text}.{second.text}", span=self._at(meta))

    # ------------------------------------------------------------ types

    def named_type(self, meta: Meta, name: s.Name, optional: bool | None) -> s.NamedType:
        return s.NamedType(name, optional is True, span=self._at(meta))

    def bound_int(self, meta: Meta, *parts: Any) -> int:
        number: int = parts[-1].value
        return -number if len(parts) == 2 else number

    def range_type(self, meta: Meta, low: int, high: int, optional: bool | None) -> s.RangeType:
        return s.RangeType(low, high, optional is True, span=self._at(meta))

    def maptype(self, meta: Meta, *types: s.TypeExpr) -> s.MapType:
        return s.MapType(types[:-1], types[-1], span=self._at(meta))

    def param(self, meta: Meta, names: tuple[s.Name, ...], type: s.TypeExpr) -> s.Parameter:
        return s.Parameter(names, type, span=self._at(meta))

    # ------------------------------------------------------------ formulas

    def iff(self, meta: Meta, left: s.Expr, right: s.Expr) -> s.Iff:
        return s.Iff(left, right, span=self._at(meta))

    def implies(self, meta: Meta, left: s.Expr, right: s.Expr) -> s.Implies:
        return s.Implies(left, right, span=self._at(meta))

    def disjunction(self, meta: Meta, *items: s.Expr) -> s.Or:
        return s.Or(items, span=self._at(meta))

    def conjunction(self, meta: Meta, *items: s.Expr) -> s.And:
        return s.And(items, span=self._at(meta))

    def since(self, meta: Meta, left: s.Expr, interval: s.Interval | None, right: s.Expr) -> s.Since:
        return s.Since(interval, left, right, span=self._at(meta))

    def quantified(
        self, meta: Meta, kind: Literal["forall", "exists"], parameters: Parameters, body: s.Expr
    ) -> s.Quantified:
        return s.Quantified(kind, parameters, body, span=self._at(meta))

    def negation(self, meta: Meta, body: s.Expr) -> s.Not:
        return s.Not(body, span=self._at(meta))

    def temporal(
        self, meta: Meta, operator: s.PastOperator, interval: s.Interval | None, body: s.Expr
    ) -> s.Temporal:
        return s.Temporal(operator, interval, body, span=self._at(meta))

    def interval(self, meta: Meta, operator: Token, bound: s.DurationLiteral | s.Name) -> s.Interval:
        return s.Interval(cast(Literal["<=", "<", ">=", ">"], str(operator)), bound, span=self._at(meta))

    def compare(self, meta: Meta, left: s.Expr, operator: Token, right: s.Expr) -> s.Compare:
        return s.Compare(cast(s.CompareOperator, str(operator)), left, right, span=self._at(meta))

    def arithmetic(
        self, meta: Meta, left: s.Expr, operator: s.ArithmeticOperator, right: s.Expr
    ) -> s.Arithmetic:
        return s.Arithmetic(operator, left, right, span=self._at(meta))

    def minus(self, meta: Meta, body: s.Expr) -> s.Minus:
        return s.Minus(body, span=self._at(meta))

    def present(self, meta: Meta, body: s.Expr) -> s.Present:
        return s.Present(body, span=self._at(meta))

    def reference(self, meta: Meta, name: s.Name, index: Index) -> s.Reference:
        return s.Reference(name, index, span=self._at(meta))

    def member(self, meta: Meta, base: s.Name, base_index: Index, name: s.Name, index: Index) -> s.Member:
        return s.Member(base, base_index, name, index, span=self._at(meta))

    def at_label(self, meta: Meta, process: s.Name, index: Index, label: s.Name) -> s.AtLabel:
        return s.AtLabel(process, index, label, span=self._at(meta))

    def call(self, meta: Meta, name: s.Name, arguments: tuple[s.Argument, ...]) -> s.Call:
        return s.Call(s.Dotted((name,), span=name.span), arguments, span=self._at(meta))

    def dotted_call(
        self, meta: Meta, first: s.Name, second: s.Name, arguments: tuple[s.Argument, ...]
    ) -> s.Call:
        name = s.Dotted((first, second), span=first.span.to(second.span))
        return s.Call(name, arguments, span=self._at(meta))

    def arg(self, meta: Meta, *parts: Any) -> s.Argument:
        return s.Argument(*_named(parts), span=self._at(meta))

    def conditional(self, meta: Meta, condition: s.Expr, then: s.Expr, otherwise: s.Expr) -> s.Conditional:
        return s.Conditional(condition, then, otherwise, span=self._at(meta))

    def old(self, meta: Meta, body: s.Expr) -> s.Old:
        return s.Old(body, span=self._at(meta))

    def count(self, meta: Meta, parameters: Parameters, where: s.Expr | None) -> s.Count:
        return s.Count(parameters, where, span=self._at(meta))

    def count_past(self, meta: Meta, interval: s.Interval, body: s.Expr) -> s.CountPast:
        return s.CountPast(interval, body, span=self._at(meta))

    def sum(self, meta: Meta, body: s.Expr, parameters: Parameters, where: s.Expr | None) -> s.Sum:
        return s.Sum(body, parameters, where, span=self._at(meta))

    # ------------------------------------------------------------ event patterns and statements

    def patarg(self, meta: Meta, *parts: Any) -> s.PatternArgument:
        return s.PatternArgument(*_named(parts), span=self._at(meta))

    def eventpat(
        self, meta: Meta, event: s.Dotted, arguments: tuple[s.PatternArgument, ...]
    ) -> s.EventPattern:
        return s.EventPattern(event, arguments, span=self._at(meta))

    def assign(self, meta: Meta, target: s.Name, index: Index, operator: Token, value: s.Expr) -> s.Assign:
        sign = cast(Literal[":=", "+=", "-="], str(operator))
        return s.Assign(target, index, sign, value, span=self._at(meta))

    def emit(self, meta: Meta, event: s.Dotted, arguments: tuple[s.Argument, ...]) -> s.Emit:
        return s.Emit(event, arguments, span=self._at(meta))

    def when(self, meta: Meta, condition: s.Expr) -> s.When:
        return s.When(condition, span=self._at(meta))

    def if_(self, meta: Meta, condition: s.Expr, then: Block, otherwise: Block | s.If | None) -> s.If:
        branch = (otherwise,) if isinstance(otherwise, s.If) else otherwise
        return s.If(condition, then, branch, span=self._at(meta))

    def pick(self, meta: Meta, name: s.Name, type: s.TypeExpr, where: s.Expr | None) -> s.Pick:
        return s.Pick(name, type, where, span=self._at(meta))

    def either(self, meta: Meta, *branches: Block) -> s.Either:
        return s.Either(branches, span=self._at(meta))

    def goto(self, meta: Meta, label: s.Name) -> s.Goto:
        return s.Goto(label, span=self._at(meta))

    def stop(self, meta: Meta) -> s.Stop:
        return s.Stop(span=self._at(meta))

    def for_(self, meta: Meta, parameters: Parameters, where: s.Expr | None, body: Block) -> s.For:
        return s.For(parameters, where, body, span=self._at(meta))

    # ------------------------------------------------------------ declarations

    def start(self, meta: Meta, header: tuple[s.Name, Title], *items: s.Item) -> s.File:
        return s.File(*header, items, span=self._at(meta))

    def header(self, meta: Meta, name: s.Name, title: Title) -> tuple[s.Name, Title]:
        return name, title

    def use_file(self, meta: Meta, path: s.TextLiteral) -> s.Use:
        return s.Use(path, None, None, (), span=self._at(meta))

    def use_pattern(
        self, meta: Meta, pattern: s.Dotted, alias: s.Name | None, mappings: tuple[s.Mapping, ...] | None
    ) -> s.Use:
        return s.Use(None, pattern, alias, mappings or (), span=self._at(meta))

    def map_name(self, meta: Meta, formal: s.Name, actual: s.Name | s.LiteralExpr) -> s.MapName:
        return s.MapName(formal, actual, span=self._at(meta))

    def map_event(self, meta: Meta, formal: s.EventPattern, actual: s.EventPattern) -> s.MapEvent:
        return s.MapEvent(formal, actual, span=self._at(meta))

    def entity(
        self, meta: Meta, names: tuple[s.Name, ...], retain: s.DurationLiteral | s.Name | None
    ) -> s.EntityDecl:
        return s.EntityDecl(names, retain, span=self._at(meta))

    def enum(self, meta: Meta, name: s.Name, *members: s.Name) -> s.EnumDecl:
        return s.EnumDecl(name, members, span=self._at(meta))

    def const(self, meta: Meta, name: s.Name, type: s.TypeExpr, value: s.Expr) -> s.ConstDecl:
        return s.ConstDecl(name, type, value, span=self._at(meta))

    def given(self, meta: Meta, name: s.Name, type: s.MapType, title: Title) -> s.GivenDecl:
        return s.GivenDecl(name, type, title, span=self._at(meta))

    def event(
        self,
        meta: Meta,
        direction: Literal["input", "output", "hidden"] | None,
        name: s.Name,
        fields: tuple[s.FieldDecl, ...],
        title: Title,
    ) -> s.EventDecl:
        return s.EventDecl(direction, name, fields, title, span=self._at(meta))

    def field(
        self, meta: Meta, personal: bool | None, name: s.Name, log_name: Title, type: s.TypeExpr
    ) -> s.FieldDecl:
        return s.FieldDecl(name, type, personal is True, log_name, span=self._at(meta))

    def state(
        self, meta: Meta, name: s.Name, type: s.MapType, default: s.Expr | None, title: Title
    ) -> s.StateDecl:
        return s.StateDecl(name, type, default, title, span=self._at(meta))

    def define(
        self, meta: Meta, name: s.Name, parameters: Parameters, type: s.TypeExpr | None, body: s.Expr
    ) -> s.DefineDecl:
        return s.DefineDecl(name, parameters, type, body, span=self._at(meta))

    def after(self, meta: Meta, patterns: Patterns, when: s.Expr | None, body: Block) -> s.AfterDecl:
        return s.AfterDecl(patterns, when, body, span=self._at(meta))

    def pattern(
        self,
        meta: Meta,
        name: s.Name,
        formals: tuple[s.Formal, ...],
        title: Title,
        items: tuple[s.Item, ...],
    ) -> s.PatternDecl:
        return s.PatternDecl(name, formals, items, title, span=self._at(meta))

    def formal_entity(self, meta: Meta, name: s.Name) -> s.FormalEntity:
        return s.FormalEntity(name, span=self._at(meta))

    def formal_event(self, meta: Meta, name: s.Name, fields: tuple[s.FieldDecl, ...]) -> s.FormalEvent:
        return s.FormalEvent(name, fields, span=self._at(meta))

    def formal_const(self, meta: Meta, name: s.Name, type: s.TypeExpr) -> s.FormalConst:
        return s.FormalConst(name, type, span=self._at(meta))

    def invariant(
        self, meta: Meta, kind: Literal["invariant", "assume"], name: s.Name, title: Title, claim: Claim
    ) -> s.ClaimDecl:
        return s.ClaimDecl(kind, name, title, claim, span=self._at(meta))

    def cover(self, meta: Meta, name: s.Name, title: Title, claim: Claim) -> s.ClaimDecl:
        return s.ClaimDecl("cover", name, title, claim, span=self._at(meta))

    def on(self, meta: Meta, patterns: Patterns, when: s.Expr | None, body: s.Expr) -> s.OnClaim:
        return s.OnClaim(patterns, when, body, span=self._at(meta))

    def always(self, meta: Meta, body: s.Expr) -> s.AlwaysClaim:
        return s.AlwaysClaim(body, span=self._at(meta))

    def sometime(self, meta: Meta, body: s.Expr) -> s.SometimeClaim:
        return s.SometimeClaim(body, span=self._at(meta))

    # ------------------------------------------------------------ examples

    def accepted(self, meta: Meta) -> None:
        return None

    def rejected(self, meta: Meta, claim: s.Dotted) -> s.Dotted:
        return claim

    def example(
        self,
        meta: Meta,
        name: s.Name,
        title: Title,
        rejected_by: s.Dotted | None,
        facts: tuple[s.FactDecl, ...],
        occurrences: tuple[s.OccurrenceDecl, ...],
    ) -> s.ExampleDecl:
        return s.ExampleDecl(name, title, rejected_by, facts, occurrences, span=self._at(meta))

    def fact(
        self, meta: Meta, given: s.Name, index: tuple[s.ExampleValue, ...] | None, value: s.ExampleValue
    ) -> s.FactDecl:
        return s.FactDecl(given, index, value, span=self._at(meta))

    def occurrence(
        self,
        meta: Meta,
        at: s.DurationLiteral | None,
        event: s.Name,
        arguments: tuple[s.OccurrenceArgument, ...],
    ) -> s.OccurrenceDecl:
        return s.OccurrenceDecl(at, event, arguments, span=self._at(meta))

    def occurrence_arg(self, meta: Meta, *parts: Any) -> s.OccurrenceArgument:
        return s.OccurrenceArgument(*_named(parts), span=self._at(meta))

    # ------------------------------------------------------------ systems and checks

    def system(
        self,
        meta: Meta,
        name: s.Name,
        extends: s.Name | None,
        implements: tuple[s.Name, ...] | None,
        title: Title,
        members: tuple[s.SystemMember, ...],
    ) -> s.SystemDecl:
        return s.SystemDecl(name, extends, implements or (), title, members, span=self._at(meta))

    def var(
        self, meta: Meta, name: s.Name, type: s.MapType, default: s.Expr | bool | None, title: Title
    ) -> s.VarDecl:
        if isinstance(default, bool):
            return s.VarDecl(name, type, None, True, title, span=self._at(meta))
        return s.VarDecl(name, type, default, False, title, span=self._at(meta))

    def init(self, meta: Meta, condition: s.Expr) -> s.InitDecl:
        return s.InitDecl(condition, span=self._at(meta))

    def property(
        self,
        meta: Meta,
        kind: Literal["assume", "invariant", "lemma"],
        name: s.Name,
        title: Title,
        condition: s.Expr,
    ) -> s.PropertyDecl:
        return s.PropertyDecl(kind, name, title, condition, span=self._at(meta))

    def action(self, meta: Meta, name: s.Name, parameters: Parameters, body: Block) -> s.ActionDecl:
        return s.ActionDecl(name, parameters, body, span=self._at(meta))

    def process(
        self,
        meta: Meta,
        name: s.Name,
        parameters: Parameters,
        variables: tuple[s.VarDecl, ...],
        steps: tuple[s.StepDecl, ...],
    ) -> s.ProcessDecl:
        return s.ProcessDecl(name, parameters, variables, steps, span=self._at(meta))

    def step(self, meta: Meta, label: s.Name, body: Block) -> s.StepDecl:
        return s.StepDecl(label, body, span=self._at(meta))

    def check(
        self,
        meta: Meta,
        subject: s.Name,
        relation: Literal["satisfies", "violates", "reaches", "implies"],
        target: s.Dotted,
        within: tuple[s.Bound, ...] | None,
    ) -> s.CheckDecl:
        return s.CheckDecl(subject, relation, target, within or (), span=self._at(meta))

    def entity_bound(self, meta: Meta, name: s.Name, limit: s.IntLiteral) -> s.Bound:
        return s.Bound(name, limit.value, span=self._at(meta))

    def steps_bound(self, meta: Meta, limit: s.IntLiteral) -> s.Bound:
        return s.Bound(None, limit.value, span=self._at(meta))


def _named(parts: tuple[Any, ...]) -> tuple[s.Name | None, Any]:
    """A field's name, if one is written, and the value."""
    return (parts[0], parts[1]) if len(parts) == 2 else (None, parts[0])
