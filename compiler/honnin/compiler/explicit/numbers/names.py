"""Numbers that are only names, as a design and its specifications use them."""

from __future__ import annotations

from honnin.spec.records import dataclass


@dataclass(frozen=True, slots=True)
class NumberNames:
    """Numbers that are drawn from counters, copied, compared for equality and used as keys: one sort of names.

    Slots by number. `counters`: their cells only grow, and what is drawn from them is at least what they hold. `held`: slots whose cells or
    entries hold names; `keys`: by slot, which of its keys are names. `literals`: those that a name is compared with or set to.
    """

    counters: frozenset[int]
    held: frozenset[int]
    keys: tuple[tuple[int, int], ...]
    literals: frozenset[int]
