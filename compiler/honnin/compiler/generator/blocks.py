"""The work of all events as one function over many of them, made of the methods of a generated module.

The statements are those of the methods `_on_N`, one loop around them. What an event does to the oracle's attributes is the same, but
that a local name stands for an attribute: one that is never given another object, for good; any other until a method is called,
a finding is told, or the events end, and then the attribute has what the name has.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from textwrap import indent
from typing import Final

from honnin.compiler.generator.expressions import NOW
from honnin.spec.records import dataclass

_FIXED: Final = frozenset({"_hits"})
"""Attributes of every oracle that have one object from its start on."""
_CHANGING: Final = frozenset({"position", "_due"})
"""Attributes of every oracle that events and other methods change."""
_ASKED: Final = re.compile(r"    def (_start|_release|_on_[0-9]+)\(")
"""The methods of a generated class that give attributes other objects."""
_LOOP: Final = f"""
def run(self, __events, __times, __first, __told, __classes):
    NAMED
    __start = self.position
    __violations, __broken, __faults = self.violations, self.broken, self.faults
    {NOW} = self._now
    __called = False
    try:
        for __one, {NOW} in zip(__events, __times):
            __kind = type(__one)
            BRANCHES
            if __called:
                __called = False
                if __violations or __broken or __faults:
                    KEPT
                    __told(__first + self.position - __start - 1)
                    READ
    finally:
        KEPT
"""


class NotInOne(Exception):
    """The methods have a statement that cannot stand in the loop."""


def in_one(source: str, numbers: Sequence[int], kind: str = "Oracle") -> ast.Module:
    """The module of a function `run(oracle, events, times, first, told, classes)`, from the text of a generated module and its class `kind`.

    `events`: objects that have the values of an event as `f0`, `f1`, ..., each of one of the `classes`, which are those of the events
    `numbers`; `times`: of each, in microseconds, none before the one before it. `told` is called after an event with findings, with its
    number, where the first has `first`. The oracle must be one that looks at every event as it is. Raises NotInOne.
    """
    methods = _methods(source, kind)
    works = {number: _work(methods[f"_on_{number}"]) for number in numbers}
    names = _names(methods, works)
    # What an event finds is recorded by a method: without a call there is nothing to tell.
    kept, again = names.kept(), names.read(names.changing)
    texts = {
        "NAMED": f"{''.join(f'__K{number}, ' for number in numbers)} = __classes\n{names.read(names.all)}",
        "BRANCHES": "\nel".join(_branch(number, methods[f"_on_{number}"]) for number in numbers),
        "KEPT": kept,
        "READ": again,
    }
    text = re.sub(
        r"^( *)([A-Z]+)$", lambda found: indent(texts[found[2]], found[1]), _LOOP, flags=re.MULTILINE
    )
    renamed, around = (
        _Renamed(names.all),
        _Around(ast.parse(kept).body, ast.parse(f"{again}\n__called = True").body),
    )
    places = {
        f"WORK_{number}": around.all([renamed.visit(statement) for statement in body])
        for number, body in works.items()
    }
    module: ast.Module = _Filled(places).visit(ast.parse(text))
    return module


def _branch(number: int, method: ast.FunctionDef) -> str:
    """The lines for one kind of event."""
    values = [f"    {one.arg} = __one.f{place}" for place, one in enumerate(method.args.args[2:])]
    return "\n".join([f"if __kind is __K{number}:", *values, f"    WORK_{number}"])


def _methods(source: str, kind: str) -> dict[str, ast.FunctionDef]:
    """The methods of the class that are asked for, by their names."""
    start = source.index(f"\nclass {kind}(")
    text = source[start : source.index("\nclass ", start + 1)].removesuffix("\n@known_as_oracle")
    parts = [part for part in re.split(r"\n(?=    def )", text) if _ASKED.match(part)]
    (made,) = ast.parse("\n".join(["class Oracle:", *parts])).body
    assert isinstance(made, ast.ClassDef)
    return {node.name: node for node in made.body if isinstance(node, ast.FunctionDef)}


def _work(method: ast.FunctionDef) -> list[ast.stmt]:
    """What the method does with an event that is in the sample."""
    return [
        node
        for node in method.body
        if not (isinstance(node, ast.If) and "_sampling" in _attributes(node.test, ast.Load))
    ]


# ---------------------------------------------------------------- names for attributes


@dataclass(frozen=True, slots=True)
class _Names:
    """`all`: the attributes that have a name; `changing`: those that other methods may change; `written`: those that events change."""

    all: tuple[str, ...]
    changing: tuple[str, ...]
    written: tuple[str, ...]

    def read(self, attributes: Sequence[str]) -> str:
        """The lines from which on the names have what the attributes have."""
        return "\n".join(f"{_name(one)} = self.{one}" for one in attributes)

    def kept(self) -> str:
        """The lines from which on the attributes have what the names have."""
        return "\n".join([*(f"self.{one} = {_name(one)}" for one in self.written), f"self._now = {NOW}"])


def _names(methods: dict[str, ast.FunctionDef], works: dict[int, list[ast.stmt]]) -> _Names:
    """Which attributes the events read or write, and which of them are given another object after the start."""

    def those(nodes: Sequence[ast.AST], context: type[ast.expr_context]) -> dict[str, None]:
        return dict.fromkeys(chain.from_iterable(_attributes(node, context) for node in nodes))

    statements = list(chain.from_iterable(works.values()))
    written = those(statements, ast.Store)
    used = those(statements, ast.Load) | written
    at_start = those([methods["_start"]], ast.Store).keys() | _FIXED
    if not at_start | _CHANGING >= used.keys():
        raise NotInOne
    others = [method for name, method in methods.items() if name != "_start"]
    later = written | those(others, ast.Store)
    changing = tuple(one for one in used if one not in at_start or one in later)
    return _Names(tuple(used), changing, tuple(written))


def _attributes(node: ast.AST, context: type[ast.expr_context]) -> list[str]:
    """The attributes of the oracle that are read or written in it; not the methods that are called."""
    found = list(ast.walk(node))
    called = {id(inner.func) for inner in found if isinstance(inner, ast.Call)}
    return [
        inner.attr
        for inner in found
        if isinstance(inner, ast.Attribute)
        and isinstance(inner.ctx, context)
        and _is_own(inner)
        and id(inner) not in called
    ]


def _is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _name(attribute: str) -> str:
    """The local name of an attribute: two underscores begin no name of a generated method."""
    return f"__self_{attribute}"


class _Renamed(ast.NodeTransformer):
    """Names for the attributes."""

    def __init__(self, attributes: Sequence[str]) -> None:
        self._attributes = frozenset(attributes)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if _is_own(node) and node.attr in self._attributes:
            return ast.copy_location(ast.Name(_name(node.attr), node.ctx), node)
        return self.generic_visit(node)


# ---------------------------------------------------------------- statements


@dataclass(frozen=True, slots=True)
class _Around:
    """Puts statements before and after every statement in which a method of the oracle is called."""

    before: list[ast.stmt]
    after: list[ast.stmt]

    def all(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        return [made for statement in body for made in self._one(statement)]

    def _one(self, statement: ast.stmt) -> Iterator[ast.stmt]:
        match statement:
            case ast.If(test=test, body=body, orelse=orelse) if not _calls(test):
                yield ast.copy_location(ast.If(test, self.all(body), self.all(orelse)), statement)
            case ast.For(target=target, iter=source, body=body, orelse=[]) if not _calls(source):
                yield ast.copy_location(ast.For(target, source, self.all(body), []), statement)
            case ast.Assign(targets=targets, value=ast.IfExp(test=test, body=one, orelse=other)) if (
                not _calls(test)
            ):
                assigned = (
                    ast.copy_location(ast.Assign(targets, value), statement) for value in (one, other)
                )
                bodies = [self.all([assignment]) for assignment in assigned]
                yield ast.copy_location(ast.If(test, *bodies), statement)
            case ast.Assign() | ast.AugAssign() | ast.AnnAssign() | ast.Expr() | ast.Delete() | ast.Pass():
                called = _calls(statement)
                yield from self.before if called else ()
                yield statement
                yield from self.after if called else ()
            case ast.Continue() | ast.Break():
                yield statement
            case _:
                raise NotInOne


def _calls(node: ast.AST) -> bool:
    """Whether a method of the oracle is called in it."""
    return any(
        isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and _is_own(inner.func)
        for inner in ast.walk(node)
    )


class _Filled(ast.NodeTransformer):
    """Statements in the places of a template."""

    def __init__(self, places: dict[str, list[ast.stmt]]) -> None:
        self._places = places

    def visit_Expr(self, node: ast.Expr) -> ast.AST | list[ast.stmt]:
        return self._places.get(node.value.id, [node]) if isinstance(node.value, ast.Name) else node
