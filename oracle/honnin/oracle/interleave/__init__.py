"""Every interleaving of real threads, at observation points and locks: `explore`, `replay`, `point`."""

from honnin.oracle.interleave.context import point
from honnin.oracle.interleave.exploration import Explored, Run, explore, replay
from honnin.oracle.interleave.failures import (
    BlockedOutside,
    Deadlock,
    ExplorationUnfinished,
    InterleavingFailed,
    NeverEnds,
    ScheduleDiverged,
    TokenRefused,
    Undecided,
)

__all__ = [
    "BlockedOutside",
    "Deadlock",
    "ExplorationUnfinished",
    "Explored",
    "InterleavingFailed",
    "NeverEnds",
    "Run",
    "ScheduleDiverged",
    "TokenRefused",
    "Undecided",
    "explore",
    "point",
    "replay",
]
