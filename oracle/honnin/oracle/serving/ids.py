"""Which records have been accepted already: a record that is sent again gets the answer that it got before."""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from typing import Any

from honnin.oracle.streams.ordering import REMEMBERED
from honnin.spec.records import dataclass, field


@dataclass(frozen=True, slots=True)
class Accepted:
    """`sequence`: the position of the record's last event; `violated`: the claims that failed at it."""

    sequence: int
    violated: tuple[str, ...] = ()


@dataclass(slots=True)
class Ids:
    """Keyed digests of ids, with what was answered."""

    key: bytes
    limit: int = REMEMBERED
    seen: OrderedDict[str, Accepted] = field(default_factory=OrderedDict)

    def digest(self, id: str) -> str:
        """What is kept of an id."""
        return hmac.digest(self.key, id.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[:32]

    def remember(self, digest: str, answer: Accepted) -> None:
        """The record is accepted now; the oldest is forgotten where there are too many."""
        self.seen[digest] = answer
        if len(self.seen) > self.limit:
            self.seen.popitem(last=False)

    def kept(self) -> list[Any]:
        """As JSON has it."""
        return [[digest, answer.sequence, list(answer.violated)] for digest, answer in self.seen.items()]

    def restore(self, kept: list[Any]) -> None:
        """What `kept` gave."""
        self.seen.clear()
        for digest, sequence, violated in kept:
            self.remember(digest, Accepted(sequence, tuple(violated)))
