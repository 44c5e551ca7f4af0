"""What a service has found: every violation counted, the latest ones kept, with personal values as tokens."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any

from honnin.oracle.account import record
from honnin.spec.records import dataclass, field

if TYPE_CHECKING:
    from honnin.compiler.runtime.base import Violation

KEPT = 10_000
"""How many violations and broken assumptions are kept, the latest ones."""


@dataclass(slots=True)
class Found:
    """`total` numbers what was found, from 1."""

    total: int = 0
    latest: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))
    violated: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    faults: int = 0

    def drain(self, oracle: Any) -> tuple[str, ...]:
        """Takes what the oracle has found since; the claims that failed, each once."""
        if not (oracle.violations or oracle.broken or oracle.faults):
            return ()
        names = []
        for verdict, found, counts in (
            ("assumption broken", oracle.broken, self.broken),
            ("violated", oracle.violations, self.violated),
        ):
            for violation in found:
                counts[violation.invariant] += 1
                names.append(violation.invariant)
                self._keep(violation, verdict)
            found.clear()
        self.faults += len(oracle.faults)
        oracle.faults.clear()
        return tuple(dict.fromkeys(names))

    def _keep(self, violation: Violation, verdict: str) -> None:
        self.total += 1
        account = violation.account()
        self.latest.append({"number": self.total, **record(violation, verdict), "account": account})

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
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """What `kept` gave."""
        self.total, self.faults = kept["total"], kept["faults"]
        self.latest.clear()
        self.latest.extend(kept["latest"])
        self.violated, self.broken = Counter(kept["violated"]), Counter(kept["broken"])
