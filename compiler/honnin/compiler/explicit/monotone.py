"""Givens that can be taken to be true (or false) everywhere: more is possible then, and nothing that is looked for is lost.

A Bool given that occurs only where it has to be true for a run to go on, and to end in a goal, is no worse for being true: every
run is one with the given true everywhere. So there is no need to try its values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from honnin.compiler.formulas import statement_expressions
from honnin.compiler.machine import Machine
from honnin.compiler.product import Product
from honnin.compiler.simplify import normal
from honnin.spec import core
from honnin.spec.core import BOOL, Expr, Property, type_of


def monotone(product: Product, properties: tuple[Property, ...]) -> Mapping[str, bool]:
    """The givens that can be taken to be constant, with that constant."""
    wanted: dict[str, set[bool]] = {given.name: set() for given in product.givens if given.value == BOOL}
    for formula in _needed(product, properties):
        for name, value in _occurrences(normal(formula)):
            if name in wanted:
                wanted[name].add(value)
    return {name: True in values for name, values in wanted.items() if len(values) == 1}


def _needed(product: Product, properties: tuple[Property, ...]) -> Iterator[Expr]:
    """Formulas that a run needs to be true; both a formula and its negation where either may be what it needs."""
    yield from product.system.init
    yield from (stated.condition for stated in product.assumptions)
    yield from (core.Not(stated.condition) for stated in properties)
    for path in product.paths:
        for statement in path.body:
            match statement:
                case core.When(condition=condition) | core.Pick(where=condition):
                    yield condition
                case _:
                    yield from _either(statement_expressions((statement,)))
    yield from _either(place.initial for place in product.places if place.initial is not None)
    for machine in product.machines:
        yield from _machine_needs(machine)


def _machine_needs(machine: Machine) -> Iterator[Expr]:
    for check in machine.checks:
        bodies = [check.body, *(() if check.initial is None else (check.initial,))]
        if check.claim.kind == "assume":
            yield from _either((check.when,))
            yield from bodies
        else:
            yield check.when
            yield from bodies if check.claim.kind == "cover" else map(core.Not, bodies)
    for update in machine.specification.updates:
        yield from _either((update.when, *statement_expressions(update.body)))
    for register in machine.registers:
        yield from _either((register.set, register.hold))


def _either(expressions: Iterable[Expr]) -> Iterator[Expr]:
    for expr in expressions:
        if type_of(expr) == BOOL:
            yield expr
            yield core.Not(expr)
        else:
            yield core.Compare("==", expr, expr)


def _occurrences(formula: Expr) -> Iterator[tuple[str, bool]]:
    """The givens in a formula in negation normal form, each with the value that helps to make it true."""
    match formula:
        case core.And(items=items) | core.Or(items=items):
            for item in items:
                yield from _occurrences(item)
        case core.Exists(body=body) | core.Forall(body=body):
            yield from _occurrences(normal(body))
        case core.GivenRead(given=name):
            yield name, True
            yield from _inside(formula)
        case core.Not(body=core.GivenRead(given=name) as read):
            yield name, False
            yield from _inside(read)
        case _:
            yield from _any(formula)


def _inside(read: core.GivenRead) -> Iterator[tuple[str, bool]]:
    for key in read.keys:
        yield from _any(key)


def _any(expr: Expr) -> Iterator[tuple[str, bool]]:
    """Either value of a given in there may be needed."""
    for node in core.walk(expr):
        if isinstance(node, core.GivenRead):
            yield node.given, True
            yield node.given, False
