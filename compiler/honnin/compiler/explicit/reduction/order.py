"""Which steps concern one instance only, so that runs need them in one order only."""

from __future__ import annotations

from collections.abc import Iterator

from honnin.compiler.explicit.reduction.cells import Cells
from honnin.compiler.explicit.reduction.ownership import Uses
from honnin.compiler.explicit.reduction.reader import Effect
from honnin.compiler.product import DONE


def local(uses: Uses) -> frozenset[int]:
    """The paths, by number, that neither write what others use nor depend on what others write.

    Others are other instances, actions, and what is read at every step. In a shortest run the instance itself goes on
    after such a step, and nothing needs to happen between the two.
    """
    return frozenset(
        number
        for number, effect in enumerate(uses.effects)
        if _is_hidden(uses, effect) and _is_independent(uses, effect)
    )


def idle(uses: Uses) -> frozenset[int]:
    """The paths, by number, after which their instance is done and nobody can tell that it was: in a shortest run only the last step."""
    return frozenset(
        number
        for number, effect in enumerate(uses.effects)
        if effect.path.next == DONE and _is_hidden(uses, effect)
    )


def _is_hidden(uses: Uses, effect: Effect) -> bool:
    """Whether only the instance itself can tell that it took the path."""
    process = effect.path.process
    return (
        process is not None
        and not any(cells.slot == uses.counter(process) for cells in _all_reads(uses))
        and all(_is_private(uses, process, write.cells) for write in effect.writes)
    )


def _all_reads(uses: Uses) -> Iterator[Cells]:
    yield from uses.anywhere
    for effect in uses.effects:
        yield from effect.accesses()


def _is_private(uses: Uses, process: str, cells: Cells) -> bool:
    owner = uses.private.get(cells.slot)
    return owner is not None and owner.process == process


def _is_independent(uses: Uses, effect: Effect) -> bool:
    """Whether nobody else changes whether the path is possible, or what it writes."""
    process = effect.path.process
    reads = [*effect.asked, *(cells for write in effect.writes for cells in write.reads)]
    return process is not None and all(
        cells.slot in uses.constant or _is_private(uses, process, cells) for cells in reads
    )
