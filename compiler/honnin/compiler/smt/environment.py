"""The system in which anything may happen: every event, with any arguments, at any time. What follows there follows always."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from honnin.compiler.product import Product, build_product
from honnin.spec.core import INT, Action, Binder, Claim, Emit, Module, RangeT, Specification, System, Var

_UIDS = count(-1, -1)


def environment(specification: Specification, claims: Sequence[Claim]) -> Product:
    """One action for each event of the specification, its machine watching `claims` and every assumption."""
    system = System(
        "the environment",
        None,
        (specification.name,),
        (),
        (),
        tuple(_action(specification, event.name) for event in specification.events),
        (),
        (),
    )
    module = Module((specification,), (system,), (), (), "")
    return build_product(module, system, tuple(claims))


def _action(specification: Specification, name: str) -> Action:
    binders = tuple(Binder(field.name, next(_UIDS), field.type) for field in specification.event(name).fields)
    arguments = tuple(Var(b, INT if isinstance(b.type, RangeT) else b.type) for b in binders)
    return Action(name, binders, (Emit(name, arguments),))
