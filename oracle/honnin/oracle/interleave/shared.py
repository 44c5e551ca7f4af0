"""Objects whose attributes are recorded when the actors of a run read and write them."""

from __future__ import annotations

from typing import Any

from honnin.compiler.runtime.oracle import OracleBase
from honnin.oracle.interleave.context import scheduled
from honnin.oracle.interleave.standins import StandIn

_FIXED = (bool, int, float, complex, str, bytes, type(None), frozenset)
"""Values in which nothing can be changed."""
_RECORDED = (StandIn, OracleBase)
"""What records by itself when it is changed."""


def recording(thing: Any, name: str) -> Any:
    """The same object, its class replaced by one that records. TypeError where that cannot be done.

    Reading an attribute that holds anything but a number, text, nothing, a stand-in or an oracle counts as writing it: what is in it
    may be changed.
    """

    def read(self: Any, attribute: str) -> Any:
        value = object.__getattribute__(self, attribute)
        run = scheduled()
        if run is not None and not attribute.startswith("__") and not callable(value):
            run.touch(f"{name}.{attribute}", not isinstance(value, _FIXED + _RECORDED))
        return value

    def write(self: Any, attribute: str, value: Any) -> None:
        run = scheduled()
        if run is not None:
            run.touch(f"{name}.{attribute}", True)
        kind.__setattr__(self, attribute, value)

    kind: Any = type(thing)
    members = {"__getattribute__": read, "__setattr__": write, "__slots__": ()}
    thing.__class__ = type(kind.__name__, (kind,), members)
    return thing
