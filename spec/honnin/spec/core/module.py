"""What one file says."""

from __future__ import annotations

from honnin.spec.core.declarations import Example, Specification
from honnin.spec.core.named import by_name
from honnin.spec.core.systems import Check, System
from honnin.spec.records import dataclass
from honnin.spec.source import Node


@dataclass(frozen=True, slots=True)
class Module(Node):
    """What one file says. `specifications[0]` is the file's own; the others are those of the files it uses, each with its own uses merged."""

    specifications: tuple[Specification, ...]
    systems: tuple[System, ...]
    checks: tuple[Check, ...]
    examples: tuple[Example, ...]
    digest: str

    @property
    def main(self) -> Specification:
        return self.specifications[0]

    def specification(self, name: str) -> Specification:
        return by_name(self.specifications, name)

    def system(self, name: str) -> System:
        return by_name(self.systems, name)
