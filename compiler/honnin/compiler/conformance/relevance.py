"""Which hidden steps can matter to a step that is to be observed.

A hidden step that no later step depends on, up to the next observation and this included, can as well be taken after it: what both
do is the same in either order. So of the hidden steps before an observation only those are tried from which a chain of dependent
steps leads to it (the stubborn sets of Valmari, with the dependencies of the whole chain).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from honnin.compiler.conformance.kinds import SPECIFICATION, Access, Kind
from honnin.spec.core import Value
from honnin.spec.records import dataclass, field


class Anything:
    __slots__ = ()


ANY = Anything()
Argument: TypeAlias = "Value | Anything"


@dataclass(frozen=True, slots=True)
class Instance:
    """A kind of step with its arguments; ANY where any will do."""

    kind: Kind
    arguments: tuple[Argument, ...]

    def has(self, kind: Kind, arguments: Sequence[object]) -> bool:
        """Whether the step is one of the same instance of a process."""
        return (
            kind.process is not None
            and kind.process == self.kind.process
            and all(
                mine is ANY or mine == other for mine, other in zip(self.arguments, arguments, strict=True)
            )
        )


_Concrete: TypeAlias = tuple[str, tuple[Argument, ...], bool]


@dataclass(slots=True)
class Relevance:
    """`all_depend`: steps that depend on every other, whatever they touch (they read the time)."""

    kinds: Sequence[Kind]
    reads_specification: bool
    all_depend: bool
    _found: dict[tuple[str, tuple[Argument, ...]], tuple[Instance, ...]] = field(default_factory=dict)

    def of(self, goal: Instance) -> tuple[Instance, ...]:
        """The hidden steps that can matter to `goal`, those of fewer unknown arguments first."""
        key = goal.kind.name, goal.arguments
        if key not in self._found:
            self._found[key] = tuple(sorted(self._closure(goal), key=lambda one: one.arguments.count(ANY)))
        return self._found[key]

    def _closure(self, goal: Instance) -> list[Instance]:
        hidden = [kind for kind in self.kinds if kind.may_hide]
        if self.all_depend:
            return [Instance(kind, (ANY,) * len(kind.parameters)) for kind in hidden]
        found: dict[tuple[str, tuple[Argument, ...]], Instance] = {}
        todo = self._accesses(goal)
        while todo:
            other = todo.pop()
            for kind in hidden:
                for access in kind.accesses:
                    arguments = self._meet(access, other, len(kind.parameters))
                    if arguments is not None and (kind.name, arguments) not in found:
                        found[kind.name, arguments] = instance = Instance(kind, arguments)
                        todo += self._accesses(instance)
        return [one for one in found.values() if not self._covered(one, found)]

    def _accesses(self, instance: Instance) -> list[_Concrete]:
        return list(
            dict.fromkeys(
                (access.name, _concrete(access, instance.arguments), access.writes)
                for access in instance.kind.accesses
            )
        )

    def _meet(self, access: Access, other: _Concrete, parameters: int) -> tuple[Argument, ...] | None:
        """The arguments with which the access conflicts with the other; None where it cannot."""
        name, keys, writes = other
        if access.name != name or not (access.writes or writes):
            return None
        if name == SPECIFICATION and not self.reads_specification:
            return None
        arguments: list[Argument] = [ANY] * parameters
        for pattern, key in zip(access.keys, keys, strict=True):
            if pattern is None or key is ANY:
                continue
            index, literal = pattern
            if index is None:
                if literal != key:
                    return None
            elif arguments[index] is ANY:
                arguments[index] = key
            elif arguments[index] != key:
                return None
        return tuple(arguments)

    def _covered(self, one: Instance, found: dict[tuple[str, tuple[Argument, ...]], Instance]) -> bool:
        """Whether another of the same kind leaves open more."""
        return any(
            other is not one
            and other.kind is one.kind
            and all(
                theirs is ANY or theirs == ours
                for theirs, ours in zip(other.arguments, one.arguments, strict=True)
            )
            for other in found.values()
        )


def _concrete(access: Access, arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
    def key(pattern: tuple[int, None] | tuple[None, Value] | None) -> Argument:
        if pattern is None:
            return ANY
        index, literal = pattern
        return literal if index is None else arguments[index]

    return tuple(key(pattern) for pattern in access.keys)
