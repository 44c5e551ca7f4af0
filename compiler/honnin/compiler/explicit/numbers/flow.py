"""Where numbers flow in a product: places, keys, fields and names that may hold the same number belong together.

Two expressions belong together when they are compared for equality, when one is written where the other is read, or when one is a
key where the other is. What is ordered, multiplied, summed or chosen is spoilt: it is no mere name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from typing import TypeAlias

from honnin.compiler.explicit.layout import Slot, Vocabulary
from honnin.compiler.explicit.relevance import may_fail
from honnin.compiler.formulas import writes
from honnin.compiler.machine import Machine
from honnin.compiler.product import Path, place_name
from honnin.spec import core
from honnin.spec.core import Expr, IntT, Pattern, Property, Statement, base_type
from honnin.spec.records import dataclass, field

Node: TypeAlias = tuple[str | int, ...]
"""`("value", slot)`, `("key", slot, position)`, `("field", event, number)`, `("name", uid)`, or an expression of its own."""


@dataclass(slots=True)
class Flow:
    """What belongs together, by a representative. `spoilt` and `literals` are of nodes; `written`: by slot, what is assigned to it (None: what no counter may be
    given); `grown`: slots to which a number that is not negative is added, as a statement or in a formula."""

    vocabulary: Vocabulary
    above: dict[Node, Node] = field(default_factory=dict)
    spoilt: set[Node] = field(default_factory=set)
    literals: set[tuple[Node, int]] = field(default_factory=set)
    written: dict[int, list[frozenset[int] | None]] = field(default_factory=dict)
    grown: set[int] = field(default_factory=set)
    fresh: Iterator[int] = field(default_factory=count)

    def of(self, node: Node) -> Node:
        """The representative of what the node belongs to."""
        while (above := self.above.get(node, node)) != node:
            node = above
        return node

    def join(self, one: Node, other: Node) -> None:
        self.above[self.of(one)] = self.of(other)

    def own(self) -> Node:
        """A node of its own."""
        return (next(self.fresh),)

    def spoil(self, *nodes: Node) -> Node:
        """A node that is no mere name; so are these."""
        own = self.own()
        self.spoilt.update((own, *nodes))
        return own

    # ------------------------------------------------------------ expressions

    def value(self, expr: Expr, machine: int | None) -> Node:
        """The node of what the expression gives; its parts are followed too."""
        match expr:
            case core.Lit(value=value):
                own = self.own()
                if isinstance(value, int):
                    self.literals.add((own, value))
                return own
            case core.Var(binder=binder) if isinstance(base_type(binder.type), IntT):
                return ("name", binder.uid)
            case core.StateRead() | core.VarRead() | core.GivenRead():
                return self._read(expr, machine)
            case core.Lift(body=body) | core.Present(body=body) | core.Old(body=body):
                return self.value(body, machine)
            case core.If():
                self.value(expr.condition, machine)
                then = self.value(expr.then, machine)
                self.join(then, self.value(expr.otherwise, machine))
                return then
            case core.Compare(operator="==" | "!="):
                self.join(self.value(expr.left, machine), self.value(expr.right, machine))
                return self.own()
            case core.Atom(event=event, arguments=arguments):
                for i, argument in enumerate(arguments):
                    if argument is not None:
                        self.join(("field", event, i), self.value(argument, machine))
                return self.own()
            case core.Arithmetic() if (read := added_to(expr)) is not None:
                slot = self.slot(read, machine)
                if slot is not None:
                    self.grown.add(slot.number)
                return self.value(read, machine)
            case core.Var() | core.Compare() | core.Arithmetic() | core.Minus() | core.Sum() | core.Count():
                return self.spoil(*(self.value(child, machine) for child in core.children(expr)))
            case _:
                for child in core.children(expr):
                    self.value(child, machine)
                return self.own()

    def slot(self, expr: Expr, machine: int | None) -> Slot | None:
        """The slot that a read is about; None for another expression."""
        vocabulary = self.vocabulary
        match expr:
            case core.StateRead(state=state):
                return vocabulary.by_name.get(vocabulary.product.state_place(state, machine))
            case core.VarRead(variable=name):
                return vocabulary.by_name.get(name)
            case core.GivenRead(given=name):
                return vocabulary.givens.get(name)
            case _:
                return None

    def _read(self, expr: core.StateRead | core.VarRead | core.GivenRead, machine: int | None) -> Node:
        slot = self.slot(expr, machine)
        return self._at(slot, expr.keys, machine)

    def _at(self, slot: Slot | None, keys: Iterable[Expr], machine: int | None) -> Node:
        for i, key in enumerate(keys):
            node = self.value(key, machine)
            if slot is not None:
                self.join(("key", slot.number, i), node)
        return self.own() if slot is None else ("value", slot.number)

    # ------------------------------------------------------------ the design

    def path(self, path: Path) -> None:
        self.spoilt.update(("name", binder.uid) for binder in path.parameters)
        self._block(path.body, None)

    def _block(self, body: Iterable[Statement], machine: int | None) -> None:
        for statement in body:
            match statement:
                case core.When(condition=condition):
                    self.value(condition, machine)
                case core.Pick(binder=binder, where=where):
                    self.spoilt.add(("name", binder.uid))
                    self.value(where, machine)
                case core.Emit(event=event, arguments=arguments):
                    self._emit(event, arguments)
                case core.Assign():
                    self._assign(statement, machine)
                case core.IfStatement(condition=condition, then=then, otherwise=otherwise):
                    self.value(condition, machine)
                    self._block((*then, *otherwise), machine)
                case core.For(where=where, body=inner):
                    self.value(where, machine)
                    self._block(inner, machine)
                case _:
                    raise TypeError(f"{type(statement).__name__} does not stand on a path")

    def _emit(self, event: str, arguments: Iterable[Expr]) -> None:
        for i, argument in enumerate(arguments):
            if self.vocabulary.matters(event, i):
                self.join(("field", event, i), self.value(argument, None))
            elif may_fail(argument):
                self.value(argument, None)

    def _assign(self, statement: core.Assign, machine: int | None) -> None:
        product, value = self.vocabulary.product, statement.value
        name = statement.place if machine is None else place_name(product.machines[machine], statement.place)
        slot = self.vocabulary.by_name.get(name)
        place = self._at(slot, statement.keys, machine)
        if slot is None:
            self.value(value, machine)
        elif statement.operator == ":=":
            self.join(place, self.value(value, machine))
            self.written.setdefault(slot.number, []).append(self._drawn(value, machine))
        elif statement.operator == "+=" and _grows(value):
            self.grown.add(slot.number)
        else:
            self.spoil(place, self.value(value, machine))

    def _drawn(self, value: Expr, machine: int | None) -> frozenset[int] | None:
        """The slots of which the value is, or is that of one plus something; None where it may be another."""
        match value:
            case core.If(then=then, otherwise=otherwise):
                one, other = self._drawn(then, machine), self._drawn(otherwise, machine)
                return None if one is None or other is None else one | other
            case core.Old(body=body):
                return self._drawn(body, machine)
            case core.Arithmetic() if (read := added_to(value)) is not None:
                return self._drawn(read, machine)
            case _:
                slot = self.slot(value, machine)
                return None if slot is None else frozenset((slot.number,))

    # ------------------------------------------------------------ the specifications

    def machine(self, index: int, machine: Machine) -> None:
        for check in machine.checks:
            for expr in (check.when, check.body, *(() if check.initial is None else (check.initial,))):
                self.value(expr, index)
            self._patterns(check.claim.patterns)
        kept = {
            s.name
            for s in machine.specification.states
            if place_name(machine, s.name) in self.vocabulary.by_name
        }
        for update in machine.specification.updates:
            if writes(update.body, kept):
                self._patterns(update.patterns)
                self.value(update.when, index)
                self._block(update.body, index)
        for register in machine.registers:
            slot = self.vocabulary.by_name.get(place_name(machine, register.name))
            if slot is not None:
                for i, binder in enumerate(register.keys):
                    self.join(("key", slot.number, i), ("name", binder.uid))
                self.value(register.set, index)
                self.value(register.hold, index)

    def _patterns(self, patterns: Iterable[Pattern]) -> None:
        for pattern in patterns:
            for i, argument in enumerate(pattern.arguments):
                if isinstance(argument, core.Binder):
                    self.join(("field", pattern.event, i), ("name", argument.uid))
                elif argument is not None:
                    self.join(("field", pattern.event, i), self.value(argument, None))


def followed(vocabulary: Vocabulary, properties: Iterable[Property]) -> Flow:
    """Where numbers flow in the vocabulary's product, when these properties are watched."""
    flow, product = Flow(vocabulary), vocabulary.product
    for slot in vocabulary.slots:
        if slot.initial is not None and slot.rest is None:
            flow.join(("value", slot.number), flow.value(slot.initial, product.place(slot.name).machine))
    for stated in (*product.assumptions, *properties):
        flow.value(stated.condition, None)
    for condition in product.system.init:
        flow.value(condition, None)
    for path in product.paths:
        flow.path(path)
    for index, machine in enumerate(product.machines):
        flow.machine(index, machine)
    return flow


def added_to(expr: core.Arithmetic) -> Expr | None:
    """What is read in a sum of something read and a literal that is not negative."""
    for read, more in ((expr.left, expr.right), (expr.right, expr.left)):
        if expr.operator == "+" and isinstance(read, core.StateRead | core.VarRead) and _grows(more):
            return read
    return None


def _grows(value: Expr) -> bool:
    return isinstance(value, core.Lit) and isinstance(value.value, int) and value.value >= 0
