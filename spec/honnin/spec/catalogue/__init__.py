"""Every message that honnin can give, by its stable code. A code is never reused; each has a page docs/errors/CODE.md.

Ranges: 00xx words and syntax, 01xx names, 02xx types, 03xx formulas, events and claims, 04xx systems and checks,
05xx warnings, lints and certificates, 06xx traces and facts, 07xx services, 08xx usage and files, 09xx faults of honnin.
"""

from __future__ import annotations

from honnin.spec.catalogue.designs import LINTS, PROVER, SYSTEMS
from honnin.spec.catalogue.entry import Entry, Severity
from honnin.spec.catalogue.language import CLAIMS, NAMES, SYNTAX, TYPES
from honnin.spec.catalogue.running import FAULTS, SERVICE, TRACES, USAGE

__all__ = ["CATALOGUE", "Entry", "Severity"]

CATALOGUE: dict[str, Entry] = {
    entry.code: entry
    for section in (
        SYNTAX,
        NAMES,
        TYPES,
        CLAIMS,
        SYSTEMS,
        LINTS,
        TRACES,
        PROVER,
        SERVICE,
        USAGE,
        FAULTS,
    )
    for entry in section
}
