"""Whether what was observed of a running system is an allowed behaviour of a design."""

from honnin.compiler.conformance.observed import (
    Allowed,
    Conformance,
    Label,
    NotAllowed,
    Observed,
    Unsettled,
)
from honnin.compiler.conformance.search import conforms
from honnin.compiler.conformance.times import reads_time

__all__ = ["Allowed", "Conformance", "Label", "NotAllowed", "Observed", "Unsettled", "conforms", "reads_time"]
