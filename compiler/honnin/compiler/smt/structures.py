"""Known states: samples of what a design reaches, and what z3 found; and core formulas evaluated over them.

Formulas here speak of places by their full names (`VarRead` of a place; `atoms.by_place` makes them so).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import product
from typing import Any, Protocol, TypeAlias

from honnin.compiler.product import NOW, counter_name
from honnin.spec import core
from honnin.spec.core import Binder, Expr, Type, Value, finite_values

Values: TypeAlias = tuple[Value, ...]
Added: TypeAlias = Callable[..., int]
Rows: TypeAlias = Callable[["Structure"], set[int]]
"""For each choice of the variables in a structure: the bits of the formulas that are true there."""


class Table(dict[Values, Value]):
    """A map of a structure; what stands at keys that are not in it is asked of `missing` when it is needed."""

    __slots__ = ("_missing",)

    def __init__(
        self, missing: Callable[[Values], Value], known: Mapping[Values, Value] | None = None
    ) -> None:
        super().__init__(known or {})
        self._missing = missing

    def __missing__(self, keys: Values) -> Value:
        value = self[keys] = self._missing(keys)
        return value


class Structure(Protocol):
    """A state in which everything is known."""

    def domain(self, type: Type) -> Values:
        """The values of the type there."""

    def table(self, name: str) -> Table:
        """What the place holds."""

    def given_table(self, name: str) -> Table: ...

    def read(self, place: str, keys: Values) -> Value: ...

    def given(self, name: str, keys: Values) -> Value: ...

    def total(self, expr: core.Count | core.Sum, names: Mapping[int, Value]) -> int:
        """What a `count` or `sum` is, its free variables being `names`."""


class Sample:
    """A structure that is known beforehand."""

    __slots__ = ("_domains", "_givens", "_integers", "_places")

    def __init__(
        self,
        domains: Mapping[str, Values],
        places: Mapping[str, Table],
        givens: Mapping[str, Table],
    ) -> None:
        self._domains = domains
        self._places = places
        self._givens = givens
        found = {v for table in places.values() for v in table.values() if type(v) is int}
        self._integers: Values = tuple(sorted({0, 1, 2, *found})[:MOST_INTEGERS])

    def domain(self, type: Type) -> Values:
        if isinstance(type, core.EntityT):
            return self._domains[type.name]
        return finite_values(type) or self._integers

    def table(self, name: str) -> Table:
        return self._places[name]

    def given_table(self, name: str) -> Table:
        return self._givens[name]

    def read(self, place: str, keys: Values) -> Value:
        return self._places[place][keys]

    def given(self, name: str, keys: Values) -> Value:
        return self._givens[name][keys]

    def total(self, expr: core.Count | core.Sum, names: Mapping[int, Value]) -> int:
        added = _added(expr, tuple(names))
        domains = (self.domain(b.type) for b in expr.binders)
        return sum(added(self, *names.values(), *values) for values in product(*domains))


MOST_INTEGERS = 8
"""Where a variable of a clause is an integer, so many are tried at most: those that occur."""


def row_function(variables: Sequence[Binder], formulas: Sequence[Expr]) -> Rows:
    """The formulas over the variables as one Python function; what does not depend on inner variables is worked out once.

    Nothing of the specification's text is in the source but values, by `repr`.
    """
    source = _Source(variables)
    tests: list[list[str]] = [[] for _ in range(len(variables) + 1)]
    for index, formula in enumerate(formulas):
        level = source.level(formula)
        tests[level].append(f"if {source.text(formula)}: f{level} |= {1 << index}")
    lines = ["found = set()"]
    for level in range(len(variables) + 1):
        indent = " " * level
        before = f"f{level - 1}" if level else "0"
        if level:
            domain = source.constant(variables[level - 1].type)
            lines.append(f"{indent[1:]}for x{level - 1} in D({domain}):")
        reads = [f"{name} = {text}" for text, (name, there) in source.reads.items() if there == level]
        lines += [f"{indent}{line}" for line in (*reads, f"f{level} = {before}", *tests[level])]
    last = len(variables)
    lines += [f"{' ' * last}found.add(f{last})", "return found"]
    return source.function([], lines)


def satisfiable(variables: Sequence[Binder], literals: Sequence[Expr]) -> Callable[[Structure], bool]:
    """Whether all the literals are true in a structure for some values of the variables, as a Python function."""
    source = _Source(variables)
    tests: list[list[str]] = [[] for _ in range(len(variables) + 1)]
    for literal in literals:
        tests[source.level(literal)].append(source.text(literal))
    lines: list[str] = []
    for level in range(len(variables) + 1):
        indent = " " * level
        if level:
            lines.append(f"{indent[1:]}for x{level - 1} in D({source.constant(variables[level - 1].type)}):")
        lines += [
            f"{indent}{name} = {text}" for text, (name, there) in source.reads.items() if there == level
        ]
        refused = "continue" if level else "return False"
        lines += [f"{indent}if not {test}: {refused}" for test in tests[level]]
    lines += [f"{' ' * len(variables)}return True", "return False"]
    return source.function([], lines)


def row_of(
    variables: Sequence[Binder], formulas: tuple[Expr, ...], values: Values, structure: Structure
) -> int:
    """The bits of the formulas that are true in the structure for these values of the variables."""
    return _rows_of(tuple(variables), formulas)(structure, *values)


@lru_cache(maxsize=256)
def _rows_of(variables: tuple[Binder, ...], formulas: tuple[Expr, ...]) -> Added:
    source = _Source(())
    names = [f"x{index}" for index in range(len(variables))]
    source.variables = {b.uid: name for b, name in zip(variables, names, strict=True)}
    tests = [f"if {source.text(formula)}: found |= {1 << i}" for i, formula in enumerate(formulas)]
    reads = [f"{name} = {text}" for text, (name, _) in source.reads.items()]
    return source.function(names, [*reads, "found = 0", *tests, "return found"])


@cache
def _added(expr: core.Count | core.Sum, free: tuple[int, ...]) -> Added:
    """What the values of its variables add to a total; the values of the free variables come first."""
    source = _Source(())
    names = [f"x{index}" for index in range(len(free) + len(expr.binders))]
    source.variables = dict(zip((*free, *(b.uid for b in expr.binders)), names, strict=True))
    term = source.text(expr.term) if isinstance(expr, core.Sum) else "1"
    body = f"return {term} if {source.text(expr.where)} else 0"
    return source.function(names, [*(f"{name} = {text}" for text, (name, _) in source.reads.items()), body])


class _Source:
    """The texts of expressions; reads outside quantifiers are given names, and are made at the level of their variables."""

    def __init__(self, variables: Sequence[Binder]) -> None:
        self.variables = {b.uid: f"x{index}" for index, b in enumerate(variables)}
        self._levels = {b.uid: index for index, b in enumerate(variables, start=1)}
        self.reads: dict[str, tuple[str, int]] = {}
        self._constants: dict[str, object] = {}
        self._tables: dict[str, str] = {}
        self._named: dict[object, str] = {}
        self._depth = 0

    def level(self, *exprs: Expr) -> int:
        """The number of the innermost variable that the expressions speak of."""
        nodes = (node for expr in exprs for node in core.walk(expr))
        return max((self._levels.get(n.binder.uid, 0) for n in nodes if isinstance(n, core.Var)), default=0)

    def function(self, parameters: list[str], body: list[str]) -> Callable[..., Any]:
        """A function of a structure and the parameters."""
        lines = [
            f"def found({', '.join(('S', *parameters))}):",
            " D, T = S.domain, S.total",
            *(f" {name} = {text}" for text, name in self._tables.items()),
            *(f" {line}" for line in body),
        ]
        space: dict[str, object] = dict(self._constants)
        exec("\n".join(lines), space)  # noqa: S102
        function = space["found"]
        assert callable(function)
        return function

    def constant(self, value: object) -> str:
        """The name of a value."""
        if value not in self._named:
            name = f"C{len(self._named)}"
            self._named[value] = name
            self._constants[name] = value
        return self._named[value]

    def text(self, expr: Expr) -> str:
        """A Python expression of the same value."""
        match expr:
            case core.Lit(value=value):
                return repr(value)
            case core.Var(binder=binder):
                return self.variables[binder.uid]
            case core.Now():
                return self._read("table", NOW, ())
            case core.VarRead(variable=variable, keys=keys):
                return self._read("table", variable, keys)
            case core.AtLabel(process=process, keys=keys, label=label):
                return f"({self._read('table', counter_name(process), keys)} == {label!r})"
            case core.GivenRead(given=given, keys=keys):
                return self._read("given_table", given, keys)
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
        table = self._tables.setdefault(f"S.{how}({self.constant(name)})", f"P{len(self._tables)}")
        text = f"{table}[({''.join(self.text(key) + ', ' for key in keys)})]"
        return text if self._depth else self._once(text, self.level(*keys))

    def _once(self, text: str, level: int) -> str:
        return self.reads.setdefault(text, (f"v{len(self.reads)}", level))[0]

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
        return f"{decide}({body} for {name} in D({self.constant(expr.binder.type)}))"

    def _total(self, expr: core.Count | core.Sum) -> str:
        free = dict.fromkeys(
            node.binder.uid
            for node in core.walk(expr)
            if isinstance(node, core.Var) and node.binder.uid in self.variables
        )
        names = ", ".join(f"{uid}: {self.variables[uid]}" for uid in free)
        text = f"T({self.constant(expr)}, {{{names}}})"
        return text if self._depth else self._once(text, self.level(expr))
