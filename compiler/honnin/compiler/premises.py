"""Mutants of what a design takes for granted: without a condition of `init`, an assumption of its own, or one of its specification."""

from __future__ import annotations

from collections.abc import Iterator

from honnin.compiler.mutants import OWN, Mutant
from honnin.compiler.simplify import conjuncts, negation
from honnin.spec.core import BOOL, Iff, Module, Not, Property, System, SystemVar, VarRead
from honnin.spec.records import replace
from honnin.spec.source import NOWHERE
from honnin.spec.words import expression

INIT = "init"


def premise_mutants(module: Module, system: System) -> tuple[Mutant, ...]:
    """Every mutant of the design in which one premise less holds."""
    return (*_without_init(system), *_without_assumption(system), *_without_claim(module, system))


def _without_init(system: System) -> Iterator[Mutant]:
    parts = [(part, whole) for whole in system.init for part in conjuncts(whole)]
    for index, (part, whole) in enumerate(parts):
        rest = tuple(other for number, (other, _) in enumerate(parts) if number != index)
        mutant = replace(system, init=rest)
        own = VarRead(OWN, (), BOOL)
        marked = replace(
            mutant,
            variables=(*system.variables, SystemVar(OWN, (), BOOL, None)),
            init=(*rest, Iff(own, negation(part))),
            properties=(*system.properties, Property(OWN, "invariant", Not(own))),
        )
        span = whole.span if part.span == NOWHERE else part.span
        yield Mutant(
            mutant, marked, "premise dropped", INIT, span, f"without `init: {expression(part, system)}`"
        )


def _without_assumption(system: System) -> Iterator[Mutant]:
    for stated in system.properties:
        if stated.kind != "assume":
            continue
        rest = tuple(other for other in system.properties if other is not stated)
        mutant = replace(system, properties=rest)
        marked = replace(mutant, properties=(*rest, Property(OWN, "invariant", stated.condition)))
        yield Mutant(
            mutant, marked, "premise dropped", "assume", stated.span, f"without `assume {stated.name}`"
        )


def _without_claim(module: Module, system: System) -> Iterator[Mutant]:
    for name in system.implements:
        for claim in module.specification(name).claims:
            if claim.kind == "assume":
                yield Mutant(
                    system,
                    system,
                    "premise dropped",
                    "assume",
                    claim.span,
                    f"without `assume {claim.name}` of {name}",
                    (name, claim.name),
                )
