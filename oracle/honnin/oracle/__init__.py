"""honnin.oracle: where an oracle is plugged in. `load` a specification, make oracles of it; see also the pytest plugin.

The names are imported when they are first used: the command line and the pytest plugin begin here too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from honnin.compiler.runtime.base import (
        BadInput,
        FactsRefused,
        InvariantViolated,
        SpecificationFault,
        Violation,
    )
    from honnin.oracle.monitor import Spec, SpecificationError, load

__all__ = [
    "BadInput",
    "FactsRefused",
    "InvariantViolated",
    "Spec",
    "SpecificationError",
    "SpecificationFault",
    "Violation",
    "load",
]

_MONITOR = frozenset({"Spec", "SpecificationError", "load"})


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = "honnin.oracle.monitor" if name in _MONITOR else "honnin.compiler.runtime.base"
    return getattr(import_module(home), name)
