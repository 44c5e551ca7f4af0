"""Every claim of the examples and of the corpus, printed by `words` and read again, is the same claim."""

from __future__ import annotations

from pathlib import Path

import pytest

from honnin.spec import core
from honnin.spec.core import Binder, Claim, Expr, Module, System
from honnin.spec.load import check_text
from honnin.spec.words import bound_here, expression, literal
from tests.corpus.cases import cases

ROOT = Path(__file__).parents[2]
TEXTS = {case.name: case.text for case in cases() if case.checked.module is not None} | {
    path.stem: path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("examples/*/*.honnin"))
}


def load(text: str) -> Module:
    checked = check_text(text)
    assert checked.module is not None, [d for d in checked.diagnostics if d.is_error]
    return checked.module


def numbered(expr: Expr, numbers: dict[int, int]) -> Expr:
    """The expression with its binders numbered in the order in which they are met."""
    match expr:
        case core.Var(binder=binder):
            return core.Var(_again(binder, numbers), expr.type)
        case core.Forall(binder=binder, body=body):
            return core.Forall(_again(binder, numbers), numbered(body, numbers))
        case core.Exists(binder=binder, body=body):
            return core.Exists(_again(binder, numbers), numbered(body, numbers))
        case core.Count(binders=binders, where=where):
            made = tuple(_again(b, numbers) for b in binders)
            return core.Count(made, numbered(where, numbers))
        case core.Sum(binders=binders):
            made = tuple(_again(b, numbers) for b in binders)
            return core.Sum(numbered(expr.term, numbers), made, numbered(expr.where, numbers), expr.type)
        case _:
            assert not bound_here(expr)
            return core.rewrite(expr, lambda inner: numbered(inner, numbers))


def _again(binder: Binder, numbers: dict[int, int]) -> Binder:
    return Binder(binder.name, numbers.setdefault(binder.uid, len(numbers)), binder.type)


def normal(claim: Claim) -> tuple[Expr, Expr]:
    numbers: dict[int, int] = {}
    for pattern in claim.patterns:
        for argument in pattern.arguments:
            if isinstance(argument, Binder):
                _again(argument, numbers)
    return numbered(claim.when, numbers), numbered(claim.body, numbers)


def written(claim: Claim, name: str) -> str:
    """The claim as a declaration called `name`."""
    patterns = " or ".join(
        f"{pattern.event}({', '.join(_argument(argument) for argument in pattern.arguments)})"
        for pattern in claim.patterns
    )
    when = f" when {expression(claim.when)}" if claim.patterns else ""
    moment = f"on {patterns}{when}" if claim.form == "on" else claim.form
    return f'{claim.kind} {name} "": {moment}: {expression(claim.body)}'


def _argument(argument: Binder | core.Lit | None) -> str:
    match argument:
        case None:
            return "_"
        case Binder(name=name):
            return name
        case core.Lit(value=value, type=type):
            return literal(value, type)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_claims(text: str) -> None:
    claims = load(text).main.claims
    again = [written(claim, f"again_{number}") for number, claim in enumerate(claims)]
    module = load("\n".join((text, *again)))
    for number, claim in enumerate(claims):
        assert normal(module.main.claim(f"again_{number}")) == normal(claim)


def conditions(system: System) -> dict[str, str]:
    return {known.name: expression(known.condition, system) for known in system.properties}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_properties_of_systems(text: str) -> None:
    systems = [system for system in load(text).systems if system.properties]
    children = [
        f"system again_{system.name} extends {system.name} {{ "
        + " ".join(
            f"invariant again_{number}: {shown}" for number, shown in enumerate(conditions(system).values())
        )
        + " }"
        for system in systems
    ]
    module = load("\n".join((text, *children)))
    for system in systems:
        child = module.system(f"again_{system.name}")
        for number, known in enumerate(system.properties):
            again = next(p for p in child.properties if p.name == f"again_{number}")
            assert numbered(again.condition, {}) == numbered(known.condition, {})
