"""Which parts of a broken claim are false at its violation, as the reference meaning has it."""

from __future__ import annotations

from collections.abc import Iterator

from honnin.compiler.answers import Counterexample
from honnin.compiler.product import Product, build_product
from honnin.compiler.proving.question import without_lemmas
from honnin.compiler.replay import Goal, ReplayDisagrees, confirmed, run_of
from honnin.spec.core import And, Expr, Forall, Implies, Module, System
from honnin.spec.records import replace
from honnin.spec.words import expression


def failing(run: Counterexample, module: Module, subject: str) -> tuple[str, ...]:
    """The parts that are false, in the language; empty where the claim is no conjunction or nothing of the kind was broken."""
    system = next((system for system in module.systems if system.name == subject), None)
    if system is None:
        return ()
    system = without_lemmas(system, run.claim)
    body = _body(run, module, system)
    if body is None:
        return ()
    told = list(parts(body))
    if len(told) < 2:
        return ()
    goal = Goal(run.specification, run.claim)
    return tuple(
        expression(part, system)
        for part, alone in told
        if _is_shown(_asking(run, module, system, alone), run, goal)
    )


def parts(body: Expr) -> Iterator[tuple[Expr, Expr]]:
    """The conjuncts under the quantifiers and implications that begin the formula: each as it is written, and in its place."""
    match body:
        case And(items=items):
            for item in items:
                yield from parts(item)
        case Forall():
            yield from ((part, replace(body, body=alone)) for part, alone in parts(body.body))
        case Implies():
            yield from ((part, replace(body, right=alone)) for part, alone in parts(body.right))
        case _:
            yield body, body


def _body(run: Counterexample, module: Module, system: System) -> Expr | None:
    if run.specification is None:
        return next((p.condition for p in system.properties if p.name == run.claim), None)
    claims = module.specification(run.specification).claims
    return next((c.body for c in claims if c.name == run.claim and c.kind == "invariant"), None)


def _asking(run: Counterexample, module: Module, system: System, body: Expr) -> Product:
    """The design, asked for the one part only."""
    if run.specification is None:
        stated = tuple(replace(p, condition=body) if p.name == run.claim else p for p in system.properties)
        return build_product(module, replace(system, properties=stated), ())
    specification = module.specification(run.specification)
    changed = tuple(replace(c, body=body) if c.name == run.claim else c for c in specification.claims)
    specifications = tuple(
        replace(s, claims=changed) if s is specification else s for s in module.specifications
    )
    asked = tuple(c for c in changed if c.name == run.claim)
    return build_product(replace(module, specifications=specifications), system, asked)


def _is_shown(product: Product, run: Counterexample, goal: Goal) -> bool:
    try:
        confirmed(product, run_of(run), goal)
    except ReplayDisagrees:
        return False
    return True
