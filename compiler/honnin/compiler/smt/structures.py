"""Known states: samples of what a design reaches, and what z3 found; and core formulas evaluated over them.

Formulas here speak of places by their full names (`VarRead` of a place; `atoms.by_place` makes them so).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

from honnin.compiler.product import NOW, counter_name
from honnin.spec import core
from honnin.spec.core import Expr, Type, Value, finite_values

Names: TypeAlias = dict[int, Value]
Test: TypeAlias = Callable[["Structure", Names], Value]


class Structure(Protocol):
    """A state in which everything is known."""

    def domain(self, type: Type) -> tuple[Value, ...]:
        """The values of the type there."""

    def read(self, place: str, keys: tuple[Value, ...]) -> Value: ...

    def given(self, name: str, keys: tuple[Value, ...]) -> Value: ...


class Sample:
    """A structure held in dictionaries; keys that are in none have the map's default."""

    __slots__ = ("_defaults", "_domains", "_givens", "_places")

    def __init__(
        self,
        domains: Mapping[str, tuple[Value, ...]],
        places: Mapping[str, Mapping[tuple[Value, ...], Value]],
        defaults: Mapping[str, Value],
        givens: Callable[[str, tuple[Value, ...]], Value],
    ) -> None:
        self._domains = domains
        self._places = places
        self._defaults = defaults
        self._givens = givens

    def domain(self, type: Type) -> tuple[Value, ...]:
        if isinstance(type, core.EntityT):
            return self._domains[type.name]
        return finite_values(type) or _SMALL

    def read(self, place: str, keys: tuple[Value, ...]) -> Value:
        found = self._places[place]
        return found[keys] if keys in found else self._defaults[place]

    def given(self, name: str, keys: tuple[Value, ...]) -> Value:
        return self._givens(name, keys)


_SMALL = (0, 1, 2, 3)
"""The integers that are tried where a variable is one."""


def compile_expr(expr: Expr) -> Test:
    """The expression as a function of a structure and the values of its free variables."""
    match expr:
        case core.Lit(value=value):
            return lambda structure, names: value
        case core.Var(binder=binder):
            uid = binder.uid
            return lambda structure, names: names[uid]
        case core.Now():
            return lambda structure, names: structure.read(NOW, ())
        case core.VarRead(variable=variable):
            return _read(variable, expr.keys)
        case core.AtLabel(process=process, label=label):
            counter = _read(counter_name(process), expr.keys)
            return lambda structure, names: counter(structure, names) == label
        case core.GivenRead(given=given):
            keys = [compile_expr(key) for key in expr.keys]
            return lambda structure, names: structure.given(
                given, tuple(key(structure, names) for key in keys)
            )
        case core.Lift(body=body) | core.Present(body=body):
            return compile_expr(body)
        case core.Compare() | core.Arithmetic() | core.Minus():
            return _computed(expr)
        case core.Forall() | core.Exists():
            return _quantified(expr)
        case _:
            return _connective(expr)


def _read(place: str, keys: tuple[Expr, ...]) -> Test:
    tests = [compile_expr(key) for key in keys]
    if len(tests) == 1:
        only = tests[0]
        return lambda structure, names: structure.read(place, (only(structure, names),))
    return lambda structure, names: structure.read(place, tuple(test(structure, names) for test in tests))


def _connective(expr: Expr) -> Test:
    match expr:
        case core.Not(body=body):
            test = compile_expr(body)
            return lambda structure, names: not test(structure, names)
        case core.And(items=items):
            tests = [compile_expr(item) for item in items]
            return lambda structure, names: all(test(structure, names) for test in tests)
        case core.Or(items=items):
            tests = [compile_expr(item) for item in items]
            return lambda structure, names: any(test(structure, names) for test in tests)
        case core.Implies(left=left, right=right):
            a, b = compile_expr(left), compile_expr(right)
            return lambda structure, names: not a(structure, names) or b(structure, names)
        case core.Iff(left=left, right=right):
            a, b = compile_expr(left), compile_expr(right)
            return lambda structure, names: a(structure, names) == b(structure, names)
        case core.If():
            c, a, b = (compile_expr(part) for part in (expr.condition, expr.then, expr.otherwise))
            return lambda structure, names: (a if c(structure, names) else b)(structure, names)
        case _:
            raise TypeError(f"{type(expr).__name__} is not evaluated over known states")


def _computed(expr: core.Compare | core.Arithmetic | core.Minus) -> Test:
    if isinstance(expr, core.Minus):
        body = compile_expr(expr.body)
        return lambda structure, names: -_number(body(structure, names))
    a, b = compile_expr(expr.left), compile_expr(expr.right)
    match expr.operator:
        case "==":
            return lambda structure, names: a(structure, names) == b(structure, names)
        case "!=":
            return lambda structure, names: a(structure, names) != b(structure, names)
        case "<=":
            return lambda structure, names: _number(a(structure, names)) <= _number(b(structure, names))
        case "<":
            return lambda structure, names: _number(a(structure, names)) < _number(b(structure, names))
        case ">=":
            return lambda structure, names: _number(a(structure, names)) >= _number(b(structure, names))
        case ">":
            return lambda structure, names: _number(a(structure, names)) > _number(b(structure, names))
        case "+":
            return lambda structure, names: _number(a(structure, names)) + _number(b(structure, names))
        case "-":
            return lambda structure, names: _number(a(structure, names)) - _number(b(structure, names))
        case "*":
            return lambda structure, names: _number(a(structure, names)) * _number(b(structure, names))


def _number(value: Value) -> int:
    # A guarded formula evaluated where its guard is false may meet none; the guard decides then.
    return value if isinstance(value, int) else 0


def _quantified(expr: core.Forall | core.Exists) -> Test:
    body, uid, kind = compile_expr(expr.body), expr.binder.uid, expr.binder.type
    decide = all if isinstance(expr, core.Forall) else any
    return lambda structure, names: decide(
        body(structure, {**names, uid: value}) for value in structure.domain(kind)
    )
