"""The work of all events as one function over many of them, made of the methods of a generated module.

The statements are those of the methods `_on_N`, one loop around them. What an event does to the oracle's attributes is the same, but
that a local name stands for an attribute: one that is never given another object, for good; any other until a method is called,
a finding is told, or the events end, and then the attribute has what the name has.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Final

from honnin.compiler.generator.expressions import NOW
from honnin.spec.records import dataclass

_FIXED: Final = frozenset({"_explain", "_hits"})
"""Attributes of every oracle that have one object from its start on."""
_CHANGING: Final = frozenset({"position", "_due"})
"""Attributes of every oracle that events and other methods change."""
_LOOP = f"""
def run(self, __events, __times, __first, __told, __classes):
    KINDS = __classes
    NAMED
    __start = self.position
    __violations, __broken, __faults = self.violations, self.broken, self.faults
    {NOW} = self._now
    try:
        for __one, {NOW} in zip(__events, __times):
            __kind = type(__one)
            BRANCHES
            if __violations or __broken or __faults:
                KEPT
                __told(__first + self.position - __start - 1)
                READ
    finally:
        KEPT
"""


class NotInOne(Exception):
    """The methods have a statement that cannot stand in the loop."""


def in_one(source: str, numbers: Sequence[int]) -> ast.Module:
    """The module of a function `run(oracle, events, times, first, told, classes)`, from the text of a generated module.

    `events`: objects that have the values of an event as `f0`, `f1`, ..., each of one of the `classes`, which are those of the events
    `numbers`; `times`: of each, in microseconds, none before the one before it. `told` is called after an event with findings, with its
    number, where the first has `first`. The oracle must be one that looks at every event as it is. Raises NotInOne.
    """
    made = next(
        node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name == "Oracle"
    )
    methods = {node.name: node for node in made.body if isinstance(node, ast.FunctionDef)}
    works = [_work(methods[f"_on_{number}"]) for number in numbers]
    names = _names(methods, works)
    branches = ast.If(ast.Constant(False), [ast.Pass()], [])
    last = branches
    for number, body in zip(numbers, works, strict=True):
        method = methods[f"_on_{number}"]
        values = [
            _assign(argument.arg, f"__one.f{place}") for place, argument in enumerate(method.args.args[2:])
        ]
        work = [_Renamed(names.all).visit(statement) for statement in body]
        following = ast.If(_expression(f"__kind is __K{number}"), [*values, *names.within(work)], [])
        last.orelse, last = [following], following
    places = {
        "KINDS": [_assign_all([f"__K{number}" for number in numbers])],
        "NAMED": names.read(names.all),
        "BRANCHES": branches.orelse,
        "KEPT": names.kept(),
        "READ": names.read(names.changing),
    }
    tree = _Filled(places).visit(ast.parse(_LOOP))
    module: ast.Module = ast.fix_missing_locations(tree)
    return module


def _work(method: ast.FunctionDef) -> list[ast.stmt]:
    """What the method does with an event that is in the sample."""
    return [
        node for node in method.body if not (isinstance(node, ast.If) and "_sampling" in _read(node.test))
    ]


# ---------------------------------------------------------------- names for attributes


@dataclass(frozen=True, slots=True)
class _Names:
    """`all`: the attributes that have a name; `changing`: those that other methods may change; `written`: those that events change."""

    all: tuple[str, ...]
    changing: tuple[str, ...]
    written: tuple[str, ...]

    def read(self, attributes: Sequence[str]) -> list[ast.stmt]:
        """The names have what the attributes have."""
        return [_assign(_name(attribute), f"self.{attribute}") for attribute in attributes]

    def kept(self) -> list[ast.stmt]:
        """The attributes have what the names have."""
        attributes = [*((one, _name(one)) for one in self.written), ("_now", NOW)]
        return [
            ast.Assign([ast.Attribute(ast.Name("self", ast.Load()), attribute, ast.Store())], _load(name))
            for attribute, name in attributes
        ]

    def within(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        """The statements, with the attributes kept before a method is called and read after it."""
        return [made for statement in body for made in self._around(statement)]

    def _around(self, statement: ast.stmt) -> Iterator[ast.stmt]:
        match statement:
            case ast.If(test=test, body=body, orelse=orelse) if not _calls(test):
                yield ast.If(test, self.within(body), self.within(orelse))
            case ast.For(target=target, iter=source, body=body, orelse=[]):
                if _calls(source):
                    raise NotInOne
                yield ast.For(target, source, self.within(body), [])
            case ast.Assign(targets=targets, value=ast.IfExp(test=test, body=one, orelse=other)) if (
                not _calls(test)
            ):
                yield ast.If(
                    test, self.within([ast.Assign(targets, one)]), self.within([ast.Assign(targets, other)])
                )
            case ast.Assign() | ast.AugAssign() | ast.AnnAssign() | ast.Expr() | ast.Delete() | ast.Pass():
                called = _calls(statement)
                yield from self.kept() if called else ()
                yield statement
                yield from self.read(self.changing) if called else ()
            case ast.Continue() | ast.Break():
                yield statement
            case _:
                raise NotInOne


def _names(methods: dict[str, ast.FunctionDef], works: Sequence[list[ast.stmt]]) -> _Names:
    """Which attributes the events read or write, and which of them are given another object after the start."""
    statements = list(chain.from_iterable(works))
    used = dict.fromkeys(chain.from_iterable(_read(node) + _written(node) for node in statements))
    used.pop("_sampling", None)
    at_start = {*_written(methods["_start"]), *_FIXED}
    if not at_start | _CHANGING >= used.keys():
        raise NotInOne
    later = set(chain.from_iterable(_written(method) for name, method in methods.items() if name != "_start"))
    changing = tuple(one for one in used if one not in at_start or one in later)
    return _Names(tuple(used), changing, tuple(dict.fromkeys(chain.from_iterable(map(_written, statements)))))


def _attributes(node: ast.AST, of: Callable[[ast.Attribute], bool]) -> list[str]:
    """The attributes of the oracle in it, but for the methods that are called."""
    called = {id(inner.func) for inner in ast.walk(node) if isinstance(inner, ast.Call)}
    return [
        inner.attr
        for inner in ast.walk(node)
        if isinstance(inner, ast.Attribute) and _is_own(inner) and id(inner) not in called and of(inner)
    ]


def _read(node: ast.AST) -> list[str]:
    return _attributes(node, lambda found: isinstance(found.ctx, ast.Load))


def _written(node: ast.AST) -> list[str]:
    return _attributes(node, lambda found: isinstance(found.ctx, ast.Store))


def _calls(node: ast.AST) -> bool:
    """Whether a method of the oracle is called in it."""
    return any(
        isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and _is_own(inner.func)
        for inner in ast.walk(node)
    )


def _is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


# ---------------------------------------------------------------- Python


def _name(attribute: str) -> str:
    """The local name of an attribute: two underscores begin no name of a generated method."""
    return f"__self_{attribute}"


def _load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _assign(name: str, text: str) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], _expression(text))


def _assign_all(names: Sequence[str]) -> ast.stmt:
    return ast.Assign(
        [ast.Tuple([ast.Name(name, ast.Store()) for name in names], ast.Store())], _load("__classes")
    )


class _Renamed(ast.NodeTransformer):
    """Names for the attributes."""

    def __init__(self, attributes: Sequence[str]) -> None:
        self._attributes = frozenset(attributes)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if _is_own(node) and node.attr in self._attributes and isinstance(node.ctx, ast.Load | ast.Store):
            return ast.Name(_name(node.attr), node.ctx)
        return self.generic_visit(node)


class _Filled(ast.NodeTransformer):
    """Statements in the places of a template."""

    def __init__(self, places: dict[str, list[ast.stmt]]) -> None:
        self._places = places

    def visit_Expr(self, node: ast.Expr) -> ast.AST | list[ast.stmt]:
        return self._places.get(node.value.id, [node]) if isinstance(node.value, ast.Name) else node

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.stmt]:
        target = node.targets[0]
        return self._places.get(target.id, [node]) if isinstance(target, ast.Name) else node
