"""Times taken side by side: in each round every run is done once, in an order drawn anew, so that what else the machine does meets all alike."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from statistics import median, quantiles

ROUNDS = 15


def rounds(runs: Mapping[str, Callable[[], float]], count: int = ROUNDS) -> list[dict[str, float]]:
    """The seconds that each run takes in each round."""
    draw = random.Random(1)
    return [{name: runs[name]() for name in draw.sample(list(runs), len(runs))} for _ in range(count)]


def compared(name: str, found: list[dict[str, float]], peer: str, events: int) -> str:
    """A run with its median rate, and the median and the quartiles of what it takes of what the peer took in the same round."""
    rate = events / median(one[name] for one in found)
    low, middle, high = quantiles([one[name] / one[peer] for one in found], n=4)
    return f"{name:<34} {rate:>10,.0f} events/s  {middle:4.2f} of by hand ({low:.2f} to {high:.2f})"
