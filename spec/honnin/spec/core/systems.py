"""Designs, and the checks that ask about them."""

from __future__ import annotations

from typing import Literal

from honnin.spec.core.expressions import Binder, Expr
from honnin.spec.core.named import by_name
from honnin.spec.core.statements import Statement
from honnin.spec.core.types import Type
from honnin.spec.records import dataclass
from honnin.spec.source import Node


@dataclass(frozen=True, slots=True)
class SystemVar(Node):
    """`initial` is None for `= any`: one arbitrary value per instance, fixed before the first step. `process` owns it, if any."""

    name: str
    keys: tuple[Type, ...]
    value: Type
    initial: Expr | None
    process: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Action(Node):
    name: str
    parameters: tuple[Binder, ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Step(Node):
    label: str
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Process(Node):
    """One instance per combination of `parameters` (their binders are shared by all steps)."""

    name: str
    parameters: tuple[Binder, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Property(Node):
    """`implicit` marks the invariant `NAME.range` of a variable with a range type."""

    name: str
    kind: Literal["assume", "invariant", "lemma"]
    condition: Expr
    title: str | None = None
    implicit: bool = False


@dataclass(frozen=True, slots=True)
class System(Node):
    """A design. `reads_specification`: states of its specifications that its `when` and `if` read (each a warning)."""

    name: str
    title: str | None
    implements: tuple[str, ...]
    variables: tuple[SystemVar, ...]
    init: tuple[Expr, ...]
    actions: tuple[Action, ...]
    processes: tuple[Process, ...]
    properties: tuple[Property, ...]
    reads_specification: tuple[str, ...] = ()

    def variable(self, name: str) -> SystemVar:
        return by_name(self.variables, name)

    def process(self, name: str) -> Process:
        return by_name(self.processes, name)


@dataclass(frozen=True, slots=True)
class Check(Node):
    """`subject` is a system, or a specification for `implies`. `within` bounds entities by name; `steps` the number of steps."""

    subject: str
    relation: Literal["satisfies", "violates", "reaches", "implies"]
    target: str
    bounded: bool = False
    within: tuple[tuple[str, int], ...] = ()
    steps: int | None = None
