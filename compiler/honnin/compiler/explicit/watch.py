"""What a search looks out for, as bits: bit i, that number i was violated (a cover: reached); bit i + count, that it was exercised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from honnin.compiler.product import Product
from honnin.spec.core import Property
from honnin.spec.records import dataclass

CONFLICT: Final = "write conflict"


@dataclass(frozen=True, slots=True)
class Watched:
    """A claim of a specification, a property of the design (`specification` None), or a write conflict in a specification."""

    specification: str | None
    name: str
    is_cover: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """`properties`: those of the design among what is watched."""

    watched: tuple[Watched, ...]
    properties: tuple[Property, ...]

    def violated(self, specification: str | None, name: str) -> int:
        """The bit of a violation (of a cover: that it was reached)."""
        return 1 << self._number(specification, name)

    def exercised(self, specification: str | None, name: str) -> int:
        return 1 << (self._number(specification, name) + len(self.watched))

    def _number(self, specification: str | None, name: str) -> int:
        for number, one in enumerate(self.watched):
            if (one.specification, one.name) == (specification, name):
                return number
        raise KeyError(name)

    def of(self, bits: int) -> Iterator[Watched]:
        """What is violated or reached, in order."""
        return (one for number, one in enumerate(self.watched) if bits >> number & 1)

    def was_exercised(self, bits: int) -> dict[str, bool]:
        """Per claim of a specification, whether it was exercised (of a cover: reached)."""
        count = len(self.watched)
        return {
            one.name: bool(bits >> (number if one.is_cover else number + count) & 1)
            for number, one in enumerate(self.watched)
            if one.specification is not None and one.name != CONFLICT
        }


def watch(product: Product, properties: tuple[Property, ...]) -> Watch:
    """Everything that can go wrong or be reached in the product, assumptions aside; of the design's properties, these."""
    found = [
        Watched(machine.specification.name, check.claim.name, check.claim.kind == "cover")
        for machine in product.machines
        for check in machine.checks
        if check.claim.kind != "assume"
    ]
    found += [Watched(None, stated.name) for stated in properties]
    found += [Watched(machine.specification.name, CONFLICT) for machine in product.machines]
    return Watch(tuple(found), properties)
