"""One name of an expression in place of another of its type: what a programmer may write by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from honnin.spec.core import Binder, Expr, Process, System, SystemVar, Type, Var, VarRead, children, rewrite
from honnin.spec.elaborate.types import read_type
from honnin.spec.records import dataclass, replace
from honnin.spec.words import bound_here

Name: TypeAlias = Binder | SystemVar
"""A bound name, or a variable that is read as a name alone is: one without keys, or the running instance's own."""


@dataclass(frozen=True, slots=True)
class Names:
    """What can be named at a place of a step: `bound` there, in a step of `process` (None: in an action) of `system`."""

    system: System
    process: Process | None
    bound: tuple[Binder, ...]

    def instead(self, node: Expr) -> Iterator[Expr]:
        """Every other name, of the same type, that can stand in place of this one; a map's: with the same keys."""
        match node:
            case Var(binder=binder) if binder in self.bound:
                yield from self._plain(binder)
            case VarRead(variable=name) if self._is_plain(self.system.variable(name), node.keys):
                yield from self._plain(self.system.variable(name))
            case VarRead(variable=name, keys=keys):
                for other in self.shaped_like(self.system.variable(name)):
                    yield replace(node, variable=other.name, keys=keys)
            case _:
                pass

    def shaped_like(self, variable: SystemVar) -> Iterator[SystemVar]:
        """The other variables with keys and value of the same types that the step may write."""
        for other in self.system.variables:
            mine = other.process is None or (self.process is not None and other.process == self.process.name)
            if mine and other.name != variable.name and _shape(other) == _shape(variable):
                yield other

    def _plain(self, name: Name) -> Iterator[Expr]:
        type = name.type if isinstance(name, Binder) else name.value
        for binder in self.bound:
            if binder != name and binder.type == type:
                yield Var(binder, read_type(type))
        for variable in self.system.variables:
            keys = self._own_keys(variable)
            if keys is not None and variable != name and variable.value == type:
                yield VarRead(variable.name, keys, read_type(type))

    def _own_keys(self, variable: SystemVar) -> tuple[Expr, ...] | None:
        """The keys with which the variable is a name alone; None where it is a map, or another's."""
        if not variable.keys:
            return ()
        if self.process is None or variable.process != self.process.name:
            return None
        keys = tuple(Var(binder, read_type(binder.type)) for binder in self.process.parameters)
        return keys if len(keys) == len(variable.keys) else None

    def _is_plain(self, variable: SystemVar, keys: tuple[Expr, ...]) -> bool:
        return keys == self._own_keys(variable)


def _shape(variable: SystemVar) -> tuple[tuple[Type, ...], Type]:
    return variable.keys, variable.value


def swapped(expr: Expr, names: Names) -> Iterator[Expr]:
    """The expression with one of its free names exchanged, in every way, from the left."""
    for other in names.instead(expr):
        yield other
    if names.process is not None and isinstance(expr, VarRead) and _is_own(expr, names):
        return
    inner = replace(names, bound=tuple(b for b in names.bound if b not in bound_here(expr)))
    for index, part in enumerate(children(expr)):
        for other in swapped(part, inner):
            yield _with_child(expr, index, other)


def _is_own(expr: VarRead, names: Names) -> bool:
    """Whether the keys are the running instance: nobody wrote them."""
    assert names.process is not None
    count = len(names.process.parameters)
    own = tuple(Var(binder, read_type(binder.type)) for binder in names.process.parameters)
    variable = names.system.variable(expr.variable)
    return variable.process == names.process.name and expr.keys[:count] == own and len(expr.keys) == count


def _with_child(expr: Expr, index: int, new: Expr) -> Expr:
    number = iter(range(len(children(expr))))
    return rewrite(expr, lambda part: new if next(number) == index else part)
