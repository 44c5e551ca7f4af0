"""What a search may leave out."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Literal, TypeAlias

from honnin.compiler.explicit.choices import indifferent
from honnin.compiler.explicit.layout import Slot, Vocabulary
from honnin.compiler.explicit.numbers.names import NumberNames
from honnin.compiler.explicit.numbers.sorts import number_names
from honnin.compiler.explicit.reduction.drawn import with_drawn
from honnin.compiler.explicit.reduction.liveness import Live, live
from honnin.compiler.explicit.reduction.order import idle, local
from honnin.compiler.explicit.reduction.ownership import uses
from honnin.spec.core import EnumT, Property
from honnin.spec.records import dataclass

LeaveOut: TypeAlias = Literal["nothing", "values", "orders"]
"""Values that nothing reads any more, and which numbers are only names; orders of steps that concern one instance, and these values too."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`live`: what need not be at rest. `numbers`: which are only names. After a path of `local` its instance goes on at once; after one of `idle` no run
    goes on. `indifferent`: for each path the choices, by the uid of their name, of which one value will do."""

    live: Live
    numbers: tuple[NumberNames, ...] = ()
    indifferent: tuple[frozenset[int], ...] = ()
    local: frozenset[int] = frozenset()
    idle: frozenset[int] = frozenset()


def labels(counter: Slot) -> int:
    """How many labels a process has: where its counter is so much more, the instance goes on at once."""
    assert isinstance(counter.value, EnumT)
    return len(counter.value.members)


def plan(
    vocabulary: Vocabulary, properties: Iterable[Property], leave_out: LeaveOut, constants: Container[str]
) -> Plan | None:
    """What a search that watches these properties may leave out; choices as if these givens were constant."""
    if leave_out == "nothing":
        return None
    numbers, used = number_names(vocabulary, properties), uses(vocabulary, properties)
    used = with_drawn(used, live(used))
    one_will_do = tuple(indifferent(vocabulary, path, constants) for path in vocabulary.product.paths)
    if leave_out == "values":
        return Plan(live(used), numbers, one_will_do)
    return Plan(live(used), numbers, one_will_do, local(used), idle(used))
