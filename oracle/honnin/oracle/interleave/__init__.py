"""Every interleaving of real threads and asyncio tasks, at observation points and locks: `explore`, `replay`, `point`."""

from honnin.oracle.interleave.context import point
from honnin.oracle.interleave.driving import DesignStep, Driver, Instance, drive
from honnin.oracle.interleave.exploration import Explored, Run, explore, replay
from honnin.oracle.interleave.failures import (
    BlockedOutside,
    Deadlock,
    ExplorationUnfinished,
    InterleavingFailed,
    NeverEnds,
    NotDriven,
    ScheduleDiverged,
    TokenRefused,
    Undecided,
)

__all__ = [
    "BlockedOutside",
    "Deadlock",
    "DesignStep",
    "Driver",
    "ExplorationUnfinished",
    "Explored",
    "Instance",
    "InterleavingFailed",
    "NeverEnds",
    "NotDriven",
    "Run",
    "ScheduleDiverged",
    "TokenRefused",
    "Undecided",
    "drive",
    "explore",
    "point",
    "replay",
]
