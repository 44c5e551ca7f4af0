"""Known states: samples of what a design reaches, and what z3 found; and core formulas evaluated over them.

Formulas here speak of places by their full names (`VarRead` of a place; `atoms.by_place` makes them so).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Protocol, TypeAlias

from honnin.compiler.product import NOW, counter_name
from honnin.spec import core
from honnin.spec.core import Binder, Expr, Type, Value, finite_values

Rows: TypeAlias = Callable[..., int]
"""Of a structure and the values of the variables: the bits of the formulas that are true there."""


class Structure(Protocol):
    """A state in which everything is known."""

    def domain(self, type: Type) -> tuple[Value, ...]:
        """The values of the type there."""

    def read(self, place: str, keys: tuple[Value, ...]) -> Value: ...

    def given(self, name: str, keys: tuple[Value, ...]) -> Value: ...

    def total(self, expr: core.Count | core.Sum, names: Mapping[int, Value]) -> int:
        """What a `count` or `sum` is, its free variables being `names`."""


class Sample:
    """A structure held in dictionaries; keys that are in none have the map's default."""

    __slots__ = ("_defaults", "_domains", "_givens", "_integers", "_places")

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
        found = {v for table in places.values() for v in table.values() if type(v) is int}
        self._integers: tuple[Value, ...] = tuple(sorted({0, 1, 2, *found})[:MOST_INTEGERS])

    def domain(self, type: Type) -> tuple[Value, ...]:
        if isinstance(type, core.EntityT):
            return self._domains[type.name]
        return finite_values(type) or self._integers

    def read(self, place: str, keys: tuple[Value, ...]) -> Value:
        found = self._places[place]
        return found[keys] if keys in found else self._defaults[place]

    def given(self, name: str, keys: tuple[Value, ...]) -> Value:
        return self._givens(name, keys)

    def total(self, expr: core.Count | core.Sum, names: Mapping[int, Value]) -> int:
        added = _added(expr, tuple(names))
        domains = (self.domain(b.type) for b in expr.binders)
        return sum(added(self, *names.values(), *values) for values in product(*domains))


MOST_INTEGERS = 8
"""Where a variable of a clause is an integer, so many are tried at most: those that occur."""


def row_function(variables: Sequence[Binder], formulas: Sequence[Expr]) -> Rows:
    """The formulas over the variables as one Python function; what they read is read once.

    Nothing of the specification's text is in the source but values, by `repr`.
    """
    source = _Source(variables)
    tests = [source.text(formula) for formula in formulas]
    body = [f" if {test}: found |= {1 << index}" for index, test in enumerate(tests)]
    return source.function(list(source.variables.values()), [" found = 0", *body, " return found"])


@cache
def _added(expr: core.Count | core.Sum, free: tuple[int, ...]) -> Rows:
    """What the values of its variables add to a total; the values of the free variables come first."""
    source = _Source(())
    names = [f"x{index}" for index in range(len(free) + len(expr.binders))]
    source.variables = dict(zip((*free, *(b.uid for b in expr.binders)), names, strict=True))
    term = source.text(expr.term) if isinstance(expr, core.Sum) else "1"
    return source.function(names, [f" return {term} if {source.text(expr.where)} else 0"])


class _Source:
    """The texts of expressions; reads outside quantifiers are given names."""

    def __init__(self, variables: Sequence[Binder]) -> None:
        self.variables = {b.uid: f"x{index}" for index, b in enumerate(variables)}
        self.reads: dict[str, str] = {}
        self.constants: dict[str, object] = {}
        self._named: dict[object, str] = {}
        self._depth = 0

    def function(self, parameters: list[str], body: list[str]) -> Rows:
        """A function of a structure and the parameters, after whose reads the body stands."""
        lines = [
            f"def found({', '.join(('S', *parameters))}):",
            " R, G, D, T = S.read, S.given, S.domain, S.total",
            *(f" {name} = {text}" for text, name in self.reads.items()),
            *body,
        ]
        space: dict[str, object] = dict(self.constants)
        exec("\n".join(lines), space)  # noqa: S102
        function = space["found"]
        assert callable(function)
        return function

    def _constant(self, value: object) -> str:
        if value not in self._named:
            name = f"C{len(self._named)}"
            self._named[value] = name
            self.constants[name] = value
        return self._named[value]

    def text(self, expr: Expr) -> str:
        """A Python expression of the same value."""
        match expr:
            case core.Lit(value=value):
                return repr(value)
            case core.Var(binder=binder):
                return self.variables[binder.uid]
            case core.Now():
                return self._read("R", NOW, ())
            case core.VarRead(variable=variable, keys=keys):
                return self._read("R", variable, keys)
            case core.AtLabel(process=process, keys=keys, label=label):
                return f"({self._read('R', counter_name(process), keys)} == {label!r})"
            case core.GivenRead(given=given, keys=keys):
                return self._read("G", given, keys)
            case core.Lift(body=body) | core.Present(body=body):
                return self.text(body)
            case core.Minus(body=body):
                return f"(-{self.text(body)})"
            case core.Compare() | core.Arithmetic():
                return f"({self.text(expr.left)} {expr.operator} {self.text(expr.right)})"
            case core.Forall() | core.Exists():
                return self._quantified(expr)
            case core.Count() | core.Sum():
                return self._total(expr)
            case _:
                return self._connective(expr)

    def _read(self, how: str, name: str, keys: tuple[Expr, ...]) -> str:
        text = f"{how}({self._constant(name)}, ({''.join(self.text(key) + ', ' for key in keys)}))"
        if self._depth:
            return text
        return self.reads.setdefault(text, f"v{len(self.reads)}")

    def _connective(self, expr: Expr) -> str:
        match expr:
            case core.Not(body=body):
                return f"(not {self.text(body)})"
            case core.And(items=items):
                return f"({' and '.join(map(self.text, items))})"
            case core.Or(items=items):
                return f"({' or '.join(map(self.text, items))})"
            case core.Implies(left=left, right=right):
                return f"(not {self.text(left)} or {self.text(right)})"
            case core.Iff(left=left, right=right):
                return f"(bool({self.text(left)}) == bool({self.text(right)}))"
            case core.If(condition=condition, then=then, otherwise=otherwise):
                return f"({self.text(then)} if {self.text(condition)} else {self.text(otherwise)})"
            case _:
                raise TypeError(f"{type(expr).__name__} is not evaluated over known states")

    def _quantified(self, expr: core.Forall | core.Exists) -> str:
        name = f"q{expr.binder.uid}".replace("-", "_")
        self.variables[expr.binder.uid] = name
        self._depth += 1
        body = self.text(expr.body)
        self._depth -= 1
        del self.variables[expr.binder.uid]
        decide = "all" if isinstance(expr, core.Forall) else "any"
        return f"{decide}({body} for {name} in D({self._constant(expr.binder.type)}))"

    def _total(self, expr: core.Count | core.Sum) -> str:
        own = {
            b.uid for node in core.walk(expr) if isinstance(node, core.Count | core.Sum) for b in node.binders
        }
        own |= {node.binder.uid for node in core.walk(expr) if isinstance(node, core.Forall | core.Exists)}
        free = dict.fromkeys(
            node.binder.uid
            for node in core.walk(expr)
            if isinstance(node, core.Var) and node.binder.uid not in own
        )
        names = ", ".join(f"{uid}: {self.variables[uid]}" for uid in free)
        text = f"T({self._constant(expr)}, {{{names}}})"
        return text if self._depth else self.reads.setdefault(text, f"v{len(self.reads)}")
