"""What a service has found: every finding counted, the latest ones kept, with personal values as tokens."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from honnin.oracle.account import record
from honnin.oracle.doubts import BECAUSE, Doubts
from honnin.spec.records import dataclass, field

if TYPE_CHECKING:
    from honnin.compiler.runtime.base import Violation

KEPT = 10_000
"""How many findings are kept, the latest ones."""


@dataclass(slots=True)
class Found:
    """`total` numbers what was found, from 1. With `doubts`, what is told begins in mid-stream, and a finding may be undecided:
    all of those are counted, and the first of each claim is kept.
    """

    doubts: Doubts | None = None
    total: int = 0
    latest: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))
    violated: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    faults: int = 0

    def drain(self, oracle: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Takes what the oracle has found since; the claims that failed, and those that failed after some pasts only, each once."""
        if not (oracle.violations or oracle.broken or oracle.faults):
            return (), ()
        sure: list[Violation] = oracle.violations
        broken: list[Violation] = oracle.broken
        doubted: list[Violation] = []
        if self.doubts is not None:
            sure, broken, doubted = self.doubts.split(sure, broken)
            for violation in doubted:
                self.doubts.counts[violation.invariant] += 1
                if self.doubts.counts[violation.invariant] == 1:
                    self._keep(violation, "undecided", because=BECAUSE)
        for verdict, found, counts in (
            ("assumption broken", broken, self.broken),
            ("violated", sure, self.violated),
        ):
            for violation in found:
                counts[violation.invariant] += 1
                self._keep(violation, verdict)
        names = _names((*broken, *sure)), _names(doubted)
        self.faults += len(oracle.faults)
        for told in (oracle.broken, oracle.violations, oracle.faults):
            told.clear()
        return names

    def _keep(self, violation: Violation, verdict: str, **more: str) -> None:
        self.total += 1
        account = [*violation.account(), *(f"because {reason}" for reason in more.values())]
        told = {**record(violation, verdict), **more, "account": account}
        self.latest.append({"number": self.total, **told})

    def page(self, after: int, limit: int) -> dict[str, Any]:
        """Those with numbers behind `after`; `next` is where the next page begins, None at the end."""
        oldest = self.latest[0]["number"] if self.latest else self.total + 1
        skipped = max(0, after - oldest + 1)
        entries = [self.latest[place] for place in range(skipped, min(skipped + limit, len(self.latest)))]
        last = entries[-1]["number"] if entries else after
        return {
            "violations": entries,
            "next": last if last < self.total else None,
            "total": self.total,
            "forgotten": oldest - 1,
        }

    def kept(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "total": self.total,
            "latest": list(self.latest),
            "violated": dict(self.violated),
            "broken": dict(self.broken),
            "faults": self.faults,
            "doubts": None if self.doubts is None else self.doubts.kept(),
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """What `kept` gave."""
        self.total, self.faults = kept["total"], kept["faults"]
        self.latest.clear()
        self.latest.extend(kept["latest"])
        self.violated, self.broken = Counter(kept["violated"]), Counter(kept["broken"])
        if self.doubts is not None:
            self.doubts.restore(kept["doubts"])


def _names(found: Iterable[Violation]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(violation.invariant for violation in found))
