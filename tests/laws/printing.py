"""Core specifications as text: the declarations, around the expressions that honnin.spec.words prints."""

from __future__ import annotations

from collections.abc import Sequence

from honnin.spec import core
from honnin.spec.core import After, Binder, Claim, Lit, Pattern, Specification, Statement, Type
from honnin.spec.words import duration, expression, literal, type_name


def text(specification: Specification) -> str:
    """The specification in the language; implicit claims are left to the loader."""
    lines = [f"spec {specification.name}"]
    horizons = {
        retained.entity: f" retain {duration(retained.horizon)}" for retained in specification.retained
    }
    lines += [f"entity {entity.name}{horizons.get(entity.name, '')}" for entity in specification.entities]
    lines += [f"enum {enum.name} {{ {', '.join(enum.members)} }}" for enum in specification.enums]
    for given in specification.givens:
        lines.append(f"given {given.name}: {_map(given.keys, given.value)}")
    for event in specification.events:
        fields = ", ".join(f"{field.name}: {type_name(field.type)}" for field in event.fields)
        lines.append(f"event {event.name}({fields})")
    for state in specification.states:
        lines.append(f"state {state.name}: {_map(state.keys, state.value)} = {expression(state.default)}")
    lines += [_after(update) for update in specification.updates]
    lines += [_claim(claim) for claim in specification.claims if not claim.implicit]
    return "\n".join(lines) + "\n"


def _map(keys: Sequence[Type], value: Type) -> str:
    return f"{', '.join(map(type_name, keys))} -> {type_name(value)}" if keys else type_name(value)


def _after(update: After) -> str:
    return f"after {_patterns(update.patterns)} when {expression(update.when)} {_block(update.body)}"


def _block(body: Sequence[Statement]) -> str:
    return f"{{ {'; '.join(map(_statement, body))} }}"


def _statement(statement: Statement) -> str:
    match statement:
        case core.Assign(place=place, keys=keys, operator=operator, value=value):
            where = f"[{', '.join(map(expression, keys))}]" if keys else ""
            return f"{place}{where} {operator} {expression(value)}"
        case core.IfStatement(condition=condition, then=then, otherwise=otherwise):
            return f"if {expression(condition)} {_block(then)} else {_block(otherwise)}"
        case core.For(binders=binders, where=where_, body=body):
            over = ", ".join(f"{binder.name}: {type_name(binder.type)}" for binder in binders)
            return f"for {over} where {expression(where_)} {_block(body)}"
        case _:
            raise TypeError(f"{type(statement).__name__} stands only in steps")


def _claim(claim: Claim) -> str:
    if claim.form == "on":
        moment = f"on {_patterns(claim.patterns)} when {expression(claim.when)}"
    else:
        moment = claim.form
    title = ' ""' if claim.kind == "invariant" else ""
    return f"{claim.kind} {claim.name}{title}: {moment}: {expression(claim.body)}"


def _patterns(patterns: Sequence[Pattern]) -> str:
    return " or ".join(f"{p.event}({', '.join(map(_argument, p.arguments))})" for p in patterns)


def _argument(argument: Binder | Lit | None) -> str:
    match argument:
        case None:
            return "_"
        case Binder(name=name):
            return name
        case Lit(value=value, type=type):
            return literal(value, type)
