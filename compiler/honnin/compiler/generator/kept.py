"""What a snapshot needs to know of a generated class: which attributes are the oracle's knowledge, and what is sealed in them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from honnin.compiler.formulas import statement_expressions
from honnin.compiler.generator.lines import Lines
from honnin.compiler.generator.meeting import sealed_places
from honnin.compiler.generator.program import Program
from honnin.compiler.generator.start import Attribute, Role
from honnin.spec.core import EntityT, Given, Lit, TextT, Type, base_type, walk


def slots(attributes: Sequence[Attribute]) -> tuple[str, ...]:
    """The names of those that the class has slots for."""
    return _named(attributes, "known", "goals", "queue")


def _named(attributes: Sequence[Attribute], *roles: Role) -> tuple[str, ...]:
    return tuple(attribute.name for role in roles for attribute in attributes if attribute.role == role)


def print_kept(
    lines: Lines, made: Program, attributes: Sequence[Attribute], inherited: Sequence[str]
) -> None:
    """`attributes`: everything that the oracle keeps; `inherited`: the slots that it has from another class."""
    own = tuple(name for name in slots(attributes) if name not in inherited)
    lines.add(f"_LAYOUT = {_layout(made, attributes)!r}")
    lines.add(
        f"_KEPT: tuple[str, ...] = {_named(attributes, 'known')!r}",
        f"_AWAITED: tuple[str, ...] = {_named(attributes, 'goals')!r}",
    )
    lines.add(f"__slots__ = {own!r}")


def print_sealed(lines: Lines, made: Program) -> None:
    """Where a sealed oracle keeps digests."""
    events = made.specification.events
    sealed = sealed_places(made.specification)
    fields = tuple(
        tuple(
            place
            for place, field in enumerate(event.fields)
            if _is_sealed(made, field.type, f"{event.name}.{field.name}", sealed)
        )
        for event in events
    )
    givens = {given.name: _sealed_columns(made, given, sealed) for given in made.specification.givens}
    lines.add(f"_SEALED_FIELDS = {fields!r}", f"_SEALED_GIVENS = {givens!r}")
    lines.add(f"_LITERALS: frozenset[str] = frozenset({sorted(_literals(made))!r})")


def _layout(made: Program, attributes: Sequence[Attribute]) -> str:
    """What differs when the attributes differ, or what they mean."""
    meanings = [f"{r.name} {r.phase} {r.operator} {r.stores} {r.window} {r.source}" for r in made.registers]
    meanings += [f"{place.name} {place.folded}" for place in made.places.values() if place.folded is not None]
    return hashlib.sha256(
        "\n".join((*(attribute.text for attribute in attributes), *meanings)).encode()
    ).hexdigest()[:16]


def _is_sealed(made: Program, type: Type, place: str, sealed: frozenset[str]) -> bool:
    """Whether values of the type at the place are kept as digests: personal entities, and Texts that may meet a personal one."""
    inner = base_type(type)
    if isinstance(inner, EntityT):
        return inner.name in made.specification.personal_entities
    return isinstance(inner, TextT) and place in sealed


def _sealed_columns(made: Program, given: Given, sealed: frozenset[str]) -> tuple[bool, ...]:
    keys = [_is_sealed(made, key, f"{given.name}#{number}", sealed) for number, key in enumerate(given.keys)]
    return (*keys, _is_sealed(made, given.value, given.name, sealed))


def _literals(made: Program) -> set[str]:
    """The texts of the specification, where they may be compared with sealed ones."""
    specification = made.specification
    if not specification.personal_places:
        return set()
    formulas = [state.default for state in specification.states]
    for after in specification.updates:
        formulas += [after.when, *statement_expressions(after.body)]
    for claim in specification.claims:
        formulas += [claim.when, claim.body]
    patterns = [pattern for after in specification.updates for pattern in after.patterns]
    patterns += [pattern for claim in specification.claims for pattern in claim.patterns]
    found = [node for formula in formulas for node in walk(formula)]
    found += [argument for pattern in patterns for argument in pattern.arguments if isinstance(argument, Lit)]
    return {
        node.value
        for node in found
        if isinstance(node, Lit) and isinstance(node.type, TextT) and isinstance(node.value, str)
    }
