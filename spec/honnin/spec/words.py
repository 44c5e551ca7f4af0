"""Core expressions as text in the language, with as few parentheses as it allows.

What is printed parses to the same meaning. Names of bound variables that would clash get a number; `Lift` is invisible; a
constant keeps its name. A time, which has no literal in the language, is printed as microseconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from honnin.spec import core
from honnin.spec.core import Binder, Expr, Interval, OptionalT, System, Type, Value, base_type
from honnin.spec.lexer import RESERVED
from honnin.spec.precedence import Level
from honnin.spec.records import dataclass, replace

UNITS = (("d", 86_400_000_000), ("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000), ("ms", 1_000))


def expression(expr: Expr, system: System | None = None) -> str:
    """`expr` in the language. `system` tells how many of the keys of a process's variable select the instance (without it: all)."""
    free = {binder.uid: binder for binder in free_binders(expr)}
    names = frozenset(_other_names(expr))
    printer = _Printer({}, names, system)
    for binder in free.values():
        printer = printer.bind(binder)
    return printer.show(expr, Level.IFF, True)


def type_name(type: Type) -> str:
    """A type as the language writes it."""
    match type:
        case core.BoolT():
            return "Bool"
        case core.IntT():
            return "Int"
        case core.TextT():
            return "Text"
        case core.TimeT():
            return "Time"
        case core.DurationT():
            return "Duration"
        case core.EntityT(name=name) | core.EnumT(name=name):
            return name
        case core.RangeT(low=low, high=high):
            return f"{low}..{high}"
        case OptionalT(inner=inner):
            return f"{type_name(inner)}?"
        case _:
            assert_never(type)


def literal(value: Value, type: Type) -> str:
    """A value of a type as the language writes it (an entity's: its name, quoted unless it is an identifier); a time as a duration since 0."""
    inner = base_type(type)
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case int():
            return duration(value) if isinstance(inner, core.DurationT | core.TimeT) else str(value)
        case str():
            plain = value.isidentifier() and value not in RESERVED and not isinstance(inner, core.TextT)
            return value if plain else json.dumps(value, ensure_ascii=False)


def duration(microseconds: int) -> str:
    """In the largest unit that divides it: `90s`, `2h`; `us`, which is no unit of the language, where none does."""
    if microseconds == 0:
        return "0s"
    sign, size = ("-", -microseconds) if microseconds < 0 else ("", microseconds)
    for unit, length in UNITS:
        if size % length == 0:
            return f"{sign}{size // length}{unit}"
    return f"{sign}{size}us"


def free_binders(expr: Expr) -> tuple[Binder, ...]:
    """The names that `expr` reads and does not bind, each once, in the order of their first use."""
    return tuple(dict.fromkeys(_free(expr, frozenset())))


def _free(expr: Expr, bound: frozenset[Binder]) -> Iterator[Binder]:
    if isinstance(expr, core.Var):
        if expr.binder not in bound:
            yield expr.binder
        return
    inner = bound | frozenset(bound_here(expr))
    for child in core.children(expr):
        yield from _free(child, inner)


def bound_here(expr: Expr) -> tuple[Binder, ...]:
    """The names that this node itself binds."""
    match expr:
        case core.Forall(binder=binder) | core.Exists(binder=binder):
            return (binder,)
        case core.Count(binders=binders) | core.Sum(binders=binders):
            return binders
        case _:
            return ()


def _other_names(expr: Expr) -> Iterator[str]:
    """What is named in `expr` and is no bound name."""
    for node in core.walk(expr):
        match node:
            case core.StateRead(state=name) | core.GivenRead(given=name) | core.VarRead(variable=name):
                yield name
            case core.Atom(event=name):
                yield name
            case core.Lit(name=str() as name):
                yield name
            case core.Lit(value=str() as name) if not isinstance(node.type, core.TextT):
                yield name


@dataclass(frozen=True, slots=True)
class _Printer:
    """`names`: what each binder in scope is called; `taken`: names that no binder may have."""

    names: Mapping[int, str]
    taken: frozenset[str]
    system: System | None

    def bind(self, binder: Binder) -> _Printer:
        """With `binder` in scope, under a name that nothing else in scope has."""
        used = self.taken.union(self.names.values())
        name, number = binder.name, 2
        while name in used:
            name, number = f"{binder.name}_{number}", number + 1
        return replace(self, names={**self.names, binder.uid: name})

    def show(self, expr: Expr, least: Level, last: bool) -> str:
        """The expression where a level of at least `least` is needed; `last`: nothing follows it up to a closing bracket."""
        while isinstance(expr, core.Lift):
            expr = expr.body
        level = _level(expr)
        swallows_the_rest = isinstance(expr, core.Forall | core.Exists) and not last
        if level >= least and not swallows_the_rest:
            return self._bare(expr, last)
        return f"({self._bare(expr, True)})"

    def _inside(self, expr: Expr) -> str:
        return self.show(expr, Level.IFF, True)

    def _bare(self, expr: Expr, last: bool) -> str:
        match expr:
            case core.Iff(left=left, right=right):
                return self._pair("iff", left, Level.IMPLIES, right, Level.IMPLIES, last)
            case core.Implies(left=left, right=right):
                return self._pair("implies", left, Level.OR, right, Level.IMPLIES, last)
            case core.Or(items=items):
                return self._chain("or", items, Level.AND, last)
            case core.And(items=items):
                return self._chain("and", items, Level.SINCE, last)
            case core.Compare(operator=operator, left=left, right=right):
                return self._pair(operator, left, Level.SUM, right, Level.SUM, last)
            case core.Arithmetic(operator="*", left=left, right=right):
                return self._pair("*", left, Level.PRODUCT, right, Level.UNARY, last)
            case core.Arithmetic(operator=operator, left=left, right=right):
                return self._pair(operator, left, Level.SUM, right, Level.PRODUCT, last)
            case core.Not(body=body):
                return f"not {self.show(body, Level.NOT, last)}"
            case core.Minus(body=body):
                return f"-{self.show(body, Level.UNARY, last)}"
            case core.Present(body=body):
                return f"{self.show(body, Level.POSTFIX, last)}!"
            case core.Forall() | core.Exists():
                return self._quantified(expr)
            case core.Since() | core.Once() | core.Earlier() | core.Historically() | core.Previously():
                return self._past(expr, last)
            case core.Eventually(bound=bound, body=body):
                return f"eventually[<= {duration(bound)}] {self.show(body, Level.NOT, last)}"
            case _:
                return self._closed(expr)

    def _pair(
        self, word: str, left: Expr, left_level: Level, right: Expr, right_level: Level, last: bool
    ) -> str:
        return f"{self.show(left, left_level, False)} {word} {self.show(right, right_level, last)}"

    def _chain(self, word: str, items: Sequence[Expr], level: Level, last: bool) -> str:
        shown = [self.show(item, level, False) for item in items[:-1]]
        return f" {word} ".join((*shown, self.show(items[-1], level, last)))

    def _past(
        self,
        expr: core.Since | core.Once | core.Earlier | core.Historically | core.Previously,
        last: bool,
    ) -> str:
        interval = _interval(expr.interval)
        if isinstance(expr, core.Since):
            # The grammar would take `not a since b`; readers would not agree on it.
            left = self.show(expr.left, Level.COMPARE, False)
            right = self.show(expr.right, Level.COMPARE, last)
            return f"{left} since{interval} {right}"
        word = type(expr).__name__.lower()
        return f"{word}{interval} {self.show(expr.body, Level.NOT, last)}"

    def _quantified(self, expr: core.Forall | core.Exists) -> str:
        """Quantifiers of one kind that follow each other are printed as one."""
        printer, binders, body = self.bind(expr.binder), [expr.binder], expr.body
        while isinstance(body, core.Forall | core.Exists) and isinstance(body, type(expr)):
            printer = printer.bind(body.binder)
            binders.append(body.binder)
            body = body.body
        word = "forall" if isinstance(expr, core.Forall) else "exists"
        return f"{word} {printer._parameters(binders)}. {printer._inside(body)}"

    def _parameters(self, binders: Sequence[Binder]) -> str:
        """`x, y: T, z: U`."""
        parts = []
        for index, binder in enumerate(binders):
            follows = index + 1 < len(binders) and binders[index + 1].type == binder.type
            name = self.names[binder.uid]
            parts.append(name if follows else f"{name}: {type_name(binder.type)}")
        return ", ".join(parts)

    def _aggregate(self, expr: core.Count | core.Sum) -> str:
        printer = self
        for binder in expr.binders:
            printer = printer.bind(binder)
        over = printer._parameters(expr.binders)
        everything = isinstance(expr.where, core.Lit) and expr.where.value is True
        where = "" if everything else f" where {printer._inside(expr.where)}"
        if isinstance(expr, core.Count):
            return f"count({over}{where})"
        return f"sum({printer._inside(expr.term)} for {over}{where})"

    def _closed(self, expr: Expr) -> str:
        """What needs no parentheses anywhere."""
        match expr:
            case core.Lit():
                return literal(expr.value, expr.type) if expr.name is None else expr.name
            case core.Var(binder=binder):
                return self.names[binder.uid]
            case core.Now():
                return "now"
            case core.StateRead(state=name, keys=keys) | core.GivenRead(given=name, keys=keys):
                return f"{name}{self._keys(keys)}"
            case core.VarRead():
                return self._variable(expr)
            case core.AtLabel(process=process, keys=keys, label=label):
                return f"{process}{self._keys(keys)} at {label}"
            case core.If(condition=condition, then=then, otherwise=otherwise):
                words = (self._inside(part) for part in (condition, then, otherwise))
                return "(if {} then {} else {})".format(*words)
            case core.Count() | core.Sum():
                return self._aggregate(expr)
            case core.CountPast(bound=bound, body=body):
                return f"count[<= {duration(bound)}]({self._inside(body)})"
            case core.Old(body=body):
                return f"old({self._inside(body)})"
            case core.Atom(event=event, arguments=arguments):
                shown = ("_" if argument is None else self._inside(argument) for argument in arguments)
                return f"{event}({', '.join(shown)})"
            case _:
                raise TypeError(f"no words for {type(expr).__name__}")

    def _keys(self, keys: Sequence[Expr]) -> str:
        return f"[{', '.join(self._inside(key) for key in keys)}]" if keys else ""

    def _variable(self, expr: core.VarRead) -> str:
        process, dot, name = expr.variable.partition(".")
        if not dot:
            return f"{process}{self._keys(expr.keys)}"
        own = len(expr.keys) if self.system is None else len(self.system.process(process).parameters)
        return f"{process}{self._keys(expr.keys[:own])}.{name}{self._keys(expr.keys[own:])}"


def _interval(interval: Interval | None) -> str:
    return "" if interval is None else f"[{interval.operator} {duration(interval.bound)}]"


def _level(expr: Expr) -> Level:
    match expr:
        case core.Iff():
            return Level.IFF
        case core.Implies():
            return Level.IMPLIES
        case core.Or():
            return Level.OR
        case core.And():
            return Level.AND
        case core.Since():
            return Level.SINCE
        case core.Not() | core.Once() | core.Earlier() | core.Historically() | core.Previously():
            return Level.NOT
        case core.Eventually() | core.Forall() | core.Exists():
            return Level.NOT
        case core.Compare():
            return Level.COMPARE
        case core.Arithmetic(operator=operator):
            return Level.PRODUCT if operator == "*" else Level.SUM
        case core.Minus():
            return Level.UNARY
        case core.Lit(value=int() as value, name=None) if value < 0:
            return Level.UNARY
        case core.Present():
            return Level.POSTFIX
        case _:
            return Level.ATOM
