"""Which places matter: those that a guard, an assumption or a goal reads, and those that what is written to them depends on.

Everything else is left out of the states of a search; that changes neither which steps are possible nor what they show.
"""

from __future__ import annotations

from collections.abc import Iterable

from honnin.compiler.formulas import statement_expressions, update_reads, writes, written_twice
from honnin.compiler.machine import Machine
from honnin.compiler.product import Product, counter_name, place_name
from honnin.compiler.simplify import free
from honnin.spec import core
from honnin.spec.core import Binder, Expr, Pattern, Property, Statement
from honnin.spec.records import dataclass, field


@dataclass(slots=True)
class Relevance:
    """`places` and `givens` by name; `arguments`: the fields of each event that are looked at."""

    places: set[str] = field(default_factory=set)
    givens: set[str] = field(default_factory=set)
    arguments: set[tuple[str, int]] = field(default_factory=set)

    @property
    def size(self) -> int:
        return len(self.places) + len(self.givens) + len(self.arguments)


def relevance(product: Product, properties: tuple[Property, ...], formulas: Iterable[Expr] = ()) -> Relevance:
    """What matters to the claims that the product watches, to these properties of the design and to these formulas over places."""
    found = _Finder(product, Relevance())
    found.places.update(counter_name(process.name) for process in product.system.processes)
    stated = [p.condition for p in (*product.assumptions, *properties)]
    found.read((*product.system.init, *stated, *formulas), None)
    for index, machine in enumerate(product.machines):
        found.claims(index, machine)
    size = -1
    while found.relevance.size != size:
        size = found.relevance.size
        for path in product.paths:
            found.block(path.body)
        for index, machine in enumerate(product.machines):
            found.updates(index, machine)
    return found.relevance


@dataclass(slots=True)
class _Finder:
    product: Product
    relevance: Relevance

    @property
    def places(self) -> set[str]:
        return self.relevance.places

    def read(self, expressions: Iterable[Expr], machine: int | None) -> None:
        """Everything that the expressions read matters."""
        for expr in expressions:
            for node in core.walk(expr):
                match node:
                    case core.StateRead(state=state):
                        self._add(self.product.state_place(state, machine))
                    case core.VarRead(variable=name):
                        self._add(name)
                    case core.GivenRead(given=name):
                        self.relevance.givens.add(name)
                    case core.Atom(event=event, arguments=arguments):
                        said = (i for i, argument in enumerate(arguments) if argument is not None)
                        self.relevance.arguments.update((event, i) for i in said)
                    case _:
                        pass

    def _add(self, name: str) -> None:
        if name in self.places:
            return
        self.places.add(name)
        place = self.product.place(name)
        if place.initial is not None:
            self.read((place.initial,), place.machine)
        if place.register is not None:
            self.read((place.register.set, place.register.hold), place.machine)

    # ------------------------------------------------------------ the design

    def block(self, body: Iterable[Statement]) -> None:
        for statement in body:
            match statement:
                case core.When(condition=condition) | core.Pick(where=condition):
                    self.read((condition,), None)
                case core.Emit(event=event, arguments=arguments):
                    looked_at = (a for i, a in enumerate(arguments) if (event, i) in self.relevance.arguments)
                    self.read((*looked_at, *filter(may_fail, arguments)), None)
                case _:
                    if writes((statement,), self.places) or any(
                        map(may_fail, statement_expressions((statement,)))
                    ):
                        self._written(statement)

    def _written(self, statement: Statement) -> None:
        match statement:
            case core.Assign(place=place, keys=keys, operator=operator, value=value):
                self.read((*keys, value), None)
                if operator != ":=" and place in self.places:
                    self._add(place)
            case core.IfStatement(condition=condition, then=then, otherwise=otherwise):
                self.read((condition,), None)
                self.block((*then, *otherwise))
            case core.For(where=where, body=body):
                self.read((where,), None)
                self.block(body)
            case _:
                pass

    # ------------------------------------------------------------ the specifications

    def claims(self, index: int, machine: Machine) -> None:
        for check in machine.checks:
            initial = () if check.initial is None else (check.initial,)
            self.read((check.when, check.body, *initial), index)
            self._patterns(check.claim.patterns, (check.when, check.body))
        for name in written_twice(machine.specification):
            self._add(place_name(machine, name))

    def _patterns(self, patterns: Iterable[Pattern], reads: Iterable[Expr]) -> None:
        used = frozenset(uid for expr in reads for uid in free(expr))
        for pattern in patterns:
            for i, argument in enumerate(pattern.arguments):
                is_used = isinstance(argument, Binder) and argument.uid in used
                if is_used or isinstance(argument, core.Lit):
                    self.relevance.arguments.add((pattern.event, i))

    def updates(self, index: int, machine: Machine) -> None:
        states = {s.name for s in machine.specification.states if place_name(machine, s.name) in self.places}
        for update in machine.specification.updates:
            read = list(update_reads(update, states))
            if read:
                self.read(read, index)
                self._patterns(update.patterns, read)


def may_fail(expr: Expr) -> bool:
    """Whether the expression takes what may be none, so that it can make a step impossible."""
    return any(isinstance(node, core.Present) for node in core.walk(expr))
